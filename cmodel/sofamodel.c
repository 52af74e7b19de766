/* sofamodel: runs a head through the bit-exact model. */
#include "options.h"
#include "report.h"

static enum sofa_status print_page(const struct sofa_report *report, struct sofa_error *e)
{
    sofa_report_print(stdout, report);
    return fflush(stdout) == 0 && !ferror(stdout) ? SOFA_OK
                                                  : sofa_fail(e, SOFA_BAD_INPUT, "cannot write to standard output");
}

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
        status = print_page(&report, e);
    sofa_result_free(&result);
    return status;
}

int main(int argc, char **argv)
{
    static const struct sofa_program program = {.name = "sofamodel",
                                                .summary = "Runs an attention head through the bit-exact model."};
    struct sofa_run_options options;
    struct sofa_input input;
    struct sofa_error error = {""};
    enum sofa_status status = sofa_options_parse(&options, &program, argc, argv, &error);
    if (status != SOFA_OK || options.finished)
        return sofa_exit(&program, status, &error);
    status = sofa_input_load(&input, &options, &error);
    if (status == SOFA_OK) {
        status = run(&options, &input, &error);
        sofa_input_free(&input);
    }
    return sofa_exit(&program, status, &error);
}
