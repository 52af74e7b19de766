/* SPDX-License-Identifier: Apache-2.0 */
#include "plane.h"

#include "../bits/predict.h"

struct sofa_plane sofa_plane_shape(const struct sofa_config *c, size_t keys)
{
    struct sofa_derived d;
    sofa_config_derive(c, &d);
    unsigned bits = (d.khat_keys - 1) * d.khat_unit + c->head_dim * c->predict.operand_bits;
    return (struct sofa_plane){.keys = d.khat_keys, .rows = (keys + d.khat_keys - 1) / d.khat_keys, .row_bytes = (bits + 7) / 8};
}

static void put_bit(uint8_t *row, uint64_t at, int value)
{
    uint8_t mask = (uint8_t)(1u << at % 8);
    row[at / 8] = (uint8_t)(value ? row[at / 8] | mask : row[at / 8] & ~mask);
}

void sofa_plane_pack(uint8_t *out, uint32_t stride, const struct sofa_config *c, const struct sofa_tensor *k, size_t keys)
{
    struct sofa_derived d;
    int16_t khat[SOFA_HEAD_DIM_MAX];
    unsigned bits = c->predict.operand_bits;
    sofa_config_derive(c, &d);
    for (size_t key = 0; key < keys; key++) {
        uint8_t *row = out + key / d.khat_keys * stride;
        uint64_t at = key % d.khat_keys * (uint64_t)d.khat_unit;
        sofa_truncate_key(khat, k->value + key * k->cols, k->cols, c);
        for (size_t i = 0; i < k->cols; i++)
            for (unsigned bit = 0; bit < bits; bit++)
                put_bit(row, at + i * bits + bit, khat[i] >> bit & 1);
    }
}
