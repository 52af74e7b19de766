/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include "../config/cut.h"
#include "attend.h"
#include "keys.h"
#include "kvgen.h"
#include "mass.h"
#include "order.h"
#include "predict.h"
#include "rotary.h"
#include "schedule.h"
#include "select.h"

#include <stdlib.h>

/* Working state of a run. */
struct run {
    const struct sofa_config *c;
    const struct sofa_trace *t;
    const struct sofa_job *j;
    struct sofa_derived d;
    struct sofa_attend attend;
    struct sofa_result *result;
    int keep_tiles;
    size_t tiles_room;
    int16_t *khat;   /* S x d */
    const int16_t *k, *v; /* S x d: of the trace, or of kvgen as far as they are needed */
    struct sofa_kvgen kvgen; /* mode tokens */
    struct sofa_zeros zeros; /* mode tokens */
    struct sofa_pack pack;   /* mode tokens */
    int16_t *power;  /* QB x d, codes of the block's queries */
    int64_t *o;      /* QB x d */
    int32_t *recent; /* QB x d */
    struct sofa_attend_row row[SOFA_QUERY_BLOCK_MAX];
    int64_t radius_row[SOFA_QUERY_BLOCK_MAX];
    int32_t carried[SOFA_QUERY_BLOCK_MAX];
    struct sofa_mass mass[SOFA_QUERY_BLOCK_MAX];
    int octave_shift[SOFA_QUERY_BLOCK_MAX];
};

static void close_run(struct run *run)
{
    sofa_kvgen_close(&run->kvgen);
    sofa_zeros_close(&run->zeros);
    free(run->khat);
    free(run->power);
    free(run->o);
    free(run->recent);
    free(run);
}

static enum sofa_status open_result(struct run *run, struct sofa_error *e)
{
    struct sofa_result *r = run->result;
    r->rows = run->t->q.rows;
    r->keys = run->t->k.rows;
    r->dims = run->c->head_dim;
    r->o = calloc(r->rows * r->dims + 1, sizeof *r->o);
    r->o_step = malloc(r->dims * sizeof *r->o_step);
    r->selected = calloc(r->rows * r->keys + 1, 1);
    r->block = calloc(r->rows / run->c->query_block + 2, sizeof *r->block);
    if (!r->o || !r->o_step || !r->selected || !r->block)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu x %zu results", r->rows, r->keys);
    unsigned spare = 16 - run->c->data.value_bits;
    for (size_t column = 0; column < r->dims; column++)
        r->o_step[column] = sofa_value_step(run->t, column) / (double)(1u << spare);
    return SOFA_OK;
}

static enum sofa_status open_keys(struct run *run, struct sofa_error *e)
{
    const struct sofa_trace *t = run->t;
    const struct sofa_config *c = run->c;
    sofa_predict_keys(run->khat, t, c, run->j->khat_shift);
    if (c->mode == SOFA_MODE_KV) {
        run->k = t->k.value;
        run->v = t->v.value;
        return SOFA_OK;
    }
    enum sofa_status status = sofa_kvgen_open(&run->kvgen, t, c->data.key_bits, c->data.value_bits, e);
    run->kvgen.k_shift = run->j->k_shift;
    run->kvgen.v_shift = run->j->v_shift;
    run->k = run->kvgen.k;
    run->v = run->kvgen.v;
    if (status == SOFA_OK && run->j->keep && run->j->valid)
        sofa_kvgen_keep(&run->kvgen, run->j->valid);
    sofa_pack_shape(&run->pack, c, t->tokens.x.cols);
    return status == SOFA_OK ? sofa_zeros_open(&run->zeros, c, &t->tokens, e) : status;
}

static enum sofa_status open_run(struct run **out, const struct sofa_config *c, const struct sofa_trace *t,
                                 const struct sofa_job *j, struct sofa_result *result, struct sofa_error *e)
{
    struct run *run = calloc(1, sizeof *run);
    *out = run;
    if (!run)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory");
    run->c = c;
    run->t = t;
    run->j = j;
    run->result = result;
    sofa_config_derive(c, &run->d);
    run->attend.config = c;
    run->attend.job = j;
    sofa_tables_init(&run->attend.tables);
    size_t d = c->head_dim, qb = c->query_block;
    run->khat = malloc(t->k.rows * d * sizeof *run->khat);
    run->power = malloc(qb * d * sizeof *run->power);
    run->o = calloc(qb * d, sizeof *run->o);
    run->recent = calloc(qb * d, sizeof *run->recent);
    if (!run->khat || !run->power || !run->o || !run->recent)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", t->k.rows);
    for (size_t r = 0; r < qb; r++) {
        run->row[r].o = run->o + r * d;
        run->row[r].recent = run->recent + r * d;
    }
    enum sofa_status status = open_keys(run, e);
    return status == SOFA_OK ? open_result(run, e) : status;
}

