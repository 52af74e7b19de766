/* SPDX-License-Identifier: Apache-2.0 */
/* What the RTL did against what the model says: outputs, counters, rows read, bus protocol. */
#ifndef TB_COMPARE_H
#define TB_COMPARE_H

#include "../cmodel/bits/model.h"
#include "driver.h"

struct tb_comparison {
    uint64_t mismatches; /* 0: bit-exact, and with ideal memory as many cycles as the model predicts */
    int cycles_differ;   /* the only mismatch is in the number of cycles */
    char first[256];     /* the first difference: what, where, got, want; empty when there is none */
};

/* result must have its tiles. */
enum sofa_status tb_compare(struct tb_comparison *comparison, const struct sofa_config *c, const struct sofa_job *j,
                            const struct sofa_result *result, const struct tb_memory *memory,
                            const struct tb_outcome *outcome, struct sofa_error *e);

/* A job of a queue. */
struct tb_queued {
    const struct sofa_trace *trace;
    const struct sofa_job *job;
    const struct sofa_result *result; /* not looked at if it must fail */
    uint32_t flags;                   /* SOFA_FLAG_NOTIFY, SOFA_FLAG_STOP */
    unsigned error;                   /* with which it must end */
    int16_t *output;                  /* rows x head_dim, takes what the RTL wrote; may be NULL */
};
/* memory has the images of the jobs, then the ring. Counters, bytes and cycles are compared where no job fails. */
enum sofa_status tb_compare_queue(struct tb_comparison *comparison, const struct sofa_config *c, const struct tb_queued *job,
                                  unsigned jobs, const struct tb_memory *memory, const struct tb_outcome *outcome, struct sofa_error *e);

/* Parts of it that only mode tokens has: codes, weights, tokens read, pairs fetched and written; in compare_tokens.c. */
enum sofa_status tb_compare_tokens(struct tb_comparison *comparison, const struct sofa_config *c, const struct sofa_job *j,
                                   const struct sofa_result *result, const struct tb_layout *l, struct sofa_error *e);
/* A right job with ideal memory takes as many cycles as the cycle model says; in compare_cycles.c. */
enum sofa_status tb_compare_cycles(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_job *j,
                                   const struct sofa_result *result, const struct tb_memory_options *memory,
                                   const struct tb_outcome *outcome, struct sofa_error *e);
enum sofa_status tb_compare_queue_cycles(struct tb_comparison *cmp, const struct sofa_config *c, const struct tb_queued *job,
                                         unsigned jobs, const struct tb_memory_options *memory, const struct tb_outcome *outcome,
                                         struct sofa_error *e);
/* Counts a mismatch; the first one is put in words. */
void tb_differ(struct tb_comparison *cmp, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
