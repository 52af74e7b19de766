/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong during a job: bus errors, bad ranges, a memory that falls silent. The job ends with the error, the bus is
 * clean, the next job is bit-exact. */
#include "tests.h"

#include "disturb.h"

#include <string.h>

static struct sofa_error error;

#define PATIENCE 300u /* WATCHDOG */
#define END 8u        /* cycles from what ends a job to the interrupt */

static void run_faulty(struct fixture *f, const struct tb_memory_options *m, unsigned want)
{
    struct head h;
    make_head(&h, f, 2 * f->config.query_block, 40, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
    fail_bus(f, &h, m, want);
    free_head(&h);
}

START_TEST(bus_errors_end_the_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 12; n++) {
        struct tb_memory_options o = {.random = (int)(n & 1), .seed = n};
        if (n % 3 == 2)
            o.fault_write = tb_random_between(&f.random, 1, 2 * f.config.query_block);
        else
            o.fault_read = tb_random_between(&f.random, 1, n < 6 ? 8 : 40);
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

/* Every bit of a record alone that lies beyond the keys, in any row, in both fields. */
START_TEST(every_bit_of_a_range_counts)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 64; n++) {
        struct head h;
        struct tb_outcome outcome;
        struct tb_comparison cmp;
        const struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = n}};
        make_head(&h, &f, f.config.query_block + 1, 30, TB_RANDOM_VALUES, TB_ANY_RANGE, &plain);
        size_t row = n % 3 == 0 ? 0 : n % 3 == 1 ? h.trace.q.rows - 1 : tb_random_below(&f.random, (unsigned)h.trace.q.rows);
        uint32_t bit = (uint32_t)1 << n / 2;
        *(n & 1 ? &h.trace.first[row] : &h.trace.visible[row]) = bit;
        int bad = bit > h.job.keys;
        if (!bad)
            model_again(&h, &f);
        CHECK_OK(tb_bench_run(f.driver, &h.trace, &h.job, bad ? NULL : &h.result, &o, &outcome, &cmp, &error));
        ck_assert_msg(outcome.finished && outcome.error == (bad ? SOFA_ERROR_RANGE : SOFA_ERROR_NONE),
                      "%s 0x%X of row %zu, %u keys: error %u", n & 1 ? "first" : "visible", bit, row, h.job.keys, outcome.error);
        ck_assert_msg(cmp.mismatches == 0, "%s 0x%X: %s", n & 1 ? "first" : "visible", bit, cmp.first);
        ck_assert_msg(f.driver->memory.violations == 0, "%s", f.driver->memory.violation.text);
        free_head(&h);
    }
    run_good(&f);
    close_design(&f);
}
END_TEST

/* Until the interrupt; the cycles since anything moved on the bus. */
static uint64_t silence_until_interrupt(struct fixture *f, uint64_t most)
{
    struct tb_driver *d = f->driver;
    uint64_t start = d->clocks;
    write_control(f, SOFA_CONTROL_START);
    while (!d->out.irq && d->clocks - start < most)
        tb_step(d);
    ck_assert_msg(d->out.irq, "no end after %u cycles", (unsigned)most);
    return d->memory.now - d->memory.last_activity;
}

static uint64_t cycles_of(struct fixture *f, const struct head *h)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    load_job(f, &layout, h, &(struct tb_memory_options){0});
    CHECK_OK(tb_execute(f->driver, &(struct tb_wait){0}, &outcome, &error));
    unload_job(f, &layout);
    return outcome.cycles;
}

/* A bus error, and then silence: the bus does not run empty, the watchdog ends the job all the same. If nothing was owed the job
 * ends at once. */
START_TEST(silence_after_a_bus_error)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 6; n++) {
        struct head h;
        struct tb_layout layout;
        uint32_t state;
        unsigned beat = 1 + 7 * n;
        make_head(&h, &f, 2 * f.config.query_block, 30, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
        uint64_t whole = cycles_of(&f, &h); /* what is on the chip cannot keep it busy for longer */
        load_job(&f, &layout, &h, &(struct tb_memory_options){.fault_read = beat, .stop = TB_STOP_READ, .stop_after = beat});
        CHECK_OK(tb_write(f.driver, "WATCHDOG", PATIENCE, &error));
        uint64_t silence = silence_until_interrupt(&f, 20000);
        int owed = !tb_memory_idle(&f.driver->memory);
        CHECK_OK(tb_read(f.driver, "STATUS", &state, &error));
        ck_assert_uint_eq(state >> SOFA_STATUS_ERROR_SHIFT, owed ? SOFA_ERROR_WATCHDOG : SOFA_ERROR_READ_BUS);
        ck_assert_msg(silence <= (owed ? PATIENCE + whole : 0) + END && (!owed || silence >= PATIENCE),
                      "beat %u: the job ends %u cycles after the bus fell silent", beat, (unsigned)silence);
        unload_job(&f, &layout);
        free_head(&h);
        tb_reset(f.driver);
        run_good(&f);
    }
    close_design(&f);
}
END_TEST

