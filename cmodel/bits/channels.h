/* SPDX-License-Identifier: Apache-2.0 */
/* Channels of q and k scaled against each other, which softmax cannot tell; docs/arithmetic.md "Balance". */
#ifndef SOFA_CHANNELS_H
#define SOFA_CHANNELS_H

#include "../trace/trace.h"

/* Channel i of q is quantised as q * query[i], of k as (k - middle[i]) * key[i]. */
struct sofa_channels {
    double query[SOFA_HEAD_DIM_MAX], key[SOFA_HEAD_DIM_MAX], middle[SOFA_HEAD_DIM_MAX];
};

/* As they are: 1, 1, 0. */
void sofa_channels_plain(struct sofa_channels *channels, size_t d);
/* Of the numbers given of q and k. Where keys are turned (mode tokens), pairs have one scale and no middle. */
void sofa_channels_choose(struct sofa_channels *channels, const struct sofa_trace *t);

#endif
