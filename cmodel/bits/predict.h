/* SPDX-License-Identifier: Apache-2.0 */
/* Score prediction (DLZS): keys kept as K^, queries as leading-zero codes; docs/arithmetic.md "Score prediction". */
#ifndef SOFA_PREDICT_H
#define SOFA_PREDICT_H

#include "../trace/job.h"

/* e_row of a query row of d elements. */
unsigned sofa_row_exponent(const int16_t *q, size_t d);
/* Codes of a row as signed powers of two (0, +-1 .. +-2^(powers-1)), d elements. */
void sofa_encode_query(int16_t *power, const int16_t *q, size_t d, unsigned e_row, unsigned powers);
/* K^ of n elements. */
void sofa_truncate_key(int16_t *khat, const int16_t *k, size_t n, const struct sofa_config *c);
/* Scaled, saturated score of one pair; score_shift -2..63, negative: to the left. |full| < 2^31 for every legal configuration. */
int32_t sofa_predict_score(const int16_t *power, const int16_t *khat, size_t d, int score_shift,
                           unsigned score_bits);

/* The same for a row and `keys` keys that stand one after the other. Returns how many scores were saturated. */
unsigned sofa_predict_row(int32_t *score, const int16_t *power, const int16_t *khat, size_t d, unsigned keys,
                          int score_shift, unsigned score_bits);

#endif
