/* SPDX-License-Identifier: Apache-2.0 */
/* What templates find: Lua's own functions, the values of a configuration, and the functions of rtl_templates/lib/. */
#ifndef GEN_ENVIRONMENT_H
#define GEN_ENVIRONMENT_H

#include "library.h"
#include "values.h"

/* Pushes an environment in which reading a name that is not there is an error. All must outlive the state. May raise a Lua error. */
void gen_environment_push(lua_State *L, const struct gen_values *v, struct gen_facts *facts, const struct gen_library *library);
/* Whether the configuration does without a template (ENGINE/MODULE.v), as rtl_templates/lib/rooms.lua says. The environment on top of the
 * stack stays there. */
enum sofa_status gen_environment_leaves_out(lua_State *L, const char *template, int *left_out, struct sofa_error *e);

#endif
