/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include "../bits/load.h"

#include <string.h>

/* 1 if --set gives the key of "KEY=VALUE". */
static int is_set(const struct sofa_run_options *o, const char *text)
{
    size_t length = strcspn(text, "=") + 1;
    for (unsigned i = 0; i < o->overrides; i++)
        if (strncmp(o->override[i], text, length) == 0)
            return 1;
    return 0;
}

/* What the traces' shapes ask for, but for keys that --set gives. */
static void list_fitted(struct sofa_setup *setup, const struct sofa_run_options *o, const struct sofa_fit *fit)
{
    char text[SOFA_FIT_KEYS][40];
    unsigned count = sofa_fit_overrides(text, fit, &setup->config);
    for (unsigned i = 0; i < count; i++)
        if (!is_set(o, text[i]))
            memcpy(setup->fitted[setup->fitteds++], text[i], sizeof text[i]);
}

enum sofa_status sofa_setup_fit(struct sofa_setup *setup, const struct sofa_run_options *o, const struct sofa_fit *fit,
                                struct sofa_error *e)
{
    const char *override[SOFA_FIT_KEYS + SOFA_OVERRIDES_MAX];
    *setup = (struct sofa_setup){.fitteds = 0};
    enum sofa_status status = SOFA_OK;
    if (fit)
        status = sofa_config_load(&setup->config, o->config_path, o->override, o->overrides, e);
    if (fit && status == SOFA_OK)
        list_fitted(setup, o, fit);
    for (unsigned i = 0; i < setup->fitteds; i++)
        override[i] = setup->fitted[i];
    for (unsigned i = 0; i < o->overrides; i++)
        override[setup->fitteds + i] = o->override[i];
    if (status == SOFA_OK)
        status = sofa_config_load_warned(&setup->config, o->config_path, override, setup->fitteds + o->overrides,
                                         &setup->warnings, e);
    return status;
}

enum sofa_status sofa_setup_load(struct sofa_setup *setup, const struct sofa_run_options *o, struct sofa_error *e)
{
    struct sofa_fit fit = {.begun = 0};
    if (!o->fit)
        return sofa_setup_fit(setup, o, NULL, e);
    if (o->traces == 0)
        sofa_fit_add(&fit, o->trace_path);
    for (unsigned i = 0; i < o->traces; i++)
        sofa_fit_add(&fit, o->trace[i]);
    return sofa_setup_fit(setup, o, &fit, e);
}

json_t *sofa_fitted_json(const struct sofa_setup *setup)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < setup->fitteds; i++)
        json_array_append_new(array, json_string(setup->fitted[i]));
    return array;
}

/* By itself where prediction may be far ahead and the order is nearest, as it is where rows see different keys. Each block's rows stay
 * together, but a row's own position, or which block generates a key first, would change. */
static enum sofa_status pair_blocks(struct sofa_input *input, enum sofa_pairing wish, struct sofa_error *e)
{
    const struct sofa_config *c = &input->config;
    int may = c->mode == SOFA_MODE_KV && input->job.order != SOFA_ORDER_OWN;
    if (wish == SOFA_PAIR_ON && !may)
        return sofa_fail(e, SOFA_BAD_INPUT, "--pair-blocks on: not in mode tokens, and not with --order own");
    if (wish == SOFA_PAIR_OFF || !may || (wish == SOFA_PAIR_AUTO && (c->attend.queue == 0 || input->job.order != SOFA_ORDER_NEAREST)))
        return SOFA_OK;
    return sofa_trace_pair_blocks(&input->trace, c->query_block, e);
}

enum sofa_status sofa_input_take_arrays(struct sofa_input *input, const struct sofa_setup *setup, const struct sofa_run_options *o,
                                        struct sofa_npz *z, size_t head, int given, struct sofa_error *e)
{
    *input = (struct sofa_input){.config = setup->config};
    const struct sofa_trace_choice choice = {.head = head, .octaves = o->run.mass > 0, .balance = o->run.balance,
                                             .given = given, .warnings = &input->warnings};
    enum sofa_status status = sofa_trace_load_arrays(&input->trace, z, &choice, &input->config, e);
    if (status == SOFA_OK)
        status = sofa_trace_rows(&input->trace, o->row_first, o->row_end, e);
    if (status == SOFA_OK && o->all_visible)
        sofa_trace_see_all(&input->trace);
    struct sofa_options run = o->run;
    run.own_offset += o->row_first;
    if (status == SOFA_OK)
        status = sofa_job_make(&input->job, &input->config, &input->trace, &run, e);
    if (status == SOFA_OK)
        status = pair_blocks(input, o->run.pairing, e);
    if (status != SOFA_OK)
        sofa_input_free(input);
    return status;
}

enum sofa_status sofa_input_take(struct sofa_input *input, const struct sofa_setup *setup, const struct sofa_run_options *o,
                                 const char *trace, size_t head, int given, struct sofa_error *e)
{
    struct sofa_npz *z;
    *input = (struct sofa_input){.config = setup->config};
    enum sofa_status status = sofa_npz_open(&z, trace, e);
    if (status == SOFA_OK)
        status = sofa_input_take_arrays(input, setup, o, z, head, given, e);
    sofa_npz_close(z);
    return status;
}

enum sofa_status sofa_input_load(struct sofa_input *input, const struct sofa_run_options *o, struct sofa_error *e)
{
    struct sofa_setup setup;
    enum sofa_status status = sofa_setup_load(&setup, o, e);
    return status == SOFA_OK ? sofa_input_take(input, &setup, o, o->trace_path, o->head, 0, e) : status;
}

void sofa_input_free(struct sofa_input *input)
{
    sofa_trace_free(&input->trace);
}
