/* SPDX-License-Identifier: Apache-2.0 */
/* Window and blocks in the cycle model. */
#ifndef SOFA_CYCLES_SCHEDULE_H
#define SOFA_CYCLES_SCHEDULE_H

#include "machine.h"

/* A key enters the window; before the lanes issue. */
void sofa_step_window_entry(struct sofa_machine *m);
/* Entries move up, blocks retire; after the lanes have issued. */
void sofa_step_window(struct sofa_machine *m);
void sofa_step_blocks(struct sofa_machine *m);

#endif
