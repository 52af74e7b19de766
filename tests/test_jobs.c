/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of jobs: right jobs one after another, jobs that fail among them, aborts, a memory that fails or falls silent. */
#include "tests.h"

#include "../cmodel/front/counts.h"
#include "queues.h"

#include <stdio.h>
#include <string.h>

static struct sofa_error error;

#define PATIENCE 500u

static struct fixture fixture;

static void open_queue(struct queue *q, int number)
{
    q->f = &fixture;
    q->jobs = JOBS;
    open_design(q->f, queued[number]);
    ck_assert_uint_eq(q->f->config.jobs.queue, 1);
}

/* alike: such as overlap where the core lets them. */
static void make_jobs(struct queue *q, int alike)
{
    static const enum tb_view view[JOBS] = {TB_CAUSAL, TB_SEE_ALL, TB_ANY_RANGE, TB_WINDOW};
    unsigned block = q->f->config.query_block;
    for (unsigned i = 0; i < JOBS; i++) {
        unsigned kind = alike ? 0 : i;
        add_job(q, i, 1 + tb_random_below(&q->f->random, 2 * block), 20 + 7 * kind, view[kind], alike);
    }
}

static void run_queue(struct queue *q, unsigned jobs, const struct tb_run_options *o, struct tb_outcome *outcome, const char *what)
{
    struct tb_comparison cmp;
    CHECK_OK(tb_bench_queue(q->f->driver, q->job, jobs, o, outcome, &cmp, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s, %s memory: %s", what, o->memory.random ? "random" : "ideal", cmp.first);
}

START_TEST(jobs_follow_one_another)
{
    struct queue q;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    for (unsigned n = 0; n < 8; n++) {
        const struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = tb_random_next(&q.f->random)}};
        make_jobs(&q, n >= 4);
        for (unsigned i = 0; i < JOBS && n == 6; i++)
            q.job[i].flags = SOFA_FLAG_STOP; /* none begins behind such a job: cycles say so */
        run_queue(&q, n < 2 ? 1 : JOBS, &o, &outcome, "a queue");
        free_jobs(&q);
        run_good(q.f); /* a job that the host starts */
    }
    close_design(q.f);
}
END_TEST

/* A job that fails is reported in its descriptor; those around it do not notice. */
START_TEST(errors_end_their_job_alone)
{
    static const unsigned want[4] = {SOFA_ERROR_KEYS, SOFA_ERROR_RANGE, SOFA_ERROR_SCALE, SOFA_ERROR_ROWS};
    struct queue q;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    for (unsigned n = 0; n < 20; n++) {
        const struct tb_run_options o = {.memory = {.random = (int)(n / 4 & 1), .seed = tb_random_next(&q.f->random)}};
        unsigned bad = (n + n / 4) % JOBS, kind = n % 4;
        make_jobs(&q, n >= 6);
        struct head *h = &q.head[bad];
        q.job[bad].error = want[kind];
        if (kind == 0)
            h->job.keys = q.f->config.keys_max + 1;
        else if (kind == 2)
            h->job.scale_mantissa = 0x7FFF;
        else if (kind == 3)
            h->job.rows = 0;
        else {
            h->trace.has_ranges = h->job.has_ranges = 1;
            if (h->trace.first)
                h->trace.visible[h->trace.q.rows - 1] = h->job.keys + 1;
        }
        if (kind != 1 || h->trace.first) { /* else rows of that head see all keys */
            run_queue(&q, JOBS, &o, &outcome, "a queue with a bad job");
            ck_assert_uint_eq(outcome.error, want[kind]);
        }
        free_jobs(&q);
    }
    run_good(q.f);
    close_design(q.f);
}
END_TEST

/* Read beats of a job. */
static uint64_t beats_of(const struct queue *q, unsigned job)
{
    const struct sofa_counters *n = &q->head[job].result.counters;
    uint64_t key, value, port = q->f->config.memory.port_bits / 8;
    sofa_count_row_beats(&q->f->config, n, &key, &value);
    return key + value + (n->bytes_query + n->bytes_range + n->bytes_khat + n->bytes_token + n->bytes_weight + n->bytes_rotary) / port;
}

/* Number of a write of the job; of alike jobs one of the last, since those behind it may still be answered. */
static uint64_t any_row(struct queue *q, unsigned job, int late)
{
    unsigned rows = (unsigned)q->head[job].job.rows;
    return late ? rows - tb_random_below(&q->f->random, rows < 3 ? rows : 3) : 1 + tb_random_below(&q->f->random, rows);
}

