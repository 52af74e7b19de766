/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of rows in pairs: each block once and whole, long and short ones in turn; no bit of a row's output or selection depends on it. */
#include "tests.h"

#include "../cmodel/bits/model.h"
#include "../cmodel/front/input.h"
#include "../cmodel/front/report.h"
#include "../cmodel/trace/pairing.h"

#include <stdlib.h>
#include <string.h>

#define DEMO_ROWS 1024u

static struct sofa_error error;
#define CHECK_OK(call) ck_assert_msg((call) == SOFA_OK, "%s", error.text)

START_TEST(order_by_hand)
{
    static const size_t five[] = {8, 9, 0, 1, 6, 7, 2, 3, 4, 5, 10}; /* blocks of 2; the last row fills none */
    for (size_t r = 0; r < 11; r++)
        ck_assert_uint_eq(sofa_paired_row(11, 2, r), five[r]);
    for (size_t r = 0; r < 3; r++)
        ck_assert_uint_eq(sofa_paired_row(3, 4, r), r);
}
END_TEST

START_TEST(each_row_once_and_back)
{
    uint64_t seed = test_seed() + (uint64_t)_i;
    size_t rows = test_between(&seed, 1, 60);
    unsigned block = test_between(&seed, 1, 20);
    uint16_t own[60] = {0}, data[60];
    for (size_t r = 0; r < rows; r++) {
        own[r] = (uint16_t)sofa_paired_row(rows, block, r);
        ck_assert_uint_eq(own[r] % block, r % block);
        for (size_t other = 0; other < r; other++)
            ck_assert_uint_ne(own[r], own[other]);
    }
    memcpy(data, own, sizeof data);
    CHECK_OK(sofa_unpair_rows(data, rows, sizeof data[0], block, &error));
    for (size_t r = 0; r < rows; r++)
        ck_assert_uint_eq(data[r], r);
}
END_TEST

static void run_demo(struct sofa_result *result, enum sofa_pairing pairing, double mass, const char *queue, unsigned paired)
{
    struct sofa_run_options o = SOFA_RUN_OPTIONS_DEFAULT;
    struct sofa_input input;
    o.config_path = "configs/small.yaml";
    o.trace_path = "data/demo.npz";
    o.fit = 1;
    o.override[o.overrides++] = queue;
    o.run.pairing = pairing;
    o.run.mass = mass;
    CHECK_OK(sofa_input_load(&input, &o, &error));
    ck_assert_uint_eq(input.trace.paired, paired);
    CHECK_OK(sofa_model_run(result, &input.config, &input.trace, &input.job, 0, &error));
    CHECK_OK(sofa_result_unpair(result, input.trace.paired, &error));
    sofa_input_free(&input);
}

/* By itself: with a queue, and where the nearest tile comes first. */
START_TEST(bits_stay)
{
    static const double masses[] = {0, 0.01};
    struct sofa_result plain, paired;
    double mass = masses[_i];
    run_demo(&plain, SOFA_PAIR_OFF, mass, "attend.queue=64", 0);
    run_demo(&paired, _i ? SOFA_PAIR_AUTO : SOFA_PAIR_ON, mass, "attend.queue=64", 16);
    ck_assert_uint_eq(plain.rows, DEMO_ROWS);
    ck_assert_mem_eq(plain.o, paired.o, plain.rows * plain.dims * sizeof *plain.o);
    ck_assert_mem_eq(plain.selected, paired.selected, plain.rows * plain.keys);
    ck_assert_mem_eq(&plain.counters, &paired.counters, sizeof plain.counters);
    sofa_result_free(&paired);
    run_demo(&paired, SOFA_PAIR_AUTO, mass, "attend.queue=0", 0);
    ck_assert_mem_eq(plain.o, paired.o, plain.rows * plain.dims * sizeof *plain.o);
    sofa_result_free(&paired);
    sofa_result_free(&plain);
}
END_TEST

START_TEST(not_where_positions_count)
{
    struct sofa_run_options o = SOFA_RUN_OPTIONS_DEFAULT;
    struct sofa_input input;
    o.config_path = "configs/small.yaml";
    o.trace_path = "data/demo.npz";
    o.fit = 1;
    o.run.pairing = SOFA_PAIR_ON;
    o.run.order_given = 1;
    o.run.order = SOFA_ORDER_OWN;
    ck_assert_int_eq(sofa_input_load(&input, &o, &error), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "--pair-blocks on"));
}
END_TEST

Suite *pairing_suite(void)
{
    Suite *s = suite_create("pairing");
    TCase *t = tcase_create("blocks");
    tcase_add_test(t, order_by_hand);
    tcase_add_loop_test(t, each_row_once_and_back, 0, 40);
    tcase_add_loop_test(t, bits_stay, 0, 2);
    tcase_add_test(t, not_where_positions_count);
    suite_add_tcase(s, t);
    return s;
}
