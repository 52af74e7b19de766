/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include "template.h"

#include <lauxlib.h>

#include <stdio.h>
#include <string.h>

/* Runs a file of functions, whose globals are fields of the environment on top of the stack. */
static void run(lua_State *L, const struct gen_template *functions)
{
    char name[128];
    snprintf(name, sizeof name, "=%s", functions->name);
    if (luaL_loadbufferx(L, functions->text, strlen(functions->text), name, "t") != LUA_OK)
        lua_error(L);
    lua_pushvalue(L, -2);
    lua_setupvalue(L, -2, 1);
    lua_call(L, 0, 0);
}

void gen_environment_push(lua_State *L, const struct gen_values *v, struct gen_facts *facts, const struct gen_library *library)
{
    gen_template_push_environment(L);
    gen_values_push(L, v, facts);
    gen_use_keep(L, &facts->use, 1);
    for (unsigned i = 0; i < library->functions; i++)
        run(L, &library->function[i]);
    lua_pushliteral(L, "next"); /* its order changes from run to run */
    lua_pushnil(L);
    lua_rawset(L, -3);
    gen_use_keep(L, &facts->use, 0);
}
