/* SPDX-License-Identifier: Apache-2.0 */
/* sofamodel: runs a head through the bit-exact model. */
#include "encode.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "report.h"

static enum sofa_status run(const struct sofa_run_options *o, const struct sofa_input *input, struct sofa_error *e)
{
    struct sofa_report report;
    struct sofa_result result;
    enum sofa_status status = sofa_report_run(&report, &result, &input->config, &input->trace, &input->job, e);
    if (status != SOFA_OK)
        return status;
    if (o->out_path)
        status = sofa_result_save(&result, o->out_path, e);
    if (status == SOFA_OK && o->json)
        status = sofa_report_print_json(sofa_report_json(&report), e);
    else if (status == SOFA_OK)
        sofa_report_print(stdout, &report);
    sofa_result_free(&result);
    return status;
}

struct settings {
    const char *encode_path; /* --encode-weights; NULL: run the head */
    int encode;
};

static enum sofa_status set(void *user, const char *name, const char *value, struct sofa_error *e)
{
    struct settings *s = user;
    (void)name;
    if (!*value)
        return sofa_fail(e, SOFA_BAD_INPUT, "--encode-weights: needs the name of a file");
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
        {"encode-weights", "OUT.npz", "only write wk as codes, wk and wv as bytes; needs no CONFIG.yaml"},
        {NULL, NULL, NULL},
    };
    struct settings settings = {NULL, 0};
    const struct sofa_program program = {.name = "sofamodel",
                                         .summary = "Runs an attention head through the bit-exact model.",
                                         .extra = extra,
                                         .set = set,
                                         .user = &settings,
                                         .trace_only = &settings.encode};
    struct sofa_run_options options;
    struct sofa_input input;
    struct sofa_error error = {""};
    sofa_program_begin();
    enum sofa_status status = sofa_options_parse(&options, &program, argc, argv, &error);
    if (status != SOFA_OK || options.finished)
        return sofa_exit(&program, status, &error);
    if (settings.encode)
        return sofa_exit(&program, encode_weights(&options, &settings, &error), &error);
    status = sofa_output_check(options.out_path, &error);
    if (status == SOFA_OK)
        status = sofa_input_load(&input, &options, &error);
    if (status == SOFA_OK) {
        status = run(&options, &input, &error);
        sofa_input_free(&input);
    }
    return sofa_exit(&program, status, &error);
}
