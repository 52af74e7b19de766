/* SPDX-License-Identifier: Apache-2.0 */
/* The heads of a run as one queue of jobs: what they take together. */
#ifndef SOFA_FRONT_QUEUE_H
#define SOFA_FRONT_QUEUE_H

#include "heads_list.h"

struct sofa_queue_report {
    size_t jobs;
    struct sofa_report sum; /* counters, bytes, cycles and utilisation of all together */
    struct sofa_measured measured;
};

/* SOFA_OK if a core of that configuration has a queue; else a message that says how it gets one. wish: for what. */
enum sofa_status sofa_queue_check(const struct sofa_config *c, const char *wish, struct sofa_error *e);
/* From the reports and results of the heads, which all have them. Errors: out of memory. */
enum sofa_status sofa_queue_sum(struct sofa_queue_report *q, const struct sofa_config *c, const struct sofa_heads *list,
                                struct sofa_error *e);
/* The hardware has run them: q->measured is filled. */
void sofa_queue_measured(struct sofa_queue_report *q);
/* A line below those of the heads. */
void sofa_queue_print(FILE *out, const struct sofa_queue_report *q);
/* A new object; NULL when out of memory. */
json_t *sofa_queue_json(const struct sofa_queue_report *q);

#endif
