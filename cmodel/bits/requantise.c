/* SPDX-License-Identifier: Apache-2.0 */
#include "requantise.h"

#include "../trace/read.h"

#include <math.h>
#include <stdlib.h>

struct sofa_range sofa_range_of(const struct sofa_tensor *t, size_t column)
{
    struct sofa_range r = {INFINITY, -INFINITY};
    for (size_t row = 0; row < t->rows; row++) {
        double x = sofa_tensor_given(t, row * t->cols + column);
        r.low = x < r.low ? x : r.low;
        r.high = x > r.high ? x : r.high;
    }
    return r;
}

double sofa_range_most(const struct sofa_range *r)
{
    return fmax(r->high, -r->low);
}

static double scaled(const struct sofa_tensor *x, const struct sofa_scaling *s, size_t row, size_t column)
{
    double real = sofa_tensor_given(x, row * x->cols + column) - (s->middle ? s->middle[column] : 0);
    return real * (s->row ? s->row[row] : 1) * (s->column ? s->column[column] : 1);
}

enum sofa_status sofa_requantise(struct sofa_tensor *out, const struct sofa_tensor *x, const struct sofa_scaling *s, unsigned bits,
                                 struct sofa_error *e)
{
    size_t count = x->rows * x->cols;
    double largest = 0, *real = malloc(count * sizeof *real);
    *out = (struct sofa_tensor){.rows = x->rows, .cols = x->cols, .value = malloc(count * sizeof *out->value)};
    if (!real || !out->value) {
        free(real);
        sofa_tensor_free(out);
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", x->rows);
    }
    for (size_t i = 0; i < count; i++) {
        real[i] = scaled(x, s, i / x->cols, i % x->cols);
        largest = fmax(largest, fabs(real[i]));
    }
    out->step = sofa_quantum(largest, bits);
    for (size_t i = 0; i < count; i++)
        out->value[i] = sofa_quantised(real[i], out->step, bits);
    free(real);
    return SOFA_OK;
}
