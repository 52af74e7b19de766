/* SPDX-License-Identifier: Apache-2.0 */
/* sofamodel: runs heads through the bit-exact model. */
#include "base/output.h"
#include "base/parse.h"
#include "base/program.h"
#include "cycles/cycles.h"
#include "front/encode.h"
#include "front/events.h"
#include "front/heads.h"

#include <string.h>

struct settings {
    const char *encode_path; /* --encode-weights; NULL: run the heads */
    int encode;
    int unjudged; /* --no-accuracy */
    int unselected; /* --no-selected */
    int queue;
    unsigned threads;
    const char *timeline_path; /* --timeline; NULL: none */
};

/* The cycle model once more, watched. */
static enum sofa_status save_timeline(const char *path, const struct sofa_input *input, const struct sofa_result *result,
                                      struct sofa_error *e)
{
    struct sofa_timeline timeline = {.span = NULL};
    struct sofa_cycles cycles;
    enum sofa_status status = sofa_cycles_watch(&cycles, &timeline, &input->config, &input->job, result, e);
    if (status == SOFA_OK)
        status = sofa_events_save(path, &timeline, &input->config, result, e);
    sofa_timeline_free(&timeline);
    return status;
}

static enum sofa_status begin(void *user, const struct sofa_setup *setup, size_t heads, struct sofa_error *e)
{
    const struct settings *s = user;
    (void)setup;
    if (s->timeline_path && heads != 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "--timeline: shows one head, these are %zu; choose one with --head", heads);
    return sofa_output_check(s->timeline_path, e);
}

static enum sofa_status report_head(struct sofa_head_run *run, const struct sofa_input *input, const struct settings *s)
{
    struct sofa_result result;
    enum sofa_status status = (s->unjudged ? sofa_report_run_unjudged : sofa_report_run)(&run->report, &result, &input->config,
                                                                                       &input->trace, &input->job, &run->error);
    if (status != SOFA_OK)
        return status;
    run->reported = 1;
    run->report.trace = run->trace;
    run->report.head = run->head;
    sofa_warn_first(&run->report.warnings, &input->warnings);
    if (s->timeline_path)
        status = save_timeline(s->timeline_path, input, &result, &run->error);
    if (run->out_path && status == SOFA_OK)
        status = sofa_result_unpair(&result, input->trace.paired, &run->error);
    if (run->out_path && status == SOFA_OK)
        status = sofa_result_save(&result, !s->unselected, run->out_path, &run->error);
    if (s->queue && status == SOFA_OK)
        run->result = result;
    else
        sofa_result_free(&result);
    return status;
}

static enum sofa_status run_head(void *user, struct sofa_head_run *run, const struct sofa_setup *setup,
                                 const struct sofa_run_options *o)
{
    const struct settings *s = user;
    struct sofa_input input;
    enum sofa_status status = sofa_input_take(&input, setup, o, run->trace, run->head, !s->unjudged, &run->error);
    if (status != SOFA_OK)
        return status;
    status = report_head(run, &input, s);
    sofa_input_free(&input);
    return status;
}

static enum sofa_status set(void *user, const char *name, const char *value, struct sofa_error *e)
{
    struct settings *s = user;
    uint64_t threads;
    if (strcmp(name, "threads") == 0) {
        if (!sofa_parse_unsigned(value, 1024, &threads))
            return sofa_fail(e, SOFA_BAD_INPUT, "--threads is '%.80s', must be 0 to 1024", value);
        s->threads = (unsigned)threads;
        return SOFA_OK;
    }
    if (strcmp(name, "queue") == 0) {
        s->queue = 1;
        return SOFA_OK;
    }
    if (strcmp(name, "no-accuracy") == 0) {
        s->unjudged = 1;
        return SOFA_OK;
    }
    if (strcmp(name, "no-selected") == 0) {
        s->unselected = 1;
        return SOFA_OK;
    }
    if (!*value)
        return sofa_fail(e, SOFA_BAD_INPUT, "--%s: needs the name of a file", name);
    if (strcmp(name, "timeline") == 0) {
        s->timeline_path = value;
        return SOFA_OK;
    }
    s->encode_path = value;
    s->encode = 1;
    return SOFA_OK;
}

static enum sofa_status encode_weights(const struct sofa_run_options *o, const struct settings *s, struct sofa_error *e)
{
    struct sofa_config config;
    enum sofa_status status = sofa_config_load(&config, o->config_path, o->override, o->overrides, e);
    return status == SOFA_OK ? sofa_encode_file(s->encode_path, o->trace_path, &config, e) : status;
}

int main(int argc, char **argv)
{
    static const struct sofa_extra_option extra[] = {
        {"threads", "N", "heads at a time (default: 0, as many as processors)"},
        {"no-accuracy", NULL, "leave out recall, softmax weight and errors, which take most of the time"},
        {"no-selected", NULL, "leave selected, a byte for each row and key, out of -o"},
        {"queue", NULL, "also all heads as one queue of jobs (jobs.queue: 1): what they take together"},
        {"timeline", "OUT.json", "what each engine does in which cycle, as trace events for Perfetto; of one head"},
        {"encode-weights", "OUT.npz", "only write wk as codes, wk and wv as bytes; needs no CONFIG.yaml"},
        {NULL, NULL, NULL},
    };
    struct settings settings = {.threads = 0};
    const struct sofa_program program = {.name = "sofamodel",
                                         .summary = "Runs attention heads through the bit-exact model.",
                                         .extra = extra,
                                         .set = set,
                                         .user = &settings,
                                         .trace_only = &settings.encode,
                                         .several = 1};
    struct sofa_run_options options;
    struct sofa_error error = {""};
    sofa_program_begin();
    enum sofa_status status = sofa_options_parse(&options, &program, argc, argv, &error);
    if (status != SOFA_OK || options.finished)
        return sofa_exit(&program, status, &error);
    if (settings.encode)
        return sofa_exit(&program, encode_weights(&options, &settings, &error), &error);
    const struct sofa_heads_how how = {.program = &program, .options = &options, .threads = settings.threads, .begin = begin,
                                      .run = run_head, .queue = settings.queue, .user = &settings};
    status = sofa_output_check(options.out_path, &error);
    if (status == SOFA_OK)
        status = sofa_heads_run(&how, &error);
    return sofa_exit(&program, status, &error);
}
