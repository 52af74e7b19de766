/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer of slices in the cycle model: asks for the next ones, takes beats, frees halves. */
#ifndef SOFA_CYCLES_SLICES_H
#define SOFA_CYCLES_SLICES_H

#include "machine.h"

/* A beat would be taken now. */
int sofa_slice_beat_ready(const struct sofa_slices_state *now, const struct sofa_slices_shape *shape);

/* Bursts; demand: all slices are wanted once more; asked: the burst on offer goes. */
void sofa_request_slices(struct sofa_slices_state *next, const struct sofa_slices_state *now,
                           const struct sofa_slices_shape *shape, int demand, int asked);

/* A beat comes (take), a half is released. */
void sofa_land_slices(struct sofa_slices_state *next, const struct sofa_slices_state *now,
                        const struct sofa_slices_shape *shape, int take, int release);

#endif
