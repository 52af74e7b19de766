/* SPDX-License-Identifier: Apache-2.0 */
/* Issue order in the cycle model. */
#ifndef SOFA_CYCLES_ORDER_H
#define SOFA_CYCLES_ORDER_H

#include "machine.h"

/* After prediction has stepped. */
void sofa_step_order(struct sofa_machine *m);
/* The window takes the first key of the list; after sofa_step_order(). */
void sofa_leave_list(struct sofa_machine *m, const struct sofa_key_entry *key);

#endif
