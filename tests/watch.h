/* SPDX-License-Identifier: Apache-2.0 */
/* A job that must end at once: nothing more is asked for, what is owed is taken and given, and the end comes when the bus is empty. */
#ifndef SOFA_TESTS_WATCH_H
#define SOFA_TESTS_WATCH_H

#include "cores.h"

#define WATCH_SETTLE 8u /* cycles from the event until no engine begins anything */
#define WATCH_END 8u    /* cycles from an empty bus to the interrupt */

struct watch {
    const char *event;
    uint64_t cycle;        /* since the event */
    unsigned idle, silent; /* cycles: nothing on the bus; the core owes data and gives none */
    unsigned begun;        /* bursts written that another held up */
    int waiting[TB_CHANNELS_MAX + 1];
};

/* The event has come in the last cycle. */
void watch_begin(struct watch *w, struct fixture *f, const char *event);
/* A cycle; fails if the core does something else. */
void watch_step(struct watch *w, struct fixture *f);

#endif
