/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOFA_CYCLES_ROWS_H
#define SOFA_CYCLES_ROWS_H

#include "machine.h"

/* sofa_fetch_pairs, sofa_fetch_turns: a key may be taken; its rows are asked for from the next cycle on. */
int sofa_fetch_ready(const struct sofa_machine *m);
void sofa_fetch_begin(struct sofa_machine *m, unsigned place);
/* Before what asks for rows. */
void sofa_step_fetch(struct sofa_machine *m);

/* sofa_ring_rows and its variants: both rows of the next key are there; it enters the window. */
int sofa_ring_ready(const struct sofa_machine *m);
void sofa_ring_enter(struct sofa_machine *m);
void sofa_step_ring(struct sofa_machine *m);

#endif
