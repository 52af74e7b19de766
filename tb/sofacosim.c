/* SPDX-License-Identifier: Apache-2.0 */
/* sofacosim: runs heads through the RTL, in Verilator, and through the model, and compares every bit. */
#include "../cmodel/base/output.h"
#include "../cmodel/base/parse.h"
#include "../cmodel/base/program.h"
#include "../cmodel/front/heads.h"
#include "../gen/emit.h"
#include "bench.h"
#include "ending.h"

#include <stdlib.h>
#include <string.h>

/* A head that waits for the queue. */
struct kept {
    struct sofa_input input;
    struct sofa_result *result; /* of the run */
};

struct settings {
    const char *waves, *keep;
    struct tb_memory_options memory;
    uint64_t max_cycles;
    struct sofa_config config;
    struct tb_driver *driver;  /* of the one core that all heads run on */
    enum sofa_status broken;   /* it cannot be had: why */
    struct sofa_error why;
    int queue;                 /* all heads in one */
    struct kept *kept;
    size_t keeps, room;
    struct sofa_output waves_file;
    int waves_open;
};

static enum sofa_status set(void *user, const char *name, const char *value, struct sofa_error *e)
{
    struct settings *s = user;
    if (strcmp(name, "queue") == 0)
        s->queue = 1;
    else if (strcmp(name, "waves") == 0)
        s->waves = value;
    else if (strcmp(name, "keep") == 0)
        s->keep = value;
    else if (strcmp(name, "memory") == 0) {
        if (strcmp(value, "ideal") != 0 && strcmp(value, "random") != 0)
            return sofa_fail(e, SOFA_BAD_INPUT, "--memory is '%.80s', must be ideal or random", value);
        s->memory.random = *value == 'r';
    } else if (!sofa_parse_unsigned(value, INT64_MAX, strcmp(name, "seed") == 0 ? &s->memory.seed : &s->max_cycles))
        return sofa_fail(e, SOFA_BAD_INPUT, "--%s is '%.80s', must be a number from 0 to %lld", name, value,
                         (long long)INT64_MAX);
    return SOFA_OK;
}

static enum sofa_status begin(void *user, const struct sofa_setup *setup, size_t heads, struct sofa_error *e)
{
    struct settings *s = user;
    s->room = s->queue ? heads : 0;
    s->kept = calloc(s->room + 1, sizeof *s->kept);
    if (!s->kept)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu heads", heads);
    if (s->waves && heads > 1 && !s->queue)
        return sofa_fail(e, SOFA_BAD_INPUT, "--waves takes one head; choose one of the %zu", heads);
    s->config = setup->config;
    return s->keep ? gen_emit(&setup->config, s->keep, e) : SOFA_OK;
}

static enum sofa_status open_waves(struct settings *s, struct sofa_error *e)
{
    enum sofa_status status = sofa_output_open(&s->waves_file, s->waves, e);
    if (status != SOFA_OK)
        return status;
    s->waves_open = 1;
    tb_ending_remember(s->waves_file.temporary);
    return SOFA_OK;
}

/* The core is compiled when the first head that can be read needs it, and reset for each. */
static enum sofa_status open_core(struct settings *s, struct sofa_error *e)
{
    struct tb_core_options core = {.seed = s->memory.random ? s->memory.seed : 0, .verbose = 1};
    if (s->driver) {
        tb_reset(s->driver);
    } else if (s->broken == SOFA_OK) {
        s->broken = s->waves ? open_waves(s, &s->why) : SOFA_OK;
        core.waves = s->waves_open ? s->waves_file.temporary : NULL;
        if (s->broken == SOFA_OK)
            s->broken = tb_driver_open(&s->driver, &s->config, &core, &s->why);
    }
    return s->broken == SOFA_OK ? SOFA_OK : sofa_fail(e, s->broken, "%s", s->why.text);
}

/* Closes the core. The waves of a run that went wrong are kept, too. */
static enum sofa_status close_core(struct settings *s, struct sofa_error *e)
{
    struct stat written;
    int failed = tb_driver_close(s->driver);
    s->driver = NULL;
    if (!s->waves_open)
        return SOFA_OK;
    tb_ending_forget(s->waves_file.temporary);
    if (failed || stat(s->waves_file.temporary, &written) != 0 || written.st_size == 0) {
        sofa_output_discard(&s->waves_file);
        return failed ? sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write: %s", s->waves, strerror(failed)) : SOFA_OK;
    }
    return sofa_output_commit(&s->waves_file, e);
}

