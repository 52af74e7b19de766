/* SPDX-License-Identifier: Apache-2.0 */
/* What a job leaves to the next one. */
#include "tests.h"

#include "cores.h"

#include <stdlib.h>
#include <string.h>

static struct sofa_error error;

#define LATE 9000u /* cycles */
#define REFUSAL 8u /* most cycles that a refused job takes */

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

enum failure { BY_READ, BY_WRITE, BY_RANGE, BY_ABORT, BY_WATCHDOG, FAILURES };

/* Runs the head so that it fails half-way. */
static void fail_job(struct fixture *f, struct head *h, enum failure failure)
{
    static const unsigned codes[FAILURES] = {SOFA_ERROR_READ_BUS, SOFA_ERROR_WRITE_BUS, SOFA_ERROR_RANGE, SOFA_ERROR_ABORTED,
                                             SOFA_ERROR_WATCHDOG};
    struct tb_memory_options m = {0};
    struct tb_wait wait = {0};
    struct tb_layout layout;
    struct tb_outcome outcome;
    uint32_t *visible = &h->trace.visible[h->trace.q.rows - 1], before = *visible;
    m.fault_read = failure == BY_READ ? 40 : 0;
    m.fault_write = failure == BY_WRITE ? 2 : 0;
    m.response = failure == BY_WATCHDOG ? LATE : 0;
    wait.abort_after = failure == BY_ABORT ? 200 : 0;
    if (failure == BY_RANGE)
        *visible = UINT32_MAX;
    load_job(f, &layout, h, &m);
    *visible = before;
    if (failure == BY_WATCHDOG)
        CHECK_OK(tb_write(f->driver, "WATCHDOG", 500, &error));
    CHECK_OK(tb_execute(f->driver, &wait, &outcome, &error));
    ck_assert_msg(outcome.finished && outcome.error == codes[failure], "failure %u: error %u", failure, outcome.error);
    for (unsigned i = 0; i < LATE && failure == BY_WATCHDOG; i++) /* the responses come after all */
        tb_step(f->driver);
    unload_job(f, &layout);
}

/* Any error forgets the pairs: a job that would keep them finds none, whether the failed job kept or not. */
START_TEST(failed_jobs_leave_no_pairs)
{
    struct fixture f;
    struct head h;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 3 * f.config.query_block, 60, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    for (unsigned n = 0; n < 2 * FAILURES; n++) {
        h.job.keep = 0;
        h.job.valid = NULL;
        model_again(&h, &f);
        run_exact(&f, &h, 0, "a job that generates");
        uint8_t *valid = malloc(h.result.keys);
        ck_assert_ptr_nonnull(valid);
        memcpy(valid, h.result.valid, h.result.keys);
        h.job.keep = n & 1;
        h.job.valid = valid; /* its memory holds them */
        fail_job(&f, &h, (enum failure)(n / 2));
        h.job.keep = 1;
        h.job.valid = NULL;
        model_again(&h, &f);
        run_exact(&f, &h, 0, "a job that keeps, after one that failed");
        free(valid);
    }
    free_head(&h);
    close_design(&f);
}
END_TEST

/* A job that is refused has not begun: it forgets nothing. */
START_TEST(refused_jobs_leave_the_pairs)
{
    struct fixture f;
    struct head h;
    struct tb_layout layout;
    struct tb_outcome outcome;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 2 * f.config.query_block, 60, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_exact(&f, &h, 0, "a job that generates");
    load_job(&f, &layout, &h, &(struct tb_memory_options){0});
    CHECK_OK(tb_write(f.driver, "ROWS", 0, &error));
    CHECK_OK(tb_execute(f.driver, &(struct tb_wait){0}, &outcome, &error));
    ck_assert_uint_eq(outcome.error, SOFA_ERROR_ROWS);
    unload_job(&f, &layout);
    struct sofa_result earlier = h.result;
    h.job.keep = 1;
    h.job.valid = earlier.valid;
    CHECK_OK(sofa_model_run(&h.result, &f.config, &h.trace, &h.job, 1, &error));
    run_exact(&f, &h, 0, "a job that keeps, after one that was refused");
    sofa_result_free(&earlier);
    free_head(&h);
    close_design(&f);
}
END_TEST

/* Only cycles, and lanes that have nothing to do in them. */
static uint64_t most_of_refused(const struct fixture *f, const char *counter)
{
    return strcmp(counter, "CYCLES") == 0 ? REFUSAL : strcmp(counter, "ATTEND_STARVED") == 0 ? REFUSAL * f->config.attend.lanes : 0;
}