static void start_block(struct run *run, size_t row0, unsigned rows)
{
    size_t d = run->c->head_dim;
    for (unsigned r = 0; r < rows; r++) {
        const int16_t *q = run->t->q.value + (row0 + r) * d;
        unsigned e_row = sofa_row_exponent(q, d);
        sofa_encode_query(run->power + r * d, q, d, e_row, run->c->predict.code_powers);
        run->radius_row[r] = sofa_radius_row(run->j->radius, e_row, run->c->predict.score_bits);
        run->carried[r] = INT32_MIN;
        run->mass[r] = (struct sofa_mass){0};
        run->octave_shift[r] = sofa_octave_shift(run->j->octave_shift, e_row);
        if (run->t->first[row0 + r] >= run->t->visible[row0 + r])
            run->result->counters.empty_rows++;
    }
}

/* Visible part of a tile for a row, relative to the tile's base. */
static void visible_part(const struct run *run, size_t row, uint32_t base, unsigned *low, unsigned *high)
{
    uint32_t first = run->t->first[row], end = run->t->visible[row], tile_end = base + run->j->tile;
    *low = first > base ? (first < tile_end ? first - base : run->j->tile) : 0;
    *high = end > base ? (end < tile_end ? end - base : run->j->tile) : 0;
}

static void need_keys(struct run *run, struct sofa_tile *tile, size_t row0, unsigned r, const uint16_t *key, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        sofa_tile_need(tile, key[i], r);
        run->result->selected[(row0 + r) * run->result->keys + tile->base + key[i]] = 1;
    }
    run->result->counters.pairs += count;
}

static void select_by_rank(struct run *run, struct sofa_tile *tile, size_t row0, unsigned r, const int32_t *score, unsigned low,
                           unsigned high)
{
    struct sofa_selection s;
    sofa_select_keys(&s, score, low, high, run->j->kept, run->radius_row[r], run->j->carry, &run->carried[r]);
    need_keys(run, tile, row0, r, s.key, s.count);
    run->result->counters.clipped += s.clipped;
}

static void select_by_mass(struct run *run, struct sofa_tile *tile, size_t row0, unsigned r, const int32_t *score, unsigned low,
                           unsigned high)
{
    uint16_t key[SOFA_TILE_KEYS_MAX + 1]; /* one more: written before it is known whether it counts */
    unsigned count = sofa_mass_select(&run->mass[r], key, score, low, high, run->j->mass);
    need_keys(run, tile, row0, r, key, count);
}

static void predict_row(struct run *run, struct sofa_tile *tile, size_t row0, unsigned r)
{
    size_t d = run->c->head_dim;
    unsigned low, high;
    visible_part(run, row0 + r, tile->base, &low, &high);
    if (low >= high)
        return;
    sofa_tile_see(tile, r, low, high, run->c->predict.keys);
    int32_t score[SOFA_TILE_KEYS_MAX];
    int by_mass = run->j->policy == SOFA_POLICY_MASS;
    run->result->saturated.predicted += sofa_predict_row(
        score + low, run->power + r * d, run->khat + (tile->base + low) * d, d, high - low,
        by_mass ? run->octave_shift[r] : (int)run->j->score_shift,
        by_mass ? SOFA_OCTAVE_BITS : run->c->predict.score_bits);
    if (by_mass)
        select_by_mass(run, tile, row0, r, score, low, high);
    else
        select_by_rank(run, tile, row0, r, score, low, high);
}

static void attend_row(struct run *run, size_t row0, unsigned r, size_t key)
{
    const struct sofa_trace *t = run->t;
    size_t d = run->c->head_dim;
    run->result->counters.raises += (unsigned)sofa_attend_pair(&run->attend, &run->row[r], t->q.value + (row0 + r) * d,
                                                               run->k + key * d, run->v + key * d);
}

/* The chip holds the weights of a short token; those of a long one pass by once for every batch of keys. */
static void generate_tile(struct run *run, struct sofa_tile *tile, const uint16_t *order, unsigned count)
{
    struct sofa_counters *n = &run->result->counters;
    unsigned batch = run->c->memory.prefetch;
    for (unsigned first = 0; first < count; first += batch) {
        unsigned made = 0, end = first + batch < count ? first + batch : count;
        for (unsigned i = first; i < end; i++)
            if (sofa_kvgen_need(&run->kvgen, tile->base + order[i])) {
                sofa_set_bit(tile->made, order[i]);
                made++;
            }
        n->generated += made;
        n->weight_loads += made > 0 && run->pack.slices > 1;
    }
}

