/* SPDX-License-Identifier: Apache-2.0 */
/* float64 attention of one row, the yardstick of accuracy and recall. */
#ifndef SOFA_REFERENCE_H
#define SOFA_REFERENCE_H

#include "../trace/trace.h"

/* Exact integer scores Q.K of a row over its visible keys: score[first .. visible-1]. Mode tokens: K and V are the exact
 * sums of the quantised tokens and weights, not yet rounded to data.key_bits and data.value_bits. */
void sofa_reference_scores(int64_t *score, const struct sofa_trace *t, size_t row);
/* What one step of such a score is worth in softmax units. */
double sofa_reference_unit(const struct sofa_trace *t);
/* Keys of a row, ascending. */
struct sofa_keys {
    const uint32_t *key;
    size_t count;
};
/* Softmax attention over these keys on dequantised tensors: d outputs, zeros when there is no key. weight[n]: of key[n], 1 for
 * the largest score, not normalised. */
void sofa_reference_attend(double *out, double *weight, const int64_t *score, const struct sofa_keys *keys,
                           const struct sofa_trace *t);
/* The tensors as the file gives them, before quantisation. Arrays of the trace, or made here. */
struct sofa_given {
    size_t d;
    double scale;
    const float *q, *k, *v; /* R x d, S x d */
    float *owned[3];
};
/* Errors: out of memory. A trace that nobody asked for its numbers (mode tokens) is an error, too. */
enum sofa_status sofa_given_open(struct sofa_given *g, const struct sofa_trace *t, struct sofa_error *e);
void sofa_given_close(struct sofa_given *g);
/* 1 if quantisation changed nothing: all tensors came as integers. */
int sofa_given_is_exact(const struct sofa_trace *t);
/* Scores times softmax scale over keys first .. visible-1. */
void sofa_given_scores(double *score, const struct sofa_given *g, size_t row, size_t first, size_t visible);
/* As sofa_reference_attend. */
void sofa_given_attend(double *out, double *weight, const double *score, const struct sofa_keys *keys,
                       const struct sofa_given *g);

#endif
