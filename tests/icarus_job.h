/* SPDX-License-Identifier: Apache-2.0 */
/* A job in Icarus with ideal memory: a small core is there in a second, so that many variants of it can be tried. */
#ifndef SOFA_TESTS_ICARUS_JOB_H
#define SOFA_TESTS_ICARUS_JOB_H

#include "../cmodel/bits/model.h"
#include "../cmodel/cycles/cycles.h"
#include "../tb/layout.h"
#include "../tb/synthetic.h"

#include <stdio.h>

struct icarus_job {
    struct sofa_config config;
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
    struct sofa_cycles cycles;
    struct tb_layout layout, ring; /* ring: with jobs.queue, from which the job then comes */
};

/* A head for a configuration given by `count` settings; the same each time. */
void icarus_open(struct icarus_job *j, const char *const *set, unsigned count, size_t rows, size_t keys, enum tb_view view,
                 enum tb_content content);
void icarus_close(struct icarus_job *j);
/* Makes the program `job` (vvp) of the core whose files stand in `directory`. more: options of the compiler. */
void icarus_compile(const struct icarus_job *j, const char *directory, const char *more);
/* Starts the job on the core whose files stand in `directory`, in the background. */
FILE *icarus_start(const struct icarus_job *j, const char *directory);
/* Waits for its end. Returns NULL if output and cycles are as predicted, else what differs in `text`. */
const char *icarus_end(const struct icarus_job *j, const char *directory, FILE *run, char text[160]);

#endif
