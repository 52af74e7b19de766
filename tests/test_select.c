/* SPDX-License-Identifier: Apache-2.0 */
/* The comparator networks by the 0-1 principle: a network that orders all zeros and ones orders everything. */
#include "tests.h"

#include "../cmodel/config/network.h"

#include <stdlib.h>
#include <string.h>

/* 0-1 inputs of up to 64 cases at a time: bit b of a word belongs to case b. */
static void run_bits(const struct sofa_network *n, uint64_t *line)
{
    for (unsigned i = 0; i < n->count; i++) {
        const struct sofa_comparator *c = &n->comparator[i];
        uint64_t a = line[c->high], b = line[c->low];
        line[c->high] = c->keep_high ? a | b : 0x5555555555555555u; /* must not matter */
        line[c->low] = c->keep_low ? a & b : 0xAAAAAAAAAAAAAAAAu;
    }
}

/* ones[b]: how many lines of case b were 1. */
static void check_bits(const struct sofa_network *n, const uint64_t *line, const unsigned ones[64], unsigned cases)
{
    for (unsigned b = 0; b < cases; b++)
        for (unsigned i = 0; i < n->outputs; i++)
            if ((line[n->output[i]] >> b & 1) != (i < ones[b])) /* ck_assert is too slow for every bit */
                ck_abort_msg("%u to %u: %u ones, output %u", n->inputs, n->outputs, ones[b], i);
}

static void check_structure(const struct sofa_network *n)
{
    uint16_t level[SOFA_NETWORK_LINES] = {0};
    unsigned last = 0;
    for (unsigned i = 0; i < n->count; i++) {
        const struct sofa_comparator *c = &n->comparator[i];
        if (!(c->keep_high || c->keep_low) || c->level < last || c->level <= level[c->high] ||
            c->level <= level[c->low])
            ck_abort_msg("%u to %u: comparator %u stands wrong", n->inputs, n->outputs, i);
        level[c->high] = level[c->low] = c->level;
        last = c->level;
    }
    ck_assert_uint_eq(n->levels, last);
    ck_assert_uint_le(level[n->output[0]], n->top_stage * n->levels_per_stage);
    ck_assert_uint_le(n->levels, n->stages * n->levels_per_stage);
}

/* All inputs for up to 14 lines, else random ones of every density. */
static void check_sort(struct sofa_network *n, unsigned inputs, unsigned outputs, uint64_t *seed)
{
    uint64_t line[SOFA_NETWORK_LINES], rounds = inputs <= 14 ? ((1u << inputs) + 63) / 64 : 40;
    sofa_network_sort(n, inputs, outputs, 2);
    check_structure(n);
    for (uint64_t r = 0; r < rounds; r++) {
        unsigned ones[64] = {0};
        memset(line, 0, sizeof line);
        for (unsigned b = 0; b < 64; b++)
            for (unsigned i = 0; i < inputs; i++) {
                unsigned bit = inputs <= 14 ? (unsigned)((r * 64 + b) >> i & 1) : test_random(seed) % 65 < b;
                line[i] |= (uint64_t)bit << b;
                ones[b] += bit;
            }
        run_bits(n, line);
        check_bits(n, line, ones, 64);
    }
}

START_TEST(sorts)
{
    struct sofa_network *n = malloc(sizeof *n);
    uint64_t seed = test_seed();
    ck_assert_ptr_nonnull(n);
    for (unsigned inputs = 1; inputs <= 14; inputs++)
        for (unsigned outputs = 1; outputs <= inputs; outputs++)
            check_sort(n, inputs, outputs, &seed);
    for (unsigned i = 0; i < 30; i++) {
        unsigned inputs = test_between(&seed, 15, 100);
        check_sort(n, inputs, test_between(&seed, 1, inputs), &seed);
    }
    check_sort(n, 64, 32, &seed);
    check_sort(n, 512, 128, &seed);
    check_sort(n, 512, 512, &seed);
    ck_assert_uint_eq(n->count, 9727); /* odd-even merge sort of 512 */
    free(n);
}
END_TEST

/* Ordered lists of zeros and ones are few: every case of every size is a proof. */
static void check_merge(struct sofa_network *n, unsigned first, unsigned second, unsigned outputs)
{
    uint64_t line[SOFA_NETWORK_LINES];
    sofa_network_merge(n, first, second, outputs, 2);
    check_structure(n);
    ck_assert_uint_eq(n->top_stage, 1);
    for (unsigned a = 0; a <= first; a++)
        for (unsigned b0 = 0; b0 <= second; b0 += 64) {
            unsigned ones[64] = {0}, cases = second + 1 - b0 < 64 ? second + 1 - b0 : 64;
            memset(line, 0, sizeof line);
            for (unsigned b = 0; b < cases; b++) {
                ones[b] = a + b0 + b;
                for (unsigned i = 0; i < first + second; i++)
                    line[i] |= (uint64_t)(i < first ? i < a : i - first < b0 + b) << b;
            }
            run_bits(n, line);
            check_bits(n, line, ones, cases);
        }
}

START_TEST(merges)
{
    struct sofa_network *n = malloc(sizeof *n);
    ck_assert_ptr_nonnull(n);
    for (unsigned first = 1; first <= 24; first++)
        for (unsigned second = 1; second <= first; second++) {
            check_merge(n, first, second, first);
            check_merge(n, first, second, first + second);
        }
    check_merge(n, 32, 32, 32);
    check_merge(n, 128, 1, 128);
    check_merge(n, 128, 77, 128);
    check_merge(n, 128, 128, 128);
    free(n);
}
END_TEST

/* The timing, which is found without building the networks, agrees with them. */
START_TEST(timing)
{
    struct sofa_network *n = malloc(sizeof *n);
    uint64_t seed = test_seed();
    ck_assert_ptr_nonnull(n);
    for (unsigned i = 0; i < 200; i++) {
        struct sofa_config c;
        struct sofa_select_timing t;
        sofa_config_default(&c);
        c.tile.keys = test_between(&seed, 4, i < 20 ? 512 : 64);
        c.tile.kept_max = test_between(&seed, 1, c.tile.keys < SOFA_KEPT_MAX ? c.tile.keys : SOFA_KEPT_MAX);
        c.predict.keys = test_between(&seed, 1, c.tile.keys);
        c.predict.score_bits = test_between(&seed, 8, 24);
        sofa_select_timing(&t, &c);
        sofa_network_sort(n, c.predict.keys, t.fresh, t.levels_per_stage);
        ck_assert_uint_eq(t.sorted, n->stages);
        unsigned merged = n->stages, top = n->top_stage;
        if (c.predict.keys < c.tile.keys) {
            sofa_network_merge(n, c.tile.kept_max, t.fresh, c.tile.kept_max, t.levels_per_stage);
            top = merged + n->top_stage;
            merged += n->stages;
        }
        ck_assert_uint_eq(t.merged, merged);
        ck_assert_uint_eq(t.top, top);
        ck_assert_uint_eq(sofa_select_latency(&c), t.latency);
        ck_assert_uint_eq(sofa_select_loop(&c), t.loop);
    }
    free(n);
}
END_TEST

Suite *select_suite(void)
{
    Suite *s = suite_create("select");
    TCase *t = tcase_create("networks");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, sorts);
    tcase_add_test(t, merges);
    tcase_add_test(t, timing);
    suite_add_tcase(s, t);
    return s;
}
