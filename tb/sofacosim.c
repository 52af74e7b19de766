/* SPDX-License-Identifier: Apache-2.0 */
/* sofacosim: runs a head through the RTL, in Verilator, and through the model, and compares every bit. */
#include "../cmodel/options.h"
#include "../cmodel/output.h"
#include "../cmodel/parse.h"
#include "../cmodel/program.h"
#include "../gen/emit.h"
#include "cosim_report.h"
#include "ending.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct settings {
    const char *waves, *keep;
    struct tb_memory_options memory;
    uint64_t max_cycles;
};

static enum sofa_status set(void *user, const char *name, const char *value, struct sofa_error *e)
{
    struct settings *s = user;
    if (strcmp(name, "waves") == 0)
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

/* waves: where to write them, or NULL. *failed: the errno of a write to them that failed. */
static enum sofa_status simulate(struct tb_cosim_report *report, struct sofa_result *result,
                                 const struct sofa_input *input, const struct settings *s, const char *waves, int *failed,
                                 struct sofa_error *e)
{
    struct tb_driver *driver;
    struct tb_core_options core = {.waves = waves, .seed = s->memory.random ? s->memory.seed : 0, .verbose = 1};
    struct tb_run_options o = {.memory = s->memory, .wait = {.max_clocks = s->max_cycles, .progress = 1}};
    enum sofa_status status = tb_driver_open(&driver, &input->config, &core, e);
    if (status != SOFA_OK)
        return status;
    int16_t *output = malloc(result->rows * result->dims * sizeof *output + 1);
    o.output = output;
    if (output)
        status = tb_bench_run(driver, &input->trace, &input->job, result, &o, &report->outcome, &report->comparison, e);
    else
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", result->rows);
    if (status == SOFA_OK)
        memcpy(result->o, output, result->rows * result->dims * sizeof *output);
    free(output);
    *failed = tb_driver_close(driver);
    return status;
}

/* The waves of a run that went wrong are kept, too. */
static enum sofa_status simulate_with_waves(struct tb_cosim_report *report, struct sofa_result *result,
                                            const struct sofa_input *input, const struct settings *s, struct sofa_error *e)
{
    struct sofa_output waves;
    struct stat written;
    int failed = 0;
    if (!s->waves)
        return simulate(report, result, input, s, NULL, &failed, e);
    enum sofa_status status = sofa_output_open(&waves, s->waves, e);
    if (status != SOFA_OK)
        return status;
    tb_ending_remember(waves.temporary);
    status = simulate(report, result, input, s, waves.temporary, &failed, e);
    tb_ending_forget(waves.temporary);
    if (failed)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write: %s", s->waves, strerror(failed));
    if (failed || stat(waves.temporary, &written) != 0 || written.st_size == 0) {
        sofa_output_discard(&waves);
        return status;
    }
    struct sofa_error why = {""};
    enum sofa_status kept = sofa_output_commit(&waves, &why);
    return status == SOFA_OK && kept != SOFA_OK ? sofa_fail(e, kept, "%s", why.text) : status;
}

/* -o saves what the RTL computed. */
static enum sofa_status run(const struct sofa_run_options *o, const struct sofa_input *input,
                            const struct settings *s, struct sofa_error *e)
{
    struct tb_cosim_report report = {.memory = s->memory};
    struct sofa_result result;
    enum sofa_status status = s->keep ? gen_emit(&input->config, s->keep, e) : SOFA_OK;
    if (status == SOFA_OK)
        status = sofa_report_run(&report.model, &result, &input->config, &input->trace, &input->job, e);
    if (status != SOFA_OK)
        return status;
    status = simulate_with_waves(&report, &result, input, s, e);
    if (status == SOFA_OK && o->out_path)
        status = sofa_result_save(&result, o->out_path, e);
    if (status == SOFA_OK && o->json)
        status = sofa_report_print_json(tb_cosim_json(&report), e);
    else if (status == SOFA_OK)
        tb_cosim_print(stdout, &report);
    sofa_result_free(&result);
    if (status == SOFA_OK && report.comparison.mismatches)
        status = sofa_fail(e, SOFA_BAD_RESULT, "RTL and model differ: %s", report.comparison.first);
    return status;
}

int main(int argc, char **argv)
{
    static const struct sofa_extra_option extra[] = {
        {"waves", "FILE.fst", "write the waveforms of every signal"},
        {"memory", "ideal|random", "timing of the memory (ideal)"},
        {"seed", "N", "of unused bytes, random timing and registers before reset (1)"},
        {"max-cycles", "N", "give up after so many cycles"},
        {"keep", "DIR", "also write the RTL there"},
        {NULL, NULL, NULL},
    };
    struct settings settings = {.memory = {.seed = 1}};
    const struct sofa_program program = {.name = "sofacosim",
                                         .summary = "Runs an attention head through the RTL and compares it with the model.",
                                         .extra = extra,
                                         .set = set,
                                         .user = &settings};
    struct sofa_run_options options;
    struct sofa_input input;
    struct sofa_error error = {""};
    sofa_program_begin();
    tb_ending_begin();
    enum sofa_status status = sofa_options_parse(&options, &program, argc, argv, &error);
    if (status != SOFA_OK || options.finished)
        return sofa_exit(&program, status, &error);
    status = sofa_output_check(options.out_path, &error);
    if (status == SOFA_OK)
        status = sofa_output_check(settings.waves, &error);
    if (status == SOFA_OK)
        status = sofa_input_load(&input, &options, &error);
    if (status == SOFA_OK) {
        status = run(&options, &input, &settings, &error);
        sofa_input_free(&input);
    }
    return sofa_exit(&program, status, &error);
}
