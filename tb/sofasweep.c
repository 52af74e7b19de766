/* SPDX-License-Identifier: Apache-2.0 */
/* sofasweep: random legal configurations through lint, both memories and the cycle model; or lint alone. */
#include "../cmodel/options.h"
#include "../cmodel/parse.h"
#include "../cmodel/program.h"
#include "../cmodel/version.h"
#include "../gen/emit.h"
#include "bench.h"
#include "ending.h"
#include "lint.h"
#include "random_case.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHED 20u          /* cores that are kept at most */

struct sweep {
    uint64_t seed, count, only;
    uint64_t jobs; /* of a configuration, each with both memories */
    int one, lint, cycles;
    const char *lint_config;
    char work[TB_PATH_MAX];
};

/* A job, and what the model makes of it. */
struct head {
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
};

static enum sofa_status run_memory(struct sweep *s, struct tb_driver *d, struct tb_case *c, const struct head *h,
                                   int random, struct sofa_error *e)
{
    struct tb_run_options o = {.memory = {.random = random, .seed = tb_random_next(&c->random) >> 1}};
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    enum sofa_status status = tb_bench_run(d, &h->trace, &h->job, &h->result, &o, &outcome, &cmp, e);
    if (status == SOFA_OK && cmp.mismatches && (s->cycles || !cmp.cycles_differ))
        status = sofa_fail(e, SOFA_BAD_RESULT, "%s memory: %s", random ? "random" : "ideal", cmp.first);
    return status;
}

/* An abort or a fault somewhere in the job; returns the error that must follow. */
static unsigned choose_accident(struct tb_run_options *o, struct tb_case *c, const struct head *h)
{
    const struct sofa_counters *n = &h->result.counters;
    uint64_t bytes = n->bytes_query + n->bytes_key + n->bytes_value + n->bytes_range + n->bytes_token + n->bytes_weight +
                     n->bytes_rotary +
                     n->bytes_cache_read;
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
static enum sofa_status run_again(struct sweep *s, struct tb_driver *d, struct tb_case *c, struct head *h,
                                  struct sofa_error *e)
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
        status = run_memory(s, d, c, h, (int)tb_random_below(&c->random, 2), &cause);
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

static enum sofa_status run_job(struct sweep *s, struct tb_driver *d, struct tb_case *c, struct sofa_error *e)
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
        status = run_memory(s, d, c, &h, random, &cause);
    for (unsigned again = 0; again < 2 && c->config.mode == SOFA_MODE_TOKENS && status == SOFA_OK; again++)
        status = run_again(s, d, c, &h, &cause);
    sofa_result_free(&h.result);
    sofa_trace_free(&h.trace);
    if (status != SOFA_OK)
        sofa_fail(e, status, "job of %zu rows x %zu keys, H %zu, %s, %s, tile %u, kept %u, radius %g, carry %d: %.300s",
                  job.rows, job.keys, hidden, tb_content_name(job.content), tb_view_name(job.view), job.options.tile,
                  job.options.kept, job.options.radius, job.options.carry, cause.text);
    return status;
}

static enum sofa_status lint_config(const struct sweep *s, const struct sofa_config *c, struct sofa_error *e)
{
    char rtl[TB_PATH_MAX];
    enum sofa_status status = tb_path(rtl, e, "%s/lint", s->work);
    if (status == SOFA_OK)
        status = gen_emit(c, rtl, e);
    if (status == SOFA_OK)
        status = tb_lint(rtl, c, s->work, e);
    tb_remove_tree(rtl);
    return status;
}

static enum sofa_status run_case(struct sweep *s, unsigned index, struct sofa_error *e)
{
    struct tb_case c;
    struct tb_driver *driver = NULL;
    struct tb_core_options core = {.seed = index + 1, .quick = 1};
    enum sofa_status status = tb_random_config(&c, s->seed, index, e);
    if (status != SOFA_OK)
        return status;
    printf("%u:", index);
    for (unsigned i = 0; i < c.overrides; i++)
        printf(" %s", c.override[i]);
    fflush(stdout);
    if (s->lint)
        status = lint_config(s, &c.config, e);
    if (status == SOFA_OK)
        status = tb_driver_open(&driver, &c.config, &core, e);
    for (uint64_t i = 0; i < s->jobs && status == SOFA_OK; i++)
        status = run_job(s, driver, &c, e);
    tb_driver_close(driver);
    printf("\n");
    if (status != SOFA_OK)
        printf("FAILED %s\nreplay with: sofasweep --seed %" PRIu64 " --only %u\n", e->text, s->seed, index);
    fflush(stdout);
    return status;
}

