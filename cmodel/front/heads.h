/* SPDX-License-Identifier: Apache-2.0 */
/* A run over heads: every head of every trace that the options name, one after another or side by side; what it says. */
#ifndef SOFA_HEADS_H
#define SOFA_HEADS_H

#include "heads_list.h"
#include "input.h"
#include "queue.h"

/* Runs one head: fills run->report, and says so in run->reported. Several may run at once. */
typedef enum sofa_status sofa_head_function(void *user, struct sofa_head_run *run, const struct sofa_setup *setup,
                                            const struct sofa_run_options *o);

struct sofa_heads_how {
    const struct sofa_program *program;
    const struct sofa_run_options *options;
    unsigned threads; /* 0: as many as processors */
    /* Before the first head, with the configuration and how many heads there are; may be NULL. */
    enum sofa_status (*begin)(void *user, const struct sofa_setup *setup, size_t heads, struct sofa_error *e);
    sofa_head_function *run;
    /* Not 0: in the end, all heads together as one queue of jobs. run_queue runs it, if every head could be, fills q->measured and calls
     * sofa_queue_measured; NULL: what the models say of it. */
    int queue;
    enum sofa_status (*run_queue)(void *user, struct sofa_queue_report *q, const struct sofa_heads *list, struct sofa_error *e);
    void *user;
};

/* One head: its page, or its object. Several: a line each as they come, or one object with "heads", "failed", "fitted" and
 * "warnings". A head that fails is named on stderr, the others are done. Returns the worst status; e then has what is not yet
 * said. */
enum sofa_status sofa_heads_run(const struct sofa_heads_how *how, struct sofa_error *e);

#endif
