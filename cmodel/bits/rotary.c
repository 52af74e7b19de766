/* SPDX-License-Identifier: Apache-2.0 */
#include "rotary.h"

#include "arith.h"

int sofa_turn_of(int16_t rotary)
{
    return (int)sofa_round_shift(rotary, SOFA_ROTARY_FRACTION - SOFA_TURN_FRACTION);
}

struct turn {
    int64_t cos, sin;
    unsigned fraction;
};

static struct turn turn_of(const struct sofa_tokens *t, size_t at, int predicted)
{
    if (predicted)
        return (struct turn){sofa_turn_of(t->cos[at]), sofa_turn_of(t->sin[at]), SOFA_TURN_FRACTION};
    return (struct turn){t->cos[at], t->sin[at], SOFA_ROTARY_FRACTION};
}

static void turn_pair(int64_t *a, int64_t *b, const struct turn *turn)
{
    int64_t x = *a, y = *b;
    *a = sofa_round_shift(x * turn->cos - y * turn->sin, turn->fraction);
    *b = sofa_round_shift(x * turn->sin + y * turn->cos, turn->fraction);
}

static void rotate(int16_t *row, const struct sofa_tokens *t, size_t key, size_t d, unsigned bits, int predicted)
{
    size_t half = d / 2;
    for (size_t i = 0; t->cos && i < half; i++) {
        struct turn turn = turn_of(t, key * half + i, predicted);
        int64_t a = row[i], b = row[i + half];
        turn_pair(&a, &b, &turn);
        row[i] = (int16_t)sofa_saturate(a, bits);
        row[i + half] = (int16_t)sofa_saturate(b, bits);
    }
}

void sofa_rotate_key(int16_t *row, const struct sofa_tokens *t, size_t key, size_t d, unsigned bits)
{
    rotate(row, t, key, d, bits, 0);
}

void sofa_rotate_khat(int16_t *row, const struct sofa_tokens *t, size_t key, size_t d, unsigned bits)
{
    rotate(row, t, key, d, bits, 1);
}

int sofa_rotary_fits(const struct sofa_tokens *t, size_t d, unsigned shift, unsigned bits, int predicted)
{
    size_t half = d / 2;
    const int32_t *sum = predicted ? t->khat_sum : t->k_sum;
    for (size_t at = 0; at < t->x.rows * half; at++) {
        size_t i = at / half * d + at % half;
        struct turn turn = turn_of(t, at, predicted);
        int64_t a = predicted ? sum[i] >> shift : sofa_round_shift(sum[i], shift);
        int64_t b = predicted ? sum[i + half] >> shift : sofa_round_shift(sum[i + half], shift);
        turn_pair(&a, &b, &turn);
        if (sofa_saturate(a, bits) != a || sofa_saturate(b, bits) != b)
            return 0;
    }
    return 1;
}
