/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "../cmodel/bits/schedule.h"
#include "../cmodel/front/counts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tb_differ(struct tb_comparison *cmp, const char *format, ...)
{
    if (cmp->mismatches++ > 0)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(cmp->first, sizeof cmp->first, format, args);
    va_end(args);
}

static void compare_output(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_result *result,
                           const struct tb_layout *l)
{
    size_t d = result->dims, qb = c->query_block;
    for (size_t row = 0; row < result->rows; row++)
        for (size_t i = 0; i < d; i++) {
            int got = tb_layout_output(l, row, i), want = result->o[row * d + i];
            if (got != want)
                tb_differ(cmp, "o of block %zu, row %zu (%zu in the block), dim %zu: got %d, want %d", row / qb, row,
                          row % qb, i, got, want);
        }
}

/* Bytes between the rows of O keep their pattern. */
static void compare_padding(struct tb_comparison *cmp, const struct tb_layout *l)
{
    const struct tb_region *r = &l->region[TB_O];
    for (size_t row = 0; row < r->rows; row++)
        for (size_t i = r->row_bytes; i < r->stride; i++)
            if (r->bytes[row * r->stride + i] != l->pattern)
                tb_differ(cmp, "output buffer, row %zu: byte %zu beyond the row was written", row, i);
}

/* Keys of a tile whose V row is read, in issue order. */
static unsigned read_order(const struct sofa_tile *tile, unsigned keys, uint16_t *order)
{
    unsigned count = sofa_tile_order(tile, keys, order), read = 0;
    for (unsigned k = 0; k < count; k++)
        if (!sofa_bit(tile->made, order[k]))
            order[read++] = order[k];
    return read;
}

static void compare_counters(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_counters *counters,
                             const struct tb_outcome *o)
{
    struct sofa_counts want;
    sofa_counts_expect(&want, c, counters);
    for (unsigned i = 0; i < want.count; i++) {
        uint64_t got = tb_counter(o, want.item[i].name);
        if (got != want.item[i].value)
            tb_differ(cmp, "counter %s: got %llu, want %llu", want.item[i].name, (unsigned long long)got,
                      (unsigned long long)want.item[i].value);
    }
}

/* The counters say what the core believes; this is what crossed the bus. */
static void compare_bus(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_counters *n,
                        const struct tb_memory *m)
{
    uint64_t port = c->memory.port_bits / 8, key, value, written = 0, khat = n->bytes_khat / port;
    int plane = sofa_place_used(c, SOFA_PLACE_KHAT);
    sofa_count_row_beats(c, n, &key, &value);
    const uint64_t beats[TB_KINDS] = {
        [TB_Q] = n->bytes_query / port, [TB_K] = key + (plane ? 0 : khat), [TB_V] = value, [TB_RANGE] = n->bytes_range / port,
        [TB_KHAT] = plane ? khat : 0, [TB_X] = n->bytes_token / port};
    for (unsigned k = 0; k < TB_KINDS; k++) {
        if (k < TB_CODE && m->beats[k] != beats[k])
            tb_differ(cmp, "beats of %s on the bus: got %llu, want %llu", tb_kind_name((enum tb_kind)k),
                      (unsigned long long)m->beats[k], (unsigned long long)beats[k]);
        written += k == TB_O || k == TB_JOBS ? 0 : m->written[k];
    }
    if ((m->beats[TB_CODE] + m->beats[TB_WEIGHT]) * port != n->bytes_weight)
        tb_differ(cmp, "beats of codes and weights on the bus: got %llu + %llu, want %llu",
                  (unsigned long long)m->beats[TB_CODE], (unsigned long long)m->beats[TB_WEIGHT],
                  (unsigned long long)(n->bytes_weight / port));
    if ((m->beats[TB_ROTARY] + m->beats[TB_TURN]) * port != n->bytes_rotary)
        tb_differ(cmp, "beats of cosines and sines on the bus: got %llu + %llu, want %llu",
                  (unsigned long long)m->beats[TB_ROTARY], (unsigned long long)m->beats[TB_TURN],
                  (unsigned long long)(n->bytes_rotary / port));
    if (m->written[TB_O] != n->bytes_output)
        tb_differ(cmp, "bytes written: got %llu, want %llu", (unsigned long long)m->written[TB_O],
                  (unsigned long long)n->bytes_output);
    if (written != n->bytes_cache_write)
        tb_differ(cmp, "bytes of the cache written: got %llu, want %llu", (unsigned long long)written,
                  (unsigned long long)n->bytes_cache_write);
}

/* How often tiles are predicted from: K rows, or rows of the plane of `keys` keys each. */
static void count_predicted(uint32_t *rows, const struct sofa_result *result, const struct sofa_job *j, unsigned keys)
{
    for (size_t i = 0; i < result->tiles; i++) {
        const struct sofa_tile *tile = &result->tile[i];
        size_t last = SIZE_MAX;
        for (unsigned k = 0; k < j->tile && tile->base + k < result->keys; k++) {
            size_t row = (tile->base + k) / keys;
            if (sofa_bit(tile->visible, k) && row != last)
                rows[last = row]++;
        }
    }
}

