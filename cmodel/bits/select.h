/* SPDX-License-Identifier: Apache-2.0 */
/* Per-tile selection: the N largest visible scores less those the radius clips; docs/arithmetic.md "Selection". */
#ifndef SOFA_SELECT_H
#define SOFA_SELECT_H

#include "../trace/job.h"

struct sofa_selection {
    unsigned count;              /* kept keys */
    unsigned clipped;            /* candidates dropped by the radius */
    uint16_t key[SOFA_KEPT_MAX]; /* in the tile */
};

/* radius_row: radius >> e_row, clamped; -1: no radius. */
int64_t sofa_radius_row(uint32_t radius, unsigned e_row, unsigned score_bits);

/* score[low .. high-1] are the visible ones. carried: the row's maximum so far (INT32_MIN: none), updated.
 * carry 0: M is the tile's own maximum. kept 1..SOFA_KEPT_MAX. Keys come out ascending. */
void sofa_select_keys(struct sofa_selection *selection, const int32_t *score, unsigned low, unsigned high,
                      unsigned kept, int64_t radius_row, int carry, int32_t *carried);

#endif