START_TEST(bus_errors_end_their_job_alone)
{
    struct queue q;
    struct sofa_derived d;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    sofa_config_derive(&q.f->config, &d);
    for (unsigned n = 0; n < 24; n++) {
        struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = tb_random_next(&q.f->random)}};
        unsigned bad = n % JOBS, kind = n / JOBS % 3; /* while the descriptor is read, later, when rows are written */
        make_jobs(&q, n >= 12);
        o.memory.fault_image = (kind == 0 ? JOBS : bad) + 1;
        if (kind == 0)
            o.memory.fault_read = bad * d.job_beats + 1 + tb_random_below(&q.f->random, d.job_beats);
        else if (kind == 1)
            o.memory.fault_read = 1 + tb_random_below(&q.f->random, (unsigned)beats_of(&q, bad));
        else
            o.memory.fault_write = any_row(&q, bad, n >= 12);
        q.job[bad].error = kind < 2 ? SOFA_ERROR_READ_BUS : SOFA_ERROR_WRITE_BUS;
        run_queue(&q, JOBS, &o, &outcome, "a queue with a bus error");
        free_jobs(&q);
    }
    run_good(q.f);
    close_design(q.f);
}
END_TEST

/* ---- step by step ---- */

/* At whatever cycle: the job ends with error 10, the queue rests, and goes on with the next job when JOBS_TAIL is written. */
START_TEST(an_abort_stops_the_queue)
{
    struct queue q;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    for (unsigned n = 0; n < 20; n++) {
        const struct tb_wait wait = {.abort_after = 1 + tb_random_below(&q.f->random, 400u << n % 4)};
        make_jobs(&q, n >= 10);
        load_queue(&q, &(struct tb_memory_options){.random = (int)(n & 1), .seed = n});
        CHECK_OK(tb_execute_queue(q.f->driver, JOBS + 1, JOBS, &q.images[JOBS], &wait, &outcome, &error));
        unsigned head = read_register(&q, "JOBS_HEAD");
        ck_assert(outcome.finished && outcome.idle_after);
        ck_assert_uint_ge(head, 1);
        /* in time for the last job, or between two */
        int ended = reported(&q, head - 1) == SOFA_STATUS_DONE;
        ck_assert_msg(outcome.error == (head < JOBS || !ended ? SOFA_ERROR_ABORTED : SOFA_ERROR_NONE), "abort after %u: error %u, head %u",
                      (unsigned)wait.abort_after, outcome.error, head);
        expect_reported(&q, 0, head - 1, SOFA_ERROR_NONE);
        expect_reported(&q, head - 1, head, ended ? SOFA_ERROR_NONE : SOFA_ERROR_ABORTED);
        ck_assert_uint_eq(read_register(&q, "STATUS"), 0);
        for (unsigned i = 0; i < 200; i++)
            tb_step(q.f->driver);
        ck_assert_uint_eq(read_register(&q, "STATUS"), 0);
        if (head < JOBS) {
            CHECK_OK(tb_write(q.f->driver, "JOBS_TAIL", JOBS, &error));
            wait_end(&q);
        }
        expect_reported(&q, head, JOBS, SOFA_ERROR_NONE);
        for (unsigned i = head; i < JOBS; i++)
            expect_output(&q, i);
        unload_queue(&q);
        free_jobs(&q);
        run_good(q.f);
    }
    close_design(q.f);
}
END_TEST

/* FLAGS.stop of a job that fails; FLAGS.notify of one that ends while the queue goes on. */
START_TEST(flags_of_a_job)
{
    struct queue q;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    make_jobs(&q, 1);
    q.head[1].job.keys = 0;
    q.job[1].flags = SOFA_FLAG_STOP;
    q.job[2].flags = SOFA_FLAG_NOTIFY | SOFA_FLAG_STOP;
    load_queue(&q, &(struct tb_memory_options){0});
    CHECK_OK(tb_execute_queue(q.f->driver, JOBS + 1, JOBS, &q.images[JOBS], &(struct tb_wait){0}, &outcome, &error));
    ck_assert_uint_eq(outcome.error, SOFA_ERROR_KEYS);
    ck_assert_uint_eq(read_register(&q, "JOBS_HEAD"), 2);
    expect_reported(&q, 0, 1, SOFA_ERROR_NONE);
    expect_reported(&q, 1, 2, SOFA_ERROR_KEYS);
    CHECK_OK(tb_write(q.f->driver, "JOBS_TAIL", JOBS, &error));
    wait_end(&q);
    ck_assert_uint_eq(read_register(&q, "JOBS_HEAD"), 3);
    ck_assert_uint_eq(read_register(&q, "STATUS") & SOFA_STATUS_BUSY, SOFA_STATUS_BUSY);
    wait_end(&q);
    ck_assert_uint_eq(read_register(&q, "JOBS_HEAD"), JOBS);
    expect_reported(&q, 2, JOBS, SOFA_ERROR_NONE);
    for (unsigned i = 2; i < JOBS; i++)
        expect_output(&q, i);
    unload_queue(&q);
    free_jobs(&q);
    close_design(q.f);
}
END_TEST

