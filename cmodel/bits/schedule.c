/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

#include <stdlib.h>

enum sofa_status sofa_tile_init(struct sofa_tile *tile, const struct sofa_config *c, struct sofa_error *e)
{
    unsigned groups = c->tile.keys; /* at most */
    *tile = (struct sofa_tile){0};
    tile->need = calloc(c->tile.keys * SOFA_ROW_WORDS, sizeof *tile->need);
    tile->visible = calloc(2 * SOFA_KEY_WORDS, sizeof *tile->visible);
    tile->group_first = malloc(2 * groups * sizeof *tile->group_first);
    if (!tile->need || !tile->visible || !tile->group_first) {
        sofa_tile_free(tile);
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for a tile");
    }
    tile->made = tile->visible + SOFA_KEY_WORDS;
    tile->group_last = tile->group_first + groups;
    for (unsigned g = 0; g < groups; g++) {
        tile->group_first[g] = UINT16_MAX;
        tile->group_last[g] = 0;
    }
    return SOFA_OK;
}

void sofa_tile_need(struct sofa_tile *tile, unsigned key, unsigned row)
{
    sofa_set_bit(tile->need + key * SOFA_ROW_WORDS, row);
}

void sofa_tile_see(struct sofa_tile *tile, unsigned row, unsigned low, unsigned high, unsigned group_keys)
{
    for (unsigned w = low / 64; w * 64 < high; w++) {
        uint64_t from = low > w * 64 ? UINT64_MAX << (low - w * 64) : UINT64_MAX;
        uint64_t to = high - w * 64 < 64 ? ((uint64_t)1 << (high - w * 64)) - 1 : UINT64_MAX;
        tile->visible[w] |= from & to;
    }
    for (unsigned g = low / group_keys; g * group_keys < high; g++) {
        if (tile->group_first[g] == UINT16_MAX)
            tile->group_first[g] = (uint16_t)row;
        tile->group_last[g] = (uint16_t)row;
        tile->views++;
    }
}

static int needed(const struct sofa_tile *tile, unsigned key)
{
    uint64_t any = 0;
    for (unsigned w = 0; w < SOFA_ROW_WORDS; w++)
        any |= tile->need[key * SOFA_ROW_WORDS + w];
    return any != 0;
}

unsigned sofa_tile_order(const struct sofa_tile *tile, unsigned keys, uint16_t *order)
{
    unsigned count = 0;
    for (unsigned key = 0; key < keys; key++)
        if (needed(tile, key))
            order[count++] = (uint16_t)key;
    return count;
}
