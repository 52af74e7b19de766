/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a tensor in other integers than its file's reader has made: scaled by row and by column, off centre. */
#ifndef SOFA_REQUANTISE_H
#define SOFA_REQUANTISE_H

#include "../trace/trace.h"

/* Of a column's numbers given. */
struct sofa_range {
    double low, high;
};
struct sofa_range sofa_range_of(const struct sofa_tensor *t, size_t column);
/* The largest magnitude. */
double sofa_range_most(const struct sofa_range *r);

/* NULL: 1, 1, 0. */
struct sofa_scaling {
    const double *row, *column, *middle; /* rows, cols, cols */
};

/* out: the integers, of so many bits, of (x - middle) * row * column, and their step; x are the numbers given. Errors: out of memory. */
enum sofa_status sofa_requantise(struct sofa_tensor *out, const struct sofa_tensor *x, const struct sofa_scaling *s, unsigned bits,
                                 struct sofa_error *e);

#endif
