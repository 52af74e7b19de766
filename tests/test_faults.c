/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong during a job: bus errors, bad ranges, a memory that falls silent. The job ends with the error, the bus is
 * clean, the next job is bit-exact. */
#include "cores.h"
#include "tests.h"

static struct sofa_error error;

static void run_faulty(struct fixture *f, const struct tb_run_options *o, unsigned want)
{
    struct head h;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    make_head(&h, f, 2 * f->config.query_block, 40, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
    CHECK_OK(tb_bench_run(f->driver, &h.trace, &h.job, NULL, o, &outcome, &cmp, &error));
    ck_assert_msg(outcome.finished, "hangs after a fault");
    ck_assert_msg(outcome.error == want, "fault of read beat %u, response %u: error %u, want %u",
                  (unsigned)o->memory.fault_read, (unsigned)o->memory.fault_write, outcome.error, want);
    ck_assert(outcome.idle_after);
    ck_assert_msg(f->driver->memory.violations == 0, "%s", f->driver->memory.violation.text);
    free_head(&h);
}

START_TEST(bus_errors_end_the_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 12; n++) {
        struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = n}};
        if (n % 3 == 2)
            o.memory.fault_write = tb_random_between(&f.random, 1, 2 * f.config.query_block);
        else
            o.memory.fault_read = tb_random_between(&f.random, 1, n < 6 ? 8 : 40);
        run_faulty(&f, &o, n % 3 == 2 ? SOFA_ERROR_WRITE_BUS : SOFA_ERROR_READ_BUS);
        run_good(&f);
    }
    close_design(&f);
}
END_TEST

START_TEST(bad_ranges_end_the_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 8; n++) {
        struct head h;
        struct tb_outcome outcome;
        struct tb_comparison cmp;
        struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = n}};
        make_head(&h, &f, 2 * f.config.query_block, 30, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
        size_t row = tb_random_below(&f.random, (unsigned)h.trace.q.rows);
        uint32_t *value = n & 2 ? &h.trace.first[row] : &h.trace.visible[row];
        *value = n & 4 ? UINT32_MAX : h.job.keys + 1;
        CHECK_OK(tb_bench_run(f.driver, &h.trace, &h.job, NULL, &o, &outcome, &cmp, &error));
        ck_assert_msg(outcome.finished && outcome.error == SOFA_ERROR_RANGE, "range of row %zu: error %u", row,
                      outcome.error);
        ck_assert_msg(f.driver->memory.violations == 0, "%s", f.driver->memory.violation.text);
        free_head(&h);
        run_good(&f);
    }
    close_design(&f);
}
END_TEST

/* A memory that stops answering: error 11; after a reset all is well. */
START_TEST(watchdog_ends_every_wait)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 4; n++) {
        struct head h;
        struct tb_layout layout;
        struct tb_outcome outcome;
        make_head(&h, &f, 2 * f.config.query_block, 30, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
        load_job(&f, &layout, &h, &(struct tb_memory_options){.stall_read = 1 + 13 * n});
        CHECK_OK(tb_write(f.driver, "WATCHDOG", 500, &error));
        CHECK_OK(tb_execute(f.driver, &(struct tb_wait){.max_clocks = 50000}, &outcome, &error));
        ck_assert_msg(outcome.finished && outcome.error == SOFA_ERROR_WATCHDOG,
                      "no read data after beat %u: finished %d, error %u", 1 + 13 * n, outcome.finished, outcome.error);
        unload_job(&f, &layout);
        free_head(&h);
        tb_reset(f.driver);
        run_good(&f);
    }
    close_design(&f);
}
END_TEST

Suite *faults_suite(void)
{
    Suite *suite = suite_create("faults");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        tcase_add_loop_test(rtl, bus_errors_end_the_job, 0, 2);
        tcase_add_loop_test(rtl, bus_errors_end_the_job, DESIGN_FAR, DESIGNS);
        tcase_add_loop_test(rtl, bad_ranges_end_the_job, 0, 2);
        tcase_add_loop_test(rtl, bad_ranges_end_the_job, DESIGN_FAR, DESIGN_TOKENS);
        tcase_add_loop_test(rtl, watchdog_ends_every_wait, 0, 2);
        tcase_add_loop_test(rtl, watchdog_ends_every_wait, DESIGN_FAR, DESIGNS);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
