/* SPDX-License-Identifier: Apache-2.0 */
#include "result.h"

#include <stdlib.h>

void sofa_tile_free(struct sofa_tile *tile)
{
    free(tile->need);
    free(tile->visible);
    free(tile->group_first);
    free(tile->khat_beats);
    *tile = (struct sofa_tile){0};
}

void sofa_result_free(struct sofa_result *result)
{
    for (size_t i = 0; i < result->tiles; i++)
        sofa_tile_free(&result->tile[i]);
    free(result->tile);
    free(result->block);
    free(result->o);
    free(result->o_step);
    free(result->selected);
    free(result->columns);
    free(result->valid);
    free(result->k);
    free(result->v);
    *result = (struct sofa_result){0};
}

void sofa_counters_add(struct sofa_counters *sum, const struct sofa_counters *part)
{
    _Static_assert(sizeof *sum % sizeof(uint64_t) == 0, "counters are 64-bit words");
    uint64_t *to = (uint64_t *)(void *)sum;
    const uint64_t *from = (const uint64_t *)(const void *)part;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
        to[i] += from[i];
}
