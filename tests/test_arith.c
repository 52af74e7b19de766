/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic primitives against their definitions; the two tables' error bounds over the whole input range. */
#include "tests.h"

#include "../cmodel/bits/arith.h"

#include <math.h>
#include <stdlib.h>

START_TEST(shifts_and_clamps)
{
    uint64_t state = test_seed();
    for (int run = 0; run < 100000; run++) {
        int64_t x = (int64_t)test_random(&state) >> test_between(&state, 2, 63);
        unsigned n = test_between(&state, 0, 60), bits = test_between(&state, 1, 63);
        __int128 half = n ? (__int128)1 << (n - 1) : 0, sum = (__int128)x + half, step = (__int128)1 << n;
        __int128 floor = sum >= 0 ? sum / step : -((-sum + step - 1) / step);
        ck_assert_int_eq(sofa_round_shift(x, n), (int64_t)floor);
        int64_t top = (int64_t)(((uint64_t)1 << (bits - 1)) - 1), low = -top - 1;
        ck_assert_int_eq(sofa_saturate(x, bits), x < low ? low : x > top ? top : x);
    }
    for (unsigned b = 0; b < 64; b++) {
        ck_assert_uint_eq(sofa_log2_floor((uint64_t)1 << b), b);
        ck_assert_uint_eq(sofa_log2_floor(((uint64_t)2 << b) - 1 == 0 ? UINT64_MAX : ((uint64_t)2 << b) - 1), b);
    }
}
END_TEST

/* Every x that gives a nonzero weight, and far beyond. */
START_TEST(exp2_bound)
{
    struct sofa_tables tables;
    double bound = sofa_exp2_bound(), worst = 0;
    uint32_t last = 0;
    sofa_tables_init(&tables);
    for (int64_t x = -40 * 4096; x < 2 * 4096; x++) {
        uint32_t p = sofa_exp2(&tables, x);
        worst = fmax(worst, fabs(p - ldexp(exp2((double)x / 4096), 14)));
        ck_assert_uint_ge(p, last);
        last = p;
    }
    ck_assert_uint_eq(last, 65525);
    ck_assert_uint_eq(sofa_exp2(&tables, 0), 1 << 14);
    ck_assert_uint_eq(sofa_exp2(&tables, INT64_MIN / 2), 0);
    ck_assert_msg(worst <= bound, "error %g exceeds the bound %g", worst, bound);
    ck_assert_msg(bound < 2.6, "bound %g", bound);
}
END_TEST

static double reciprocal_error(const struct sofa_tables *tables, uint64_t l)
{
    double exact = ldexp(1, 16 + (int)sofa_log2_floor(l)) / (double)l;
    return fabs(sofa_recip(tables, l) / exact - 1);
}

/* Every mantissa at every exponent, with the bits below it clear, set and random. */
START_TEST(reciprocal_bound)
{
    struct sofa_tables tables;
    double bound = sofa_recip_bound(), worst = 0;
    uint64_t state = test_seed();
    sofa_tables_init(&tables);
    for (unsigned e = 0; e <= 36; e++)
        for (uint64_t n = 0; n < 65536; n += e == 14 || e == 26 ? 1 : 37) {
            uint64_t l = e >= 16 ? (65536 + n) << (e - 16) : (65536 + n) >> (16 - e);
            uint64_t below = e >= 16 ? ((uint64_t)1 << (e - 16)) - 1 : 0;
            worst = fmax(worst, reciprocal_error(&tables, l));
            worst = fmax(worst, reciprocal_error(&tables, l | below));
            worst = fmax(worst, reciprocal_error(&tables, l | (below & test_random(&state))));
        }
    ck_assert_msg(worst <= bound, "error %g exceeds the bound %g", worst, bound);
    ck_assert_msg(bound < 1.2e-4, "bound %g", bound);
}
END_TEST

START_TEST(codes)
{
    unsigned powers = 3 + (unsigned)_i;
    for (unsigned e_row = 0; e_row <= 15; e_row++)
        for (int q = -32768; q <= 32767; q++) {
            unsigned magnitude = (unsigned)abs(q), code = sofa_code(q, e_row, powers);
            if (magnitude >= 2u << e_row)
                continue; /* e_row would be larger */
            double exponent = magnitude ? floor(log2(magnitude)) - e_row + powers : 0;
            ck_assert_uint_eq(code, exponent > 0 ? (unsigned)exponent : 0);
            ck_assert_uint_le(code, powers);
        }
}
END_TEST

START_TEST(scores)
{
    uint64_t state = test_seed();
    for (int run = 0; run < 100000; run++) {
        int64_t s = (int64_t)test_random(&state) >> test_between(&state, 24, 63);
        uint32_t mantissa = test_between(&state, 32768, 65535);
        unsigned shift = test_between(&state, 0, 63);
        __int128 half = shift ? (__int128)1 << (shift - 1) : 0;
        __int128 t = ((__int128)s * mantissa + half) >> shift;
        t = t > INT32_MAX ? INT32_MAX : t < INT32_MIN ? INT32_MIN : t;
        ck_assert_int_eq(sofa_scale_score(s, mantissa, shift), (int32_t)t);
    }
}
END_TEST

/* x stays below two octaves, m never falls, a raise shifts by what m grew. */
START_TEST(references)
{
    uint64_t state = test_seed();
    for (int run = 0; run < 2000; run++) {
        struct sofa_reference ref = {0};
        unsigned width = test_between(&state, 1, 32);
        for (int pair = 0; pair < 20; pair++) {
            int32_t t = (int32_t)(uint32_t)test_random(&state) >> (32 - width);
            struct sofa_reference old = ref;
            unsigned shift;
            int raised;
            int64_t x = sofa_reference_step(&ref, t, &shift, &raised);
            ck_assert_int_lt(x, 8192);
            ck_assert_int_eq(x, t - (int64_t)ref.m * 8192);
            if (!old.started) {
                ck_assert(!raised && shift == 0 && x >= 0);
                continue;
            }
            int64_t grown = (int64_t)ref.m - old.m;
            ck_assert(raised ? grown > 0 && x >= 0 : grown == 0);
            ck_assert_uint_eq(shift, grown > 31 ? 62 : (unsigned)(2 * grown));
        }
    }
}
END_TEST

/* o = O * 2^13 / l, within a step and the reciprocal's error. */
START_TEST(normalisation)
{
    struct sofa_tables tables;
    uint64_t state = test_seed();
    sofa_tables_init(&tables);
    for (int run = 0; run < 200000; run++) {
        uint64_t l = (16384 + test_random(&state) % 65536) << test_between(&state, 0, 16);
        double target = (double)test_between(&state, 0, 65535) - 32768;
        int64_t o = (int64_t)floor(target * (double)l / 8192);
        double got = sofa_normalise(o, l, sofa_recip(&tables, l));
        double want = fmin(32767, fmax(-32768, (double)o * 8192 / (double)l));
        ck_assert_msg(fabs(got - want) <= 1.25 + fabs(want) * sofa_recip_bound(), "O %lld, l %llu: %g, want %g",
                      (long long)o, (unsigned long long)l, got, want);
    }
}
END_TEST

Suite *arith_suite(void)
{
    Suite *s = suite_create("arith");
    TCase *t = tcase_create("arith");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, shifts_and_clamps);
    tcase_add_test(t, exp2_bound);
    tcase_add_test(t, reciprocal_bound);
    tcase_add_loop_test(t, codes, 0, 5);
    tcase_add_test(t, scores);
    tcase_add_test(t, references);
    tcase_add_test(t, normalisation);
    suite_add_tcase(s, t);
    return s;
}
