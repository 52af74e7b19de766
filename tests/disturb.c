/* SPDX-License-Identifier: Apache-2.0 */
#include "disturb.h"

#include "../cmodel/host/image.h"
#include "tests.h"
#include "watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sofa_error error;

#define LONG 2000000u /* cycles; more than any job here takes */
#define QUIET 32u     /* cycles that an idle core is watched */
#define END 8u        /* cycles from what ends a job to the interrupt */

/* ---- what a disturbed job may leave in memory ---- */

/* Row `row` of the region: each byte as in `before` or as the values of the tensor say. */
static void expect_row(const struct tb_region *r, size_t row, const uint8_t *before, const struct sofa_tensor *t, unsigned bits, const char *event)
{
    uint8_t right[2 * SOFA_HEAD_DIM_MAX];
    const uint8_t *got = r->bytes + row * r->stride;
    sofa_image_tensor(right, r->row_bytes, t, bits, row, 1);
    for (size_t i = 0; i < r->stride; i++)
        ck_assert_msg(got[i] == before[i] || (i < r->row_bytes && got[i] == right[i]), "%s: %s row %zu, byte %zu is 0x%02X", event,
                      tb_kind_name(r->kind), row, i, got[i]);
}

static void expect_cache(const struct tb_region *r, int16_t *values, size_t dims, unsigned bits, const char *event)
{
    const struct sofa_tensor t = {.rows = r->rows, .cols = dims, .value = values, .step = 1};
    for (size_t row = 0; row < r->rows; row++)
        expect_row(r, row, r->before + row * r->stride, &t, bits, event);
}

void expect_rows(const struct fixture *f, const struct head *h, const struct tb_layout *l, const char *event)
{
    const struct sofa_result *result = &h->result;
    const struct tb_region *o = &l->region[TB_O];
    const struct sofa_tensor t = {.rows = result->rows, .cols = result->dims, .value = result->o, .step = 1};
    uint8_t *before = malloc(o->stride);
    ck_assert_ptr_nonnull(before);
    memset(before, l->pattern, o->stride);
    for (size_t row = 0; row < o->rows; row++)
        expect_row(o, row, before, &t, f->config.data.output_bits, event);
    free(before);
    if (f->config.mode != SOFA_MODE_TOKENS)
        return;
    expect_cache(&l->region[TB_K], result->k, result->dims, f->config.data.key_bits, event);
    expect_cache(&l->region[TB_V], result->v, result->dims, f->config.data.value_bits, event);
}

void expect_idle(struct fixture *f, const char *event)
{
    struct tb_driver *d = f->driver;
    uint32_t state;
    for (unsigned i = 0; i < QUIET; i++) {
        tb_step(d);
        ck_assert_msg(tb_memory_idle(&d->memory) && !d->out.wr.data_valid && !d->out.irq, "%s: the core is not idle", event);
    }
    CHECK_OK(tb_read(d, "STATUS", &state, &error));
    ck_assert_msg(state == 0, "%s: STATUS is 0x%X", event, (unsigned)state);
}

static void end_job(struct fixture *f, const struct head *h, struct tb_layout *l, const char *event)
{
    ck_assert_msg(f->driver->memory.violations == 0, "%s: %s", event, f->driver->memory.violation.text);
    expect_rows(f, h, l, event);
    unload_job(f, l);
}

/* The job has ended in time. */
static void expect_right(struct fixture *f, const struct head *h, const struct tb_outcome *outcome, const char *event)
{
    struct tb_comparison cmp;
    CHECK_OK(tb_compare(&cmp, &f->config, &h->job, &h->result, &f->driver->memory, outcome, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s, no error, but %s", event, cmp.first);
}

/* ---- aborts ---- */

/* Clocks from the start to the interrupt. */
static uint64_t run_to_interrupt(struct fixture *f, uint64_t after, const char *event)
{
    struct tb_driver *d = f->driver;
    struct watch w;
    uint64_t start = d->clocks;
    write_control(f, SOFA_CONTROL_START);
    while (!d->out.irq && d->clocks - start < after)
        tb_step(d);
    if (!d->out.irq)
        write_control(f, SOFA_CONTROL_ABORT);
    watch_begin(&w, f, event);
    while (!d->out.irq)
        watch_step(&w, f);
    return d->clocks - start;
}

void run_undisturbed(struct fixture *f, const struct head *h, const struct tb_memory_options *m, struct undisturbed *u)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    load_job(f, &layout, h, m);
    u->clocks = run_to_interrupt(f, LONG, "a job that takes too long");
    read_outcome(f, &outcome);
    ck_assert_uint_eq(outcome.error, SOFA_ERROR_NONE);
    u->cycles = outcome.cycles;
    memcpy(u->done, f->driver->memory.done, sizeof u->done);
    unload_job(f, &layout);
}

unsigned abort_at(struct fixture *f, const struct head *h, uint64_t after, const struct tb_memory_options *m, const struct undisturbed *u)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    char event[64];
    snprintf(event, sizeof event, "abort after %" PRIu64 " cycles", after);
    load_job(f, &layout, h, m);
    uint64_t clocks = run_to_interrupt(f, after, event);
    read_outcome(f, &outcome);
    ck_assert_msg(outcome.error == SOFA_ERROR_ABORTED || outcome.error == SOFA_ERROR_NONE, "%s: error %u", event, outcome.error);
    ck_assert_msg(clocks - outcome.cycles == u->clocks - u->cycles, "%s: CYCLES is %" PRIu64 ", but the interrupt came after %" PRIu64, event,
                  outcome.cycles, clocks);
    if (outcome.error == SOFA_ERROR_NONE) {
        expect_right(f, h, &outcome, event);
        ck_assert_msg(m->random || outcome.cycles == u->cycles, "%s, no error: %" PRIu64 " cycles, not %" PRIu64, event, outcome.cycles,
                      u->cycles);
    }
    end_job(f, h, &layout, event);
    return outcome.error;
}

