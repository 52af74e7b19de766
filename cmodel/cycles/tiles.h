/* SPDX-License-Identifier: Apache-2.0 */
/* Tiles of keys in the cycle model. */
#ifndef SOFA_CYCLES_TILES_H
#define SOFA_CYCLES_TILES_H

#include "machine.h"

void sofa_step_tiles(struct sofa_machine *m);

#endif
