/* SPDX-License-Identifier: Apache-2.0 */
#include "case_run.h"

#include "bench.h"

#include <inttypes.h>

/* A job, and what the model makes of it. */
struct head {
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
};

static enum sofa_status run_memory(struct tb_driver *d, struct tb_case *c, const struct head *h, int random,
                                   struct sofa_error *e)
{
    struct tb_run_options o = {.memory = {.random = random, .seed = tb_random_next(&c->random) >> 1}};
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    enum sofa_status status = tb_bench_run(d, &h->trace, &h->job, &h->result, &o, &outcome, &cmp, e);
    if (status == SOFA_OK && cmp.mismatches && !(c->any_cycles && cmp.cycles_differ))
        status = sofa_fail(e, SOFA_BAD_RESULT, "%s memory: %s", random ? "random" : "ideal", cmp.first);
    c->compared += status == SOFA_OK;
    return status;
}

/* The same job twice from a queue. */
static enum sofa_status run_queue(struct tb_driver *d, struct tb_case *c, const struct head *h, int random, struct sofa_error *e)
{
    struct tb_run_options o = {.memory = {.random = random, .seed = tb_random_next(&c->random) >> 1}};
    const struct tb_queued one = {.trace = &h->trace, .job = &h->job, .result = &h->result}, jobs[2] = {one, one};
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    enum sofa_status status = tb_bench_queue(d, jobs, 2, &o, &outcome, &cmp, e);
    if (status == SOFA_OK && cmp.mismatches && !(c->any_cycles && cmp.cycles_differ))
        status = sofa_fail(e, SOFA_BAD_RESULT, "twice from a queue, %s memory: %s", random ? "random" : "ideal", cmp.first);
    c->compared += status == SOFA_OK ? 2 : 0;
    return status;
}

/* An abort or a fault somewhere in the job; returns the error that must follow. */
static unsigned choose_accident(struct tb_run_options *o, struct tb_case *c, const struct head *h)
{
    const struct sofa_counters *n = &h->result.counters;
    uint64_t bytes = n->bytes_query + n->bytes_key + n->bytes_value + n->bytes_range + n->bytes_khat + n->bytes_token + n->bytes_weight +
                     n->bytes_rotary + n->bytes_cache_read;
    uint64_t answers = h->job.rows + 2 * n->generated;
    unsigned kind = tb_random_below(&c->random, 3);
    o->memory.random = (int)tb_random_below(&c->random, 2);
    o->memory.seed = tb_random_next(&c->random) >> 1;
    if (kind == 0)
        o->wait.abort_after = 1 + tb_random_below(&c->random, 1u << tb_random_below(&c->random, 14));
    else if (kind == 1)
        o->memory.fault_read = 1 + tb_random_below(&c->random, (unsigned)(bytes / (c->config.memory.port_bits / 8)));
    else
        o->memory.fault_write = 1 + tb_random_below(&c->random, (unsigned)answers);
    return kind == 0 ? SOFA_ERROR_ABORTED : kind == 1 ? SOFA_ERROR_READ_BUS : SOFA_ERROR_WRITE_BUS;
}

/* A job that an abort or a bus error ends: with the right code, the bus empty; the next job must not notice. */
static enum sofa_status disturb(struct tb_driver *d, struct tb_case *c, const struct head *h, unsigned *error,
                                struct sofa_error *e)
{
    struct tb_run_options o = {.memory = {0}};
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    unsigned want = choose_accident(&o, c, h);
    enum sofa_status status = tb_bench_run(d, &h->trace, &h->job, NULL, &o, &outcome, &cmp, e);
    *error = outcome.error;
    if (status != SOFA_OK)
        return status;
    int right = outcome.error == want || (want == SOFA_ERROR_ABORTED && outcome.error == SOFA_ERROR_NONE);
    if (outcome.finished && right && outcome.idle_after && d->memory.violations == 0)
        return SOFA_OK;
    return sofa_fail(e, SOFA_BAD_RESULT,
                     "abort after %" PRIu64 " (fault of read beat %" PRIu64 ", of response %" PRIu64
                     "): finished %d, error %u, bus idle %d %.200s",
                     o.wait.abort_after, o.memory.fault_read, o.memory.fault_write, outcome.finished, outcome.error,
                     outcome.idle_after, d->memory.violations ? d->memory.violation.text : "");
}

