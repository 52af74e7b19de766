/* SPDX-License-Identifier: Apache-2.0 */
/* The bias of rotated keys as hidden units, for key prediction, which has no other bias; docs/arithmetic.md "Rotation". */
#ifndef SOFA_BIAS_UNITS_H
#define SOFA_BIAS_UNITS_H

#include "../trace/trace.h"

#define SOFA_BIAS_UNITS_MAX 32u

/* Adds hidden units to x, wk and wv, as many as bk needs and hidden_max has room for. k = x.wk + bk stays what it was. */
enum sofa_status sofa_add_bias_units(struct sofa_tokens *t, const struct sofa_config *c, struct sofa_error *e);

#endif
