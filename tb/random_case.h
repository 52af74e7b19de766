/* SPDX-License-Identifier: Apache-2.0 */
/* Random legal configurations, and jobs for them, from a seed. */
#ifndef TB_RANDOM_CASE_H
#define TB_RANDOM_CASE_H

#include "../cmodel/trace/job.h"
#include "synthetic.h"

#define TB_CASE_KEYS 40u

struct tb_case {
    struct sofa_config config;
    char override[TB_CASE_KEYS][48]; /* --set arguments that give this configuration */
    unsigned overrides;
    struct tb_random random;         /* continues for the jobs */
    int any_cycles;                  /* 1: cycles are not compared */
    int small;                       /* 1: jobs of a few rows and keys */
    uint64_t compared;               /* jobs that were found right, bit by bit */
};

struct tb_case_job {
    size_t rows, keys;
    enum tb_content content;
    enum tb_view view;
    struct sofa_options options;
};

/* Mode tokens: what happens before a job that says FLAGS.keep. */
enum tb_between { TB_NOTHING, TB_INVALIDATE, TB_ACCIDENT, TB_BETWEENS };

/* Configuration number `index` of a seed. Mostly small ones: they must be compiled and simulated. */
enum sofa_status tb_random_config(struct tb_case *c, uint64_t seed, unsigned index, struct sofa_error *e);
/* That reach all that tb_random_job() may need. */
unsigned tb_address_bits(const struct sofa_config *c);
/* The next job of a case; mode tokens: few keys where each takes long. */
void tb_random_job(struct tb_case_job *job, struct tb_case *c);

#endif
