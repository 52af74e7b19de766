/* SPDX-License-Identifier: Apache-2.0 */
/* float64 attention, the yardstick of accuracy and recall. Some rows are computed at once: what is read of a key and of a value serves
 * them all. */
#ifndef SOFA_REFERENCE_H
#define SOFA_REFERENCE_H

#include "../trace/trace.h"

#define SOFA_LANES 8u /* rows at once */

/* Which numbers of a trace are meant. As quantised, scores are exact integers; in mode tokens K and V are then the exact sums of the
 * quantised tokens and weights, not yet rounded to data.key_bits and data.value_bits. */
struct sofa_numbers {
    const struct sofa_trace *trace;
    int given;   /* as the file gives them */
    double unit; /* what a score of 1 is worth in softmax units */
    double step; /* what a value of 1 is worth, times column[i] */
    const double *column; /* d; NULL: 1 */
};
/* Errors: a trace of mode tokens whose numbers as given nobody asked for. */
enum sofa_status sofa_numbers_choose(struct sofa_numbers *n, const struct sofa_trace *t, int given, struct sofa_error *e);
/* 1 if quantisation changed nothing: all tensors came as integers. */
int sofa_given_is_exact(const struct sofa_trace *t);

/* Successive rows that see much the same keys, all in low .. high-1. */
struct sofa_row_group {
    size_t row;
    unsigned rows; /* 1 .. SOFA_LANES */
    size_t low, high;
    size_t first[SOFA_LANES], visible[SOFA_LANES];
};
/* The group that begins with this row. */
void sofa_row_group_take(struct sofa_row_group *g, const struct sofa_trace *t, size_t row);

/* Score of a key and a lane, of all keys of the group, in units. */
void sofa_reference_scores(double (*score)[SOFA_LANES], const struct sofa_numbers *n, const struct sofa_row_group *g);
/* Softmax attention of each lane over all keys that it sees: d outputs, zeros where there is no key. weight: like scores; 1 for a
 * lane's largest score, 0 for keys that it does not see. */
void sofa_reference_dense(double (*out)[SOFA_LANES], double (*weight)[SOFA_LANES], const double (*score)[SOFA_LANES],
                          const struct sofa_numbers *n, const struct sofa_row_group *g);

/* Keys of one row, ascending. */
struct sofa_keys {
    const uint32_t *key;
    size_t count;
};
/* The same of one lane over these keys alone. */
void sofa_reference_attend(double *out, const double (*score)[SOFA_LANES], unsigned lane, const struct sofa_keys *keys,
                           const struct sofa_numbers *n, const struct sofa_row_group *g);

#endif
