/* SPDX-License-Identifier: Apache-2.0 */
/* Campaigns of the queue of jobs: what the others do to a job, at every place of a queue of three. */
#include "tests.h"

#include "campaign.h"
#include "queues.h"
#include "spoils.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sofa_error error;

#define THREE 3u
#define PATIENCE 600u /* WATCHDOG */
#define LONG 200000u  /* cycles; more than any queue here takes */
#define BEHIND 4u     /* cycles behind the end of the queue */

/* A queue with a memory; what it takes undisturbed. */
struct trial {
    struct campaign *c;
    struct queue q;
    struct tb_memory_options memory;
    uint64_t clocks, done[TB_STOPS];
    struct bad *bad; /* values of the descriptor */
    size_t bads;
};
/* A bad value, and the error that must follow. */
struct bad {
    char name[32];
    unsigned word;
    uint32_t value;
    unsigned want;
};
typedef uint64_t trial_places(const struct trial *t);
typedef void trial_disturb(struct trial *t, uint64_t place);

static void make_jobs(struct queue *q, struct campaign *c, int alike)
{
    static const enum tb_view view[THREE] = {TB_CAUSAL, TB_SEE_ALL, TB_ANY_RANGE};
    *q = (struct queue){.f = &c->f, .jobs = THREE};
    for (unsigned i = 0; i < THREE; i++)
        add_job(q, i, 1 + (i + 1) % 3, 5 + (alike ? 0 : i), alike ? TB_SEE_ALL : view[i], alike);
}

/* ---- to the end, and what is there then ---- */

static void execute(struct trial *t, struct tb_outcome *outcome)
{
    struct queue *q = &t->q;
    CHECK_OK(tb_execute_queue(q->f->driver, THREE + 1, THREE, &q->images[THREE], &(struct tb_wait){.max_clocks = LONG}, outcome, &error));
    ck_assert_msg(outcome->finished, "the queue does not end");
}

static void begin(struct trial *t, const struct tb_memory_options *m)
{
    for (unsigned i = 0; i < THREE; i++)
        t->q.job[i].error = SOFA_ERROR_NONE;
    load_queue(&t->q, m);
}

