/* SPDX-License-Identifier: Apache-2.0 */
/* What the templates of the selection engine know of its comparator networks. */
#ifndef GEN_VALUES_NETWORK_H
#define GEN_VALUES_NETWORK_H

#include "values.h"

/* Adds to the environment on top of the stack:
 *   network_sort()    the network that orders the largest of a beat's entries
 *   network_merge()   the network that merges them into the kept list; only if d.key_groups > 1
 *   select_timing     fields of struct sofa_select_timing
 *   select_latency, select_loop
 * A network is {inputs, outputs, levels, levels_per_stage, top_stage, output = {line...}, stages = {stage...}};
 * a stage is {levels = {level...}, live = {line...}}: the lines that its registers hold;
 * a level is {level = number, compare = {{high, low, keep_high, keep_low}...}}. Lines count from 0.
 * v must outlive the state. May raise a Lua error. */
void gen_values_push_network(lua_State *L, const struct gen_values *v);

#endif