/* ---- bus errors ---- */

/* The beat or response with the error has crossed the bus. */
static int fault_is_there(const struct tb_memory *m)
{
    const struct tb_memory_options *o = &m->options;
    uint64_t taken = 0;
    for (unsigned k = 0; k < TB_KINDS; k++)
        taken += m->beats[k];
    return o->fault_read ? taken >= o->fault_read + (m->channels > 1) : m->may_fail[1] >= o->fault_write;
}

enum tb_kind fail_bus(struct fixture *f, const struct head *h, const struct tb_memory_options *m, unsigned want)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    struct watch w;
    struct tb_driver *d = f->driver;
    char event[64];
    snprintf(event, sizeof event, "error of %s %" PRIu64, m->fault_read ? "read beat" : "response", m->fault_read + m->fault_write);
    load_job(f, &layout, h, m);
    write_control(f, SOFA_CONTROL_START);
    for (uint64_t start = d->clocks; !d->out.irq && !fault_is_there(&d->memory) && d->clocks - start < LONG;)
        tb_step(d);
    watch_begin(&w, f, event);
    while (!d->out.irq)
        watch_step(&w, f);
    read_outcome(f, &outcome);
    ck_assert_msg(outcome.error == want, "%s: error %u, want %u", event, outcome.error, want);
    enum tb_kind kind = d->memory.failed ? d->memory.failed->kind : TB_KINDS;
    ck_assert_msg(kind < TB_KINDS, "%s: there was none", event);
    end_job(f, h, &layout, event);
    return kind;
}

/* ---- a memory that stops ---- */

/* Steps until the interrupt. What the core offers must stand, but for its last cycles: then it has given up, and only a reset of both helps. */
static void run_silent(struct fixture *f, unsigned resume_after, const char *event)
{
    struct tb_driver *d = f->driver;
    struct tb_memory *m = &d->memory;
    unsigned broken = 0;
    for (uint64_t start = d->clocks; !d->out.irq; tb_step(d)) {
        ck_assert_msg(d->clocks - start < LONG, "%s: no end", event);
        broken += broken > 0 || m->violations > 0;
        ck_assert_msg(broken <= (resume_after ? 0 : END), "%s: %s", event, m->violation.text);
        if (resume_after && m->now - m->last_activity >= resume_after)
            tb_memory_resume(m);
    }
}

int stop_memory(struct fixture *f, const struct head *h, const struct tb_memory_options *m, unsigned patience, int resumes)
{
    static const char *const what[TB_STOPS] = {"", "takes no read request", "gives no read beat", "takes no write request", "takes no beat",
                                               "does not answer"};
    struct tb_driver *d = f->driver;
    struct tb_layout layout;
    struct tb_outcome outcome;
    char event[80];
    uint32_t state;
    snprintf(event, sizeof event, "the memory %s after %" PRIu64 "%s", what[m->stop], m->stop_after, resumes ? " for a while" : "");
    load_job(f, &layout, h, m);
    CHECK_OK(tb_write(d, "WATCHDOG", patience, &error));
    write_control(f, SOFA_CONTROL_START);
    run_silent(f, resumes ? 2 * patience - patience / 8 : 0, event);
    uint64_t silence = d->memory.now - d->memory.last_activity;
    ck_assert_msg(silence <= 2 * patience + END + h->job.rows * 200, "%s: silent for %" PRIu64 " cycles", event, silence);
    if (resumes) {
        read_outcome(f, &outcome);
        if (outcome.error == SOFA_ERROR_NONE)
            expect_right(f, h, &outcome, event);
        else
            ck_assert_msg(outcome.error == SOFA_ERROR_WATCHDOG, "%s: error %u", event, outcome.error);
        end_job(f, h, &layout, event);
        return outcome.error != SOFA_ERROR_NONE;
    }
    CHECK_OK(tb_read(d, "STATUS", &state, &error));
    ck_assert_msg(state == (SOFA_STATUS_DONE | SOFA_ERROR_WATCHDOG << SOFA_STATUS_ERROR_SHIFT), "%s: STATUS is 0x%X", event, (unsigned)state);
    expect_rows(f, h, &layout, event);
    tb_reset(d);
    expect_idle(f, event);
    unload_job(f, &layout);
    return 1;
}

/* ---- resets ---- */

void reset_at(struct fixture *f, const struct head *h, uint64_t after, unsigned length, const struct tb_memory_options *m)
{
    struct tb_driver *d = f->driver;
    struct tb_layout layout;
    char event[64];
    snprintf(event, sizeof event, "reset of %u cycles after %" PRIu64, length, after);
    load_job(f, &layout, h, m);
    write_control(f, SOFA_CONTROL_START);
    for (uint64_t start = d->clocks; d->clocks - start < after;)
        tb_step(d);
    d->in.rst = 1;
    tb_memory_reset(&d->memory);
    for (unsigned i = 0; i < length; i++)
        tb_step(d);
    d->in.rst = 0;
    expect_idle(f, event);
    end_job(f, h, &layout, event);
}
