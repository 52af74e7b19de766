/* SPDX-License-Identifier: Apache-2.0 */
#include "played.h"

#include "tests.h"

#include "../cmodel/bits/schedule.h"
#include "../cmodel/cycles/cycles.h"
#include "../cmodel/host/image.h"
#include "../cmodel/host/pack.h"

#include <stdlib.h>
#include <string.h>

#define SETTINGS 8

static const char *const settings[PLAYED_KINDS][SETTINGS] = {
    {"query_block=16"},
    {"mode=tokens", "head_dim=9", "hidden_max=200", "kvgen.slice=8", "predict.keys=8", "predict.dims=4", "memory.port_bits=64"},
    {"mode=tokens", "kvgen.rotary=1", "head_dim=22", "hidden_max=40", "predict.keys=8", "predict.dims=5", "memory.port_bits=32"},
};

void put_output(struct played *p, size_t row, size_t dim, int16_t value)
{
    struct tb_region *o = &p->layout.region[TB_O];
    o->bytes[row * o->stride + 2 * dim] = (uint8_t)value;
    o->bytes[row * o->stride + 2 * dim + 1] = (uint8_t)((uint16_t)value >> 8);
}

static void count(struct played *p, const char *name, uint64_t value)
{
    struct sofa_count *c = &p->outcome.counts.item[p->outcome.counts.count++];
    strncpy(c->name, name, sizeof c->name - 1);
    c->value = value;
}

static void play_counters(struct played *p)
{
    const struct sofa_counters *n = &p->result.counters;
    uint64_t port = p->config.memory.port_bits / 8;
    struct tb_memory *m = p->memory;
    int tokens = p->config.mode == SOFA_MODE_TOKENS;
    m->beats[TB_Q] = n->bytes_query / port;
    m->beats[TB_K] = tokens ? n->bytes_cache_read / port / 2 : n->bytes_key / port;
    m->beats[TB_V] = tokens ? n->bytes_cache_read / port / 2 : n->bytes_value / port;
    m->beats[TB_KHAT] = n->bytes_khat / port;
    m->beats[TB_RANGE] = n->bytes_range / port;
    m->written[TB_O] = n->bytes_output;
    count(p, "TILES", n->tiles);
    count(p, "KEY_ROWS", n->key_rows);
    count(p, "NEED_KEYS", n->keys);
    count(p, "PAIRS", n->pairs);
    count(p, "CLIPPED", n->clipped);
    count(p, "RAISES", n->raises);
    count(p, "EMPTY_ROWS", n->empty_rows);
    count(p, "BLOCKS", n->blocks);
    count(p, "QUERY_BEATS", m->beats[TB_Q]);
    count(p, "KEY_BEATS", m->beats[TB_K]);
    count(p, "VALUE_BEATS", m->beats[TB_V]);
    if (!tokens)
        count(p, "KHAT_BEATS", m->beats[TB_KHAT]);
    count(p, "RANGE_BEATS", m->beats[TB_RANGE]);
    count(p, "OUTPUT_BYTES", n->bytes_output);
}

static void play_token_counters(struct played *p)
{
    const struct sofa_counters *n = &p->result.counters;
    uint64_t port = p->config.memory.port_bits / 8;
    p->memory->written[TB_K] = n->bytes_cache_write / 2;
    p->memory->written[TB_V] = n->bytes_cache_write / 2;
    count(p, "GENERATED", n->generated);
    count(p, "FETCHED", n->fetched);
    count(p, "KHAT_BUSY", n->khat_beats);
    count(p, "TOKEN_BEATS", n->bytes_token / port);
    count(p, "WEIGHT_BEATS", n->bytes_weight / port);
    count(p, "CACHE_BYTES", n->bytes_cache_write);
    count(p, "ROTARY_BEATS", n->bytes_rotary / port);
}

static void play_cache_row(struct played *p, enum tb_kind kind, int16_t *values, size_t key)
{
    struct tb_region *r = &p->layout.region[kind];
    const struct sofa_tensor row = {.rows = 1, .cols = p->result.dims, .value = values + key * p->result.dims, .step = 1};
    sofa_image_tensor(r->bytes + key * r->stride, r->stride, &row, 16, 0, 1);
    r->writes[key]++;
}

