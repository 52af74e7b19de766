/* SPDX-License-Identifier: Apache-2.0 */
#include "use.h"

#include "values.h"

#include <lauxlib.h>

#include <string.h>

void gen_use_clear(struct gen_use *use)
{
    *use = (struct gen_use){0};
}

void gen_use_add(struct gen_use *use, const struct gen_use *more)
{
    use->mode |= more->mode;
    for (unsigned i = 0; i < GEN_USE_MAX; i++) {
        use->key[i] |= more->key[i];
        use->derived[i] |= more->derived[i];
    }
}

void gen_use_key(struct gen_use *use, const char *path)
{
    unsigned count;
    const struct sofa_config_key *key = sofa_config_keys(&count);
    use->mode |= strcmp(path, "mode") == 0;
    for (unsigned i = 0; i < count && i < GEN_USE_MAX; i++)
        use->key[i] |= strcmp(path, key[i].path) == 0;
}

void gen_use_derived(struct gen_use *use, const char *name)
{
    unsigned count;
    const struct gen_derived_field *field = gen_derived_fields(&count);
    for (unsigned i = 0; i < count && i < GEN_USE_MAX; i++)
        use->derived[i] |= strcmp(name, field[i].name) == 0;
}

static int absent(lua_State *L, const char *what)
{
    return luaL_error(L, "%s has no '%s'", what, luaL_tolstring(L, 2, NULL));
}

/* Upvalues: the table, use, what, prefix. */
static int read_value(lua_State *L)
{
    struct gen_use *use = lua_touserdata(L, lua_upvalueindex(2));
    const char *prefix = lua_tostring(L, lua_upvalueindex(4));
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
        return absent(L, lua_tostring(L, lua_upvalueindex(3)));
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(prefix, "d.") == 0)
        gen_use_derived(use, lua_tostring(L, 2));
    else if (lua_type(L, 2) == LUA_TSTRING)
        gen_use_key(use, lua_pushfstring(L, "%s%s", prefix, lua_tostring(L, 2)));
    lua_settop(L, 3);
    return 1;
}

static int read_only(lua_State *L)
{
    return luaL_error(L, "'%s' cannot be assigned here", luaL_tolstring(L, 2, NULL));
}

/* The metatable on top of the stack goes to the table below it, and cannot be had. */
static void seal(lua_State *L)
{
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

void gen_use_watch(lua_State *L, struct gen_use *use, const char *what, const char *prefix)
{
    lua_newtable(L);
    lua_insert(L, -2); /* watched, table */
    lua_createtable(L, 0, 3);
    lua_insert(L, -2); /* watched, metatable, table */
    lua_pushlightuserdata(L, use);
    lua_pushstring(L, what);
    lua_pushstring(L, prefix);
    lua_pushcclosure(L, read_value, 4);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, read_only);
    lua_setfield(L, -2, "__newindex");
    seal(L);
}

/* Upvalues: names, their uses, use. */
static int read_name(lua_State *L)
{
    struct gen_use *use = lua_touserdata(L, lua_upvalueindex(3));
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
        return absent(L, "the template language");
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(2)) == LUA_TUSERDATA)
        gen_use_add(use, lua_touserdata(L, -1));
    lua_settop(L, 3);
    return 1;
}

/* Upvalues as above. */
static int assign_name(lua_State *L)
{
    struct gen_use *use = lua_touserdata(L, lua_upvalueindex(3));
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    lua_rawset(L, lua_upvalueindex(1));
    lua_pushvalue(L, 2);
    memcpy(lua_newuserdatauv(L, sizeof *use, 0), use, sizeof *use);
    lua_rawset(L, lua_upvalueindex(2));
    gen_use_clear(use);
    return 0;
}

static const char names_key[2] = {0};

/* Pushes the tables of names and of their uses, made once for a state, and use. */
static void push_names(lua_State *L, struct gen_use *use)
{
    for (unsigned i = 0; i < 2; i++) {
        if (lua_rawgetp(L, LUA_REGISTRYINDEX, &names_key[i]) == LUA_TTABLE)
            continue;
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &names_key[i]);
    }
    lua_pushlightuserdata(L, use);
}

void gen_use_keep(lua_State *L, struct gen_use *use, int assignable)
{
    lua_createtable(L, 0, 3);
    push_names(L, use);
    lua_pushcclosure(L, read_name, 3);
    lua_setfield(L, -2, "__index");
    push_names(L, use);
    lua_pushcclosure(L, assignable ? assign_name : read_only, 3);
    lua_setfield(L, -2, "__newindex");
    if (assignable)
        lua_setmetatable(L, -2);
    else
        seal(L);
}
