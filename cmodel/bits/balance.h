/* SPDX-License-Identifier: Apache-2.0 */
/* Balanced channels: numbers whose channels are alike in size lose less to quantisation; docs/arithmetic.md "Balance". */
#ifndef SOFA_BALANCE_H
#define SOFA_BALANCE_H

#include "channels.h"

/* The name of an array of integers among those that would be balanced; NULL: none, and the trace has all their numbers. */
const char *sofa_balance_obstacle(const struct sofa_trace *t, const struct sofa_config *c);
/* *other: the trace, quantised with balanced channels; what is not scaled it shares. Mode tokens: as a file's reader leaves it, and t must
 * be so, too; when a bias is too large for its sum then, other->q.value is NULL. Always to be released. Errors: out of memory. */
enum sofa_status sofa_balance_make(struct sofa_trace *other, struct sofa_channels *channels, const struct sofa_trace *t,
                                   const struct sofa_config *c, struct sofa_error *e);
/* Gives t what `other` has, and the other way round. */
void sofa_balance_swap(struct sofa_trace *t, struct sofa_trace *other);
void sofa_balance_release(struct sofa_trace *other);
/* 1 if what was measured is clearly better with balanced channels in one way and not clearly worse in the other. */
int sofa_balance_pays(const struct sofa_balance *b);

#endif
