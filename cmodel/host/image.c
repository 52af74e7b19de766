/* SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

void sofa_image_tensor(uint8_t *out, uint32_t stride, const struct sofa_tensor *t, unsigned bits, size_t first,
                       size_t rows)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < t->cols; i++) {
            uint16_t value = (uint16_t)t->value[(first + row) * t->cols + i];
            uint8_t *at = out + row * stride + i * (bits / 8);
            at[0] = (uint8_t)value;
            if (bits == 16)
                at[1] = (uint8_t)(value >> 8);
        }
}

static void put_word(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

void sofa_image_ranges(uint8_t *out, const struct sofa_trace *t, size_t first, size_t rows)
{
    for (size_t row = 0; row < rows; row++) {
        put_word(out + row * SOFA_RANGE_BYTES, t->first[first + row]);
        put_word(out + row * SOFA_RANGE_BYTES + 4, t->visible[first + row]);
    }
}

int16_t sofa_image_output(const uint8_t *row, size_t dim)
{
    const uint8_t *at = row + 2 * dim;
    return (int16_t)(at[0] | at[1] << 8);
}