/* Round and round, with jobs added while others run. */
START_TEST(the_ring_wraps)
{
    struct queue q;
    unsigned tail = 0;
    open_queue(&q, _i);
    make_jobs(&q, 1);
    load_queue(&q, &(struct tb_memory_options){0});
    open_ring(&q, JOBS);
    CHECK_OK(tb_write(q.f->driver, "IRQ_ENABLE", 1, &error));
    for (unsigned n = 0; n < 3 * JOBS; n++) {
        tail = (tail + 1) % JOBS;
        CHECK_OK(tb_write(q.f->driver, "JOBS_TAIL", tail, &error));
        while ((read_register(&q, "JOBS_HEAD") + 1) % JOBS == tail && n % 3 == 0)
            tb_step(q.f->driver); /* until it has ended */
        while ((tail + 1) % JOBS == read_register(&q, "JOBS_HEAD"))
            tb_step(q.f->driver); /* until there is room */
    }
    while (read_register(&q, "JOBS_HEAD") != tail || read_register(&q, "STATUS") & SOFA_STATUS_BUSY)
        tb_step(q.f->driver);
    expect_reported(&q, 0, JOBS, SOFA_ERROR_NONE);
    for (unsigned i = 0; i < JOBS; i++)
        expect_output(&q, i);
    CHECK_OK(tb_write(q.f->driver, "CONTROL", SOFA_CONTROL_CLEAR, &error));
    tb_memory_detach(&q.f->driver->memory);
    unload_queue(&q);
    free_jobs(&q);
    run_good(q.f);
    close_design(q.f);
}
END_TEST

/* JOBS_TAIL is written in each of the cycles around the end of the queue: what it adds is run. */
START_TEST(jobs_added_at_the_end)
{
    struct queue q;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    make_jobs(&q, 1);
    load_queue(&q, &(struct tb_memory_options){0});
    CHECK_OK(tb_execute_queue(q.f->driver, JOBS + 1, 1, &q.images[JOBS], &(struct tb_wait){0}, &outcome, &error));
    uint64_t whole = outcome.clocks;
    for (unsigned n = 0; n < 16; n++) {
        CHECK_OK(tb_write(q.f->driver, "JOBS_COUNT", JOBS + 1, &error));
        CHECK_OK(tb_write(q.f->driver, "JOBS_TAIL", 1, &error));
        for (uint64_t clock = 0; clock + 12 < whole + n; clock++)
            tb_step(q.f->driver);
        CHECK_OK(tb_write(q.f->driver, "JOBS_TAIL", 2, &error));
        for (unsigned i = 0; i < 100000 && read_register(&q, "JOBS_HEAD") < 2; i++)
            tb_step(q.f->driver);
        ck_assert_msg(read_register(&q, "JOBS_HEAD") == 2, "JOBS_TAIL was written %d cycles after the end: the queue rests",
                      (int)n - 12);
        while (read_register(&q, "STATUS") & SOFA_STATUS_BUSY)
            tb_step(q.f->driver);
        expect_output(&q, 1);
        CHECK_OK(tb_write(q.f->driver, "CONTROL", SOFA_CONTROL_CLEAR, &error));
    }
    tb_memory_detach(&q.f->driver->memory);
    unload_queue(&q);
    free_jobs(&q);
    close_design(q.f);
}
END_TEST

