/* SPDX-License-Identifier: Apache-2.0 */
#include "arith.h"
#include "../config/config.h"

#include <math.h>

uint32_t sofa_exp2_table(unsigned a)
{
    return (uint32_t)lround(exp2((double)a / SOFA_EXP2_ENTRIES) * (1 << 18));
}

uint32_t sofa_recip_table(unsigned a)
{
    return (uint32_t)lround((1 << 18) / (1.0 + (double)a / SOFA_RECIP_ENTRIES));
}

void sofa_tables_init(struct sofa_tables *tables)
{
    for (unsigned a = 0; a <= SOFA_EXP2_ENTRIES; a++)
        tables->exp2[a] = sofa_exp2_table(a);
    for (unsigned a = 0; a <= SOFA_RECIP_ENTRIES; a++)
        tables->recip[a] = sofa_recip_table(a);
}

uint32_t sofa_exp2(const struct sofa_tables *tables, int64_t x)
{
    int64_t whole = x >> SOFA_T_FRACTION;
    if (whole < -16)
        return 0;
    unsigned f = (unsigned)(x & ((1 << SOFA_T_FRACTION) - 1));
    unsigned a = f >> 6, b = f & 63u;
    uint32_t low = tables->exp2[a], slope = tables->exp2[a + 1] - low;
    uint32_t g = low + ((slope * b + 32) >> 6);
    uint32_t mantissa = (g + 4) >> 3;
    if (mantissa > 65535)
        mantissa = 65535;
    return (uint32_t)sofa_round_shift((int64_t)mantissa, (unsigned)(1 - whole));
}

/* Chord of a convex function: at most h^2/8 * max f''. Add rounding of table, product, mantissa (with its clamp, at
 * worst one step) and result. */
double sofa_exp2_bound(void)
{
    double h = 1.0 / SOFA_EXP2_ENTRIES;
    double chord = h * h / 8 * M_LN2 * M_LN2 * 2;     /* of the mantissa in [1,2) */
    double table = (0.5 + 0.5) / (1 << 18);
    double mantissa = 1.0 / (1 << 15);
    return (chord + table + mantissa) * (1 << 15) + 0.5;
}

uint32_t sofa_recip(const struct sofa_tables *tables, uint64_t l)
{
    unsigned e = sofa_log2_floor(l);
    uint32_t n = (uint32_t)((e >= 16 ? l >> (e - 16) : l << (16 - e)) & 0xffff);
    unsigned a = n >> 9, b = n & 511u;
    uint32_t high = tables->recip[a], slope = high - tables->recip[a + 1];
    uint32_t y = (high - ((slope * b + 256) >> 9) + 2) >> 2;
    return y > 65535 ? 65535 : y;
}

double sofa_recip_bound(void)
{
    double h = 1.0 / SOFA_RECIP_ENTRIES;
    double chord = h * h / 8 * 2;
    double rounding = (0.5 + 0.5) / (1 << 18) + 1.0 / (1 << 16);
    double truncated = 1.0 / (1 << 16); /* bits of l below n */
    return 2 * (chord + rounding) + truncated;
}

unsigned sofa_code(int32_t q, unsigned e_row, unsigned powers)
{
    uint32_t magnitude = (uint32_t)(q < 0 ? -q : q);
    if (magnitude == 0)
        return 0;
    int code = (int)sofa_log2_floor(magnitude) - (int)e_row + (int)powers;
    return code < 0 ? 0 : (unsigned)code;
}

int32_t sofa_scale_score(int64_t s, uint32_t mantissa, unsigned shift)
{
    return (int32_t)sofa_saturate(sofa_round_shift(s * (int64_t)mantissa, shift), 32);
}

int64_t sofa_reference_step(struct sofa_reference *ref, int32_t t, unsigned *shift, int *raised)
{
    int32_t candidate = t >> (SOFA_T_FRACTION + 1);
    int64_t x = (int64_t)t - (int64_t)ref->m * (2 << SOFA_T_FRACTION);
    *shift = 0;
    *raised = ref->started && x >= (SOFA_REFERENCE_STEP << SOFA_T_FRACTION);
    if (ref->started && !*raised)
        return x;
    if (*raised) {
        int64_t steps = (int64_t)candidate - ref->m;
        *shift = steps > SOFA_RAISE_MAX / 2 ? SOFA_RAISE_MAX : (unsigned)(2 * steps);
    }
    ref->started = 1;
    ref->m = candidate;
    return (int64_t)t - (int64_t)candidate * (2 << SOFA_T_FRACTION);
}

int16_t sofa_normalise(int64_t o, uint64_t l, uint32_t y)
{
    unsigned e = sofa_log2_floor(l);
    int64_t h = o >> (e + SOFA_OUTPUT_FRACTION - 1 - SOFA_P_FRACTION);
    return (int16_t)sofa_saturate(sofa_round_shift(h * (int64_t)y, 17), 16);
}

int32_t sofa_dot(const int16_t *a, const int16_t *b, size_t n)
{
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

void sofa_dot_four(int32_t sum[4], const int16_t *rows, const int16_t *b, size_t n)
{
    const int16_t *row1 = rows + n, *row2 = row1 + n, *row3 = row2 + n;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (size_t i = 0; i < n; i++) {
        s0 += rows[i] * b[i];
        s1 += row1[i] * b[i];
        s2 += row2[i] * b[i];
        s3 += row3[i] * b[i];
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}
