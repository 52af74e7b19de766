/* SPDX-License-Identifier: Apache-2.0 */
/* The numeric keys of a configuration, for config/ and what walks over all keys: KEY(identifier, member, lowest, highest, default).
 * The defaults are those of configuration `small`. */
#ifndef SOFA_CONFIG_KEYS_H
#define SOFA_CONFIG_KEYS_H

#include "config.h"

#include <stddef.h>

#define SOFA_CONFIG_KEYS(KEY) \
    KEY(TARGET, target, SOFA_TARGET_CELLS, SOFA_TARGET_FPGA, SOFA_TARGET_CELLS) \
    KEY(QUERY_BLOCK, query_block, 1, SOFA_QUERY_BLOCK_MAX, 16) \
    KEY(HEAD_DIM, head_dim, SOFA_HEAD_DIM_MIN, SOFA_HEAD_DIM_MAX, 32) \
    KEY(KEYS_MAX, keys_max, 1, SOFA_KEYS_MAX, 1024) \
    KEY(HIDDEN_MAX, hidden_max, 1, SOFA_HIDDEN_MAX, 256) \
    KEY(TILE_KEYS, tile.keys, 4, SOFA_TILE_KEYS_MAX, 16) \
    KEY(TILE_KEPT_MAX, tile.kept_max, 1, SOFA_KEPT_MAX, 4) \
    KEY(QUERY_BITS, data.query_bits, 8, 16, 16) \
    KEY(KEY_BITS, data.key_bits, 8, 16, 16) \
    KEY(VALUE_BITS, data.value_bits, 8, 16, 16) \
    KEY(OUTPUT_BITS, data.output_bits, 16, 16, 16) \
    KEY(TOKEN_BITS, data.token_bits, 8, 8, 8) \
    KEY(WEIGHT_BITS, data.weight_bits, 8, 8, 8) \
    KEY(PREDICT_KEYS, predict.keys, 1, SOFA_TILE_KEYS_MAX, 16) \
    KEY(PREDICT_DIMS, predict.dims, 1, SOFA_HEAD_DIM_MAX, 8) \
    KEY(SCORE_BITS, predict.score_bits, 8, 24, 16) \
    KEY(OPERAND_BITS, predict.operand_bits, 3, 16, 8) \
    KEY(CODE_POWERS, predict.code_powers, 3, SOFA_CODE_MAX, SOFA_CODE_MAX) \
    KEY(WEIGHT_ROUNDING, predict.weight_rounding, SOFA_ROUND_FLOOR, SOFA_ROUND_NEAREST, SOFA_ROUND_NEAREST) \
    KEY(SOURCE, predict.source, SOFA_SOURCE_PLANE, SOFA_SOURCE_ROWS, SOFA_SOURCE_PLANE) \
    KEY(POLICY, select.policy, SOFA_POLICY_RANK, SOFA_POLICY_BOTH, SOFA_POLICY_BOTH) \
    KEY(ORDERS, select.orders, 0, 1, 1) \
    KEY(LANES, attend.lanes, 1, SOFA_QUERY_BLOCK_MAX, 2) \
    KEY(WIDTH, attend.width, 1, SOFA_HEAD_DIM_MAX, 8) \
    KEY(WINDOW, attend.window, 1, SOFA_WINDOW_MAX, 4) \
    KEY(QUEUE, attend.queue, 0, SOFA_QUEUE_MAX, 0) \
    KEY(KVGEN_OUTPUTS, kvgen.outputs, 1, SOFA_HEAD_DIM_MAX, 16) \
    KEY(KVGEN_INPUTS, kvgen.inputs, 1, SOFA_HEAD_DIM_MAX, 4) \
    KEY(KVGEN_SLICE, kvgen.slice, 1, SOFA_HIDDEN_MAX, 1024) \
    KEY(KVGEN_ROTARY, kvgen.rotary, 0, 1, 0) \
    KEY(PORT_BITS, memory.port_bits, 8, 4096, 128) \
    KEY(READ_CHANNELS, memory.read_channels, 1, 2, 1) \
    KEY(PREFETCH, memory.prefetch, 2, 256, 16) \
    KEY(ADDRESS_BITS, memory.address_bits, 16, 64, 32) \
    KEY(JOB_QUEUE, jobs.queue, 0, 1, 0) \
    KEY(CLOCK_HZ, board.clock_hz, 10000, 1000000000, 12000000) \
    KEY(BAUD, board.baud, 300, 12000000, 115200) \
    KEY(MEMORY_KIB, board.memory_kib, 0, 1024, 0) \
    KEY(COUNTERS, board.counters, 0, 1, 1)

#define KEY(id, member, low, high, value) SOFA_KEY_##id,
enum sofa_key_index { SOFA_CONFIG_KEYS(KEY) SOFA_KEY_COUNT };
#undef KEY

struct sofa_key_rule {
    const char *path;
    size_t offset; /* of an unsigned in struct sofa_config */
    unsigned low, high, value;
};
extern const struct sofa_key_rule sofa_key_rules[SOFA_KEY_COUNT];

static inline unsigned *sofa_key_value(struct sofa_config *c, unsigned key)
{
    return (unsigned *)(void *)((char *)c + sofa_key_rules[key].offset);
}
static inline unsigned sofa_key_get(const struct sofa_config *c, unsigned key)
{
    return *(const unsigned *)(const void *)((const char *)c + sofa_key_rules[key].offset);
}

/* small must not exceed big. */
struct sofa_key_bound {
    unsigned char small, big;
};
extern const struct sofa_key_bound sofa_key_bounds[];
extern const unsigned sofa_key_bound_count;

#endif
