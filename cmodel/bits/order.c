/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

struct sofa_tile_range sofa_tiles_of_block(const struct sofa_job *j, uint32_t low, uint32_t high, size_t last_row)
{
    uint32_t own = (uint32_t)((last_row + j->own_offset) % j->keys);
    own = own < low || own >= high ? high - 1 : own;
    return (struct sofa_tile_range){.first = low / j->tile, .last = (high - 1) / j->tile, .own = own / j->tile};
}

uint32_t sofa_tile_number(const struct sofa_tile_range *range, enum sofa_order order, uint32_t n)
{
    switch (order) {
    case SOFA_ORDER_NEAREST: return range->last - n;
    case SOFA_ORDER_OWN: return n <= range->own - range->first ? range->own - n : range->last + range->own + 1 - range->first - n;
    default: return range->first + n;
    }
}
