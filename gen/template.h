/* SPDX-License-Identifier: Apache-2.0 */
/* The template engine. A template is readable Verilog:
 *
 *     //% for i = 0, cfg.predict.keys - 1 do
 *     wire [$(d.full_bits - 1):0] sum_$(i);
 *     //% end
 *
 * A line whose first characters (after blanks) are //% is Lua; in every other line $(expression) is replaced by its value.
 * Each template line becomes one line of a Lua chunk, so Lua's own messages carry the template's line number. */
#ifndef GEN_TEMPLATE_H
#define GEN_TEMPLATE_H

#include "../cmodel/base/error.h"
#include "buffer.h"

#include <lua.h>

/* The Lua chunk of a template, for gen_template_render and tests. name stands in error messages. */
enum sofa_status gen_template_translate(struct gen_buffer *chunk, const char *name, const char *text, size_t length,
                                        struct sofa_error *e);

/* Appends the rendered text to `out`. The environment is the table on top of L's stack (popped); it is not changed.
 * Values: integers (a float with an integer's value counts as one), strings; booleans as 1 and 0. Anything else is an
 * error. Blanks at line ends are dropped. */
enum sofa_status gen_template_render(lua_State *L, const char *name, const char *text, size_t length,
                                     struct gen_buffer *out, struct sofa_error *e);

/* Pushes a new environment: assert, error, ipairs, next, select, tonumber, tostring, type, unpack, string, table, math (no random
 * numbers). gen/environment.h adds the rest. May raise a Lua error (no memory). */
void gen_template_push_environment(lua_State *L);

/* Makes reading an absent key of the table on top of the stack an error that names `what` and the key. */
void gen_template_strict(lua_State *L, const char *what);

#endif
