/* SPDX-License-Identifier: Apache-2.0 */
/* Memory in the cycle model. */
#ifndef SOFA_CYCLES_MEMORY_H
#define SOFA_CYCLES_MEMORY_H

#include "machine.h"

void sofa_step_channels(struct sofa_machine *m);
void sofa_step_ranges(struct sofa_machine *m);
void sofa_step_tokens(struct sofa_machine *m);
void sofa_step_store(struct sofa_machine *m);

#endif
