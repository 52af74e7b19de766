/* SPDX-License-Identifier: Apache-2.0 */
/* The cycle model: the control of the RTL, cycle by cycle, with ideal memory and without data. Each file mirrors the modules of one
 * folder of rtl_templates/; machine.h has what they share. */
#ifndef SOFA_CYCLES_H
#define SOFA_CYCLES_H

#include "queued.h"

/* Cycles from the write of CONTROL.start to status.done with ideal memory. */
struct sofa_cycles {
    uint64_t total;
    uint64_t predict_useful; /* beats that carry a needed slice of a row */
    uint64_t select_useful;  /* beats of the selection network */
    double predict, select, attend; /* utilisation */
};
enum sofa_status sofa_cycles_predict(struct sofa_cycles *cycles, const struct sofa_config *c,
                                     const struct sofa_job *j, const struct sofa_result *result,
                                     struct sofa_error *e);
/* The same, and what is busy when: timeline, empty before, is filled; free it with sofa_timeline_free() whatever is returned. */
struct sofa_timeline;
enum sofa_status sofa_cycles_watch(struct sofa_cycles *cycles, struct sofa_timeline *timeline, const struct sofa_config *c,
                                   const struct sofa_job *j, const struct sofa_result *result, struct sofa_error *e);

/* Cycles from the write of JOBS_TAIL to status.done, if no job fails. count: 1 or more. Errors: out of memory. */
enum sofa_status sofa_cycles_queue(uint64_t *total, const struct sofa_config *c, const struct sofa_queued *job, size_t count,
                                   struct sofa_error *e);

#endif
