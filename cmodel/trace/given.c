/* SPDX-License-Identifier: Apache-2.0 */
/* Mode tokens: the keys and values that the numbers of a file make, before anything is rounded. */
#include "read.h"

#include <stdlib.h>

/* An array of the file as real numbers; NULL where it is missing. Its size has been checked when it was quantised. */
static enum sofa_status read_numbers(double **out, const struct sofa_source *s, const char *name, unsigned rank,
                                     struct sofa_error *e)
{
    const struct sofa_origin origin = {s, name};
    struct sofa_array a;
    *out = NULL;
    if (!sofa_origin_has(&origin))
        return SOFA_OK;
    enum sofa_status status = sofa_read_array(&a, &origin, rank, e);
    if (status != SOFA_OK)
        return status;
    *out = malloc(a.count * sizeof **out + 1);
    for (size_t i = 0; *out && i < a.count; i++)
        (*out)[i] = sofa_array_get(&a, i);
    sofa_array_free(&a);
    return *out ? SOFA_OK : sofa_origin_fail(&origin, "out of memory", e);
}

static double *given_numbers(const struct sofa_tensor *t)
{
    size_t count = t->rows * t->cols;
    double *x = malloc(count * sizeof *x + 1);
    for (size_t i = 0; x && i < count; i++)
        x[i] = sofa_tensor_given(t, i);
    return x;
}

/* out = x . weight + bias: S x d. weight: hidden x d numbers; bias: d, or NULL. */
static void project(float *out, const struct sofa_tensor *x, const double *weight, const double *bias, size_t d)
{
    double sum[SOFA_HEAD_DIM_MAX];
    for (size_t key = 0; key < x->rows; key++) {
        for (size_t i = 0; i < d; i++)
            sum[i] = bias ? bias[i] : 0;
        for (size_t h = 0; h < x->cols; h++) {
            double token = sofa_tensor_given(x, key * x->cols + h);
            for (size_t i = 0; i < d; i++)
                sum[i] += token * weight[h * d + i];
        }
        for (size_t i = 0; i < d; i++)
            out[key * d + i] = (float)sum[i];
    }
}

static enum sofa_status make(struct sofa_tensor *out, const struct sofa_trace *t, const struct sofa_tensor *weight,
                             const double *bias, const struct sofa_source *s, struct sofa_error *e)
{
    size_t keys = t->tokens.x.rows, d = weight->cols;
    double *numbers = given_numbers(weight);
    out->given = malloc(keys * d * sizeof *out->given);
    int made = numbers && out->given;
    if (made)
        project(out->given, &t->tokens.x, numbers, bias, d);
    free(numbers);
    return made ? SOFA_OK : sofa_fail(e, SOFA_BAD_INPUT, "%.250s: out of memory for %zu tokens", s->path, keys);
}

/* Pairs are (i, i + d/2). */
static void turn(float *k, const double *cos, const double *sin, size_t keys, size_t half)
{
    for (size_t key = 0; key < keys; key++)
        for (size_t i = 0; i < half; i++) {
            float *a = &k[key * 2 * half + i], *b = a + half;
            double x = (double)*a, y = (double)*b, c = cos[key * half + i], s = sin[key * half + i];
            *a = (float)(x * c - y * s);
            *b = (float)(x * s + y * c);
        }
}

static enum sofa_status turn_keys(struct sofa_trace *t, const struct sofa_source *s, struct sofa_error *e)
{
    double *cos = NULL, *sin = NULL;
    enum sofa_status status = read_numbers(&cos, s, "cos", 2, e);
    if (status == SOFA_OK)
        status = read_numbers(&sin, s, "sin", 2, e);
    if (status == SOFA_OK)
        turn(t->k.given, cos, sin, t->tokens.x.rows, t->tokens.wk.cols / 2);
    free(cos);
    free(sin);
    return status;
}

enum sofa_status sofa_trace_make_given(struct sofa_trace *t, const struct sofa_source *s, struct sofa_error *e)
{
    enum sofa_status status = make(&t->k, t, &t->tokens.wk, t->tokens.bk_given, s, e);
    if (status == SOFA_OK)
        status = make(&t->v, t, &t->tokens.wv, t->tokens.bv_given, s, e);
    return status == SOFA_OK && t->tokens.cos ? turn_keys(t, s, e) : status;
}
