/* SPDX-License-Identifier: Apache-2.0 */
/* CONTROL.abort: the job ends soon, the bus is clean, the next job is bit-exact. */
#include "cores.h"
#include "tests.h"

static struct sofa_error error;

START_TEST(abort_works_at_any_cycle)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 16; n++) {
        struct head h;
        struct tb_outcome outcome;
        struct tb_comparison cmp;
        struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = n}};
        o.wait.abort_after = tb_random_between(&f.random, 1, n < 8 ? 60 : 600);
        make_head(&h, &f, 3 * f.config.query_block, 90, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
        CHECK_OK(tb_bench_run(f.driver, &h.trace, &h.job, NULL, &o, &outcome, &cmp, &error));
        ck_assert_msg(outcome.finished, "hangs after an abort in cycle %u", (unsigned)o.wait.abort_after);
        ck_assert(outcome.error == SOFA_ERROR_ABORTED || outcome.error == SOFA_ERROR_NONE);
        ck_assert(outcome.idle_after);
        ck_assert_msg(f.driver->memory.violations == 0, "%s", f.driver->memory.violation.text);
        free_head(&h);
        run_good(&f);
    }
    close_design(&f);
}
END_TEST

Suite *abort_suite(void)
{
    Suite *suite = suite_create("abort");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        tcase_add_loop_test(rtl, abort_works_at_any_cycle, 0, 2);
        tcase_add_loop_test(rtl, abort_works_at_any_cycle, DESIGN_FAR, DESIGNS);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
