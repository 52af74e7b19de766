/* SPDX-License-Identifier: Apache-2.0 */
/* Selection by mass: the running sum against float64, and what is kept in small examples. */
#include "tests.h"

#include "../cmodel/bits/mass.h"

#include <math.h>
#include <stdio.h>

#define KEYS 4096

/* Scores of a row, in quarters of an octave. */
static int32_t draw(unsigned kind, unsigned at, uint64_t *state)
{
    switch (kind) {
    case 0: return (int32_t)test_between(state, 0, 4095) - 2048;            /* anywhere */
    case 1: return (int32_t)test_between(state, 0, 40) - 20;                /* flat */
    case 2: return (int32_t)at / 2 - 1024;                                  /* every tile raises the largest */
    case 3: return 1000 - (int32_t)at / 2;                                  /* none does */
    case 4: return at == 0 ? 64 : (int32_t)test_between(state, 0, 3) - 4;   /* all but one 16 to 17 octaves below */
    case 5: return at == KEYS - 1 ? 2047 : -2048;                           /* a raise by all there is */
    default: return at % 2 ? -2048 : 2047;
    }
}

/* log2 of the sum of 2^(whole octaves), relative to `most`'s. */
static double exact_log2(const int32_t *score, unsigned count, int32_t most)
{
    double sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += exp2((double)((score[i] >> SOFA_OCTAVE_FRACTION) - (most >> SOFA_OCTAVE_FRACTION)));
    return log2(sum);
}

START_TEST(sum_is_within_its_bound)
{
    static const unsigned tiles[] = {1, 16, 128, 512};
    uint64_t state = test_seed() + (unsigned)_i;
    int32_t score[KEYS];
    uint16_t key[SOFA_TILE_KEYS_MAX + 1];
    for (unsigned t = 0; t < sizeof tiles / sizeof tiles[0]; t++) {
        struct sofa_mass m = {0};
        for (unsigned i = 0; i < KEYS; i++)
            score[i] = draw((unsigned)_i, i, &state);
        for (unsigned base = 0; base < KEYS; base += tiles[t]) {
            unsigned met = base + tiles[t];
            sofa_mass_select(&m, key, score + base, 0, tiles[t], 100);
            double got = sofa_sum_log2(m.sum) / 16.0, want = exact_log2(score, met, m.most);
            double bound = sofa_sum_log2_bound(met, met / tiles[t]);
            ck_assert_msg(got <= want + 1e-9 && got >= want - bound, "scores %d, tiles of %u, %u keys: log2 %g, exact %g, bound %g", _i,
                          tiles[t], met, got, want, bound);
        }
    }
}
END_TEST

START_TEST(kept_keys)
{
    static const struct {
        int32_t score[6];
        unsigned low, high, mass, count;
        uint16_t key[6];
    } rows[] = {
        {{0, 0, 0, 0, 0, 0}, 0, 6, 0, 6, {0, 1, 2, 3, 4, 5}},            /* equal: each is the largest */
        {{40, 0, 39, 36, 35, 8}, 0, 6, 36, 3, {0, 2, 3}},                /* the sum is 2.25 x 2^10, its logarithm 10 + 18/16; 36/16 below */
        {{40, 0, 39, 36, 35, 8}, 1, 2, 36, 1, {1}},                      /* sees only one */
        {{-2048, 2047, -2048, 0, 0, 0}, 0, 3, SOFA_SHARE_MAX, 1, {1}},   /* beyond any distance */
        {{5, 4, 3, 2, 1, 0}, 3, 3, 16, 0, {0}},                          /* sees none */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sofa_mass m = {0};
        uint16_t key[SOFA_TILE_KEYS_MAX + 1];
        unsigned count = sofa_mass_select(&m, key, rows[i].score, rows[i].low, rows[i].high, rows[i].mass);
        ck_assert_msg(count == rows[i].count, "row %zu: %u keys, want %u", i, count, rows[i].count);
        for (unsigned k = 0; k < count; k++)
            ck_assert_uint_eq(key[k], rows[i].key[k]);
        ck_assert_int_eq(m.met, rows[i].low < rows[i].high);
    }
}
END_TEST

START_TEST(larger_shares_count_as_the_largest)
{
    const int32_t score[] = {0, 900, 1300, 2047, -7};
    for (unsigned mass = SOFA_SHARE_MAX; mass < 1024; mass++) {
        struct sofa_mass m = {0}, most = {0};
        uint16_t key[2][8];
        unsigned count = sofa_mass_select(&m, key[0], score, 0, 5, mass);
        ck_assert_uint_eq(count, sofa_mass_select(&most, key[1], score, 0, 5, SOFA_SHARE_MAX));
    }
}
END_TEST

Suite *mass_suite(void)
{
    Suite *s = suite_create("mass");
    TCase *t = tcase_create("mass");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, sum_is_within_its_bound, 0, 7);
    tcase_add_test(t, kept_keys);
    tcase_add_test(t, larger_shares_count_as_the_largest);
    suite_add_tcase(s, t);
    return s;
}
