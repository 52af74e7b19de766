/* SPDX-License-Identifier: Apache-2.0 */
#include "values_network.h"

#include "../cmodel/config/network.h"
#include "template.h"

#include <lauxlib.h>

static void set_integer(lua_State *L, const char *name, unsigned n)
{
    lua_pushinteger(L, (lua_Integer)n);
    lua_setfield(L, -2, name);
}

static void set_boolean(lua_State *L, const char *name, int b)
{
    lua_pushboolean(L, b);
    lua_setfield(L, -2, name);
}

static void push_comparator(lua_State *L, const struct sofa_comparator *c)
{
    lua_createtable(L, 0, 4);
    set_integer(L, "high", c->high);
    set_integer(L, "low", c->low);
    set_boolean(L, "keep_high", c->keep_high);
    set_boolean(L, "keep_low", c->keep_low);
}

/* The comparators of one level, from *at on. */
static void push_level(lua_State *L, const struct sofa_network *n, unsigned level, unsigned *at)
{
    lua_createtable(L, 0, 2);
    set_integer(L, "level", level);
    lua_newtable(L);
    for (lua_Integer i = 1; *at < n->count && n->comparator[*at].level == level; i++) {
        push_comparator(L, &n->comparator[(*at)++]);
        lua_rawseti(L, -2, i);
    }
    lua_setfield(L, -2, "compare");
}

static void push_live(lua_State *L, const struct sofa_network *n, unsigned level)
{
    uint8_t live[SOFA_NETWORK_LINES];
    lua_Integer count = 0;
    sofa_network_live(n, level, live);
    lua_newtable(L);
    for (unsigned i = 0; i < n->inputs; i++)
        if (live[i]) {
            lua_pushinteger(L, (lua_Integer)i);
            lua_rawseti(L, -2, ++count);
        }
}

static void push_stages(lua_State *L, const struct sofa_network *n)
{
    unsigned at = 0;
    lua_createtable(L, (int)n->stages, 0);
    for (unsigned s = 0; s < n->stages; s++) {
        unsigned first = s * n->levels_per_stage + 1, last = first + n->levels_per_stage - 1;
        lua_createtable(L, 0, 2);
        lua_newtable(L);
        for (unsigned level = first; level <= last && level <= n->levels; level++) {
            push_level(L, n, level, &at);
            lua_rawseti(L, -2, (lua_Integer)(level - first + 1));
        }
        lua_setfield(L, -2, "levels");
        push_live(L, n, last);
        lua_setfield(L, -2, "live");
        lua_rawseti(L, -2, (lua_Integer)(s + 1));
    }
}

static void push_network(lua_State *L, const struct sofa_network *n)
{
    lua_createtable(L, 0, 7);
    set_integer(L, "inputs", n->inputs);
    set_integer(L, "outputs", n->outputs);
    set_integer(L, "levels", n->levels);
    set_integer(L, "levels_per_stage", n->levels_per_stage);
    set_integer(L, "top_stage", n->top_stage);
    lua_createtable(L, (int)n->outputs, 0);
    for (unsigned i = 0; i < n->outputs; i++) {
        lua_pushinteger(L, n->output[i]);
        lua_rawseti(L, -2, (lua_Integer)(i + 1));
    }
    lua_setfield(L, -2, "output");
    push_stages(L, n);
    lua_setfield(L, -2, "stages");
    gen_template_strict(L, "the network");
}

static int network_sort(lua_State *L)
{
    const struct gen_values *v = lua_touserdata(L, lua_upvalueindex(1));
    struct sofa_network *n = lua_newuserdatauv(L, sizeof *n, 0);
    struct sofa_select_timing t;
    sofa_select_timing(&t, &v->config);
    sofa_network_sort(n, v->config.predict.keys, t.fresh, t.levels_per_stage);
    push_network(L, n);
    return 1;
}

static int network_merge(lua_State *L)
{
    const struct gen_values *v = lua_touserdata(L, lua_upvalueindex(1));
    unsigned kept = v->config.tile.kept_max;
    struct sofa_network *n = lua_newuserdatauv(L, sizeof *n, 0);
    struct sofa_select_timing t;
    if (v->derived.key_groups == 1)
        return luaL_error(L, "a tile of one key group has no merge network");
    sofa_select_timing(&t, &v->config);
    sofa_network_merge(n, kept, t.fresh, kept, t.levels_per_stage);
    push_network(L, n);
    return 1;
}

static void set_function(lua_State *L, const char *name, lua_CFunction f, const struct gen_values *v)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)v);
    lua_pushcclosure(L, f, 1);
    lua_setfield(L, -2, name);
}

void gen_values_push_network(lua_State *L, const struct gen_values *v)
{
    struct sofa_select_timing t;
    sofa_select_timing(&t, &v->config);
    set_function(L, "network_sort", network_sort, v);
    set_function(L, "network_merge", network_merge, v);
    lua_createtable(L, 0, 6);
    set_integer(L, "fresh", t.fresh);
    set_integer(L, "sorted", t.sorted);
    set_integer(L, "merged", t.merged);
    set_integer(L, "top", t.top);
    set_integer(L, "threshold", t.threshold);
    set_integer(L, "clip", t.clip);
    gen_template_strict(L, "select_timing");
    lua_setfield(L, -2, "select_timing");
    set_integer(L, "select_latency", t.latency);
    set_integer(L, "select_loop", t.loop);
}