/* A refused job and an aborted one do not count for the next; nor does what the counters held. */
START_TEST(counters_begin_anew_and_stand_still)
{
    static const char *const odd[] = {"ROWS", "KEYS", "TILE", "KEPT", "FLAGS", "RADIUS", "SCORE_SHIFT"};
    struct fixture f;
    struct head h;
    struct tb_layout layout;
    struct tb_outcome outcome;
    struct sofa_counts now;
    open_design(&f, (size_t)_i);
    const struct sofa_bus bus = tb_bus(f.driver);
    make_head(&h, &f, 2 * f.config.query_block, 40, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    load_job(&f, &layout, &h, &(struct tb_memory_options){0});
    CHECK_OK(tb_execute(f.driver, &(struct tb_wait){0}, &outcome, &error));
    for (unsigned i = 0; i < 300; i++) {
        if (i % 40 == 0)
            CHECK_OK(tb_write(f.driver, odd[i / 40 % 7], (uint32_t)tb_random_next(&f.random), &error));
        tb_step(f.driver);
    }
    CHECK_OK(tb_write(f.driver, "CONTROL", SOFA_CONTROL_ABORT | SOFA_CONTROL_CLEAR, &error));
    CHECK_OK(sofa_driver_counters(&bus, &now, &error));
    for (unsigned i = 0; i < now.count; i++)
        ck_assert_msg(now.item[i].value == outcome.counts.item[i].value,
                      "counter %s moves while no job runs: %u after %u", now.item[i].name, (unsigned)now.item[i].value, (unsigned)outcome.counts.item[i].value);
    CHECK_OK(tb_write(f.driver, "ROWS", 0, &error));
    CHECK_OK(tb_execute(f.driver, &(struct tb_wait){0}, &outcome, &error));
    ck_assert_uint_eq(outcome.error, SOFA_ERROR_ROWS);
    for (unsigned i = 0; i < outcome.counts.count; i++)
        ck_assert_msg(outcome.counts.item[i].value <= most_of_refused(&f, outcome.counts.item[i].name), "counter %s of a refused job",
                      outcome.counts.item[i].name);
    unload_job(&f, &layout);
    free_head(&h);
    run_good(&f);
    close_design(&f);
}
END_TEST

static void expect_interrupt(struct fixture *f, int want, const char *when)
{
    for (unsigned i = 0; i < 4; i++)
        tb_step(f->driver);
    ck_assert_msg(f->driver->out.irq == want, "%s: the interrupt is %d", when, f->driver->out.irq);
}

/* A job that ends while the interrupt is off; then it is switched. */
START_TEST(interrupt_follows_its_enable)
{
    struct fixture f;
    struct head h;
    struct tb_layout layout;
    uint32_t state = 0;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 2, 20, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    load_job(&f, &layout, &h, &(struct tb_memory_options){0});
    CHECK_OK(tb_write(f.driver, "IRQ_ENABLE", 0, &error));
    CHECK_OK(tb_write(f.driver, "CONTROL", SOFA_CONTROL_START, &error));
    for (unsigned i = 0; i < 20000 && !(state & SOFA_STATUS_DONE); i++) {
        CHECK_OK(tb_read(f.driver, "STATUS", &state, &error));
        ck_assert_msg(!f.driver->out.irq, "an interrupt that is not enabled");
    }
    ck_assert_uint_eq(state, SOFA_STATUS_DONE);
    expect_interrupt(&f, 0, "done, not enabled");
    for (uint32_t on = 1; on < 8; on++) {
        CHECK_OK(tb_write(f.driver, "IRQ_ENABLE", on & 1, &error));
        expect_interrupt(&f, on & 1, on & 1 ? "enabled" : "disabled");
    }
    CHECK_OK(tb_write(f.driver, "CONTROL", SOFA_CONTROL_CLEAR, &error));
    expect_interrupt(&f, 0, "cleared");
    CHECK_OK(tb_read(f.driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state, 0);
    unload_job(&f, &layout);
    free_head(&h);
    run_good(&f);
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
        add_designs(rtl, kept_pairs_are_used, DESIGN_TOKENS);
        add_designs(rtl, failed_jobs_leave_no_pairs, DESIGN_TOKENS);
        add_designs(rtl, refused_jobs_leave_the_pairs, DESIGN_TOKENS);
        add_designs(rtl, counters_begin_anew_and_stand_still, 0);
        add_designs(rtl, interrupt_follows_its_enable, 0);
        add_designs(rtl, invalidate_while_busy, DESIGN_TOKENS);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
