/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <stdio.h>
#include <string.h>

#define KEY(id, member, low, high, value) {#member, offsetof(struct sofa_config, member), low, high, value},
const struct sofa_key_rule sofa_key_rules[SOFA_KEY_COUNT] = {SOFA_CONFIG_KEYS(KEY)};
#undef KEY

const struct sofa_key_bound sofa_key_bounds[] = {
    {SOFA_KEY_TILE_KEPT_MAX, SOFA_KEY_TILE_KEYS},   {SOFA_KEY_PREDICT_KEYS, SOFA_KEY_TILE_KEYS},
    {SOFA_KEY_PREDICT_DIMS, SOFA_KEY_HEAD_DIM},     {SOFA_KEY_WIDTH, SOFA_KEY_HEAD_DIM},
    {SOFA_KEY_LANES, SOFA_KEY_QUERY_BLOCK},         {SOFA_KEY_OPERAND_BITS, SOFA_KEY_KEY_BITS},
    {SOFA_KEY_KVGEN_OUTPUTS, SOFA_KEY_HEAD_DIM},    {SOFA_KEY_KVGEN_INPUTS, SOFA_KEY_PREDICT_DIMS},
};
const unsigned sofa_key_bound_count = sizeof sofa_key_bounds / sizeof sofa_key_bounds[0];

#define KEY(id, member, low, high, value) \
    static unsigned get_##id(const struct sofa_config *c) \
    { \
        return c->member; \
    }
SOFA_CONFIG_KEYS(KEY)
#undef KEY

#define KEY(id, member, low, high, value) {#member, get_##id},
static const struct sofa_config_key public_keys[SOFA_KEY_COUNT] = {SOFA_CONFIG_KEYS(KEY)};
#undef KEY

const struct sofa_config_key *sofa_config_keys(unsigned *count)
{
    *count = SOFA_KEY_COUNT;
    return public_keys;
}

void sofa_config_default(struct sofa_config *c)
{
    *c = (struct sofa_config){.name = "small", .prefix = "sofa_", .mode = SOFA_MODE_KV};
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++)
        *sofa_key_value(c, key) = sofa_key_rules[key].value;
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u; /* FNV-1a */
    return hash;
}

int sofa_config_hashed(const char *path)
{
    static const char *const around[] = {"board.clock_hz", "board.baud", "board.memory_kib"};
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++)
        if (strcmp(path, around[i]) == 0)
            return 0;
    return 1;
}

uint32_t sofa_config_hash(const struct sofa_config *c)
{
    uint32_t hash = hash_text(2166136261u, sofa_mode_name(c->mode));
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
        char line[64];
        if (!sofa_config_hashed(sofa_key_rules[key].path))
            continue;
        snprintf(line, sizeof line, "\n%s=%u", sofa_key_rules[key].path, sofa_key_get(c, key));
        hash = hash_text(hash, line);
    }
    return hash;
}