static void note_run(struct sofa_measured *m, const struct settings *s, const struct tb_outcome *outcome,
                     const struct tb_comparison *comparison)
{
    *m = (struct sofa_measured){.cycles = outcome->cycles,
                                .counts = outcome->counts,
                                .mismatches = comparison->mismatches,
                                .bit_exact = comparison->mismatches == 0 || comparison->cycles_differ,
                                .memory = s->memory.random ? "random" : "ideal",
                                .seed = s->memory.seed,
                                .error = outcome->error,
                                .seconds = outcome->seconds};
    memcpy(m->first_mismatch, comparison->first, sizeof m->first_mismatch);
    m->sim_khz = outcome->seconds > 0 ? (double)outcome->clocks / (outcome->seconds * 1e3) : 0;
}

static void note_measured(struct sofa_head_run *run, const struct settings *s, const struct tb_outcome *outcome,
                          const struct tb_comparison *comparison)
{
    note_run(&run->measured, s, outcome, comparison);
    run->report.measured = &run->measured;
    run->report.utilisation = sofa_report_utilise(&run->report, tb_counter(outcome, "PREDICT_BUSY"),
                                                  tb_counter(outcome, "SELECT_BUSY"), tb_counter(outcome, "KVGEN_BUSY"),
                                                  outcome->cycles);
}

/* The result's output becomes what the RTL wrote. */
static enum sofa_status simulate(struct sofa_head_run *run, struct sofa_result *result, const struct sofa_input *input,
                                 struct settings *s)
{
    struct tb_outcome outcome;
    struct tb_comparison comparison;
    struct tb_run_options o = {.memory = s->memory, .wait = {.max_clocks = s->max_cycles, .progress = result->counters.blocks}};
    size_t count = result->rows * result->dims;
    o.output = malloc(count * sizeof *o.output + 1);
    enum sofa_status status = o.output ? SOFA_OK : sofa_fail(&run->error, SOFA_BAD_INPUT, "out of memory for %zu rows", result->rows);
    if (status == SOFA_OK)
        status = tb_bench_run(s->driver, &input->trace, &input->job, result, &o, &outcome, &comparison, &run->error);
    if (status == SOFA_OK) {
        memcpy(result->o, o.output, count * sizeof *o.output);
        note_measured(run, s, &outcome, &comparison);
        run->reported = 1;
    }
    free(o.output);
    return status;
}

/* What the RTL computed. */
static enum sofa_status save(const char *path, struct sofa_result *result, const struct sofa_input *input, struct sofa_error *e)
{
    enum sofa_status status = path ? sofa_result_unpair(result, input->trace.paired, e) : SOFA_OK;
    return path && status == SOFA_OK ? sofa_result_save(result, 1, path, e) : status;
}

static enum sofa_status report_head(struct sofa_head_run *run, struct sofa_result *result, const struct sofa_input *input)
{
    enum sofa_status status =
        sofa_report_run(&run->report, result, &input->config, &input->trace, &input->job, &run->error);
    if (status != SOFA_OK)
        return status;
    run->report.trace = run->trace;
    run->report.head = run->head;
    sofa_warn_first(&run->report.warnings, &input->warnings);
    return SOFA_OK;
}

static enum sofa_status compare_head(struct sofa_head_run *run, const struct sofa_input *input, struct settings *s)
{
    struct sofa_result result;
    enum sofa_status status = report_head(run, &result, input);
    if (status != SOFA_OK)
        return status;
    status = open_core(s, &run->error);
    if (status == SOFA_OK)
        status = simulate(run, &result, input, s);
    if (status == SOFA_OK)
        status = save(run->out_path, &result, input, &run->error);
    sofa_result_free(&result);
    if (status == SOFA_OK && run->measured.mismatches > 0)
        status = sofa_fail(&run->error, SOFA_BAD_RESULT, "RTL and model differ: %s", run->measured.first_mismatch);
    return status;
}

/* Until all heads are here. */
static enum sofa_status keep_head(struct sofa_head_run *run, struct sofa_input *input, struct settings *s)
{
    struct kept *kept = &s->kept[s->keeps];
    enum sofa_status status = s->keeps < s->room ? report_head(run, &run->result, input) : SOFA_BAD_INPUT;
    if (status != SOFA_OK) {
        sofa_input_free(input);
        return status;
    }
    kept->input = *input;
    kept->result = &run->result;
    s->keeps++;
    run->reported = 1;
    return SOFA_OK;
}

static void free_kept(struct settings *s)
{
    for (size_t i = 0; i < s->keeps; i++)
        sofa_input_free(&s->kept[i].input);
    free(s->kept);
}

