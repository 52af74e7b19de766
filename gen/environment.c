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

/* Stack: environment, module. Returns left_out(module). */
static int ask(lua_State *L)
{
    lua_getfield(L, 1, "left_out");
    lua_insert(L, 2);
    lua_call(L, 1, 1);
    return 1;
}

enum sofa_status gen_environment_leaves_out(lua_State *L, const char *template, int *left_out, struct sofa_error *e)
{
    const char *slash = strrchr(template, '/'), *file = slash ? slash + 1 : template;
    enum sofa_status status = SOFA_OK;
    lua_pushcfunction(L, ask);
    lua_pushvalue(L, -2);
    lua_pushlstring(L, file, strcspn(file, "."));
    if (lua_pcall(L, 2, 1, 0) != LUA_OK)
        status = sofa_fail(e, SOFA_BAD_INPUT, "the template language: %.300s", lua_tostring(L, -1));
    *left_out = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return status;
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
