/* SPDX-License-Identifier: Apache-2.0 */
#include "counts.h"

#include <stdio.h>

void sofa_count_row_beats(const struct sofa_config *c, const struct sofa_counters *n, uint64_t *key, uint64_t *value)
{
    struct sofa_derived d;
    sofa_config_derive(c, &d);
    *key = c->mode == SOFA_MODE_TOKENS ? n->fetched * d.key_beats : n->bytes_key / d.port_bytes;
    *value = c->mode == SOFA_MODE_TOKENS ? n->fetched * d.value_beats : n->bytes_value / d.port_bytes;
}

void sofa_counts_expect(struct sofa_counts *counts, const struct sofa_config *c, const struct sofa_counters *n)
{
    uint64_t port = c->memory.port_bits / 8, key, value;
    sofa_count_row_beats(c, n, &key, &value);
    const struct {
        const char *name;
        uint64_t value;
        int tokens; /* 1: counted in mode tokens only, -1: only in mode kv */
    } table[] = {
        {"PAIRS", n->pairs, 0},
        {"NEED_KEYS", n->keys, 0},
        {"KEY_ROWS", n->key_rows, 0},
        {"RAISES", n->raises, 0},
        {"CLIPPED", n->clipped, 0},
        {"EMPTY_ROWS", n->empty_rows, 0},
        {"BLOCKS", n->blocks, 0},
        {"TILES", n->tiles, 0},
        {"QUERY_BEATS", n->bytes_query / port, 0},
        {"KEY_BEATS", key, 0},
        {"VALUE_BEATS", value, 0},
        {"KHAT_BEATS", n->bytes_khat / port, -1},
        {"RANGE_BEATS", n->bytes_range / port, 0},
        {"OUTPUT_BYTES", n->bytes_output, 0},
        {"GENERATED", n->generated, 1},
        {"FETCHED", n->fetched, 1},
        {"KHAT_BUSY", n->khat_beats, 1},
        {"TOKEN_BEATS", n->bytes_token / port, 1},
        {"WEIGHT_BEATS", n->bytes_weight / port, 1},
        {"CACHE_BYTES", n->bytes_cache_write, 1},
        {"ROTARY_BEATS", n->bytes_rotary / port, 1},
    };
    *counts = (struct sofa_counts){.count = 0};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].tokens == (c->mode == SOFA_MODE_TOKENS ? -1 : 1))
            continue;
        struct sofa_count *item = &counts->item[counts->count++];
        snprintf(item->name, sizeof item->name, "%s", table[i].name);
        item->value = table[i].value;
    }
}
