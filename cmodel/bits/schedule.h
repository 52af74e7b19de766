/* SPDX-License-Identifier: Apache-2.0 */
/* Need matrix and issue order of one tile; docs/arithmetic.md "Issue order". */
#ifndef SOFA_SCHEDULE_H
#define SOFA_SCHEDULE_H

#include "result.h"

#define SOFA_ROW_WORDS (SOFA_QUERY_BLOCK_MAX / 64u)
#define SOFA_KEY_WORDS (SOFA_TILE_KEYS_MAX / 64u)

static inline int sofa_bit(const uint64_t *mask, unsigned i)
{
    return (int)(mask[i / 64] >> (i % 64) & 1);
}
static inline void sofa_set_bit(uint64_t *mask, unsigned i)
{
    mask[i / 64] |= (uint64_t)1 << (i % 64);
}

/* Allocates an empty tile of the configuration's size (row words and key words are the maxima above). */
enum sofa_status sofa_tile_init(struct sofa_tile *tile, const struct sofa_config *c, struct sofa_error *e);
/* Row needs key (index in the tile). */
void sofa_tile_need(struct sofa_tile *tile, unsigned key, unsigned row);
/* Records that a row sees keys low..high-1 of the tile (low < high); rows in ascending order. */
void sofa_tile_see(struct sofa_tile *tile, unsigned row, unsigned low, unsigned high, unsigned group_keys);
/* Needed keys of the tile in issue order, ascending; returns how many. */
unsigned sofa_tile_order(const struct sofa_tile *tile, unsigned keys, uint16_t *order);

#endif
