/* SPDX-License-Identifier: Apache-2.0 */
#include "corner_case.h"

#include "../cmodel/config/keys.h"

#include <stdio.h>

#define WHAT 96u
#define MIXED 8u /* corners by dice of each base */
#define SETTINGS 24u

/* Small machines of every shape, which compile in seconds; corners are the ends of their keys. */
static const struct {
    const char *name;
    const char *set[SETTINGS];
} bases[] = {
    {"rows whole", {"query_block=4", "head_dim=12", "tile.keys=6", "tile.kept_max=2", "predict.keys=2", "predict.dims=4",
                    "attend.lanes=2", "attend.width=4", "attend.window=2", "memory.port_bits=64", "memory.prefetch=4"}},
    {"rows in port words", {"query_block=4", "head_dim=16", "tile.keys=6", "tile.kept_max=2", "predict.keys=2",
                            "predict.dims=4", "attend.lanes=1", "attend.width=2", "attend.window=2",
                            "memory.port_bits=64", "memory.prefetch=4"}},
    {"rows beat by beat", {"target=fpga", "query_block=4", "head_dim=16", "tile.keys=6", "tile.kept_max=2",
                           "data.query_bits=8", "data.key_bits=8", "data.value_bits=8", "predict.operand_bits=6",
                           "predict.keys=2", "predict.dims=4", "attend.lanes=1", "attend.width=16", "attend.window=2",
                           "memory.port_bits=32", "memory.read_channels=2", "memory.prefetch=4"}},
    {"tokens resident", {"mode=tokens", "query_block=4", "head_dim=12", "hidden_max=10", "tile.keys=6", "tile.kept_max=2",
                         "predict.keys=2", "predict.dims=4", "attend.lanes=2", "attend.width=4", "attend.window=2",
                         "kvgen.outputs=4", "kvgen.inputs=2", "memory.port_bits=64", "memory.prefetch=4"}},
    {"tokens streamed", {"mode=tokens", "query_block=4", "head_dim=12", "hidden_max=34", "tile.keys=6", "tile.kept_max=2",
                         "predict.keys=2", "predict.dims=4", "attend.lanes=2", "attend.width=4", "attend.window=2",
                         "kvgen.outputs=4", "kvgen.inputs=2", "kvgen.slice=8", "kvgen.rotary=1", "memory.port_bits=32",
                         "memory.read_channels=2", "memory.prefetch=4"}},
};
#define BASES (sizeof bases / sizeof bases[0])