/* A ring that cannot be: nothing is read. */
START_TEST(bad_rings)
{
    struct queue q;
    struct sofa_derived d;
    open_queue(&q, _i);
    sofa_config_derive(&q.f->config, &d);
    for (unsigned n = 0; n < 3; n++) {
        CHECK_OK(tb_write(q.f->driver, "IRQ_ENABLE", 1, &error));
        CHECK_OK(tb_write(q.f->driver, "JOBS_BASE_LO", n == 0 ? d.job_bytes / 2 : 0, &error));
        CHECK_OK(tb_write(q.f->driver, "JOBS_COUNT", n == 1 ? 0 : 3, &error));
        CHECK_OK(tb_write(q.f->driver, "JOBS_TAIL", n == 2 ? 3 : 1, &error));
        for (unsigned i = 0; i < 100 && !q.f->driver->out.irq; i++)
            tb_step(q.f->driver);
        ck_assert_uint_eq(read_register(&q, "STATUS"), SOFA_STATUS_DONE | SOFA_ERROR_JOBS << SOFA_STATUS_ERROR_SHIFT);
        ck_assert_uint_eq(read_register(&q, "JOBS_HEAD"), 0);
        CHECK_OK(tb_write(q.f->driver, "CONTROL", SOFA_CONTROL_CLEAR, &error));
        ck_assert_msg(q.f->driver->memory.violations == 0, "%s", q.f->driver->memory.violation.text);
    }
    run_good(q.f);
    close_design(q.f);
}
END_TEST

/* Its registers stand while the queue runs, and a job that the host starts is not begun. */
START_TEST(nothing_disturbs_a_queue)
{
    struct queue q;
    open_queue(&q, _i);
    make_jobs(&q, 1);
    load_queue(&q, &(struct tb_memory_options){0});
    uint64_t base = open_ring(&q, JOBS + 1);
    CHECK_OK(tb_write(q.f->driver, "JOBS_TAIL", JOBS, &error));
    while (read_register(&q, "JOBS_HEAD") < JOBS) {
        CHECK_OK(tb_write(q.f->driver, "CONTROL", SOFA_CONTROL_START, &error));
        if (read_register(&q, "JOBS_HEAD") < JOBS - 1) {
            CHECK_OK(tb_write(q.f->driver, "JOBS_BASE_LO", 0, &error));
            CHECK_OK(tb_write(q.f->driver, "JOBS_COUNT", 1, &error));
            CHECK_OK(tb_write(q.f->driver, "ROWS", 0, &error));
            CHECK_OK(tb_write(q.f->driver, "KEYS", 0, &error));
        }
        ck_assert_uint_eq(read_register(&q, "JOBS_COUNT"), JOBS + 1);
        ck_assert_uint_eq(read_register(&q, "JOBS_BASE_LO"), (uint32_t)base);
        ck_assert_uint_eq(read_register(&q, "JOBS_TAIL"), JOBS);
    }
    while (read_register(&q, "STATUS") & SOFA_STATUS_BUSY)
        tb_step(q.f->driver);
    expect_reported(&q, 0, JOBS, SOFA_ERROR_NONE);
    for (unsigned i = 0; i < JOBS; i++)
        expect_output(&q, i);
    CHECK_OK(tb_write(q.f->driver, "CONTROL", SOFA_CONTROL_CLEAR, &error));
    unload_queue(&q);
    free_jobs(&q);
    run_good(q.f);
    close_design(q.f);
}
END_TEST

/* A memory that stops answering, while a descriptor is read or a job runs: the watchdog ends the queue; after a reset all is well. */
START_TEST(silence_ends_the_queue)
{
    struct queue q;
    struct sofa_derived d;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    sofa_config_derive(&q.f->config, &d);
    for (unsigned n = 0; n < 4; n++) {
        make_jobs(&q, (int)(n & 1));
        CHECK_OK(tb_write(q.f->driver, "WATCHDOG", PATIENCE, &error));
        const uint64_t after = n == 0 ? 1 : n == 1 ? beats_of(&q, 0) + d.job_beats + 1 : 20 * n;
        load_queue(&q, &(struct tb_memory_options){.stop = TB_STOP_READ, .stop_after = after});
        struct tb_region *ring = &q.images[JOBS].region[TB_JOBS];
        for (unsigned i = 0; i < JOBS; i++)
            memcpy(ring->bytes + i * ring->stride + sofa_register_offset("WATCHDOG"), &(uint32_t){PATIENCE}, 4);
        CHECK_OK(tb_execute_queue(q.f->driver, JOBS + 1, JOBS, &q.images[JOBS], &(struct tb_wait){.max_clocks = 100000}, &outcome, &error));
        ck_assert_msg(outcome.finished && outcome.error == SOFA_ERROR_WATCHDOG, "silence %u: finished %d, error %u", n, outcome.finished,
                      outcome.error);
        unload_queue(&q);
        free_jobs(&q);
        tb_reset(q.f->driver);
        run_good(q.f);
    }
    close_design(q.f);
}
END_TEST

