/* SPDX-License-Identifier: Apache-2.0 */
/* Mode tokens: the sums that K^, K and V are made of, and the shifts that suit them; docs/arithmetic.md "Tokens". */
#ifndef SOFA_PROJECT_H
#define SOFA_PROJECT_H

#include "../trace/trace.h"

/* sum = X . weight + bias: S x d, allocated here. weight: H x d; bias: d, or NULL. The sums fit 32 bits for every legal
 * trace. */
enum sofa_status sofa_project(int32_t **sum, const struct sofa_tensor *x, const int16_t *weight, const int32_t *bias,
                              size_t d, struct sofa_error *e);
/* The smallest shift that saturates none of n sums; half 0: floor, 1: round. */
unsigned sofa_choose_shift(const int32_t *sum, size_t n, unsigned bits, int half);

/* What follows from x, wk, wv and the biases of t->tokens: codes, sums, shifts, and the steps of t->k and t->v. */
enum sofa_status sofa_tokens_project(struct sofa_trace *t, const struct sofa_config *c, struct sofa_error *e);

#endif