static void expect_all(struct trial *t, const struct tb_outcome *outcome, const char *event)
{
    struct queue *q = &t->q;
    struct tb_comparison cmp;
    CHECK_OK(tb_compare_queue(&cmp, &q->f->config, q->job, THREE, &q->f->driver->memory, outcome, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s: %s", event, cmp.first);
}

static void end(struct trial *t, const char *event)
{
    for (unsigned i = 0; i < THREE; i++)
        expect_rows(t->q.f, &t->q.head[i], &t->q.images[i], event);
    unload_queue(&t->q);
}

/* The image of the queue that a region is of; THREE: the ring. */
static unsigned owner(const struct queue *q, const struct tb_region *r)
{
    unsigned i = 0;
    while (i < THREE && (r < q->images[i].region || r >= q->images[i].region + TB_KINDS))
        i++;
    return i;
}

/* ---- bus errors ---- */

static unsigned owner_of_failure(const struct trial *t)
{
    const struct tb_memory *m = &t->q.f->driver->memory;
    const struct tb_region *ring = &t->q.images[THREE].region[TB_JOBS];
    ck_assert_ptr_nonnull(m->failed);
    unsigned job = owner(&t->q, m->failed);
    return job < THREE ? job : (unsigned)((m->failed_at - ring->base) / ring->stride);
}

static void count_failure(struct trial *t, const char *what)
{
    char kind[40];
    const struct tb_region *r = t->q.f->driver->memory.failed;
    snprintf(kind, sizeof kind, "%s%s", r->kind == TB_JOBS ? "descriptor" : tb_kind_name(r->kind), what);
    campaign_count(t->c, kind);
}

static uint64_t read_beats(const struct trial *t)
{
    return t->done[TB_STOP_READ];
}

static void fail_read(struct trial *t, uint64_t place)
{
    struct tb_outcome outcome;
    struct tb_memory_options m = t->memory;
    m.fault_read = place + 1;
    begin(t, &m);
    execute(t, &outcome);
    t->q.job[owner_of_failure(t)].error = SOFA_ERROR_READ_BUS;
    expect_all(t, &outcome, "a read error");
    count_failure(t, "");
    end(t, "a read error");
}

static uint64_t responses(const struct trial *t)
{
    return t->done[TB_STOP_ANSWERS];
}

/* What stopped the queue was the report of job `last`: the others are run when JOBS_TAIL is written. */
static void continue_behind(struct trial *t, unsigned last)
{
    struct queue *q = &t->q;
    ck_assert_uint_eq(read_register(q, "JOBS_HEAD"), last + 1);
    expect_reported(q, 0, last, SOFA_ERROR_NONE);
    if (last + 1 < THREE) {
        CHECK_OK(tb_write(q->f->driver, "JOBS_TAIL", THREE, &error));
        wait_end(q);
    }
    expect_reported(q, last + 1, THREE, SOFA_ERROR_NONE);
    for (unsigned i = 0; i < THREE; i++)
        expect_output(q, i);
}

static void fail_response(struct trial *t, uint64_t place)
{
    struct tb_outcome outcome;
    struct tb_memory_options m = t->memory;
    m.fault_write = place + 1;
    begin(t, &m);
    execute(t, &outcome);
    unsigned job = owner_of_failure(t);
    ck_assert_uint_eq(outcome.error, SOFA_ERROR_WRITE_BUS);
    if (owner(&t->q, t->q.f->driver->memory.failed) == THREE)
        continue_behind(t, job);
    else {
        t->q.job[job].error = SOFA_ERROR_WRITE_BUS;
        expect_all(t, &outcome, "a write error");
    }
    count_failure(t, "");
    end(t, "a write error");
}

/* ---- a memory that stops ---- */

static uint64_t stops(const struct trial *t)
{
    uint64_t sum = 0;
    for (unsigned k = TB_STOP_NOTHING + 1; k < TB_STOPS; k++)
        sum += t->done[k];
    return sum;
}

static void stop(struct trial *t, uint64_t place)
{
    static const char *const name[TB_STOPS] = {"", "read request", "read beat", "write request", "beat written", "response"};
    struct tb_outcome outcome;
    struct tb_memory_options m = t->memory;
    struct queue *q = &t->q;
    unsigned what = TB_STOP_NOTHING + 1;
    while (place >= t->done[what])
        place -= t->done[what++];
    m.stop = (enum tb_stop)what;
    m.stop_after = place;
    begin(t, &m);
    CHECK_OK(tb_write(q->f->driver, "WATCHDOG", PATIENCE, &error));
    struct tb_region *ring = &q->images[THREE].region[TB_JOBS];
    for (unsigned i = 0; i < THREE; i++)
        memcpy(ring->bytes + i * ring->stride + sofa_register_offset("WATCHDOG"), &(uint32_t){PATIENCE}, 4);
    execute(t, &outcome);
    ck_assert_msg(outcome.error == SOFA_ERROR_WATCHDOG, "no %s after %" PRIu64 ": error %u", name[what], place, outcome.error);
    campaign_count(t->c, name[what]);
    tb_reset(q->f->driver);
    expect_idle(q->f, "a reset behind silence");
    for (unsigned i = 0; i < THREE; i++)
        expect_rows(q->f, &q->head[i], &q->images[i], "silence");
    tb_bench_unload_queue(q->f->driver, q->images, THREE); /* offers were withdrawn: no look at the protocol */
}

/* ---- aborts and resets ---- */

static uint64_t cycles(const struct trial *t)
{
    return t->clocks + BEHIND;
}

/* The job that the abort has met ends with error 10, unless it came between two; the others run when JOBS_TAIL is written. */
static void continue_aborted(struct trial *t, const struct tb_outcome *outcome, uint64_t place)
{
    struct queue *q = &t->q;
    unsigned head = read_register(q, "JOBS_HEAD");
    ck_assert_msg(head >= 1 && head <= THREE, "abort after %" PRIu64 ": JOBS_HEAD is %u", place + 1, head);
    int ended = reported(q, head - 1) == SOFA_STATUS_DONE;
    ck_assert_msg(outcome->error == (head < THREE || !ended ? SOFA_ERROR_ABORTED : SOFA_ERROR_NONE), "abort after %" PRIu64 ": error %u, head %u",
                  place + 1, outcome->error, head);
    expect_reported(q, 0, head - 1, SOFA_ERROR_NONE);
    expect_reported(q, head - 1, head, ended ? SOFA_ERROR_NONE : SOFA_ERROR_ABORTED);
    campaign_count(t->c, !ended ? "a job aborted" : head < THREE ? "between jobs" : "too late");
    if (head < THREE) {
        CHECK_OK(tb_write(q->f->driver, "JOBS_TAIL", THREE, &error));
        wait_end(q);
    }
    expect_reported(q, head, THREE, SOFA_ERROR_NONE);
    for (unsigned i = 0; i < THREE; i++)
        if (i != head - 1 || ended)
            expect_output(q, i);
}

static void abort_queue(struct trial *t, uint64_t place)
{
    struct tb_outcome outcome;
    struct queue *q = &t->q;
    const struct tb_wait wait = {.max_clocks = LONG, .abort_after = place + 1};
    begin(t, &t->memory);
    CHECK_OK(tb_execute_queue(q->f->driver, THREE + 1, THREE, &q->images[THREE], &wait, &outcome, &error));
    ck_assert_msg(outcome.finished && outcome.idle_after, "abort after %" PRIu64 ": finished %d, bus empty %d", place + 1, outcome.finished,
                  outcome.idle_after);
    continue_aborted(t, &outcome, place);
    end(t, "an abort");
}

static void reset_queue(struct trial *t, uint64_t place)
{
    struct queue *q = &t->q;
    struct tb_driver *d = q->f->driver;
    begin(t, &t->memory);
    open_ring(q, THREE + 1);
    CHECK_OK(tb_write(d, "JOBS_TAIL", THREE, &error));
    for (uint64_t i = 0; i < place; i++)
        tb_step(d);
    tb_reset(d);
    expect_idle(q->f, "a reset");
    ck_assert_uint_eq(read_register(q, "JOBS_HEAD"), 0);
    ck_assert_uint_eq(read_register(q, "JOBS_TAIL"), 0);
    campaign_count(t->c, place < t->clocks ? "while it ran" : "after the end");
    end(t, "a reset");
}

/* ---- bad values ---- */

static struct descriptor *descriptor_at(const struct queue *q, unsigned job)
{
    const struct tb_region *ring = &q->images[THREE].region[TB_JOBS];
    return (struct descriptor *)(void *)(ring->bytes + job * ring->stride);
}

static void keep_value(void *user, const struct sofa_register *field, uint32_t value, unsigned want)
{
    struct trial *t = user;
    if (t->bads % 1024 == 0)
        t->bad = realloc(t->bad, (t->bads + 1024) * sizeof *t->bad);
    ck_assert_ptr_nonnull(t->bad);
    struct bad *b = &t->bad[t->bads++];
    *b = (struct bad){.word = field->offset / 4, .value = value, .want = want};
    snprintf(b->name, sizeof b->name, "%s", field->name);
}

/* Those that spoil the first job; addresses of the others differ, their low bits do not. */
static void find_bad_values(struct trial *t)
{
    const struct sofa_config *c = &t->q.f->config;
    struct sofa_register field;
    load_queue(&t->q, &t->memory);
    for (unsigned i = 0; find_field(&field, c, i); i++)
        spoil_field(c, descriptor_at(&t->q, 0), &field, 0, keep_value, t);
    unload_queue(&t->q);
}

static uint64_t bad_values(const struct trial *t)
{
    return t->bads;
}

static void spoil(struct trial *t, uint64_t place)
{
    struct tb_outcome outcome;
    char event[80];
    const struct bad *b = &t->bad[place];
    unsigned job = (unsigned)(place % THREE);
    snprintf(event, sizeof event, "%s = 0x%X in descriptor %u", b->name, (unsigned)b->value, job);
    begin(t, &t->memory);
    descriptor_at(&t->q, job)->word[b->word] = b->value;
    t->q.job[job].error = b->want;
    execute(t, &outcome);
    expect_all(t, &outcome, event);
    campaign_count(t->c, sofa_error_code_name(b->want));
    end(t, event);
}

/* ---- all places ---- */

static void run_undisturbed_queue(struct trial *t)
{
    struct tb_outcome outcome;
    begin(t, &t->memory);
    execute(t, &outcome);
    expect_all(t, &outcome, "a queue");
    t->clocks = outcome.clocks;
    memcpy(t->done, t->q.f->driver->memory.done, sizeof t->done);
    end(t, "a queue");
}

static uint64_t try_places(struct trial *t, trial_places *places, trial_disturb *disturb, uint64_t first, uint64_t all)
{
    uint64_t count = places(t);
    for (uint64_t n = 0; n < count && all; n++)
        if (campaign_tries(t->c, first + n, all)) {
            disturb(t, n);
            run_exact(&t->c->f, &t->c->follower[0], 0, "the job after it");
        }
    return first + count;
}

/* The first of: jobs that overlap where the core lets them with both memories, others with an ideal one. */
static void run_queues(const char *name, int number, trial_places *places, trial_disturb *disturb, unsigned trials)
{
    struct campaign c;
    struct trial trial[3];
    uint64_t all = 0, n = 0;
    campaign_open(&c, name, queued[number]);
    campaign_heads(&c);
    for (unsigned i = 0; i < trials; i++) {
        trial[i] = (struct trial){.c = &c, .memory = {.random = i == 1, .seed = c.seed >> 8}};
        make_jobs(&trial[i].q, &c, i < 2);
        run_undisturbed_queue(&trial[i]);
        find_bad_values(&trial[i]);
        all = try_places(&trial[i], places, disturb, all, 0);
    }
    for (unsigned i = 0; i < trials; i++)
        n = try_places(&trial[i], places, disturb, n, all);
    for (unsigned i = 0; i < trials; i++) {
        free_jobs(&trial[i].q);
        free(trial[i].bad);
    }
    campaign_free_heads(&c);
    campaign_close(&c);
}

START_TEST(queue_read_errors)
{
    run_queues("queue_read_errors", _i, read_beats, fail_read, 3);
}
END_TEST

START_TEST(queue_write_errors)
{
    run_queues("queue_write_errors", _i, responses, fail_response, 3);
}
END_TEST

START_TEST(queue_silence)
{
    run_queues("queue_silence", _i, stops, stop, 2);
}
END_TEST

START_TEST(queue_aborts)
{
    run_queues("queue_aborts", _i, cycles, abort_queue, 2);
}
END_TEST

START_TEST(queue_resets)
{
    run_queues("queue_resets", _i, cycles, reset_queue, 1);
}
END_TEST

START_TEST(queue_fields)
{
    run_queues("queue_fields", _i, bad_values, spoil, 1);
}
END_TEST

Suite *campaign_queue_suite(void)
{
    Suite *suite = campaign_suite("campaign_queue");
    if (!test_fast()) {
        campaign_add(suite, "queue_read_errors", queue_read_errors, 0, QUEUED);
        campaign_add(suite, "queue_write_errors", queue_write_errors, 0, QUEUED);
        campaign_add(suite, "queue_silence", queue_silence, 0, QUEUED);
        campaign_add(suite, "queue_aborts", queue_aborts, 0, QUEUED);
        campaign_add(suite, "queue_resets", queue_resets, 0, QUEUED);
        campaign_add(suite, "queue_fields", queue_fields, 0, QUEUED);
    }
    return suite;
}
