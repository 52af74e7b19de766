/* SPDX-License-Identifier: Apache-2.0 */
/* What a job leaves to the next one. */
#include "cores.h"
#include "tests.h"

static struct sofa_error error;

/* Jobs for the same tokens with FLAGS.keep: nothing is generated twice, unless the core was told to forget. */
START_TEST(kept_pairs_are_used)
{
    struct fixture f;
    struct head h;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 3 * f.config.query_block, 60, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_exact(&f, &h, 0, "the first job");
    for (unsigned n = 0; n < 8; n++) {
        struct sofa_result earlier = h.result;
        int lost = n % 4 == 3;
        if (lost)
            CHECK_OK(tb_write(f.driver, "CONTROL", SOFA_CONTROL_INVALIDATE, &error));
        h.job.keep = 1;
        h.job.valid = lost ? NULL : earlier.valid;
        tb_synthetic_see(&h.trace, (enum tb_view)(n % TB_BLIND), &f.random);
        h.job.has_ranges = h.trace.has_ranges;
        CHECK_OK(sofa_model_run(&h.result, &f.config, &h.trace, &h.job, 1, &error));
        run_exact(&f, &h, (int)(n & 1), lost ? "a job after CONTROL.invalidate" : "a job that keeps");
        sofa_result_free(&earlier);
    }
    free_head(&h);
    close_design(&f);
}
END_TEST

/* Runs the head; CONTROL.invalidate comes while the job is busy. */
static void run_invalidated(struct fixture *f, const struct head *h)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    uint32_t state;
    load_job(f, &layout, h, &(struct tb_memory_options){0});
    CHECK_OK(tb_write(f->driver, "CONTROL", SOFA_CONTROL_START, &error));
    CHECK_OK(tb_write(f->driver, "CONTROL", SOFA_CONTROL_INVALIDATE, &error));
    CHECK_OK(tb_read(f->driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state & SOFA_STATUS_BUSY, SOFA_STATUS_BUSY);
    CHECK_OK(tb_execute(f->driver, &(struct tb_wait){0}, &outcome, &error)); /* its start is ignored */
    CHECK_OK(tb_compare(&cmp, &f->config, &h->job, &h->result, &f->driver->memory, &outcome, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s", cmp.first);
    unload_job(f, &layout);
}

/* A job during which the cache was invalidated is good itself, but leaves nothing to keep. */
START_TEST(invalidate_while_busy)
{
    struct fixture f;
    struct head h;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 3 * f.config.query_block, 60, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_invalidated(&f, &h);
    h.job.keep = 1;
    h.job.valid = NULL;
    model_again(&h, &f);
    run_exact(&f, &h, 0, "a job after one that was invalidated");
    free_head(&h);
    close_design(&f);
}
END_TEST

Suite *history_suite(void)
{
    Suite *suite = suite_create("history");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        tcase_add_loop_test(rtl, kept_pairs_are_used, DESIGN_TOKENS, DESIGNS);
        tcase_add_loop_test(rtl, invalidate_while_busy, DESIGN_TOKENS, DESIGNS);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