static enum sofa_status compare_plane(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_result *result,
                                      const struct tb_layout *l, const struct sofa_job *j, struct sofa_error *e)
{
    const struct tb_region *r = &l->region[TB_KHAT];
    struct sofa_derived d;
    uint32_t *want = calloc(r->rows + 1, sizeof *want);
    if (!want)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows of packed keys", r->rows);
    sofa_config_derive(c, &d);
    count_predicted(want, result, j, d.khat_keys);
    for (size_t row = 0; row < r->rows; row++)
        if (r->reads[row] != want[row])
            tb_differ(cmp, "packed keys from key %zu on: read %u times, want %u", row * d.khat_keys, (unsigned)r->reads[row],
                      (unsigned)want[row]);
    free(want);
    return SOFA_OK;
}

/* How many blocks read each K and V row; mode tokens: those of pairs that are fetched. */
static enum sofa_status compare_rows(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_result *result,
                                     const struct tb_layout *l, const struct sofa_job *j, struct sofa_error *e)
{
    uint32_t *want = calloc(2 * result->keys + 1, sizeof *want), *key = want, *value = want + result->keys;
    if (!want)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", result->keys);
    for (size_t i = 0; i < result->tiles; i++) {
        const struct sofa_tile *tile = &result->tile[i];
        uint16_t order[SOFA_TILE_KEYS_MAX];
        unsigned count = read_order(tile, j->tile, order);
        for (unsigned k = 0; k < count; k++) {
            value[tile->base + order[k]]++;
            key[tile->base + order[k]]++;
        }
    }
    if (c->mode == SOFA_MODE_KV && c->predict.source == SOFA_SOURCE_ROWS)
        count_predicted(key, result, j, 1);
    for (size_t k = 0; k < result->keys; k++) {
        if (l->region[TB_K].reads[k] != key[k])
            tb_differ(cmp, "K row of key %zu: read %u times, want %u", k, (unsigned)l->region[TB_K].reads[k],
                      (unsigned)key[k]);
        if (l->region[TB_V].reads[k] != value[k])
            tb_differ(cmp, "V row of key %zu: read %u times, want %u", k, (unsigned)l->region[TB_V].reads[k],
                      (unsigned)value[k]);
    }
    for (size_t row = 0; row < result->rows; row++)
        if (l->region[TB_Q].reads[row] != 1)
            tb_differ(cmp, "Q row %zu: read %u times, want 1", row, (unsigned)l->region[TB_Q].reads[row]);
    free(want);
    return SOFA_OK;
}

/* Rows of V in the order in which they were requested of one job's image. The caller frees them. */
static enum sofa_status values_read(uint32_t **rows, size_t *count, const struct tb_memory *m, const struct tb_layout *l,
                                    struct sofa_error *e)
{
    *count = 0;
    *rows = malloc((m->value_logged + 1) * sizeof **rows);
    if (!*rows)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the order of %zu rows", m->value_logged);
    for (size_t i = 0; i < m->value_logged; i++)
        if (m->value_log[i].of == &l->region[TB_V])
            (*rows)[(*count)++] = m->value_log[i].row;
    return SOFA_OK;
}

/* Needed keys tile by tile (those that are not generated): V rows are requested in issue order (two channels may swap neighbours, so sets are
 * compared). Says where the first wrong selection is. */
static enum sofa_status compare_selection(struct tb_comparison *cmp, const struct sofa_result *result, const struct sofa_job *j,
                                          const struct tb_memory *m, const struct tb_layout *l, struct sofa_error *e)
{
    size_t at = 0, count;
    uint32_t *rows;
    int missing = 0;
    enum sofa_status status = values_read(&rows, &count, m, l, e);
    for (size_t i = 0; i < result->tiles && status == SOFA_OK && !missing; i++) {
        const struct sofa_tile *tile = &result->tile[i];
        uint16_t order[SOFA_TILE_KEYS_MAX];
        unsigned needed = read_order(tile, j->tile, order);
        for (unsigned k = 0; k < needed && !missing; k++) {
            uint32_t want = tile->base + order[k];
            missing = 1;
            for (size_t n = at; n < at + needed && n < count && missing; n++)
                missing = rows[n] != want;
            if (missing)
                tb_differ(cmp, "block %u, tile at key %u: key %u is needed, but V was not read", (unsigned)tile->block,
                          (unsigned)tile->base, (unsigned)want);
        }
        at += needed;
    }
    if (status == SOFA_OK && !missing && at < count)
        tb_differ(cmp, "V of key %u was read after the last needed key", (unsigned)rows[at]);
    free(rows);
    return status;
}