static void play_beats(struct played *p, enum tb_kind kind, uint64_t first, uint64_t beats, uint64_t times)
{
    for (uint64_t i = first; i < first + beats; i++)
        p->layout.region[kind].reads[i] += (uint32_t)times;
    p->memory->beats[kind] += beats * times;
}

/* The cosines and sines of predicted keys. */
static void play_turns(struct played *p, const struct sofa_tile *tile)
{
    struct sofa_derived d;
    sofa_config_derive(&p->config, &d);
    uint64_t stride = sofa_pack_turns_shape(&p->config, p->result.keys, p->job.tile).stride / d.port_bytes;
    for (unsigned low = 0; low < p->job.tile; low += p->config.predict.keys) {
        int seen = 0;
        for (unsigned k = low; k < low + p->config.predict.keys && k < p->job.tile; k++)
            seen |= sofa_bit(tile->visible, k);
        if (seen)
            play_beats(p, TB_TURN, tile->base * stride + low / p->config.predict.keys * d.turn_beats, d.turn_beats, 1);
    }
}

static void play_token_tile(struct played *p, const struct sofa_tile *tile, int streamed)
{
    const struct tb_region *x = &p->layout.region[TB_X], *rotary = &p->layout.region[TB_ROTARY];
    for (unsigned k = 0; k < p->job.tile; k++) {
        int made = sofa_bit(tile->made, k);
        if (sofa_bit(tile->visible, k))
            play_beats(p, TB_X, (tile->base + k) * (x->stride / p->layout.port_bytes), x->beats, made && streamed ? 2 : 1);
        if (!made)
            continue;
        play_cache_row(p, TB_K, p->result.k, tile->base + k);
        play_cache_row(p, TB_V, p->result.v, tile->base + k);
        if (p->config.kvgen.rotary) {
            rotary->reads[tile->base + k]++;
            p->memory->beats[TB_ROTARY] += rotary->beats;
        }
    }
    if (p->config.kvgen.rotary)
        play_turns(p, tile);
}

/* Tokens, codes, weights; and generated rows written. */
static void play_tokens(struct played *p)
{
    const struct sofa_counters *n = &p->result.counters;
    struct sofa_pack pack;
    sofa_pack_shape(&pack, &p->config, p->job.hidden);
    for (size_t i = 0; i < p->result.tiles; i++)
        play_token_tile(p, &p->result.tile[i], pack.slices > 1);
    play_beats(p, TB_CODE, 0, pack.code_beats, n->code_loads);
    play_beats(p, TB_WEIGHT, 0, pack.bias_beats, n->weight_loads > 0);
    play_beats(p, TB_WEIGHT, pack.bias_beats, pack.weight_beats, n->weight_loads);
    play_token_counters(p);
}

static void play_plane(struct played *p, const struct sofa_tile *tile)
{
    struct sofa_derived d;
    uint32_t *reads = p->layout.region[TB_KHAT].reads;
    size_t last = SIZE_MAX;
    sofa_config_derive(&p->config, &d);
    for (unsigned k = 0; k < p->job.tile; k++)
        if (sofa_bit(tile->visible, k) && (tile->base + k) / d.khat_keys != last) {
            last = (tile->base + k) / d.khat_keys;
            reads[last]++;
        }
}

static void play_rows(struct played *p)
{
    struct tb_memory *m = p->memory;
    int tokens = p->config.mode == SOFA_MODE_TOKENS;
    m->value_room = p->result.counters.keys + 1; /* one more than are read */
    m->value_log = calloc(m->value_room, sizeof *m->value_log);
    ck_assert_ptr_nonnull(m->value_log);
    for (size_t i = 0; i < p->result.tiles; i++) {
        const struct sofa_tile *tile = &p->result.tile[i];
        uint16_t order[SOFA_TILE_KEYS_MAX];
        unsigned needed = sofa_tile_order(tile, p->job.tile, order);
        for (unsigned k = 0; k < needed; k++) {
            if (sofa_bit(tile->made, order[k]))
                continue;
            p->layout.region[TB_V].reads[tile->base + order[k]]++;
            p->layout.region[TB_K].reads[tile->base + order[k]]++;
            m->value_log[m->value_logged++] = (struct tb_value_read){tile->base + order[k], &p->layout.region[TB_V]};
        }
        if (!tokens)
            play_plane(p, tile);
    }
}

