/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and quantising the tensors of a trace. */
#include "trace_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum sofa_status sofa_place_fail(const struct sofa_place *p, const char *text, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': %s", p->path, p->name, text);
}

enum sofa_status sofa_read_scalar(struct sofa_npz *z, const char *path, const char *name, double *value,
                                    struct sofa_error *e)
{
    struct sofa_place place = {z, path, name};
    struct sofa_array a;
    enum sofa_status status = sofa_npz_read(z, name, &a, e);
    if (status != SOFA_OK)
        return status;
    if (a.count != 1 || (a.type != SOFA_F16 && a.type != SOFA_F32 && a.type != SOFA_F64)) {
        status = sofa_place_fail(&place, "must be one float32 number", e);
    } else {
        *value = sofa_array_get(&a, 0);
        if (!isfinite(*value) || *value <= 0)
            status = sofa_place_fail(&place, "must be finite and larger than 0", e);
    }
    sofa_array_free(&a);
    return status;
}

static enum sofa_status quantise(struct sofa_tensor *t, const struct sofa_array *a, unsigned bits,
                                 const struct sofa_place *place, struct sofa_error *e)
{
    double largest = 0, top = (double)((1 << (bits - 1)) - 1);
    for (size_t i = 0; i < a->count; i++) {
        double x = fabs(sofa_array_get(a, i));
        if (!isfinite(x))
            return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': element %zu is not finite", place->path,
                             place->name, i);
        largest = x > largest ? x : largest;
    }
    t->step = largest > 0 ? largest / top : 1;
    for (size_t i = 0; i < a->count; i++) {
        double x = rint(sofa_array_get(a, i) / t->step);
        t->value[i] = (int16_t)(x > top ? top : x < -top ? -top : x);
    }
    return SOFA_OK;
}

static enum sofa_status copy_integers(struct sofa_tensor *t, const struct sofa_array *a, unsigned bits,
                                      const struct sofa_place *place, struct sofa_error *e)
{
    char scale[32];
    int low = -(1 << (bits - 1)), high = -low - 1;
    strcpy(scale, place->name);
    strcat(scale, "_scale");
    enum sofa_status status = sofa_read_scalar(place->z, place->path, scale, &t->step, e);
    for (size_t i = 0; i < a->count && status == SOFA_OK; i++) {
        double x = sofa_array_get(a, i);
        if (x < low || x > high)
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': element %zu is %.0f, must be %d to %d",
                               place->path, place->name, i, x, low, high);
        else
            t->value[i] = (int16_t)x;
    }
    return status;
}

static enum sofa_status wrong_columns(const struct sofa_array *a, const struct sofa_columns *columns,
                                      const struct sofa_place *place, struct sofa_error *e)
{
    char range[32] = "";
    if (columns->low != columns->high)
        snprintf(range, sizeof range, "%zu to ", columns->low);
    return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': has %zu columns, must have %s%s = %zu", place->path,
                     place->name, a->shape[1], range, columns->key, columns->high);
}

static enum sofa_status fill_tensor(struct sofa_tensor *t, const struct sofa_array *a,
                                    const struct sofa_columns *columns, unsigned bits, const struct sofa_place *place, struct sofa_error *e)
{
    if (a->dims != 2)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': has %u dimensions, must have 2", place->path,
                         place->name, a->dims);
    if (a->shape[1] < columns->low || a->shape[1] > columns->high)
        return wrong_columns(a, columns, place, e);
    if (a->shape[0] == 0)
        return sofa_place_fail(place, "has no rows", e);
    t->rows = a->shape[0];
    t->cols = a->shape[1];
    t->value = malloc(a->count * sizeof *t->value);
    if (!t->value)
        return sofa_place_fail(place, "out of memory", e);
    switch (a->type) {
    case SOFA_F16:
    case SOFA_F32: return quantise(t, a, bits, place, e);
    case SOFA_I8:
    case SOFA_I16: return copy_integers(t, a, bits, place, e);
    default:
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': dtype is %s, must be float32, float16, int8 or int16",
                         place->path, place->name, sofa_type_name(a->type));
    }
}

enum sofa_status sofa_read_tensor(struct sofa_tensor *t, const struct sofa_place *place, const struct sofa_columns *columns,
                                  unsigned bits, struct sofa_error *e)
{
    struct sofa_array a;
    *t = (struct sofa_tensor){0};
    enum sofa_status status = sofa_npz_read(place->z, place->name, &a, e);
    if (status != SOFA_OK)
        return status;
    status = fill_tensor(t, &a, columns, bits, place, e);
    sofa_array_free(&a);
    return status;
}
