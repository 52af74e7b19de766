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

void sofa_encode_query(int16_t *power, const int16_t *q, size_t d, unsigned e_row)
{
    for (size_t i = 0; i < d; i++) {
        unsigned code = sofa_code(q[i], e_row);
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

int32_t sofa_predict_score(const int16_t *power, const int16_t *khat, size_t d, unsigned score_shift,
                           unsigned score_bits)
{
    int32_t full = 0;
    for (size_t i = 0; i < d; i++)
        full += power[i] * khat[i];
    return (int32_t)sofa_saturate(full >> score_shift, score_bits);
}