static void compare_end(struct tb_comparison *cmp, const struct tb_memory *m, const struct tb_outcome *o)
{
    if (m->violations)
        tb_differ(cmp, "%s", m->violation.text);
    if (m->violations > 1)
        cmp->mismatches += m->violations - 1;
    if (!o->finished)
        tb_differ(cmp, "hangs: no end after %llu cycles", (unsigned long long)o->clocks);
    else if (o->error)
        tb_differ(cmp, "job ended with error %u (%s)", o->error,
                  sofa_error_code_text(o->error) ? sofa_error_code_text(o->error) : "unknown code");
    else if (!o->idle_after)
        tb_differ(cmp, "the bus is not empty after the end of the job");
}

/* What one job has left in memory, and read there. */
static enum sofa_status compare_job(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_job *j,
                                    const struct sofa_result *result, const struct tb_memory *memory, const struct tb_layout *l,
                                    struct sofa_error *e)
{
    enum sofa_status status = compare_selection(cmp, result, j, memory, l, e);
    compare_output(cmp, c, result, l);
    if (status == SOFA_OK)
        status = compare_rows(cmp, c, result, l, j, e);
    if (status == SOFA_OK && sofa_place_used(c, SOFA_PLACE_KHAT))
        status = compare_plane(cmp, c, result, l, j, e);
    if (status == SOFA_OK && c->mode == SOFA_MODE_TOKENS)
        status = tb_compare_tokens(cmp, c, j, result, l, e);
    compare_padding(cmp, l);
    return status;
}

enum sofa_status tb_compare(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_job *j,
                            const struct sofa_result *result, const struct tb_memory *memory,
                            const struct tb_outcome *outcome, struct sofa_error *e)
{
    *cmp = (struct tb_comparison){0};
    compare_end(cmp, memory, outcome);
    enum sofa_status status = compare_job(cmp, c, j, result, memory, memory->layout, e);
    if (c->board.counters)
        compare_counters(cmp, c, &result->counters, outcome);
    compare_bus(cmp, c, &result->counters, memory);
    if (status == SOFA_OK)
        status = tb_compare_cycles(cmp, c, j, result, &memory->options, outcome, e);
    return status;
}

/* ---- a queue of jobs ---- */

/* What has been read and written of a descriptor. again: it may have been read more than once. */
static void compare_descriptor(struct tb_comparison *cmp, const struct sofa_config *c, const struct tb_region *ring, unsigned number,
                               unsigned error, int again)
{
    struct sofa_derived d;
    sofa_config_derive(c, &d);
    uint32_t got = sofa_driver_reported(ring->bytes + (size_t)number * ring->stride), want = SOFA_STATUS_DONE | error << SOFA_STATUS_ERROR_SHIFT;
    if (got != want)
        tb_differ(cmp, "job %u: STATUS in its descriptor is 0x%X, want 0x%X", number, (unsigned)got, (unsigned)want);
    for (unsigned beat = 0; beat < ring->beats; beat++) {
        unsigned reads = ring->reads[number * ring->beats + beat], once = beat >= d.job_first_beat && beat < d.job_first_beat + d.job_beats;
        if (again ? (reads > 0) != once : reads != once)
            tb_differ(cmp, "job %u: beat %u of its descriptor was read %u times, want %u", number, beat, reads, once);
    }
}

enum sofa_status tb_compare_queue(struct tb_comparison *cmp, const struct sofa_config *c, const struct tb_queued *job, unsigned jobs,
                                  const struct tb_memory *memory, const struct tb_outcome *outcome, struct sofa_error *e)
{
    unsigned failed = 0;
    struct sofa_derived d;
    struct sofa_counters sum = {0};
    enum sofa_status status = SOFA_OK;
    *cmp = (struct tb_comparison){0};
    sofa_config_derive(c, &d);
    for (unsigned i = 0; i < jobs; i++)
        failed = job[i].error ? job[i].error : failed;
    struct tb_outcome ended = *outcome;
    if (ended.error == failed)
        ended.error = SOFA_ERROR_NONE;
    compare_end(cmp, memory, &ended);
    for (unsigned i = 0; i < jobs && status == SOFA_OK; i++) {
        compare_descriptor(cmp, c, &memory->layout[jobs].region[TB_JOBS], i, job[i].error, failed != 0);
        if (job[i].error)
            continue;
        if (failed && d.jobs_at_once > 1) /* it may have been run again */
            compare_output(cmp, c, job[i].result, &memory->layout[i]);
        else
            status = compare_job(cmp, c, job[i].job, job[i].result, memory, &memory->layout[i], e);
        sofa_counters_add(&sum, &job[i].result->counters);
    }
    if (failed)
        return status;
    compare_counters(cmp, c, &sum, outcome);
    compare_bus(cmp, c, &sum, memory);
    return status == SOFA_OK ? tb_compare_queue_cycles(cmp, c, job, jobs, &memory->options, outcome, e) : status;
}