/* Scattered, and no row as long as its stride. */
static void place(struct played *p, struct tb_random *random)
{
    struct sofa_error e = {""};
    for (;;) {
        const struct tb_region *r = p->layout.region;
        int tokens = p->config.mode == SOFA_MODE_TOKENS;
        ck_assert_int_eq(tb_layout_make(&p->layout, &p->config, &p->trace, &p->job, 1, random, &e), SOFA_OK);
        if (r[TB_O].stride > r[TB_O].row_bytes &&
            (!tokens || (r[TB_K].stride > r[TB_K].row_bytes && r[TB_V].stride > r[TB_V].row_bytes)))
            return;
        tb_layout_free(&p->layout);
    }
}

void play_cycles(struct played *p)
{
    struct sofa_cycles cycles;
    struct sofa_error e = {""};
    ck_assert_int_eq(sofa_cycles_predict(&cycles, &p->config, &p->job, &p->result, &e), SOFA_OK);
    p->outcome.cycles = cycles.total;
    p->memory->options.random = 0;
}

void play(struct played *p, enum played_kind kind)
{
    struct tb_random random = {test_seed()};
    struct sofa_options options = {.radius = -1, .kept = kind == PLAYED_KV ? 0 : 1}; /* tokens: some keys are not needed */
    struct sofa_error e = {""};
    unsigned set = 0;
    while (set < SETTINGS && settings[kind][set])
        set++;
    *p = (struct played){.outcome = {.finished = 1, .idle_after = 1}};
    ck_assert_int_eq(sofa_config_load(&p->config, NULL, settings[kind], set, &e), SOFA_OK);
    ck_assert_int_eq(tb_synthetic(&p->trace, &p->config, 40, 50, TB_RANDOM_VALUES, TB_CAUSAL, &random, &e), SOFA_OK);
    ck_assert_int_eq(sofa_job_make(&p->job, &p->config, &p->trace, &options, &e), SOFA_OK);
    ck_assert_int_eq(sofa_model_run(&p->result, &p->config, &p->trace, &p->job, 1, &e), SOFA_OK);
    place(p, &random);
    p->memory = malloc(sizeof *p->memory);
    ck_assert_ptr_nonnull(p->memory);
    tb_memory_init(p->memory, &p->config);
    tb_memory_attach(p->memory, &p->layout, &(struct tb_memory_options){.random = 1});
    play_counters(p);
    play_rows(p);
    if (p->config.mode == SOFA_MODE_TOKENS)
        play_tokens(p);
    for (size_t row = 0; row < p->result.rows; row++) {
        p->layout.region[TB_Q].reads[row] = 1;
        for (size_t i = 0; i < p->result.dims; i++)
            put_output(p, row, i, p->result.o[row * p->result.dims + i]);
    }
}

void expect_difference(struct played *p, const char *text)
{
    struct tb_comparison cmp;
    struct sofa_error e = {""};
    ck_assert_int_eq(tb_compare(&cmp, &p->config, &p->job, &p->result, p->memory, &p->outcome, &e), SOFA_OK);
    ck_assert_msg((cmp.mismatches == 0) == (text == NULL), "%s, not '%s'", cmp.mismatches ? cmp.first : "no difference",
                  text ? text : "nothing");
    ck_assert_msg(!text || strstr(cmp.first, text) != NULL, "'%s' lacks '%s'", cmp.first, text ? text : "");
    tb_memory_free(p->memory);
    free(p->memory);
    tb_layout_free(&p->layout);
    sofa_result_free(&p->result);
    sofa_trace_free(&p->trace);
}
