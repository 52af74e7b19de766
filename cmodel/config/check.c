/* SPDX-License-Identifier: Apache-2.0 */
/* Which configurations are legal. */
#include "keys.h"
#include "prefix.h"

static enum sofa_status check_ranges(const struct sofa_config *c, struct sofa_error *e)
{
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
        const struct sofa_key_rule *rule = &sofa_key_rules[key];
        unsigned value = sofa_key_get(c, key);
        int byte_wise = key == SOFA_KEY_QUERY_BITS || key == SOFA_KEY_KEY_BITS || key == SOFA_KEY_VALUE_BITS;
        if (byte_wise && value != 8 && value != 16)
            return sofa_fail(e, SOFA_BAD_INPUT, "%s is %u, must be 8 or 16", rule->path, value);
        if (value < rule->low || value > rule->high)
            return sofa_fail(e, SOFA_BAD_INPUT, "%s is %u, must be %u to %u", rule->path, value, rule->low, rule->high);
    }
    if (c->mode == SOFA_MODE_TOKENS && c->kvgen.rotary && c->head_dim % 2 != 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "head_dim is %u, must be even, 8 to %u, when kvgen.rotary is 1", c->head_dim,
                         SOFA_HEAD_DIM_MAX);
    if (c->memory.port_bits & (c->memory.port_bits - 1))
        return sofa_fail(e, SOFA_BAD_INPUT, "memory.port_bits is %u, must be a power of two, 8 to 4096",
                         c->memory.port_bits);
    if (c->attend.queue == 1 || c->attend.queue & (c->attend.queue - 1))
        return sofa_fail(e, SOFA_BAD_INPUT, "attend.queue is %u, must be 0 or a power of two, 2 to %u", c->attend.queue, SOFA_QUEUE_MAX);
    return SOFA_OK;
}

/* A burst carries one row and has at most 256 beats. */
static enum sofa_status check_bursts(const struct sofa_config *c, struct sofa_error *e)
{
    static const unsigned char tensors[] = {SOFA_KEY_QUERY_BITS, SOFA_KEY_KEY_BITS, SOFA_KEY_VALUE_BITS,
                                            SOFA_KEY_OUTPUT_BITS};
    for (unsigned i = 0; i < sizeof tensors; i++) {
        unsigned bits = sofa_key_get(c, tensors[i]), most = 256 * c->memory.port_bits / bits;
        if (c->head_dim > most)
            return sofa_fail(e, SOFA_BAD_INPUT, "head_dim is %u, must be 8 to %u when memory.port_bits is %u and %s is %u",
                             c->head_dim, most, c->memory.port_bits, sofa_key_rules[tensors[i]].path, bits);
    }
    return SOFA_OK;
}

/* The UART's divider and the on-chip memory, which the core's addresses must reach. */
static enum sofa_status check_jobs(const struct sofa_config *c, struct sofa_error *e)
{
    if (c->jobs.queue && !c->board.counters)
        return sofa_fail(e, SOFA_BAD_INPUT, "jobs.queue is 1, must be 0 when board.counters is 0: such a core keeps no more than a job needs");
    return SOFA_OK;
}

static enum sofa_status check_board(const struct sofa_config *c, struct sofa_error *e)
{
    unsigned kib = c->board.memory_kib, half = c->board.baud / 2;
    uint64_t divider = ((uint64_t)c->board.clock_hz + half) / c->board.baud;
    if (divider < 4 || divider > 65535)
        return sofa_fail(e, SOFA_BAD_INPUT, "board.baud is %u, must be %u to %u when board.clock_hz is %u", c->board.baud,
                         c->board.clock_hz / 65535 + 1, c->board.clock_hz / 4, c->board.clock_hz);
    if (kib & (kib - 1))
        return sofa_fail(e, SOFA_BAD_INPUT, "board.memory_kib is %u, must be 0 or a power of two, 1 to 1024", kib);
    if (kib > 0 && sofa_clog2((uint64_t)kib * 1024) > c->memory.address_bits)
        return sofa_fail(e, SOFA_BAD_INPUT, "board.memory_kib is %u, must be 0 to %u (memory.address_bits is %u)", kib,
                         1u << (c->memory.address_bits - 10), c->memory.address_bits);
    return SOFA_OK;
}

enum sofa_status sofa_config_check(const struct sofa_config *c, struct sofa_error *e)
{
    enum sofa_status status = check_ranges(c, e);
    for (unsigned i = 0; i < sofa_key_bound_count && status == SOFA_OK; i++) {
        unsigned small = sofa_key_bounds[i].small, big = sofa_key_bounds[i].big;
        unsigned value = sofa_key_get(c, small), limit = sofa_key_get(c, big);
        if (value > limit)
            status = sofa_fail(e, SOFA_BAD_INPUT, "%s is %u, must be %u to %u (%s)", sofa_key_rules[small].path, value,
                               sofa_key_rules[small].low, limit, sofa_key_rules[big].path);
    }
    if (status == SOFA_OK && c->select.policy != SOFA_POLICY_RANK && c->predict.keys != c->tile.keys)
        status = sofa_fail(e, SOFA_BAD_INPUT, "predict.keys is %u, must be %u (tile.keys) when select.policy is mass or both; or set "
                           "select.policy: rank", c->predict.keys, c->tile.keys);
    if (status == SOFA_OK)
        status = check_bursts(c, e);
    if (status == SOFA_OK)
        status = sofa_prefix_check(c->prefix, e);
    if (status == SOFA_OK)
        status = check_jobs(c, e);
    return status == SOFA_OK ? check_board(c, e) : status;
}