/* Other rows for the same tokens. keep: which keys the core still has; NULL: none. */
static enum sofa_status make_again(struct head *h, struct tb_case *c, const uint8_t *keep, struct sofa_error *e)
{
    h->job.keep = 1;
    h->job.valid = keep;
    h->result = (struct sofa_result){0};
    tb_synthetic_see(&h->trace, (enum tb_view)tb_random_below(&c->random, TB_BLIND), &c->random);
    h->job.has_ranges = h->trace.has_ranges;
    return sofa_model_run(&h->result, &c->config, &h->trace, &h->job, 1, e);
}

/* The same job again, but it ends badly unless the abort comes too late; then the core has what it generated. */
static enum sofa_status have_accident(struct tb_driver *d, struct tb_case *c, struct head *h, int *lost, struct sofa_error *e)
{
    unsigned error = SOFA_ERROR_NONE;
    sofa_result_free(&h->result);
    h->job.keep = 0;
    enum sofa_status status = sofa_model_run(&h->result, &c->config, &h->trace, &h->job, 1, e);
    if (status == SOFA_OK)
        status = disturb(d, c, h, &error, e);
    *lost = error != SOFA_ERROR_NONE;
    return status;
}

/* Mode tokens: a job that keeps what the core has generated, or what is left of it. */
static enum sofa_status run_again(struct tb_driver *d, struct tb_case *c, struct head *h, struct sofa_error *e)
{
    static const char *const before[TB_BETWEENS] = {"a good job", "CONTROL.invalidate", "a disturbed job"};
    enum tb_between between = (enum tb_between)tb_random_below(&c->random, TB_BETWEENS);
    struct sofa_error cause = {""};
    enum sofa_status status = SOFA_OK;
    int lost = between == TB_INVALIDATE;
    if (between == TB_ACCIDENT)
        status = have_accident(d, c, h, &lost, &cause);
    else if (between == TB_INVALIDATE)
        status = tb_write(d, "CONTROL", SOFA_CONTROL_INVALIDATE, &cause);
    struct sofa_result earlier = h->result;
    h->result = (struct sofa_result){0};
    if (status == SOFA_OK)
        status = make_again(h, c, lost ? NULL : earlier.valid, &cause);
    if (status == SOFA_OK)
        status = run_memory(d, c, h, (int)tb_random_below(&c->random, 2), &cause);
    h->job.valid = NULL;
    sofa_result_free(&earlier);
    return status == SOFA_OK ? status : sofa_fail(e, status, "FLAGS.keep after %s: %.400s", before[between], cause.text);
}

static enum sofa_status make_head(struct head *h, struct tb_case *c, const struct tb_case_job *job, struct sofa_error *e)
{
    struct sofa_job *j = &h->job;
    *h = (struct head){.job = {0}};
    enum sofa_status status = tb_synthetic(&h->trace, &c->config, job->rows, job->keys, job->content, job->view, &c->random,
                                           e);
    if (status == SOFA_OK)
        status = sofa_job_make(j, &c->config, &h->trace, &job->options, e);
    if (c->config.mode == SOFA_MODE_TOKENS && tb_random_below(&c->random, 6) == 0) { /* what no host would choose */
        j->khat_shift = tb_random_below(&c->random, 32);
        j->k_shift = tb_random_below(&c->random, 32);
        j->v_shift = tb_random_below(&c->random, 32);
    }
    return status == SOFA_OK ? sofa_model_run(&h->result, &c->config, &h->trace, j, 1, e) : status;
}

enum sofa_status tb_case_run(struct tb_driver *d, struct tb_case *c, struct sofa_error *e)
{
    struct tb_case_job job;
    struct head h;
    struct sofa_error cause = {""};
    unsigned error = 0;
    tb_random_job(&job, c);
    enum sofa_status status = make_head(&h, c, &job, &cause);
    size_t hidden = h.trace.tokens.x.cols;
    if (status == SOFA_OK)
        status = disturb(d, c, &h, &error, &cause);
    for (int random = 1; random >= 0 && status == SOFA_OK; random--)
        status = run_memory(d, c, &h, random, &cause);
    for (int random = 1; random >= 0 && c->config.jobs.queue && status == SOFA_OK; random--)
        status = run_queue(d, c, &h, random, &cause);
    for (unsigned again = 0; again < 2 && c->config.mode == SOFA_MODE_TOKENS && status == SOFA_OK; again++)
        status = run_again(d, c, &h, &cause);
    sofa_result_free(&h.result);
    sofa_trace_free(&h.trace);
    if (status != SOFA_OK)
        sofa_fail(e, status, "job of %zu rows x %zu keys, H %zu, %s, %s, tile %u, kept %u, radius %g, carry %d: %.300s",
                  job.rows, job.keys, hidden, tb_content_name(job.content), tb_view_name(job.view), job.options.tile,
                  job.options.kept, job.options.radius, job.options.carry, cause.text);
    return status;
}
