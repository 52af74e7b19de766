/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which a block of rows meets its tiles of keys; docs/arithmetic.md "Order of tiles". */
#ifndef SOFA_ORDER_H
#define SOFA_ORDER_H

#include "../trace/job.h"

/* The tiles of a block, each tile `keys` keys long: those from the one with the first key that some row sees to the one with the
 * last. `own` is the tile that stands first in order `own`. */
struct sofa_tile_range {
    uint32_t first, last, own;
};

/* For keys low..high-1 (low < high) that some row of the block sees; last_row: number of the block's last row in the job. */
struct sofa_tile_range sofa_tiles_of_block(const struct sofa_job *j, uint32_t low, uint32_t high, size_t last_row);
static inline uint32_t sofa_tile_count(const struct sofa_tile_range *range)
{
    return range->last - range->first + 1;
}
/* Number of the tile that stands n-th, n < sofa_tile_count(). */
uint32_t sofa_tile_number(const struct sofa_tile_range *range, enum sofa_order order, uint32_t n);

#endif
