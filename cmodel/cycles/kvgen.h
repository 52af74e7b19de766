/* SPDX-License-Identifier: Apache-2.0 */
/* Generation of K and V in the cycle model. */
#ifndef SOFA_CYCLES_KVGEN_H
#define SOFA_CYCLES_KVGEN_H

#include "machine.h"

void sofa_step_supply(struct sofa_machine *m);
/* The key that sofa_order asks for; only when it is idle. */
void sofa_supply_take(struct sofa_machine *m, const struct sofa_wanted *ask);
void sofa_step_kvgen(struct sofa_machine *m);
void sofa_step_write_mux(struct sofa_machine *m);
/* No weights are left to read. */
int sofa_weights_settled(const struct sofa_machine *m);
/* All generated rows are on their way to memory. */
int sofa_rows_written(const struct sofa_machine *m);

#endif