static enum sofa_status sweep(struct sweep *s, struct sofa_error *e)
{
    unsigned failed = 0, first = (unsigned)(s->one ? s->only : 0), end = (unsigned)(s->one ? s->only + 1 : s->count);
    printf("seed %" PRIu64 ", %u configurations, %" PRIu64 " jobs each, ideal and random memory\n", s->seed,
           end - first, s->jobs);
    for (unsigned i = first; i < end; i++) {
        char cache[TB_PATH_MAX];
        struct sofa_error cause = {""};
        failed += run_case(s, i, &cause) != SOFA_OK;
        if (sofa_program_flush(e) != SOFA_OK)
            return SOFA_BAD_INPUT;
        if (i % CACHED == CACHED - 1 && tb_path(cache, NULL, "%s/cache", s->work) == SOFA_OK)
            tb_remove_tree(cache);
    }
    printf("%u of %u configurations good: bit-exact%s%s\n", end - first - failed, end - first,
           s->lint ? ", free of lint" : "", s->cycles ? ", cycles as predicted" : "");
    return failed ? sofa_fail(e, SOFA_BAD_RESULT, "%u of %u configurations failed", failed, end - first) : SOFA_OK;
}

static enum sofa_status lint_file(struct sweep *s, struct sofa_error *e)
{
    struct sofa_config c;
    struct sofa_error cause = {""};
    enum sofa_status status = sofa_config_load(&c, s->lint_config, NULL, 0, e);
    if (status != SOFA_OK)
        return status;
    status = lint_config(s, &c, &cause);
    if (status != SOFA_OK)
        return sofa_fail(e, status, "%.80s: %.420s", s->lint_config, cause.text);
    printf("%s: no message\n", s->lint_config);
    return SOFA_OK;
}

static enum sofa_status parse(struct sweep *s, int argc, char **argv, int *finished, struct sofa_error *e)
{
    static const struct option options[] = {
        {"count", 1, NULL, 'c'}, {"seed", 1, NULL, 's'}, {"only", 1, NULL, 'o'}, {"jobs", 1, NULL, 'j'}, {"no-lint", 0, NULL, 'n'}, {"no-cycles", 0, NULL, 'y'},
        {"lint", 1, NULL, 'l'},  {"help", 0, NULL, 'h'}, {"version", 0, NULL, 'v'}, {NULL, 0, NULL, 0}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        uint64_t *number = option == 'c' ? &s->count : option == 's' ? &s->seed : option == 'j' ? &s->jobs : &s->only;
        if (option == 'h' || option == 'v') {
            *finished = 1;
            printf(option == 'v' ? "sofasweep " SOFA_VERSION "\n"
                                 : "usage: sofasweep [--count N] [--seed N] [--only INDEX] [--jobs N] [--no-lint] [--no-cycles]\n"
                                   "       sofasweep --lint CONFIG.yaml\n"
                                   "Random legal configurations: lint, RTL against model, aborts and bus errors, predicted cycles.\n");
        } else if (option == 'n')
            s->lint = 0;
        else if (option == 'y')
            s->cycles = 0;
        else if (option == 'l')
            s->lint_config = optarg;
        else if (option == '?')
            return sofa_fail(e, SOFA_BAD_INPUT, "unknown option or missing value: %.100s", argv[optind - 1]);
        else if (!sofa_parse_unsigned(optarg, 1000000000, number))
            return sofa_fail(e, SOFA_BAD_INPUT, "'%.80s' is not a number from 0 to 1000000000", optarg);
        s->one |= option == 'o';
    }
    return optind == argc ? SOFA_OK : sofa_fail(e, SOFA_BAD_INPUT, "unexpected argument %.100s", argv[optind]);
}

/* A place of its own for logs and compiled cores: hundreds of them need not be kept. */
static enum sofa_status open_work(struct sweep *s, struct sofa_error *e)
{
    const char *root = getenv("TMPDIR");
    char cache[TB_PATH_MAX];
    enum sofa_status status = tb_path(s->work, e, "%s/sofasweep-XXXXXX", root && *root ? root : "/tmp");
    if (status == SOFA_OK && !mkdtemp(s->work))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot create a directory: %s; TMPDIR names another place", s->work,
                           strerror(errno));
    if (status != SOFA_OK) {
        s->work[0] = '\0'; /* nothing to remove */
        return status;
    }
    tb_ending_remember(s->work);
    status = tb_path(cache, e, "%s/cache", s->work);
    if (status == SOFA_OK && !getenv("SOFA_CACHE"))
        setenv("SOFA_CACHE", cache, 1);
    return status;
}

int main(int argc, char **argv)
{
    static const struct sofa_program program = {.name = "sofasweep"};
    struct sweep s = {.seed = 1, .count = 20, .jobs = 3, .lint = 1, .cycles = 1};
    struct sofa_error error = {""};
    int finished = 0;
    sofa_program_begin();
    tb_ending_begin();
    enum sofa_status status = parse(&s, argc, argv, &finished, &error);
    if (status != SOFA_OK || finished)
        return sofa_exit(&program, status, &error);
    status = open_work(&s, &error);
    if (status == SOFA_OK)
        status = s.lint_config ? lint_file(&s, &error) : sweep(&s, &error);
    tb_remove_tree(s.work);
    tb_ending_forget(s.work);
    return sofa_exit(&program, status, &error);
}