static enum sofa_status run_head(void *user, struct sofa_head_run *run, const struct sofa_setup *setup,
                                 const struct sofa_run_options *o)
{
    struct settings *s = user;
    struct sofa_input input;
    enum sofa_status status = sofa_input_take(&input, setup, o, run->trace, run->head, 1, &run->error);
    if (status != SOFA_OK)
        return status;
    if (s->queue)
        return keep_head(run, &input, s);
    status = compare_head(run, &input, s);
    sofa_input_free(&input);
    return status;
}

/* The results' outputs become what the RTL wrote. */
static enum sofa_status simulate_queue(struct settings *s, struct tb_queued *job, struct tb_outcome *outcome,
                                       struct tb_comparison *comparison, struct sofa_error *e)
{
    struct tb_run_options o = {.memory = s->memory, .wait = {.max_clocks = s->max_cycles}};
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < s->keeps && status == SOFA_OK; i++) {
        const struct sofa_result *r = s->kept[i].result;
        o.wait.progress += r->counters.blocks;
        job[i] = (struct tb_queued){.trace = &s->kept[i].input.trace, .job = &s->kept[i].input.job, .result = r,
                                    .output = malloc(r->rows * r->dims * sizeof *r->o + 1)};
        if (!job[i].output)
            status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", r->rows);
    }
    if (status == SOFA_OK)
        status = tb_bench_queue(s->driver, job, (unsigned)s->keeps, &o, outcome, comparison, e);
    for (size_t i = 0; i < s->keeps; i++) {
        struct sofa_result *r = s->kept[i].result;
        if (status == SOFA_OK)
            memcpy(r->o, job[i].output, r->rows * r->dims * sizeof *r->o);
        free(job[i].output);
    }
    return status;
}

static enum sofa_status run_queue(void *user, struct sofa_queue_report *q, const struct sofa_heads *list, struct sofa_error *e)
{
    struct settings *s = user;
    struct tb_outcome outcome;
    struct tb_comparison comparison;
    struct tb_queued *job = calloc(s->keeps + 1, sizeof *job);
    enum sofa_status status = job ? open_core(s, e) : sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu jobs", s->keeps);
    if (status == SOFA_OK)
        status = simulate_queue(s, job, &outcome, &comparison, e);
    free(job);
    if (status != SOFA_OK)
        return status;
    note_run(&q->measured, s, &outcome, &comparison);
    sofa_queue_measured(q);
    for (size_t i = 0; i < s->keeps && status == SOFA_OK; i++)
        status = save(list->run[i].out_path, s->kept[i].result, &s->kept[i].input, e);
    if (status == SOFA_OK && comparison.mismatches > 0)
        status = sofa_fail(e, SOFA_BAD_RESULT, "RTL and model differ: %s", comparison.first);
    return status;
}

int main(int argc, char **argv)
{
    static const struct sofa_extra_option extra[] = {
        {"queue", NULL, "all heads as one queue of jobs (jobs.queue: 1)"},
        {"waves", "FILE.fst", "write the waveforms of every signal"},
        {"memory", "ideal|random", "timing of the memory (ideal)"},
        {"seed", "N", "of unused bytes, random timing and registers before reset (1)"},
        {"max-cycles", "N", "give up after so many cycles"},
        {"keep", "DIR", "also write the RTL there"},
        {NULL, NULL, NULL},
    };
    struct settings settings = {.memory = {.seed = 1}};
    const struct sofa_program program = {.name = "sofacosim",
                                         .summary = "Runs attention heads through the RTL and compares them with the model.",
                                         .extra = extra,
                                         .set = set,
                                         .user = &settings,
                                         .several = 1};
    struct sofa_run_options options;
    struct sofa_error error = {""}, why = {""};
    sofa_program_begin();
    tb_ending_begin();
    enum sofa_status status = sofa_options_parse(&options, &program, argc, argv, &error);
    if (status != SOFA_OK || options.finished)
        return sofa_exit(&program, status, &error);
    const struct sofa_heads_how how = {
        .program = &program, .options = &options, .threads = 1, .begin = begin, .run = run_head,
        .queue = settings.queue, .run_queue = run_queue, .user = &settings};
    status = sofa_output_check(options.out_path, &error);
    if (status == SOFA_OK)
        status = sofa_output_check(settings.waves, &error);
    if (status == SOFA_OK)
        status = sofa_heads_run(&how, &error);
    enum sofa_status closed = close_core(&settings, &why);
    free_kept(&settings);
    return closed > status ? sofa_exit(&program, closed, &why) : sofa_exit(&program, status, &error);
}