static void attend_tile(struct run *run, struct sofa_tile *tile, size_t row0)
{
    uint16_t order[SOFA_TILE_KEYS_MAX];
    unsigned count = sofa_tile_order(tile, run->j->tile, order);
    run->result->counters.keys += count;
    if (run->c->mode == SOFA_MODE_TOKENS)
        generate_tile(run, tile, order, count);
    for (unsigned i = 0; i < count; i++) {
        const uint64_t *need = tile->need + order[i] * SOFA_ROW_WORDS;
        for (unsigned w = 0; w < SOFA_ROW_WORDS; w++)
            for (uint64_t rest = need[w]; rest != 0; rest &= rest - 1)
                attend_row(run, row0, 64 * w + (unsigned)__builtin_ctzll(rest), tile->base + order[i]);
    }
}

static enum sofa_status keep_tile(struct run *run, struct sofa_tile *tile, struct sofa_error *e)
{
    struct sofa_result *r = run->result;
    if (r->tiles == run->tiles_room) {
        size_t room = run->tiles_room ? 2 * run->tiles_room : 64;
        struct sofa_tile *more = realloc(r->tile, room * sizeof *more);
        if (!more)
            return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu tiles", room);
        r->tile = more;
        run->tiles_room = room;
    }
    r->tile[r->tiles++] = *tile;
    *tile = (struct sofa_tile){0};
    return SOFA_OK;
}

static unsigned count_keys(const uint64_t *mask)
{
    unsigned count = 0;
    for (unsigned w = 0; w < SOFA_KEY_WORDS; w++)
        count += (unsigned)__builtin_popcountll(mask[w]);
    return count;
}

/* Rows with a visible key, of so many keys each. */
static unsigned count_rows(const struct sofa_tile *tile, unsigned tile_keys, unsigned keys)
{
    unsigned count = 0;
    uint32_t row = UINT32_MAX;
    for (unsigned key = 0; key < tile_keys; key++)
        if (sofa_bit(tile->visible, key) && (tile->base + key) / keys != row) {
            row = (tile->base + key) / keys;
            count++;
        }
    return count;
}

static enum sofa_status predict_tile_keys(struct run *run, struct sofa_tile *tile, struct sofa_error *e)
{
    if (run->keep_tiles) {
        tile->khat_beats = calloc((size_t)run->d.key_groups * run->zeros.words, sizeof *tile->khat_beats);
        if (!tile->khat_beats)
            return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %u words of a token", run->zeros.words);
    }
    sofa_zeros_count(&run->zeros, &run->result->counters, tile, run->j->tile);
    return SOFA_OK;
}

static enum sofa_status run_tile(struct run *run, size_t row0, unsigned rows, uint32_t base, struct sofa_error *e)
{
    struct sofa_tile tile;
    enum sofa_status status = sofa_tile_init(&tile, run->c, e);
    if (status != SOFA_OK)
        return status;
    tile.block = (uint32_t)(row0 / run->c->query_block);
    tile.base = base;
    tile.rows = (uint16_t)rows;
    for (unsigned r = 0; r < rows; r++)
        predict_row(run, &tile, row0, r);
    unsigned seen = count_keys(tile.visible);
    if (seen > 0) {
        run->result->counters.tiles++;
        run->result->counters.key_rows += seen;
        run->result->counters.khat_rows += count_rows(&tile, run->j->tile, run->d.khat_keys);
        if (run->c->mode == SOFA_MODE_TOKENS)
            status = predict_tile_keys(run, &tile, e);
        if (status == SOFA_OK)
            attend_tile(run, &tile, row0);
        if (status == SOFA_OK && run->keep_tiles)
            status = keep_tile(run, &tile, e);
    }
    sofa_tile_free(&tile);
    return status;
}

static struct sofa_block describe_block(const struct run *run, size_t row0, unsigned rows)
{
    struct sofa_block block = {.rows = rows, .low = UINT32_MAX, .all_high = UINT32_MAX};
    for (size_t r = row0; r < row0 + rows; r++) {
        uint32_t first = run->t->first[r], end = run->t->visible[r];
        block.all_low = first > block.all_low ? first : block.all_low;
        block.all_high = end < block.all_high ? end : block.all_high;
        if (first >= end)
            continue;
        block.low = first < block.low ? first : block.low;
        block.high = end > block.high ? end : block.high;
    }
    return block;
}

static enum sofa_status run_tiles(struct run *run, size_t row0, unsigned rows, uint32_t low, uint32_t high, struct sofa_error *e)
{
    const struct sofa_job *j = run->j;
    struct sofa_tile_range range = sofa_tiles_of_block(j, low, high, row0 + rows - 1);
    enum sofa_status status = SOFA_OK;
    for (uint32_t n = 0; n < sofa_tile_count(&range) && status == SOFA_OK; n++)
        status = run_tile(run, row0, rows, sofa_tile_number(&range, j->order, n) * j->tile, e);
    return status;
}

