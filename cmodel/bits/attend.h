/* SPDX-License-Identifier: Apache-2.0 */
/* SU-FA attention of one pair and normalisation of one row; docs/arithmetic.md "Attention". */
#ifndef SOFA_ATTEND_H
#define SOFA_ATTEND_H

#include "../trace/job.h"
#include "arith.h"

#define SOFA_RECENT_MAX 1000u /* a term is at most 2^21 + 1 */

struct sofa_attend_row {
    struct sofa_reference reference;
    uint64_t l;
    int64_t *o;      /* d accumulators */
    int32_t *recent; /* the terms not yet in o, at most SOFA_RECENT_MAX; as exact, but faster to add up */
    unsigned recents;
    unsigned saturated; /* keys of this block whose score is at the end of its range */
};

struct sofa_attend {
    const struct sofa_config *config;
    const struct sofa_job *job;
    struct sofa_tables tables;
};

/* Adds one key to a row; returns 1 when the reference was raised. q, k, v: d elements. */
int sofa_attend_pair(const struct sofa_attend *a, struct sofa_attend_row *row, const int16_t *q, const int16_t *k,
                     const int16_t *v);
/* Writes the row's d outputs (zeros when it met no key) and makes it ready for the next block. */
void sofa_attend_finish(const struct sofa_attend *a, struct sofa_attend_row *row, int16_t *out);

#endif
