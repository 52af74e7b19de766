/* SPDX-License-Identifier: Apache-2.0 */
/* Key prediction (phase 1.1): weights as leading-zero codes; docs/arithmetic.md "Tokens". */
#ifndef SOFA_PREDICT_KEYS_H
#define SOFA_PREDICT_KEYS_H

#include "../trace/trace.h"
#include "result.h"

/* Code 0..7 of an 8-bit weight; 0 stands for zero, c = 1..7 for 2^(c-1) units. */
unsigned sofa_weight_code(int weight, enum sofa_rounding rounding);
/* What 2^(c-1) = 1 is worth in steps of the weight. */
unsigned sofa_weight_unit(enum sofa_rounding rounding);
/* Codes as signed powers of two (0, +-1 .. +-64), n elements. */
void sofa_encode_weights(int16_t *power, const int16_t *weight, size_t n, enum sofa_rounding rounding);
/* K^ = sat(sum >>> shift), n elements. */
void sofa_scale_khat(int16_t *khat, const int32_t *sum, size_t n, unsigned shift, unsigned bits);

/* K^ of all keys of a trace, in either mode; khat_shift: of mode tokens. */
void sofa_predict_keys(int16_t *khat, const struct sofa_trace *t, const struct sofa_config *c, unsigned khat_shift);

/* What the zero eliminator of the shift array finds: a pass is a word of predict.dims tokens of predict.keys keys against
 * the columns of its codes, a beat each. */
struct sofa_zeros {
    const struct sofa_tensor *x;
    unsigned keys, dims, words, slice, columns;
    uint64_t *mask;  /* words x SOFA_COLUMN_WORDS: columns with a code that is not zero */
    uint32_t *live;  /* per word: how many */
    uint32_t *codes; /* per row of Wk: zero codes */
};
enum sofa_status sofa_zeros_open(struct sofa_zeros *z, const struct sofa_config *c, const struct sofa_tokens *t,
                                 struct sofa_error *e);
void sofa_zeros_close(struct sofa_zeros *z);
/* Counts the beats of a tile in which some row of the block sees a key; fills tile->khat_beats unless it is NULL. */
void sofa_zeros_count(const struct sofa_zeros *z, struct sofa_counters *n, const struct sofa_tile *tile, unsigned tile_keys);

#endif
