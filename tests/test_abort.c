/* SPDX-License-Identifier: Apache-2.0 */
/* CONTROL.abort in any cycle: the core asks for nothing more, takes what it is owed, ends as soon as the bus is empty and says error
 * 10; or the job had ended before, and everything of it is right. The next job is bit-exact. */
#include "tests.h"

#include "cores.h"
#include "watch.h"

#include <inttypes.h>

static struct sofa_error error;

#define THOROUGH ((uint64_t)1 << 40)
#define EDGE 12u    /* cycles at begin and end of a job that are tried one by one */

/* Clocks from the start to the interrupt; the abort is written `after` clocks after the start (at least 1). */
static uint64_t run_to_interrupt(struct fixture *f, uint64_t after)
{
    struct tb_driver *d = f->driver;
    struct watch w;
    uint64_t start = d->clocks;
    write_control(f, SOFA_CONTROL_START);
    while (!d->out.irq && d->clocks - start < after)
        tb_step(d);
    if (!d->out.irq)
        write_control(f, SOFA_CONTROL_ABORT);
    watch_begin(&w, f, "the abort");
    while (!d->out.irq)
        watch_step(&w, f);
    return d->clocks - start;
}

/* What an undisturbed job takes: clocks to the interrupt, register CYCLES. */
struct undisturbed {
    uint64_t clocks, cycles;
};

/* Returns the error code. */
static unsigned abort_at(struct fixture *f, const struct head *h, uint64_t after, const struct tb_memory_options *m,
                         const struct undisturbed *u)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    load_job(f, &layout, h, m);
    uint64_t clocks = run_to_interrupt(f, after);
    read_outcome(f, &outcome);
    ck_assert_msg(outcome.error == SOFA_ERROR_ABORTED || outcome.error == SOFA_ERROR_NONE, "abort after %" PRIu64 " cycles: error %u",
                  after, outcome.error);
    ck_assert_msg(f->driver->memory.violations == 0, "%s", f->driver->memory.violation.text);
    ck_assert_msg(clocks - outcome.cycles == u->clocks - u->cycles, "abort after %" PRIu64 " cycles: CYCLES is %" PRIu64
                  ", but the interrupt came after %" PRIu64, after, outcome.cycles, clocks);
    if (outcome.error == SOFA_ERROR_NONE) {
        CHECK_OK(tb_compare(&cmp, &f->config, &h->job, &h->result, &f->driver->memory, &outcome, &error));
        ck_assert_msg(cmp.mismatches == 0, "abort after %" PRIu64 " cycles, no error, but %s", after, cmp.first);
        ck_assert_msg(m->random || outcome.cycles == u->cycles, "abort after %" PRIu64 " cycles, no error: %" PRIu64 " cycles, not %"
                      PRIu64, after, outcome.cycles, u->cycles);
    }
    unload_job(f, &layout);
    return outcome.error;
}

static void run_undisturbed(struct fixture *f, const struct head *h, struct undisturbed *u)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    load_job(f, &layout, h, &(struct tb_memory_options){0});
    u->clocks = run_to_interrupt(f, UINT64_MAX);
    read_outcome(f, &outcome);
    u->cycles = outcome.cycles;
    unload_job(f, &layout);
}

/* Every cycle of a short job, or every n-th and all near its begin and end. Ideal memory. budget: cycles of all these jobs. */
static void sweep(struct fixture *f, uint64_t budget)
{
    struct head h;
    struct undisturbed u;
    unsigned block = f->config.query_block, ended = 0;
    make_head(&h, f, block < 8 ? block + 1 : 3, f->config.tile.keys + 2, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_undisturbed(f, &h, &u);
    uint64_t stride = u.clocks * u.clocks / budget + 1;
    for (uint64_t after = 1; after < u.clocks + 4; after += after < EDGE || after + EDGE + stride > u.clocks ? 1 : stride) {
        unsigned code = abort_at(f, &h, after, &(struct tb_memory_options){0}, &u);
        ck_assert_msg(!ended || code == SOFA_ERROR_NONE, "an abort after the end of the job is not ignored");
        ended += code == SOFA_ERROR_NONE;
        run_exact(f, &h, 0, "the job after an abort");
    }
    ck_assert_uint_gt(ended, 0);
    free_head(&h);
}

START_TEST(any_cycle_of_a_short_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    sweep(&f, _i == 1 || _i == DESIGN_WHOLE ? THOROUGH : 60000);
    close_design(&f);
}
END_TEST

/* Long jobs, both memories. */
START_TEST(any_time_of_a_long_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 12; n++) {
        struct head h;
        struct undisturbed u;
        make_head(&h, &f, 3 * f.config.query_block, 90, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
        run_undisturbed(&f, &h, &u);
        uint64_t after = tb_random_between(&f.random, 1, n < 4 ? 60 : (unsigned)u.cycles - 2 * EDGE);
        ck_assert_uint_eq(abort_at(&f, &h, after, &(struct tb_memory_options){.random = (int)(n & 1), .seed = n}, &u),
                          SOFA_ERROR_ABORTED);
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
        tcase_add_loop_test(rtl, any_cycle_of_a_short_job, 0, DESIGNS);
        tcase_add_loop_test(rtl, any_time_of_a_long_job, 0, 2);
        tcase_add_loop_test(rtl, any_time_of_a_long_job, DESIGN_FAR, DESIGNS);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
