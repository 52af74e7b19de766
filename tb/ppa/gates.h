/* SPDX-License-Identifier: Apache-2.0 */
/* A core as gates: the mapped netlists of its units, simulated event by event, with counts of what toggles. It has the pins of a
 * compiled core (../shim.h), so the same bench drives it. Two-state; all registers and memories start at 0. */
#ifndef PPA_GATES_H
#define PPA_GATES_H

#include "../../cmodel/base/error.h"
#include "../shim.h"

struct gates;

/* Reads what activity.py has written. timed: gates have delays, so that glitches count; else each switches once a cycle at most. */
enum sofa_status gates_load(struct gates **gates, const char *path, int timed, struct sofa_error *e);
void gates_free(struct gates *g);
/* A tb_shim_cycle_fn. */
void gates_cycle(void *gates, const struct tb_pins_in *in, struct tb_pins_out *out);
/* Counts from 0 again. */
void gates_forget(struct gates *g);
/* A JSON object: cycles and, for each unit, summed over its instances: toggles of gates and of flip-flops, cycles in which a group of
 * flip-flops with one enable changes, reads and writes of memories. */
enum sofa_status gates_save(const struct gates *g, const char *path, struct sofa_error *e);

#endif