/* The response to a job's status is an error: the queue ends and says so. */
START_TEST(a_report_that_fails)
{
    struct queue q;
    struct tb_outcome outcome;
    open_queue(&q, _i);
    make_jobs(&q, 1);
    load_queue(&q, &(struct tb_memory_options){.fault_write = 1, .fault_image = JOBS + 1});
    CHECK_OK(tb_execute_queue(q.f->driver, JOBS + 1, JOBS, &q.images[JOBS], &(struct tb_wait){0}, &outcome, &error));
    ck_assert_uint_eq(outcome.error, SOFA_ERROR_WRITE_BUS);
    ck_assert_uint_eq(read_register(&q, "JOBS_HEAD"), 1);
    unload_queue(&q);
    free_jobs(&q);
    run_good(q.f);
    close_design(q.f);
}
END_TEST

/* The programs: what sofamodel says of a queue is what sofacosim sees. */
START_TEST(programs_run_a_queue)
{
    static const char set[] = "--set head_dim=64 --set query_block=4 --set tile.keys=8 --set tile.kept_max=3 --set predict.keys=4"
                              " --set predict.dims=16 --set attend.lanes=2 --set attend.width=8 --set attend.window=2"
                              " --set select.policy=rank --set memory.port_bits=64 --rows 0:8 --queue";
    static const char *const wants[] = {"\"jobs\": 2,", "\"bit_exact\": true,", "\"ran_on\": \"rtl\""};
    char text[TEST_TEXT], predicted[64], measured[64];
    const char command[] = "$B/%s configs/small.yaml data/demo.npz data/demo.npz %s %s --json 2>/dev/null | sed -n '/\"queue\": {/,$p'";
    ck_assert_int_eq(test_shell(text, command, "sofamodel", set, "--set jobs.queue=1"), 0);
    const char *at = strstr(text, "\"cycles\": ");
    ck_assert_msg(at && sscanf(at, "\"cycles\": %63[0-9]", predicted) == 1, "%s", text);
    ck_assert_int_eq(test_shell(text, command, "sofacosim", set, "--set jobs.queue=1"), 0);
    for (size_t i = 0; i < sizeof wants / sizeof wants[0]; i++)
        ck_assert_msg(strstr(text, wants[i]) != NULL, "no %s in %s", wants[i], text);
    at = strstr(text, "\"cycles\": ");
    ck_assert_msg(at && sscanf(at, "\"cycles\": %63[0-9]", measured) == 1, "%s", text);
    ck_assert_str_eq(measured, predicted);
    ck_assert_int_eq(test_shell(text, "$B/sofacosim configs/small.yaml data/demo.npz %s --set jobs.queue=0 2>&1", set), 2);
    ck_assert_msg(strstr(text, "--queue: 'small' has no queue of jobs; set jobs.queue=1") != NULL, "%s", text);
}
END_TEST

Suite *jobs_suite(void)
{
    Suite *suite = suite_create("jobs");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        tcase_add_loop_test(rtl, jobs_follow_one_another, 0, QUEUED);
        tcase_add_loop_test(rtl, errors_end_their_job_alone, 0, QUEUED);
        tcase_add_loop_test(rtl, bus_errors_end_their_job_alone, 0, QUEUED);
        tcase_add_loop_test(rtl, an_abort_stops_the_queue, 0, QUEUED);
        tcase_add_loop_test(rtl, flags_of_a_job, 0, QUEUED);
        tcase_add_loop_test(rtl, the_ring_wraps, 0, QUEUED);
        tcase_add_loop_test(rtl, jobs_added_at_the_end, 0, QUEUED);
        tcase_add_loop_test(rtl, bad_rings, 0, QUEUED);
        tcase_add_loop_test(rtl, nothing_disturbs_a_queue, 0, QUEUED);
        tcase_add_loop_test(rtl, silence_ends_the_queue, 0, QUEUED);
        tcase_add_loop_test(rtl, a_report_that_fails, 0, QUEUED);
        tcase_add_test(rtl, programs_run_a_queue);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
