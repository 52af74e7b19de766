/* SPDX-License-Identifier: Apache-2.0 */
#include "predict.h"

#include "arith.h"

#include <stdlib.h>

unsigned sofa_row_exponent(const int16_t *q, size_t d)
{
    uint32_t ones = 0;
    for (size_t i = 0; i < d; i++)
        ones = ones | (uint32_t)abs(q[i]);
    return ones ? sofa_log2_floor(ones) : 0;
}

void sofa_encode_query(int16_t *power, const int16_t *q, size_t d, unsigned e_row, unsigned powers)
{
    for (size_t i = 0; i < d; i++) {
        unsigned code = sofa_code(q[i], e_row, powers);
        int value = code ? 1 << (code - 1) : 0;
        power[i] = (int16_t)(q[i] < 0 ? -value : value);
    }
}

void sofa_truncate_key(int16_t *khat, const int16_t *k, size_t n, const struct sofa_config *c)
{
    unsigned shift = c->data.key_bits - c->predict.operand_bits;
    for (size_t i = 0; i < n; i++)
        khat[i] = (int16_t)(k[i] >> shift);
}

static inline int32_t scale(int32_t full, int score_shift, unsigned score_bits)
{
    int64_t wide = (int64_t)full * 4; /* no shift goes further to the left */
    return (int32_t)sofa_saturate(wide >> (score_shift + 2), score_bits);
}

int32_t sofa_predict_score(const int16_t *power, const int16_t *khat, size_t d, int score_shift,
                           unsigned score_bits)
{
    return scale(sofa_dot(power, khat, d), score_shift, score_bits);
}

/* In 32 bits, so that compilers make vectors of it. */
static unsigned scale_right(int32_t *score, unsigned keys, unsigned score_shift, unsigned score_bits)
{
    int32_t top = (int32_t)(((uint32_t)1 << (score_bits - 1)) - 1);
    unsigned saturated = 0;
    for (unsigned k = 0; k < keys; k++) {
        int32_t exact = score[k] >> score_shift, s = exact;
        s = s > top ? top : s;
        score[k] = s < -top - 1 ? -top - 1 : s;
        saturated += score[k] != exact;
    }
    return saturated;
}

static unsigned scale_left(int32_t *score, unsigned keys, int score_shift, unsigned score_bits)
{
    unsigned saturated = 0;
    for (unsigned k = 0; k < keys; k++) {
        int32_t exact = score[k];
        score[k] = scale(exact, score_shift, score_bits);
        saturated += score[k] != (int64_t)exact * 4 >> (score_shift + 2);
    }
    return saturated;
}

unsigned sofa_predict_row(int32_t *score, const int16_t *power, const int16_t *khat, size_t d, unsigned keys,
                          int score_shift, unsigned score_bits)
{
    unsigned whole = keys / 4 * 4;
    for (unsigned k = 0; k < whole; k += 4)
        sofa_dot_four(score + k, khat + k * d, power, d);
    for (unsigned k = whole; k < keys; k++)
        score[k] = sofa_dot(power, khat + k * d, d);
    if (score_shift < 0)
        return scale_left(score, keys, score_shift, score_bits);
    return scale_right(score, keys, score_shift < 31 ? (unsigned)score_shift : 31, score_bits);
}
