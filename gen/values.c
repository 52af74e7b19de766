/* SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

#include "../cmodel/base/version.h"
#include "../cmodel/bits/arith.h"
#include "../cmodel/config/regs.h"
#include "../cmodel/host/link.h"
#include "template.h"
#include "values_network.h"

#include <lauxlib.h>

#include <ctype.h>
#include <limits.h>
#include <string.h>

/* One line per field. */
#define FIELD(name) {#name, offsetof(struct sofa_derived, name)}
static const struct gen_derived_field derived_fields[] = {
    FIELD(key_groups),
    FIELD(slices),
    FIELD(full_bits),
    FIELD(array_bits),
    FIELD(array_powers),
    FIELD(array_sum_bits),
    FIELD(row_bits),
    FIELD(index_bits),
    FIELD(entry_bits),
    FIELD(tile_bits),
    FIELD(key_number_bits),
    FIELD(kept_bits),
    FIELD(by_rank),
    FIELD(by_mass),
    FIELD(orders),
    FIELD(octave_bits),
    FIELD(octave_fraction),
    FIELD(sum_fraction),
    FIELD(weight_sum_bits),
    FIELD(distance_bits),
    FIELD(mass_inputs),
    FIELD(mass_largest),
    FIELD(mass_summed),
    FIELD(mass_latency),
    FIELD(mass_loop),
    FIELD(beats),
    FIELD(lane_groups),
    FIELD(group_lanes),
    FIELD(lane_rows),
    FIELD(dot_bits),
    FIELD(denominator_bits),
    FIELD(accumulator_bits),
    FIELD(output_fraction),
    FIELD(raise_bits),
    FIELD(norm_units),
    FIELD(norm_width),
    FIELD(norm_words),
    FIELD(norm_wait),
    FIELD(row_interval),
    FIELD(copied_registers),
    FIELD(registered_links),
    FIELD(lane_aligns),
    FIELD(norm_shift),
    FIELD(norm_bits),
    FIELD(query_buses),
    FIELD(stored_radii),
    FIELD(word_memories),
    FIELD(output_words),
    FIELD(lane_copies),
    FIELD(slot_memories),
    FIELD(slot_copies),
    FIELD(ring_rooms),
    FIELD(whole_products),
    FIELD(khat_full_bits),
    FIELD(project_bits),
    FIELD(hidden_bits),
    FIELD(hidden_words),
    FIELD(slice_words),
    FIELD(hidden_slices),
    FIELD(slice_beats),
    FIELD(project_blocks),
    FIELD(project_steps),
    FIELD(code_unit),
    FIELD(weight_unit),
    FIELD(bias_unit),
    FIELD(rotary),
    FIELD(rotary_pairs),
    FIELD(rotary_steps),
    FIELD(rotary_beats),
    FIELD(turn_unit),
    FIELD(turn_beats),
    FIELD(write_back_rows),
    FIELD(tree_inputs),
    FIELD(project_tree),
    FIELD(generate_time),
    FIELD(encode_width),
    FIELD(encode_steps),
    FIELD(placed_time),
    FIELD(predict_tree),
    FIELD(khat_time),
    FIELD(predict_latency),
    FIELD(select_latency),
    FIELD(pass_distance),
    FIELD(dot_tree),
    FIELD(dot_time),
    FIELD(score_time),
    FIELD(scale_time),
    FIELD(denominator_stays),
    FIELD(weight_time),
    FIELD(value_late),
    FIELD(retire_rows),
    FIELD(port_bytes),
    FIELD(query_beats),
    FIELD(key_beats),
    FIELD(value_beats),
    FIELD(output_beats),
    FIELD(khat_element_bits),
    FIELD(khat_beats),
    FIELD(khat_keys),
    FIELD(khat_unit),
    FIELD(fetch_turns),
    FIELD(khat_rows),
    FIELD(range_beats),
    FIELD(range_records),
    FIELD(start_time),
    FIELD(end_time),
    FIELD(blocks_open),
    FIELD(tile_slots),
    FIELD(load_keys),
    FIELD(whole_tiles),
    FIELD(scan_time),
    FIELD(jobs_at_once),
    FIELD(job_bytes),
    FIELD(job_beats),
    FIELD(job_first),
    FIELD(job_first_beat),
    FIELD(job_words),
    FIELD(word_beats),
    FIELD(job_rank),
    FIELD(need_word),
    FIELD(need_rows),
    FIELD(need_time),
    FIELD(list_bits),
    FIELD(bitmap_words),
    FIELD(value_hold),
    FIELD(slot_hold),
    FIELD(issue_time),
    FIELD(norm_time),
    FIELD(queue_time),
    FIELD(gather_time),
    FIELD(store_time),
    FIELD(read_tag_bits),
    FIELD(burst_beats),
    FIELD(value_channel),
    FIELD(value_rank),
    FIELD(range_rank),
    FIELD(query_rank),
    FIELD(key_rank),
    FIELD(khat_rank),
    FIELD(rotary_rank),
    FIELD(turn_rank),
    FIELD(weight_rank),
    FIELD(token_rank),
    FIELD(hidden_time),
    FIELD(key_pass_gap),
    FIELD(turn_time),
    FIELD(rotate_time),
    FIELD(slice_gap),
    FIELD(token_parts),
    FIELD(rows_bits),
    FIELD(watchdog_bits),
    FIELD(radius_bits),
    FIELD(uart_divider),
    FIELD(memory_words),
};
#define DERIVED_COUNT (sizeof derived_fields / sizeof derived_fields[0])
_Static_assert(sizeof(struct sofa_derived) == DERIVED_COUNT * sizeof(unsigned),
               "a field of sofa_derived has no name here");

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

