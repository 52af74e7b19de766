/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic primitives, one function per rule of docs/arithmetic.md. */
#ifndef SOFA_ARITH_H
#define SOFA_ARITH_H

#include <stddef.h>
#include <stdint.h>

#define SOFA_T_FRACTION 12u        /* fraction bits of t and x (octaves) */
#define SOFA_REFERENCE_STEP 2      /* m counts steps of 2 octaves */
#define SOFA_P_FRACTION 14u        /* fraction bits of p and l */
#define SOFA_RAISE_MAX 62u         /* largest shift of a raise */
#define SOFA_EXP2_ENTRIES 64u      /* intervals of the exp2 table */
#define SOFA_RECIP_ENTRIES 128u    /* intervals of the reciprocal table */

/* round(x >> n), half up; n in 0..63; x + 2^(n-1) must not overflow. */
static inline int64_t sofa_round_shift(int64_t x, unsigned n)
{
    return n == 0 ? x : (x + ((int64_t)1 << (n - 1))) >> n;
}

/* Clamp to the signed range of `bits` (1..63). */
static inline int64_t sofa_saturate(int64_t x, unsigned bits)
{
    int64_t top = ((int64_t)1 << (bits - 1)) - 1;
    return x > top ? top : x < -top - 1 ? -top - 1 : x;
}

/* floor(log2 x), x > 0. */
static inline unsigned sofa_log2_floor(uint64_t x)
{
    return 63u - (unsigned)__builtin_clzll(x);
}

/* T[a] = round(2^(a/64) * 2^18), a = 0..64. */
uint32_t sofa_exp2_table(unsigned a);
/* U[a] = round(2^18 / (1 + a/128)), a = 0..128. */
uint32_t sofa_recip_table(unsigned a);

/* The two tables, filled once per run. */
struct sofa_tables {
    uint32_t exp2[SOFA_EXP2_ENTRIES + 1], recip[SOFA_RECIP_ENTRIES + 1];
};
void sofa_tables_init(struct sofa_tables *tables);

/* p = 2^x in 14 fraction bits; x in 12 fraction bits, x < 2 octaves (8192). */
uint32_t sofa_exp2(const struct sofa_tables *tables, int64_t x);
/* Bound on |p - 2^x * 2^14| in steps of p, for all x: derived from the table. */
double sofa_exp2_bound(void);
/* 16 fraction bits of 1/mantissa(l), l > 0: y = 2^(16 + floor(log2 l)) / l. */
uint32_t sofa_recip(const struct sofa_tables *tables, uint64_t l);
/* Bound on the relative error of sofa_recip, for all l. */
double sofa_recip_bound(void);

/* Leading-zero code of a query element of a row with exponent e_row: 0, or 1..powers for 2^(code-1). */
unsigned sofa_code(int32_t q, unsigned e_row, unsigned powers);

/* Attention state of one row and the steps of the AP, SA-2 and output stages. */
struct sofa_reference {
    int started;
    int32_t m; /* units of 2 octaves */
};
/* t = sat32(round(s * mantissa >> shift)). */
int32_t sofa_scale_score(int64_t s, uint32_t mantissa, unsigned shift);
/* Updates the reference; returns x, writes the raise shift and whether an existing reference was raised. */
int64_t sofa_reference_step(struct sofa_reference *ref, int32_t t, unsigned *shift, int *raised);
/* o = sat16(round((O >>> (e - 14)) * y >> 17)), e = floor(log2 l), y = sofa_recip(l). */
int16_t sofa_normalise(int64_t o, uint64_t l, uint32_t y);

/* Exact sums of n products, which the caller's widths keep within 32 bits; of four rows at a time, n elements each, one after the other,
 * so that `b` is read once for all. */
int32_t sofa_dot(const int16_t *a, const int16_t *b, size_t n);
void sofa_dot_four(int32_t sum[4], const int16_t *rows, const int16_t *b, size_t n);

#endif