/* A job of one row whose only write is that row: what it needs of K and V stands in the cache. */
static void make_quiet_head(struct head *h, struct fixture *f, uint8_t valid[64])
{
    make_head(h, f, 1, 30, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    if (f->config.mode != SOFA_MODE_TOKENS)
        return;
    run_exact(f, h, 0, "the job before it");
    memcpy(valid, h->result.valid, h->result.keys);
    h->job.keep = 1;
    h->job.valid = valid;
    model_again(h, f);
}

/* WATCHDOG cycles without progress are allowed and not one more. The last response of a job is waited for in silence: `response`
 * cycles from the last beat, so one less between them. */
START_TEST(watchdog_is_exact)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 6; n++) {
        struct head h;
        struct tb_layout layout;
        struct tb_outcome outcome;
        uint8_t valid[64];
        unsigned response = 700 + n / 2, tight = n & 1;
        make_quiet_head(&h, &f, valid);
        load_job(&f, &layout, &h, &(struct tb_memory_options){.response = response});
        CHECK_OK(tb_write(f.driver, "WATCHDOG", response - 1 - tight, &error));
        if (tight) {
            CHECK_OK(tb_execute(f.driver, &(struct tb_wait){.max_clocks = 100000}, &outcome, &error));
            ck_assert_msg(outcome.finished && outcome.error == SOFA_ERROR_WATCHDOG, "response after %u cycles, WATCHDOG %u: error %u",
                          response, response - 2, outcome.error);
        } else
            finish_exact(&f, &h, "a job with just enough patience");
        for (unsigned i = 0; i < 2 * response; i++) /* what is late comes before the next job */
            tb_step(f.driver);
        unload_job(&f, &layout);
        free_head(&h);
    }
    run_good(&f);
    close_design(&f);
}
END_TEST

/* A memory that answers writes late: as many rows as the core may have under way are, no more, and nothing else changes. */
START_TEST(late_responses)
{
    struct fixture f;
    struct head h;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    struct sofa_derived d;
    open_design(&f, (size_t)_i);
    sofa_config_derive(&f.config, &d);
    int tokens = f.config.mode == SOFA_MODE_TOKENS;
    /* mode tokens: one block, so that no key is read back, which would wait for its write */
    make_head(&h, &f, tokens ? f.config.query_block : 48, 80, TB_RANDOM_VALUES, tokens ? TB_SEE_ALL : TB_CAUSAL, &plain);
    const struct tb_run_options o = {.memory = {.response = tokens ? 9000 : 3000}};
    CHECK_OK(tb_bench_run(f.driver, &h.trace, &h.job, &h.result, &o, &outcome, &cmp, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s", cmp.first);
    unsigned written = (unsigned)(h.trace.q.rows + (tokens ? 2 * h.result.counters.generated : 0));
    unsigned most = f.driver->memory.most_answers, may = tokens ? 32 : d.output_beats >= 8 ? 4 : 32768;
    ck_assert_msg(most <= may && most >= (may < written ? may : 8), "%u of %u rows written wait for their responses", most, written);
    free_head(&h);
    run_good(&f);
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
        load_job(&f, &layout, &h, &(struct tb_memory_options){.stop = TB_STOP_READ, .stop_after = 1 + 13 * n});
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
        add_designs(rtl, bus_errors_end_the_job, DESIGN_FAR);
        tcase_add_loop_test(rtl, bad_ranges_end_the_job, 0, 2);
        tcase_add_loop_test(rtl, bad_ranges_end_the_job, DESIGN_FAR, DESIGN_TOKENS);
        tcase_add_loop_test(rtl, every_bit_of_a_range_counts, 0, DESIGN_TOKENS + 1);
        add_designs(rtl, silence_after_a_bus_error, 0);
        add_designs(rtl, watchdog_is_exact, 0);
        add_designs(rtl, late_responses, 0);
        tcase_add_loop_test(rtl, watchdog_ends_every_wait, 0, 2);
        add_designs(rtl, watchdog_ends_every_wait, DESIGN_FAR);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