int gen_derived_change(struct sofa_derived *d, const char *name, int by)
{
    for (unsigned i = 0; i < DERIVED_COUNT; i++) {
        if (strcmp(derived_fields[i].name, name) != 0)
            continue;
        unsigned value = gen_derived_get(d, &derived_fields[i]) + (unsigned)by;
        memcpy((char *)d + derived_fields[i].offset, &value, sizeof value);
        return 1;
    }
    return 0;
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

/* Pushes the table `section` of the table on top of the stack; a new one the first time. */
static void push_section(lua_State *L, const char *section, size_t length)
{
    lua_pushlstring(L, section, length);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TTABLE) {
        lua_remove(L, -2);
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_insert(L, -3); /* table, section, table */
    lua_rawset(L, -4);
}

/* Has the tables of sections watched. */
static void watch_sections(lua_State *L, struct gen_use *use)
{
    unsigned count;
    const struct sofa_config_key *key = sofa_config_keys(&count);
    for (unsigned i = 0; i < count; i++) {
        const char *dot = strchr(key[i].path, '.');
        if (!dot || (i > 0 && strncmp(key[i].path, key[i - 1].path, (size_t)(dot + 1 - key[i].path)) == 0))
            continue;
        lua_pushlstring(L, key[i].path, (size_t)(dot - key[i].path)); /* for the table */
        lua_pushlstring(L, key[i].path, (size_t)(dot + 1 - key[i].path));
        lua_pushvalue(L, -2);
        lua_rawget(L, -4);
        gen_use_watch(L, use, "cfg", lua_tostring(L, -2));
        lua_remove(L, -2);
        lua_rawset(L, -3);
    }
}

/* cfg: "tile.keys" becomes cfg.tile.keys. */
static void push_config(lua_State *L, const struct sofa_config *c, struct gen_use *use)
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
        push_section(L, key[i].path, (size_t)(dot - key[i].path));
        set_integer(L, dot + 1, key[i].get(c));
        lua_pop(L, 1);
    }
    set_string(L, "name", c->name);
    set_string(L, "mode", sofa_mode_name(c->mode));
    set_string(L, "target", sofa_target_name(c->target));
    watch_sections(L, use);
    gen_use_watch(L, use, "cfg", "");
}

static void push_derived(lua_State *L, const struct sofa_derived *d, struct gen_use *use)
{
    lua_createtable(L, 0, DERIVED_COUNT);
    for (unsigned i = 0; i < DERIVED_COUNT; i++)
        set_integer(L, derived_fields[i].name, gen_derived_get(d, &derived_fields[i]));
    gen_use_watch(L, use, "d", "d.");
}

