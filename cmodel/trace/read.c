/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and quantising the tensors of a trace. */
#include "read.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum sofa_status sofa_origin_fail(const struct sofa_origin *p, const char *text, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': %s", p->source->path, p->name, text);
}

int sofa_origin_has(const struct sofa_origin *p)
{
    return sofa_npz_has(p->source->z, p->name);
}

enum sofa_status sofa_read_scalar(const struct sofa_origin *origin, double *value, struct sofa_error *e)
{
    struct sofa_array a;
    enum sofa_status status = sofa_read_array(&a, origin, 0, e);
    if (status != SOFA_OK)
        return status;
    *value = sofa_array_get(&a, 0);
    if (!isfinite(*value) || *value <= 0)
        status = sofa_origin_fail(origin, "must be finite and larger than 0", e);
    sofa_array_free(&a);
    return status;
}

static enum sofa_status wrong_element(const struct sofa_origin *origin, size_t i, const char *text, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': element %zu %s", origin->source->path, origin->name, i, text);
}

/* The largest magnitude; it must be one that float32 could hold. */
static enum sofa_status find_largest(double *largest, const struct sofa_array *a, const struct sofa_origin *origin,
                                     struct sofa_error *e)
{
    *largest = 0;
    for (size_t i = 0; i < a->count; i++) {
        double x = fabs(sofa_array_get(a, i));
        if (!isfinite(x))
            return wrong_element(origin, i, "is not finite", e);
        if (x > (double)FLT_MAX)
            return wrong_element(origin, i, "is beyond the range of float32", e);
        *largest = x > *largest ? x : *largest;
    }
    if (*largest > 0 && *largest < (double)FLT_TRUE_MIN)
        return sofa_origin_fail(origin, "is not zero but below the range of float32", e);
    return SOFA_OK;
}

double sofa_quantum(double largest, unsigned bits)
{
    return largest > 0 ? largest / ((1 << (bits - 1)) - 1) : 1;
}

int16_t sofa_quantised(double x, double step, unsigned bits)
{
    double top = (1 << (bits - 1)) - 1, steps = rint(x / step);
    return (int16_t)(steps > top ? top : steps < -top ? -top : steps);
}

static enum sofa_status quantise(struct sofa_tensor *t, const struct sofa_array *a, unsigned bits,
                                 const struct sofa_origin *origin, struct sofa_error *e)
{
    double largest;
    enum sofa_status status = find_largest(&largest, a, origin, e);
    t->step = sofa_quantum(largest, bits);
    for (size_t i = 0; i < a->count && status == SOFA_OK; i++)
        t->value[i] = sofa_quantised(sofa_array_get(a, i), t->step, bits);
    return status;
}

static enum sofa_status keep_given(struct sofa_tensor *t, const struct sofa_array *a, const struct sofa_origin *origin,
                                   struct sofa_error *e)
{
    t->given = malloc(a->count * sizeof *t->given);
    if (!t->given)
        return sofa_origin_fail(origin, "out of memory", e);
    for (size_t i = 0; i < a->count; i++)
        t->given[i] = (float)sofa_array_get(a, i);
    return SOFA_OK;
}

static enum sofa_status copy_integers(struct sofa_tensor *t, const struct sofa_array *a, unsigned bits,
                                      const struct sofa_origin *origin, struct sofa_error *e)
{
    char name[32];
    const struct sofa_origin scale = {origin->source, name};
    int low = -(1 << (bits - 1)), high = -low - 1;
    snprintf(name, sizeof name, "%s_scale", origin->name);
    if (!sofa_origin_has(&scale))
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': dtype is %s and array '%s' is missing: the real worth of one step",
                         origin->source->path, origin->name, sofa_type_name(a->type), name);
    enum sofa_status status = sofa_read_scalar(&scale, &t->step, e);
    for (size_t i = 0; i < a->count && status == SOFA_OK; i++) {
        double x = sofa_array_get(a, i);
        if (x < low || x > high)
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': element %zu is %.0f, must be %d to %d",
                               origin->source->path, origin->name, i, x, low, high);
        else
            t->value[i] = (int16_t)x;
    }
    return status;
}

struct sofa_columns sofa_head_columns(const struct sofa_config *c)
{
    return (struct sofa_columns){c->head_dim, c->head_dim, "head_dim", SOFA_HEAD_DIM_MIN, SOFA_HEAD_DIM_MAX};
}

enum sofa_status sofa_too_many_keys(const char *path, const char *name, size_t rows, const struct sofa_config *c,
                                    struct sofa_error *e)
{
    char remedy[48] = "";
    if (rows <= SOFA_KEYS_MAX)
        snprintf(remedy, sizeof remedy, "; --set keys_max=%zu would fit", rows);
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': has %zu rows, must have 1 to keys_max = %u%s", path, name, rows,
                     c->keys_max, remedy);
}

static enum sofa_status wrong_columns(size_t have, const struct sofa_columns *columns, const struct sofa_origin *origin,
                                      struct sofa_error *e)
{
    char range[32] = "", remedy[80] = "";
    if (columns->low != columns->high)
        snprintf(range, sizeof range, "%zu to ", columns->low);
    if (have >= columns->key_low && have <= columns->key_high)
        snprintf(remedy, sizeof remedy, "; --set %s=%zu would fit", columns->key, have);
    else
        snprintf(remedy, sizeof remedy, "; %s can be %zu to %zu", columns->key, columns->key_low, columns->key_high);
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': has %zu columns, must have %s%s = %zu%s", origin->source->path,
                     origin->name, have, range, columns->key, columns->high, remedy);
}

static enum sofa_status fill_tensor(struct sofa_tensor *t, const struct sofa_array *a, const struct sofa_columns *columns,
                                    unsigned bits, int given, const struct sofa_origin *origin, struct sofa_error *e)
{
    if (a->shape[1] < columns->low || a->shape[1] > columns->high)
        return wrong_columns(a->shape[1], columns, origin, e);
    if (a->shape[0] == 0)
        return sofa_origin_fail(origin, "has no rows", e);
    t->rows = a->shape[0];
    t->cols = a->shape[1];
    t->value = malloc(a->count * sizeof *t->value);
    if (!t->value)
        return sofa_origin_fail(origin, "out of memory", e);
    if (!sofa_type_is_float(a->type))
        return copy_integers(t, a, bits, origin, e);
    enum sofa_status status = quantise(t, a, bits, origin, e);
    return status == SOFA_OK && given ? keep_given(t, a, origin, e) : status;
}

enum sofa_status sofa_read_tensor(struct sofa_tensor *t, const struct sofa_origin *origin, const struct sofa_columns *columns,
                                  unsigned bits, int given, struct sofa_error *e)
{
    struct sofa_array a;
    *t = (struct sofa_tensor){0};
    enum sofa_status status = sofa_read_array(&a, origin, 2, e);
    if (status != SOFA_OK)
        return status;
    status = fill_tensor(t, &a, columns, bits, given, origin, e);
    sofa_array_free(&a);
    return status;
}
