/* SPDX-License-Identifier: Apache-2.0 */
/* Heads on the board against the model. */
#include "../cmodel/bits/load.h"
#include "../cmodel/front/queue.h"
#include "../cmodel/front/report.h"
#include "host.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show_progress(void *user, const char *phase, uint64_t done, uint64_t total)
{
    (void)user;
    fprintf(stderr, "\r%s %3.0f %%  ", phase, total ? 100.0 * (double)done / (double)total : 100.0);
}

static void differ(struct host_result *r, const char *what, uint64_t at, long long got, long long want)
{
    if (r->mismatches++ == 0)
        snprintf(r->first, sizeof r->first, "%s %llu: got %lld, want %lld", what, (unsigned long long)at, got, want);
}

static void compare_output(struct host_result *r, const struct sofa_result *model, const int16_t *output)
{
    for (size_t i = 0; i < model->rows * model->dims; i++)
        if (output[i] != model->o[i])
            differ(r, "element of O", i, output[i], model->o[i]);
}

/* With those of the model, of all heads together. */
static void compare_counters(struct host_result *r)
{
    const struct sofa_counters *n = &r->model;
    const struct {
        const char *name;
        uint64_t want;
    } table[] = {
        {"PAIRS", n->pairs},           {"NEED_KEYS", n->keys}, {"KEY_ROWS", n->key_rows}, {"RAISES", n->raises},
        {"EMPTY_ROWS", n->empty_rows}, {"BLOCKS", n->blocks},  {"TILES", n->tiles},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint64_t got = sofa_count_of(&r->ran.counts, table[i].name);
        if (got != table[i].want && got != 0) /* a core may be built without counters: zero */
            differ(r, table[i].name, i, (long long)got, (long long)table[i].want);
    }
}

/* What the model makes of each, and room for what the board does. */
static enum sofa_status prepare(struct host *h, const struct host_head *head, size_t heads, struct sofa_result *model,
                                struct sofa_driver_head *job, struct host_result *result, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < heads && status == SOFA_OK; i++) {
        status = sofa_model_run(&model[i], &h->config, &head[i].trace, &head[i].job, 0, e);
        if (status != SOFA_OK)
            break;
        sofa_counters_add(&result->model, &model[i].counters);
        job[i] = (struct sofa_driver_head){&head[i].trace, &head[i].job, malloc(model[i].rows * model[i].dims * sizeof(int16_t) + 1)};
        if (!job[i].output)
            status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", model[i].rows);
    }
    return status;
}

/* Several: as a queue. */
static enum sofa_status drive(struct host *h, const struct sofa_driver_head *job, size_t heads, struct sofa_ran *ran, struct sofa_error *e)
{
    int terminal = isatty(STDERR_FILENO) && !h->options->json;
    const struct sofa_run how = {.timeout = h->options->timeout, .progress = terminal ? show_progress : NULL};
    enum sofa_status status = heads > 1 ? sofa_driver_run_queue(&h->bus, &h->config, job, heads, &how, ran, e)
                                        : sofa_driver_run(&h->bus, &h->config, job->trace, job->job, &how, job->output, ran, e);
    if (terminal)
        fputs("\r                    \r", stderr);
    return status;
}

enum sofa_status host_execute(struct host *h, const struct host_head *head, size_t heads, struct host_result *result,
                              struct sofa_error *e)
{
    struct sofa_result *model = calloc(heads, sizeof *model);
    struct sofa_driver_head *job = calloc(heads, sizeof *job);
    *result = (struct host_result){.balance = head->trace.balance};
    enum sofa_status status = model && job ? prepare(h, head, heads, model, job, result, e)
                                           : sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu heads", heads);
    if (status == SOFA_OK)
        status = drive(h, job, heads, &result->ran, e);
    for (size_t i = 0; model && job && i < heads; i++) {
        if (status == SOFA_OK)
            compare_output(result, &model[i], job[i].output);
        free(job[i].output);
        sofa_result_free(&model[i]);
    }
    if (status == SOFA_OK)
        compare_counters(result);
    free(model);
    free(job);
    return status;
}

static double rate(double amount, double seconds)
{
    return seconds > 0 ? amount / seconds : 0;
}

static void print(const struct host *h, const struct host_result *r)
{
    const struct sofa_ran *n = &r->ran;
    uint64_t cycles = sofa_count_of(&n->counts, "CYCLES");
    if (r->mismatches)
        printf("board and model     DIFFER, %llu mismatches; the first: %s\n", (unsigned long long)r->mismatches, r->first);
    else
        printf("board and model     bit-exact\n");
    sofa_balance_print(stdout, &r->balance);
    printf("time                %.3f s: load %.3f, run %.3f, read %.3f; %u part(s)\n", n->seconds, n->load_seconds,
           n->run_seconds, n->read_seconds, n->parts);
    printf("transfer            %llu bytes, %.1f kB/s\n", (unsigned long long)n->bytes,
           rate((double)n->bytes / 1e3, n->load_seconds + n->read_seconds));
    if (h->serial)
        printf("line                %llu requests, %llu repeated\n", (unsigned long long)h->link.requests,
               (unsigned long long)h->link.repeats);
    if (cycles)
        printf("core                %llu cycles, %.6f s at %.1f MHz, %.0f pairs/s\n", (unsigned long long)cycles,
               (double)cycles / h->config.board.clock_hz, h->config.board.clock_hz / 1e6,
               rate((double)r->model.pairs * h->config.board.clock_hz, (double)cycles));
    for (unsigned i = 0; i < n->counts.count; i++)
        printf("  %-17s %llu\n", n->counts.item[i].name, (unsigned long long)n->counts.item[i].value);
}

