/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from changed nets: gates switch until nothing does. */
#ifndef PPA_EVENTS_H
#define PPA_EVENTS_H

#include "netlist.h"

#define EVENTS_SLOTS 1024u      /* delays are shorter */
#define EVENTS_MEMORY_DELAY 50u /* in steps of activity.py, 10 ps: clock to data of a memory, as in sta.py */

struct events {
    const struct netlist_kind *kind;
    const struct netlist_gate *gate;
    uint32_t gates;
    int timed;
    uint8_t *value;                 /* of each net */
    uint32_t *fanout_at, *fanout;   /* of each net: gates */
    uint64_t *toggles;              /* of each gate counter */
    uint32_t *level, levels;
    /* Gates wait in lists: not timed, one for each level; timed, one for each moment. A gate stands in one list at most. */
    uint32_t *first, *next, listed;
    uint8_t *in_list;
    /* timed: whether a gate will switch, and when; nets that change late, and to what */
    uint8_t *switches;
    uint32_t *due, now, *late, lates;
};

enum sofa_status events_open(struct events *v, const struct netlist *n, const struct netlist_flat *flat, int timed, struct sofa_error *e);
void events_close(struct events *v);
/* A net that no gate drives changes, late: as the data of a memory does. */
void events_set(struct events *v, uint32_t net, uint8_t value, int late);
void events_settle(struct events *v);

#endif