/* link: the UART bridge's protocol. */
static void push_link(lua_State *L)
{
    lua_newtable(L);
    set_integer(L, "sync", SOFA_LINK_SYNC);
    set_integer(L, "read", SOFA_LINK_READ);
    set_integer(L, "write", SOFA_LINK_WRITE);
    set_integer(L, "answer", SOFA_LINK_ANSWER);
    set_integer(L, "refused", SOFA_LINK_REFUSED);
    set_integer(L, "crc_init", SOFA_LINK_CRC_INIT);
    set_integer(L, "crc_polynomial", SOFA_LINK_CRC_POLYNOMIAL);
    set_integer(L, "crc_residue", SOFA_LINK_CRC_RESIDUE);
    gen_template_strict(L, "link");
}

/* ---- functions of templates ---- */

static int clog2(lua_State *L)
{
    lua_Integer n = luaL_checkinteger(L, 1);
    luaL_argcheck(L, n >= 0, 1, "negative");
    lua_pushinteger(L, sofa_clog2((uint64_t)n));
    return 1;
}

static int push_table(lua_State *L, uint32_t (*entry)(unsigned), unsigned last)
{
    lua_createtable(L, (int)last + 1, 0);
    for (unsigned a = 0; a <= last; a++) {
        lua_pushinteger(L, entry(a));
        lua_rawseti(L, -2, (lua_Integer)a + 1);
    }
    return 1;
}

static int exp2_table(lua_State *L)
{
    return push_table(L, sofa_exp2_table, SOFA_EXP2_ENTRIES);
}

static int recip_table(lua_State *L)
{
    return push_table(L, sofa_recip_table, SOFA_RECIP_ENTRIES);
}