static enum sofa_status print_json(const struct host *h, const struct host_result *r, struct sofa_error *e)
{
    const struct sofa_ran *n = &r->ran;
    json_t *counters = json_object();
    for (unsigned i = 0; i < n->counts.count; i++)
        json_object_set_new(counters, n->counts.item[i].name, json_integer((json_int_t)n->counts.item[i].value));
    json_t *object = json_pack("{s:b, s:I, s:s, s:I, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:I, s:o, s:o}",       //
                               "bit_exact", r->mismatches == 0, "mismatches", (json_int_t)r->mismatches,      //
                               "first_mismatch", r->first, "parts", (json_int_t)n->parts,                     //
                               "seconds", n->seconds, "load_seconds", n->load_seconds,                        //
                               "run_seconds", n->run_seconds, "read_seconds", n->read_seconds,                //
                               "bytes", (json_int_t)n->bytes, "requests", (json_int_t)h->link.requests,       //
                               "repeats", (json_int_t)h->link.repeats, "pairs", (json_int_t)r->model.pairs,   //
                               "counters", counters, "balance", sofa_balance_json(&r->balance));
    return sofa_report_print_json(object, e);
}

static enum sofa_status finish(const struct host *h, const struct host_result *r, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    if (h->options->json)
        status = print_json(h, r, e);
    else
        print(h, r);
    if (status == SOFA_OK && r->mismatches)
        status = sofa_fail(e, SOFA_BAD_RESULT, "board and model differ: %s", r->first);
    return status;
}

static enum sofa_status make_job(struct host *h, struct host_head *head, struct sofa_error *e)
{
    struct sofa_options run = h->options->run;
    run.own_offset += h->options->row_first;
    return sofa_job_make(&head->job, &h->config, &head->trace, &run, e);
}

static enum sofa_status execute(struct host *h, const struct host_head *head, size_t heads, struct sofa_error *e)
{
    struct host_result result;
    enum sofa_status status = host_execute(h, head, heads, &result, e);
    return status == SOFA_OK ? finish(h, &result, e) : status;
}

static enum sofa_status load(struct host *h, struct host_head *head, const char *path, struct sofa_error *e)
{
    struct sofa_warnings warnings = {.count = 0};
    const struct sofa_options *run = &h->options->run;
    const struct sofa_trace_choice choice = {.head = h->options->head, .octaves = run->mass > 0, .balance = run->balance,
                                             .warnings = &warnings};
    enum sofa_status status = sofa_trace_load_head(&head->trace, path, &choice, &h->config, e);
    sofa_print_warnings("sofahost", &warnings);
    if (status == SOFA_OK)
        status = sofa_trace_rows(&head->trace, h->options->row_first, h->options->row_end, e);
    return status == SOFA_OK ? make_job(h, head, e) : status;
}

enum sofa_status host_run(struct host *h, struct sofa_error *e)
{
    size_t heads = (size_t)h->options->arguments;
    if (heads == 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "run: give a TRACE.npz; see --help");
    enum sofa_status status = host_identify(h, e);
    if (status == SOFA_OK && heads > 1)
        status = sofa_queue_check(&h->config, "several traces", e);
    if (status != SOFA_OK)
        return status;
    struct host_head *head = calloc(heads, sizeof *head);
    if (!head)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu heads", heads);
    for (size_t i = 0; i < heads && status == SOFA_OK; i++)
        status = load(h, &head[i], h->options->argument[i], e);
    if (status == SOFA_OK)
        status = execute(h, head, heads, e);
    for (size_t i = 0; i < heads; i++)
        sofa_trace_free(&head[i].trace);
    free(head);
    return status;
}

/* As many keys as the memory holds next to a block, and 4 blocks of rows. */
enum sofa_status host_bench(struct host *h, struct sofa_error *e)
{
    struct host_head head = {.trace = {.q = {0}}};
    enum sofa_status status = host_identify(h, e);
    if (status != SOFA_OK)
        return status;
    const struct sofa_config *c = &h->config;
    uint64_t key = (uint64_t)c->head_dim * (c->data.key_bits + c->data.value_bits) / 8 + 2 * c->memory.port_bits / 8;
    uint64_t keys = h->bus.size / 2 / key;
    if (keys > c->keys_max)
        keys = c->keys_max;
    status = host_random_trace(&head.trace, c, 4ul * c->query_block, (size_t)(keys ? keys : 1), 0, 1, e);
    if (status == SOFA_OK)
        status = make_job(h, &head, e);
    if (status == SOFA_OK)
        status = execute(h, &head, 1, e);
    sofa_trace_free(&head.trace);
    return status;
}