static enum sofa_status run_block(struct run *run, size_t row0, unsigned rows, struct sofa_error *e)
{
    struct sofa_block block = describe_block(run, row0, rows);
    start_block(run, row0, rows);
    if (block.low < block.high) {
        enum sofa_status status = run_tiles(run, row0, rows, block.low, block.high, e);
        if (status != SOFA_OK)
            return status;
    }
    for (unsigned r = 0; r < rows; r++)
        run->result->saturated.scores += run->row[r].saturated;
    for (unsigned r = 0; r < rows; r++)
        sofa_attend_finish(&run->attend, &run->row[r], run->result->o + (row0 + r) * run->c->head_dim);
    run->result->block[run->result->counters.blocks++] = block;
    return SOFA_OK;
}

/* Records {first, visible} stand in whole port beats, or a record takes several beats. */
static uint64_t range_beats(const struct run *run)
{
    uint64_t beats = 0;
    unsigned per = run->d.range_records, qb = run->c->query_block;
    if (!run->j->has_ranges)
        return 0;
    for (size_t row0 = 0; row0 < run->result->rows; row0 += qb) {
        size_t end = row0 + qb < run->result->rows ? row0 + qb : run->result->rows;
        beats += per > 1 ? (end - 1) / per - row0 / per + 1 : (end - row0) * run->d.range_beats;
    }
    return beats;
}

static uint64_t whole_beats(const struct run *run, uint64_t bits)
{
    unsigned port = run->c->memory.port_bits;
    return (bits + port - 1) / port * run->d.port_bytes;
}

/* Tokens once per tile and block, and once more for each generated key where they pass by in slices. A generated row is
 * written, and read by every later block that needs it. */
static void count_token_bytes(const struct run *run)
{
    struct sofa_counters *n = &run->result->counters;
    const struct sofa_config *c = run->c;
    const struct sofa_pack *p = &run->pack;
    uint64_t port = run->d.port_bytes, d = c->head_dim;
    n->fetched = n->keys - n->generated;
    n->code_loads = p->slices > 1 ? n->tiles : n->tiles > 0;
    if (p->slices == 1)
        n->weight_loads = n->tiles > 0;
    n->token_rereads = p->slices > 1 ? n->generated : 0;
    n->bytes_token = (n->key_rows + n->token_rereads) * whole_beats(run, (uint64_t)run->t->tokens.x.cols * c->data.token_bits);
    n->bytes_weight = (n->code_loads * p->code_beats + n->weight_loads * p->weight_beats) * port;
    n->bytes_weight += (n->weight_loads > 0) * p->bias_beats * port;
    n->bytes_rotary = (n->generated * run->d.rotary_beats + n->key_groups * run->d.turn_beats) * port;
    n->bytes_cache_read = n->fetched * (run->d.key_beats + run->d.value_beats) * port;
    n->bytes_cache_write = n->generated * (d * c->data.key_bits / 8 + d * c->data.value_bits / 8);
}

static void count_bytes(const struct run *run)
{
    struct sofa_counters *n = &run->result->counters;
    uint64_t rows = run->result->rows, port = run->d.port_bytes;
    n->bytes_query = rows * run->d.query_beats * port;
    if (run->c->mode == SOFA_MODE_TOKENS) {
        count_token_bytes(run);
    } else {
        n->bytes_khat = n->khat_rows * run->d.khat_beats * port;
        n->bytes_key = n->keys * run->d.key_beats * port;
        n->bytes_value = n->keys * run->d.value_beats * port;
    }
    n->bytes_range = range_beats(run) * port;
    n->bytes_output = rows * run->c->head_dim * run->c->data.output_bits / 8;
}

/* What outlives the run. */
static void hand_over(struct run *run)
{
    struct sofa_result *r = run->result;
    r->words = run->zeros.words;
    r->columns = run->zeros.mask;
    r->valid = run->kvgen.valid;
    r->k = run->kvgen.k;
    r->v = run->kvgen.v;
    run->zeros.mask = NULL;
    run->kvgen.valid = NULL;
    run->kvgen.k = run->kvgen.v = NULL;
}

enum sofa_status sofa_model_run(struct sofa_result *result, const struct sofa_config *c, const struct sofa_trace *t,
                                const struct sofa_job *j, int keep_tiles, struct sofa_error *e)
{
    struct run *run = NULL;
    *result = (struct sofa_result){0};
    enum sofa_status status = open_run(&run, c, t, j, result, e);
    if (status == SOFA_OK) {
        run->keep_tiles = keep_tiles;
        size_t rows = t->q.rows, qb = c->query_block;
        for (size_t row0 = 0; row0 < rows && status == SOFA_OK; row0 += qb)
            status = run_block(run, row0, (unsigned)(row0 + qb < rows ? qb : rows - row0), e);
        count_bytes(run);
        hand_over(run);
    }
    if (run)
        close_run(run);
    if (status != SOFA_OK)
        sofa_result_free(result);
    return status;
}