static unsigned higher(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static unsigned lower(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static enum sofa_status load_base(struct sofa_config *c, unsigned base, struct sofa_error *e)
{
    unsigned count = 0;
    while (count < SETTINGS && bases[base].set[count])
        count++;
    return sofa_config_load(c, NULL, bases[base].set, count, e);
}

int tb_is_of_tokens(unsigned key)
{
    return key == SOFA_KEY_HIDDEN_MAX || key == SOFA_KEY_WEIGHT_ROUNDING || key == SOFA_KEY_KVGEN_OUTPUTS ||
           key == SOFA_KEY_KVGEN_INPUTS || key == SOFA_KEY_KVGEN_SLICE || key == SOFA_KEY_KVGEN_ROTARY;
}

static int is_of_board(unsigned key)
{
    return key == SOFA_KEY_CLOCK_HZ || key == SOFA_KEY_BAUD || key == SOFA_KEY_MEMORY_KIB || key == SOFA_KEY_COUNTERS;
}

static unsigned end_of(unsigned key, int most)
{
    return most ? sofa_key_rules[key].high : sofa_key_rules[key].low;
}

/* Does the key have an end of its own in this base, which is not the base? */
static int has_corner(const struct sofa_config *c, unsigned base, unsigned key, int most)
{
    if (sofa_key_rules[key].low == sofa_key_rules[key].high || sofa_key_get(c, key) == end_of(key, most))
        return 0;
    if (tb_is_of_tokens(key))
        return c->mode == SOFA_MODE_TOKENS;
    return base == 0 || !is_of_board(key);
}

void tb_follow(struct sofa_config *c, const unsigned char *set)
{
    for (unsigned i = 0; i < sofa_key_bound_count; i++) {
        unsigned small = sofa_key_bounds[i].small, big = sofa_key_bounds[i].big;
        if (sofa_key_get(c, small) > sofa_key_get(c, big) && set[small] && !set[big])
            *sofa_key_value(c, big) = sofa_key_get(c, small);
    }
    for (unsigned i = 0; i < sofa_key_bound_count; i++) {
        unsigned small = sofa_key_bounds[i].small, big = sofa_key_bounds[i].big;
        if (sofa_key_get(c, small) > sofa_key_get(c, big))
            *sofa_key_value(c, small) = sofa_key_get(c, big);
    }
    if (c->head_dim % 2 != 0)
        c->kvgen.rotary = 0;
    if (c->select.policy != SOFA_POLICY_RANK && set[SOFA_KEY_PREDICT_KEYS] && !set[SOFA_KEY_TILE_KEYS])
        c->tile.keys = higher(c->predict.keys, sofa_key_rules[SOFA_KEY_TILE_KEYS].low);
    if (c->select.policy != SOFA_POLICY_RANK)
        c->predict.keys = c->tile.keys;
    while (c->head_dim * 16 > 256 * c->memory.port_bits)
        c->memory.port_bits *= 2;
    if (c->board.clock_hz / 16 < c->board.baud && !set[SOFA_KEY_CLOCK_HZ])
        c->board.clock_hz = 16 * c->board.baud;
    if (c->board.clock_hz / 16 < c->board.baud || c->board.clock_hz / 65000 > c->board.baud)
        c->board.baud = lower(sofa_key_rules[SOFA_KEY_BAUD].high,
                              higher(sofa_key_rules[SOFA_KEY_BAUD].low, c->board.clock_hz / 16));
    if (!c->board.counters)
        c->jobs.queue = 0;
    c->memory.address_bits = higher(c->memory.address_bits, tb_address_bits(c));
}

enum tb_effort tb_effort_of(const struct sofa_config *c)
{
    unsigned elements = c->predict.keys * c->predict.dims + 2 * c->attend.lanes * c->attend.width +
                        (c->mode == SOFA_MODE_TOKENS ? c->kvgen.outputs * c->kvgen.inputs : 0);
    unsigned needs = c->tile.keys * c->query_block, pending = c->attend.window * c->query_block;
    if (elements <= 560 && c->predict.keys <= 32 && needs <= 2048 && pending <= 1024 && c->tile.kept_max <= 32 &&
        c->attend.lanes <= 16)
        return TB_RUN;
    if (elements <= 2200 && c->predict.keys <= 64 && needs <= 8192 && pending <= 4096)
        return TB_LINT;
    return TB_CHECK;
}

static void set_end(struct sofa_config *c, unsigned char *set, unsigned key, int most)
{
    *sofa_key_value(c, key) = end_of(key, most);
    set[key] = 1;
}

/* Each key at its least, at its largest, or as it was; sizes are seldom the largest. */
static void roll(struct sofa_config *c, unsigned char *set, unsigned base, struct tb_random *r)
{
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
        unsigned n = tb_random_below(r, 24);
        int most = n >= (sofa_key_rules[key].high > 24 && key != SOFA_KEY_KEYS_MAX ? 23u : 16u);
        if ((n < 8 || most) && has_corner(c, base, key, most))
            set_end(c, set, key, most);
    }
}

void tb_write_overrides(struct tb_case *c)
{
    const struct sofa_config *k = &c->config;
    c->overrides = 0;
    snprintf(c->override[c->overrides++], sizeof c->override[0], "mode=%s", sofa_mode_name(k->mode));
    for (unsigned key = 0; key < SOFA_KEY_COUNT && c->overrides < TB_CASE_KEYS; key++)
        if (sofa_key_rules[key].low != sofa_key_rules[key].high && (k->mode == SOFA_MODE_TOKENS || !tb_is_of_tokens(key)))
            snprintf(c->override[c->overrides++], sizeof c->override[0], "%s=%u", sofa_key_rules[key].path,
                     sofa_key_get(k, key));
}

/* The corner of that number among those with one key at an end; *left: numbers that remain. 1 if found. */
static int find_alone(struct sofa_config *c, char *what, unsigned char *set, unsigned *left)
{
    struct sofa_error ignored;
    for (unsigned base = 0; base < BASES; base++) {
        if (load_base(c, base, &ignored) != SOFA_OK)
            continue;
        for (unsigned n = 0; n < 2 * SOFA_KEY_COUNT; n++) {
            unsigned key = n / 2;
            int most = (int)(n % 2);
            if (!has_corner(c, base, key, most) || (*left)-- > 0)
                continue;
            set_end(c, set, key, most);
            snprintf(what, WHAT, "%s, %s at its %s", bases[base].name, sofa_key_rules[key].path, most ? "largest" : "least");
            return 1;
        }
    }
    return 0;
}

static enum sofa_status choose(struct sofa_config *c, char *what, unsigned char *set, uint64_t seed, unsigned index,
                               struct sofa_error *e)
{
    unsigned left = index;
    if (find_alone(c, what, set, &left))
        return SOFA_OK;
    unsigned base = left < 2 * BASES ? left / 2 : (unsigned)((left - 2 * BASES) % BASES);
    enum sofa_status status = load_base(c, base, e);
    if (left >= 2 * BASES) {
        struct tb_random r = {seed * 0x100000001B3u + index};
        snprintf(what, WHAT, "%s, some keys at an end", bases[base].name);
        roll(c, set, base, &r);
        return status;
    }
    snprintf(what, WHAT, "%s, all keys at their %s", bases[base].name, left % 2 ? "largest" : "least");
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++)
        if (has_corner(c, base, key, (int)(left % 2)) && !is_of_board(key))
            set_end(c, set, key, (int)(left % 2));
    return status;
}

unsigned tb_corner_fixed(void)
{
    struct sofa_config c;
    char what[WHAT];
    unsigned char set[SOFA_KEY_COUNT] = {0};
    unsigned left = UINT32_MAX;
    find_alone(&c, what, set, &left);
    return UINT32_MAX - left + 2 * (unsigned)BASES;
}

unsigned tb_corner_count(void)
{
    return tb_corner_fixed() + MIXED * (unsigned)BASES;
}

enum sofa_status tb_corner_config(struct tb_case *c, enum tb_effort *effort, char *what, uint64_t seed, unsigned index,
                                  struct sofa_error *e)
{
    unsigned char set[SOFA_KEY_COUNT] = {0};
    *c = (struct tb_case){.random = {seed * 0x9E3779B97F4A7C15u + index}};
    enum sofa_status status = choose(&c->config, what, set, seed, index, e);
    if (status != SOFA_OK)
        return status;
    tb_follow(&c->config, set);
    tb_write_overrides(c);
    *effort = tb_effort_of(&c->config);
    return sofa_config_check(&c->config, e);
}
