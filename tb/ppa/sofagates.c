/* SPDX-License-Identifier: Apache-2.0 */
/* sofagates: runs heads through the gates of a core, compares every bit and every cycle with the model, and counts what toggles. Started
 * by ppa.py, which makes the netlist. */
#include "../../cmodel/base/parse.h"
#include "../../cmodel/base/program.h"
#include "../../cmodel/front/heads.h"
#include "../../cmodel/host/driver.h"
#include "../bench.h"
#include "gates.h"

#include <stdlib.h>
#include <string.h>

struct settings {
    const char *netlist, *activity;
    int timed;
    struct sofa_config config;
    struct gates *gates;
    struct tb_driver driver;
};

static enum sofa_status set(void *user, const char *name, const char *value, struct sofa_error *e)
{
    struct settings *s = user;
    (void)e;
    if (strcmp(name, "netlist") == 0)
        s->netlist = value;
    else if (strcmp(name, "activity") == 0)
        s->activity = value;
    else
        s->timed = 1;
    return SOFA_OK;
}

static enum sofa_status begin(void *user, const struct sofa_setup *setup, size_t heads, struct sofa_error *e)
{
    struct settings *s = user;
    if (!s->netlist || !s->activity)
        return sofa_fail(e, SOFA_BAD_INPUT, "say --netlist FILE and --activity FILE");
    if (heads > 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "takes one head; choose one of the %zu", heads);
    s->config = setup->config;
    return gates_load(&s->gates, s->netlist, s->timed, e);
}

/* The driver of a compiled core, but for the core. */
static enum sofa_status power_up(struct settings *s, struct sofa_error *e)
{
    struct tb_driver *d = &s->driver;
    d->config = &s->config;
    tb_memory_init(&d->memory, &s->config);
    d->core = (struct tb_core){.handle = s->gates, .cycle = gates_cycle};
    tb_reset(d);
    const struct sofa_bus bus = tb_bus(d);
    return sofa_driver_identify(&bus, &s->config, e);
}

static void note_measured(struct sofa_head_run *run, const struct tb_outcome *outcome, const struct tb_comparison *comparison)
{
    struct sofa_measured *m = &run->measured;
    *m = (struct sofa_measured){.cycles = outcome->cycles,
                                .counts = outcome->counts,
                                .mismatches = comparison->mismatches,
                                .bit_exact = comparison->mismatches == 0 || comparison->cycles_differ,
                                .memory = "ideal",
                                .seed = 1,
                                .error = outcome->error,
                                .seconds = outcome->seconds};
    memcpy(m->first_mismatch, comparison->first, sizeof m->first_mismatch);
    m->sim_khz = outcome->seconds > 0 ? (double)outcome->clocks / (outcome->seconds * 1e3) : 0;
    run->report.measured = m;
    run->report.utilisation = sofa_report_utilise(&run->report, tb_counter(outcome, "PREDICT_BUSY"), tb_counter(outcome, "SELECT_BUSY"),
                                                  tb_counter(outcome, "KVGEN_BUSY"), outcome->cycles);
    run->reported = 1;
}

static enum sofa_status simulate(struct sofa_head_run *run, const struct sofa_result *result, const struct sofa_input *input,
                                 struct settings *s)
{
    struct tb_outcome outcome;
    struct tb_comparison comparison;
    const struct tb_run_options o = {.memory = {.seed = 1}, .wait = {.progress = 1}};
    enum sofa_status status = power_up(s, &run->error);
    gates_forget(s->gates);
    if (status == SOFA_OK)
        status = tb_bench_run(&s->driver, &input->trace, &input->job, result, &o, &outcome, &comparison, &run->error);
    if (status == SOFA_OK)
        note_measured(run, &outcome, &comparison);
    if (status == SOFA_OK && comparison.mismatches > 0)
        status = sofa_fail(&run->error, SOFA_BAD_RESULT, "gates and model differ: %s", comparison.first);
    if (status == SOFA_OK)
        status = gates_save(s->gates, s->activity, &run->error);
    return status;
}

static enum sofa_status run_head(void *user, struct sofa_head_run *run, const struct sofa_setup *setup, const struct sofa_run_options *o)
{
    struct sofa_input input;
    struct sofa_result result;
    enum sofa_status status = sofa_input_take(&input, setup, o, run->trace, run->head, 1, &run->error);
    if (status != SOFA_OK)
        return status;
    status = sofa_report_run(&run->report, &result, &input.config, &input.trace, &input.job, &run->error);
    if (status == SOFA_OK) {
        run->report.trace = run->trace;
        run->report.head = run->head;
        sofa_warn_first(&run->report.warnings, &input.warnings);
        status = simulate(run, &result, &input, user);
        sofa_result_free(&result);
    }
    sofa_input_free(&input);
    return status;
}

int main(int argc, char **argv)
{
    static const struct sofa_extra_option extra[] = {
        {"netlist", "FILE", "the core, as activity.py writes it"},
        {"activity", "FILE", "where to write what toggled"},
        {"timed", NULL, "gates have delays: glitches count"},
        {NULL, NULL, NULL},
    };
    static struct settings settings;
    const struct sofa_program program = {.name = "sofagates",
                                         .summary = "Runs a head through the gates of a core and compares it with the model.",
                                         .extra = extra,
                                         .set = set,
                                         .user = &settings};
    struct sofa_run_options options;
    struct sofa_error error = {""};
    sofa_program_begin();
    enum sofa_status status = sofa_options_parse(&options, &program, argc, argv, &error);
    if (status != SOFA_OK || options.finished)
        return sofa_exit(&program, status, &error);
    const struct sofa_heads_how how = {
        .program = &program, .options = &options, .threads = 1, .begin = begin, .run = run_head, .user = &settings};
    status = sofa_heads_run(&how, &error);
    gates_free(settings.gates);
    tb_memory_free(&settings.driver.memory);
    return sofa_exit(&program, status, &error);
}
