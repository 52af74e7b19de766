/* SPDX-License-Identifier: Apache-2.0 */
/* Balance of tokens and their weights (mode tokens): hidden units, columns of wk and wv. */
#ifndef SOFA_BALANCE_TOKENS_H
#define SOFA_BALANCE_TOKENS_H

#include "channels.h"

/* Fills x, wk, wv, biases and v_column of other, for balance.c only. *fits: 0 if a bias would be too large. Errors: out of memory. */
enum sofa_status sofa_balance_tokens(struct sofa_trace *other, int *fits, const struct sofa_trace *t,
                                     const struct sofa_channels *channels, const struct sofa_config *c, struct sofa_error *e);

#endif
