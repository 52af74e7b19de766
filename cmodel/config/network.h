/* SPDX-License-Identifier: Apache-2.0 */
/* Comparator networks of the selection engine, and the timing that follows from them. Entries are unsigned words
 * {valid, score in offset binary, ~index}: one comparison orders them, and what an invalid one says is not looked at. */
#ifndef SOFA_NETWORK_H
#define SOFA_NETWORK_H

#include "config.h"

#define SOFA_NETWORK_LINES SOFA_TILE_KEYS_MAX /* a merge has at most 128 + 128 */
#define SOFA_NETWORK_COMPARATORS 9728u        /* odd-even merge sort of 512 */

/* The larger entry goes to line `high`, the smaller one to line `low`. */
struct sofa_comparator {
    uint16_t high, low;
    uint8_t keep_high, keep_low; /* somebody reads that result */
    uint16_t level;              /* 1..levels; comparators stand in ascending order of it */
};

struct sofa_network {
    unsigned inputs, outputs, count;
    unsigned levels; /* comparators on the longest path */
    unsigned stages; /* register stages, >= 1: also a network without comparators is registered */
    unsigned levels_per_stage;
    unsigned top_stage; /* the largest entry stands on line output[0] after this stage */
    uint16_t output[SOFA_NETWORK_LINES]; /* line of the n-th largest entry */
    struct sofa_comparator comparator[SOFA_NETWORK_COMPARATORS];
};

/* The `outputs` largest of `inputs` entries, in descending order. 1 <= outputs <= inputs <= SOFA_NETWORK_LINES. */
void sofa_network_sort(struct sofa_network *n, unsigned inputs, unsigned outputs, unsigned levels_per_stage);
/* The `outputs` largest of two descending lists: lines 0 .. first-1 and first .. first+second-1. */
void sofa_network_merge(struct sofa_network *n, unsigned first, unsigned second, unsigned outputs,
                        unsigned levels_per_stage);
/* live[line] = 1 if the line's value after `level` levels is still read; `inputs` entries. */
void sofa_network_live(const struct sofa_network *n, unsigned level, uint8_t *live);

/* The timing of rtl_templates/select/sofa_select.v; cycles are counted from i_valid. */
struct sofa_select_timing {
    unsigned levels_per_stage;
    unsigned fresh;     /* entries of a beat that can matter: min(KP, kept_max) */
    unsigned sorted;    /* the beat's largest are in order */
    unsigned merged;    /* = sorted when a tile has one key group */
    unsigned top;       /* the row's largest is known: <= merged */
    unsigned threshold; /* the least score that stays is known */
    unsigned clip;      /* list and threshold meet */
    unsigned latency;   /* o_valid */
    unsigned loop;      /* least distance of two beats of one row */
};
void sofa_select_timing(struct sofa_select_timing *t, const struct sofa_config *c);

unsigned sofa_select_latency(const struct sofa_config *c);
unsigned sofa_select_loop(const struct sofa_config *c);

#endif
