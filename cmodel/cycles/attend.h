/* SPDX-License-Identifier: Apache-2.0 */
/* Queries and lane groups in the cycle model. */
#ifndef SOFA_CYCLES_ATTEND_H
#define SOFA_CYCLES_ATTEND_H

#include "machine.h"

void sofa_step_queries(struct sofa_machine *m);
void sofa_step_attend(struct sofa_machine *m);

#endif