/* Appends the table on top of the stack to the list below it. */
static void append(lua_State *L)
{
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* Name in lower case, without `drop` characters at its end. */
static void push_lower(lua_State *L, const char *name, size_t drop)
{
    char lower[64];
    size_t n = strlen(name) - drop;
    luaL_argcheck(L, n < sizeof lower, 1, "register name too long");
    for (size_t i = 0; i < n; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    lua_pushlstring(L, lower, n);
}

static void push_fields(lua_State *L, const struct sofa_register *r)
{
    lua_newtable(L);
    for (unsigned i = 0; i < SOFA_FIELDS_MAX && r->field[i].name; i++) {
        lua_newtable(L);
        set_string(L, "name", r->field[i].name);
        set_integer(L, "low", r->field[i].low);
        set_integer(L, "bits", r->field[i].bits);
        set_string(L, "description", r->field[i].description);
        append(L);
    }
}

static void push_register(lua_State *L, const struct sofa_register *r, const struct gen_values *v)
{
    lua_newtable(L);
    set_string(L, "name", r->name);
    push_lower(L, r->name, 0);
    lua_setfield(L, -2, "lower");
    set_integer(L, "offset", r->offset);
    set_string(L, "kind", sofa_register_kind_name(r->kind));
    set_string(L, "access", r->access);
    set_integer(L, "bits", r->bits);
    set_integer(L, "reset", r->reset);
    set_integer(L, "apart", sofa_register_apart(r->name));
    set_string(L, "description", r->description);
    push_fields(L, r);
    lua_setfield(L, -2, "fields");
    if (r->kind == SOFA_REG_COUNTER)
        set_integer(L, "increment_bits", sofa_counter_increment_bits(r->name, &v->config, &v->derived));
    gen_template_strict(L, "a register");
}

static int registers(lua_State *L)
{
    const struct gen_values *v = lua_touserdata(L, lua_upvalueindex(1));
    unsigned count;
    const struct sofa_register *table = sofa_registers(&count);
    lua_newtable(L);
    for (unsigned i = 0; i < count; i++) {
        struct sofa_register r;
        if (!sofa_register_for(&r, &table[i], &v->config))
            continue;
        push_register(L, &r, v);
        append(L);
    }
    return 1;
}

/* The numeric keys in the order of the configuration's table: {path, value}. */
static int config_keys(lua_State *L)
{
    const struct gen_values *v = lua_touserdata(L, lua_upvalueindex(1));
    struct gen_facts *facts = lua_touserdata(L, lua_upvalueindex(2));
    unsigned count;
    const struct sofa_config_key *key = sofa_config_keys(&count);
    lua_newtable(L);
    for (unsigned i = 0; i < count; i++) {
        gen_use_key(&facts->use, key[i].path);
        lua_newtable(L);
        set_string(L, "path", key[i].path);
        set_integer(L, "value", key[i].get(&v->config));
        append(L);
    }
    return 1;
}

static int errors(lua_State *L)
{
    lua_newtable(L);
    for (unsigned code = 0; code < SOFA_ERROR_COUNT; code++) {
        lua_newtable(L);
        set_string(L, "name", sofa_error_code_name(code));
        set_integer(L, "code", code);
        set_string(L, "text", sofa_error_code_text(code));
        append(L);
    }
    return 1;
}

/* ---- facts ---- */

static unsigned check_unsigned(lua_State *L, int index)
{
    lua_Integer n = luaL_checkinteger(L, index);
    luaL_argcheck(L, n >= 0 && n <= INT_MAX, index, "not a count");
    return (unsigned)n;
}

static void check_name(lua_State *L, char name[64])
{
    size_t n;
    const char *s = luaL_checklstring(L, 1, &n);
    luaL_argcheck(L, n > 0 && n < 64, 1, "name must have 1 to 63 characters");
    memcpy(name, s, n + 1);
}

static int latency(lua_State *L)
{
    struct gen_facts *facts = lua_touserdata(L, lua_upvalueindex(1));
    struct gen_latency fact = {.cycles = check_unsigned(L, 2)};
    check_name(L, fact.name);
    if (facts->latencies == GEN_FACTS_MAX)
        return luaL_error(L, "more than %d latencies", (int)GEN_FACTS_MAX);
    facts->latency[facts->latencies++] = fact;
    lua_settop(L, 2);
    return 1;
}

static int memory(lua_State *L)
{
    struct gen_facts *facts = lua_touserdata(L, lua_upvalueindex(1));
    struct gen_memory fact = {.words = check_unsigned(L, 2), .bits = check_unsigned(L, 3)};
    check_name(L, fact.name);
    if (facts->memories == GEN_FACTS_MAX)
        return luaL_error(L, "more than %d memories", (int)GEN_FACTS_MAX);
    facts->memory[facts->memories++] = fact;
    lua_settop(L, 3);
    return 1;
}

/* built(name, value): what stands in the template takes d.name to be that value, because it is laid out so. */
static int built(lua_State *L)
{
    const struct gen_values *v = lua_touserdata(L, lua_upvalueindex(1));
    const char *name = luaL_checkstring(L, 1);
    unsigned value = check_unsigned(L, 2);
    for (unsigned i = 0; i < DERIVED_COUNT; i++) {
        if (strcmp(derived_fields[i].name, name) != 0)
            continue;
        unsigned derived = gen_derived_get(&v->derived, &derived_fields[i]);
        return derived == value ? 0 : luaL_error(L, "%s is %d, but what is built here takes %d", name, (int)derived, (int)value);
    }
    return luaL_error(L, "built: no %s", name);
}

static void set_function(lua_State *L, const char *name, lua_CFunction f, const void *upvalue)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)upvalue);
    lua_pushcclosure(L, f, 1);
    lua_setfield(L, -2, name);
}

void gen_values_push(lua_State *L, const struct gen_values *v, struct gen_facts *facts)
{
    push_config(L, &v->config, &facts->use);
    lua_setfield(L, -2, "cfg");
    push_derived(L, &v->derived, &facts->use);
    lua_setfield(L, -2, "d");
    push_link(L);
    lua_setfield(L, -2, "link");
    set_integer(L, "hash", v->hash);
    set_string(L, "version", SOFA_VERSION);
    set_function(L, "clog2", clog2, NULL);
    set_function(L, "exp2_table", exp2_table, NULL);
    set_function(L, "recip_table", recip_table, NULL);
    set_function(L, "registers", registers, v);
    lua_pushlightuserdata(L, (void *)(uintptr_t)v);
    lua_pushlightuserdata(L, facts);
    lua_pushcclosure(L, config_keys, 2);
    lua_setfield(L, -2, "config_keys");
    set_function(L, "errors", errors, NULL);
    set_function(L, "built", built, v);
    set_function(L, "latency", latency, facts);
    set_function(L, "memory", memory, facts);
    gen_values_push_network(L, v);
}
