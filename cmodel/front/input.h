/* SPDX-License-Identifier: Apache-2.0 */
/* What a run begins with: the configuration, a head, the registers of its job. */
#ifndef SOFA_INPUT_H
#define SOFA_INPUT_H

#include "../trace/npz.h"
#include "fit.h"
#include "options.h"

#include <jansson.h>

/* The configuration that the options name; with --fit, what was set for the traces. */
struct sofa_setup {
    struct sofa_config config;
    char fitted[SOFA_FIT_KEYS][40]; /* "KEY=VALUE" */
    unsigned fitteds;
    struct sofa_warnings warnings;
};
enum sofa_status sofa_setup_load(struct sofa_setup *setup, const struct sofa_run_options *o, struct sofa_error *e);
/* The same fitted to these shapes, whether the options say so or not; NULL: not fitted. */
enum sofa_status sofa_setup_fit(struct sofa_setup *setup, const struct sofa_run_options *o, const struct sofa_fit *fit,
                                struct sofa_error *e);

/* What was set, an array of "KEY=VALUE". */
json_t *sofa_fitted_json(const struct sofa_setup *setup);

/* A head and its job. */
struct sofa_input {
    struct sofa_config config;
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_warnings warnings; /* of this head */
};
/* A head of a trace (head SIZE_MAX: the file's only one), cut to --rows, with the job's registers. given: keep the numbers as
 * given, for a report. */
enum sofa_status sofa_input_take(struct sofa_input *input, const struct sofa_setup *setup, const struct sofa_run_options *o,
                                 const char *trace, size_t head, int given, struct sofa_error *e);
/* The same from arrays. */
enum sofa_status sofa_input_take_arrays(struct sofa_input *input, const struct sofa_setup *setup, const struct sofa_run_options *o,
                                        struct sofa_npz *z, size_t head, int given, struct sofa_error *e);
/* The configuration and the one head that the options name. */
enum sofa_status sofa_input_load(struct sofa_input *input, const struct sofa_run_options *o, struct sofa_error *e);
void sofa_input_free(struct sofa_input *input);

#endif
