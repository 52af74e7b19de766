#include "values.h"

#include "../cmodel/arith.h"
#include "../cmodel/regs.h"
#include "../cmodel/version.h"
#include "template.h"

#include <lauxlib.h>

#include <ctype.h>
#include <string.h>

#define FIELD(name) {#name, offsetof(struct sofa_derived, name)}
static const struct gen_derived_field derived_fields[] = {
    FIELD(groups),       FIELD(slices),          FIELD(full_bits),   FIELD(row_bits),     FIELD(index_bits),
    FIELD(entry_bits),   FIELD(tile_bits),       FIELD(key_bits),    FIELD(kept_bits),    FIELD(beats),
    FIELD(lane_groups),  FIELD(group_lanes),     FIELD(lane_rows),   FIELD(dot_bits),     FIELD(weight_bits),
    FIELD(output_acc_bits), FIELD(norm_units),   FIELD(query_buses), FIELD(port_bytes),   FIELD(query_beats),
    FIELD(key_beats),    FIELD(value_beats),     FIELD(output_beats), FIELD(range_beats), FIELD(range_records),
};
#define DERIVED_COUNT (sizeof derived_fields / sizeof derived_fields[0])
_Static_assert(sizeof(struct sofa_derived) == DERIVED_COUNT * sizeof(unsigned), "a field of sofa_derived has no name here");

void gen_values_init(struct gen_values *v, const struct sofa_config *c)
{
    v->config = *c;
    sofa_config_derive(c, &v->derived);
    v->hash = sofa_config_hash(c);
}

const struct gen_derived_field *gen_derived_fields(unsigned *count)
{
    *count = DERIVED_COUNT;
    return derived_fields;
}

unsigned gen_derived_get(const struct sofa_derived *d, const struct gen_derived_field *field)
{
    unsigned n;
    memcpy(&n, (const char *)d + field->offset, sizeof n);
    return n;
}

static void set_integer(lua_State *L, const char *name, lua_Integer n)
{
    lua_pushinteger(L, n);
    lua_setfield(L, -2, name);
}

static void set_string(lua_State *L, const char *name, const char *s)
{
    lua_pushstring(L, s);
    lua_setfield(L, -2, name);
}

/* cfg: "tile.keys" becomes cfg.tile.keys. */
static void push_config(lua_State *L, const struct sofa_config *c)
{
    unsigned count;
    const struct sofa_config_key *key = sofa_config_keys(&count);
    lua_newtable(L);
    for (unsigned i = 0; i < count; i++) {
        const char *dot = strchr(key[i].path, '.');
        if (!dot) {
            set_integer(L, key[i].path, key[i].get(c));
            continue;
        }
        lua_pushlstring(L, key[i].path, (size_t)(dot - key[i].path));
        lua_pushvalue(L, -1);
        if (lua_rawget(L, -3) != LUA_TTABLE) {
            lua_pop(L, 1);
            lua_newtable(L);
            lua_pushvalue(L, -2);
            gen_template_strict(L, "cfg");
            lua_pushvalue(L, -2);
            lua_rawset(L, -5);
        }
        set_integer(L, dot + 1, key[i].get(c));
        lua_pop(L, 2);
    }
    set_string(L, "name", c->name);
    set_string(L, "mode", sofa_mode_name(c->mode));
    gen_template_strict(L, "cfg");
}
