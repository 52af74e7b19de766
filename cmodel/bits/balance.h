/* SPDX-License-Identifier: Apache-2.0 */
/* Balanced channels: q and k whose channels are alike in size are predicted better; docs/arithmetic.md "Balance". */
#ifndef SOFA_BALANCE_H
#define SOFA_BALANCE_H

#include "../trace/trace.h"

/* Channel i of q is quantised as q * query[i], of k as (k - middle[i]) * key[i]. */
struct sofa_channels {
    double query[SOFA_HEAD_DIM_MAX], key[SOFA_HEAD_DIM_MAX], middle[SOFA_HEAD_DIM_MAX];
};

/* Channels as they are: 1, 1, 0. */
void sofa_channels_plain(struct sofa_channels *channels, size_t d);
/* Quantises q and k anew from the numbers given if `wish` says so and, for auto, prediction then loses clearly less softmax weight;
 * tells so in t->balance, and how q was quantised in *channels. Mode kv. Integers stay as they are. Errors, naming `path`: balance is
 * wished for integers; out of memory. */
enum sofa_status sofa_balance(struct sofa_trace *t, struct sofa_channels *channels, enum sofa_balance_wish wish, const char *path,
                              const struct sofa_config *c, struct sofa_error *e);

#endif
