/* SPDX-License-Identifier: Apache-2.0 */
#include "random_case.h"

#include "../cmodel/host/pack.h"

#include <math.h>
#include <stdio.h>

#define ARRAY_LIMIT 256u /* multipliers or shift elements: what compiles in seconds */
#define ROWS_LIMIT 160u
#define KEYS_LIMIT 200u
#define SMALL_ROWS 8u
#define SMALL_KEYS 24u
#define CYCLES_LIMIT 60000u

static void give(struct tb_case *c, const char *key, unsigned value)
{
    if (c->overrides < TB_CASE_KEYS)
        snprintf(c->override[c->overrides++], sizeof c->override[0], "%s=%u", key, value);
}

static void give_word(struct tb_case *c, const char *key, const char *word)
{
    if (c->overrides < TB_CASE_KEYS)
        snprintf(c->override[c->overrides++], sizeof c->override[0], "%s=%s", key, word);
}

static enum sofa_status load(struct sofa_config *config, const struct tb_case *c, struct sofa_error *e)
{
    const char *list[TB_CASE_KEYS];
    for (unsigned i = 0; i < c->overrides; i++)
        list[i] = c->override[i];
    return sofa_config_load(config, NULL, list, c->overrides, e);
}

/* low .. high, every octave alike. */
static unsigned spread(struct tb_random *r, unsigned low, unsigned high)
{
    double octaves = log2((double)high + 1) - log2((double)low);
    double x = (double)low * exp2(octaves * (double)tb_random_below(r, 1u << 20) / (double)(1u << 20));
    unsigned n = (unsigned)x;
    return n < low ? low : n > high ? high : n;
}

static int rarely(struct tb_random *r)
{
    return tb_random_below(r, 12) == 0;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

struct sizes {
    unsigned qb, d, tile;
    int tiny;
    unsigned width, dims, port; /* 0, or those of a machine with one lane of its own kind */
    int far;                    /* its rows are whole: target fpga */
};

/* One lane, rows of several words, words of whole chunks and slices: what sofa_config_derive() calls word_memories. */
static void choose_narrow(struct sizes *s, struct tb_random *r)
{
    s->width = 1u << tb_random_below(r, 3);
    s->dims = 1u << tb_random_below(r, 3);
    s->port = (s->width > s->dims ? s->width : s->dims) * 16 << tb_random_below(r, 2);
    s->d = s->port / 4 + 4 * tb_random_between(r, 1, 5);
}

/* One lane of whole rows, which are whole beats: what sofa_config_derive() calls registered_links. Slices are 1, 2 or 4 beats of 8-bit keys. */
static void choose_far(struct sizes *s, struct tb_random *r)
{
    unsigned beats = tb_random_between(r, 4, 9), slice = 1u << tb_random_below(r, 3);
    s->port = 16u << tb_random_below(r, 3);
    s->d = s->width = s->port / 8 * beats;
    s->dims = s->port / 8 * (beats % slice == 0 ? slice : 1);
    s->far = 1;
}

/* One lane of whole rows again, on FPGAs, but rows of one to three beats; sometimes the least or the largest row. */
static void choose_whole(struct sizes *s, struct tb_random *r)
{
    unsigned beats = tb_random_between(r, 1, 3), end = tb_random_below(r, 8);
    s->d = s->width = end == 0 ? 8 : end == 1 ? 256 : tb_random_between(r, 8, 72);
    s->dims = spread(r, 1, least(s->d, 64));
    for (s->port = 8; s->port < 1024 && s->d * 16 > s->port * beats; s->port *= 2)
        ;
    s->far = 1;
}

/* Tiny ones compile fast, and every size is near the others and near one: that is where corners meet. */
static void choose_sizes(struct sizes *s, struct tb_random *r)
{
    *s = (struct sizes){.tiny = (int)tb_random_below(r, 2)};
    if (s->tiny) {
        s->qb = spread(r, 1, 8);
        s->d = tb_random_between(r, 8, 20);
        s->tile = tb_random_between(r, 4, 16);
    } else {
        s->qb = rarely(r) ? spread(r, 1, 256) : tb_random_between(r, 2, 32);
        s->d = rarely(r) ? spread(r, 8, 256) : tb_random_between(r, 8, 72);
        s->tile = spread(r, rarely(r) ? 4 : 8, rarely(r) ? 512 : 64);
    }
    unsigned kind = tb_random_below(r, 8);
    if (kind < 2)
        choose_narrow(s, r);
    if (kind == 2)
        choose_far(s, r);
    if (kind == 3)
        choose_whole(s, r);
}

/* Returns predict.dims. */
static unsigned choose_engines(struct tb_case *c, struct tb_random *r, const struct sizes *s)
{
    unsigned kp = spread(r, 1, least(s->tile, 64)), lanes = tb_random_between(r, 1, least(s->qb, 12));
    if (rarely(r))
        lanes = spread(r, 1, least(s->qb, 128));
    if (s->port)
        lanes = 1;
    if (s->tile > 128 && kp < 8)
        kp = 8;
    give(c, "predict.keys", kp);
    if (s->port && kp > ARRAY_LIMIT / s->dims)
        kp = ARRAY_LIMIT / s->dims;
    unsigned dims = s->port ? s->dims : spread(r, 1, least(s->d, ARRAY_LIMIT / kp));
    give(c, "predict.dims", dims);
    give(c, "predict.score_bits", tb_random_between(r, 8, 24));
    give(c, "target", tb_random_below(r, 2) || s->far);
    give(c, "attend.lanes", lanes);
    give(c, "attend.width", s->port ? s->width : spread(r, 1, least(s->d, ARRAY_LIMIT / lanes)));
    give(c, "attend.window", spread(r, 1, s->port ? 5 : tb_random_below(r, 4) ? 16 : 64));
    return dims;
}

static void choose_data(struct tb_case *c, struct tb_random *r)
{
    unsigned key_bits = tb_random_below(r, 3) ? 16 : 8;
    give(c, "data.query_bits", tb_random_below(r, 3) ? 16 : 8);
    give(c, "data.key_bits", key_bits);
    give(c, "data.value_bits", tb_random_below(r, 3) ? 16 : 8);
    give(c, "predict.operand_bits", tb_random_below(r, 2) ? least(8, key_bits) : tb_random_between(r, 4, key_bits));
}

/* Selection by mass, where a beat may be a whole tile; cores whose tiles ascend. Drawn from other numbers than the rest. */
static void choose_selection(struct tb_case *c, struct tb_random *r, const struct sizes *s)
{
    unsigned policy = tb_random_below(r, 4);
    give(c, "select.orders", tb_random_below(r, 4) > 0);
    if (policy == SOFA_POLICY_RANK || policy > SOFA_POLICY_BOTH || s->port || s->tile > 64)
        policy = SOFA_POLICY_RANK;
    give(c, "select.policy", policy);
    if (policy == SOFA_POLICY_RANK)
        return;
    give(c, "predict.keys", s->tile);
}

/* Narrow prediction, in half of all configurations. Drawn from other numbers than the rest. */
static void narrow_prediction(struct tb_case *c, struct tb_random *r)
{
    if (tb_random_next(r) >> 63)
        return;
    give(c, "predict.operand_bits", tb_random_between(r, 3, 5));
    give(c, "predict.code_powers", tb_random_between(r, 3, SOFA_CODE_MAX));
}

/* Keys wait for the window in a queue, in a third of all configurations. Drawn from other numbers than the rest. */
static void queue_keys(struct tb_case *c, struct tb_random *r)
{
    if (tb_random_below(r, 3) == 0)
        give(c, "attend.queue", 2u << tb_random_below(r, rarely(r) ? 12 : 7));
}

/* Half of all configurations. Mostly short tokens: a key takes a cycle for every OUT x IN of 2 x d x H weights. Drawn from
 * other numbers than the rest. */
static void choose_tokens(struct tb_case *c, struct tb_random *r, const struct sizes *s, unsigned dims)
{
    unsigned hidden = rarely(r) ? spread(r, 200, 8192) : spread(r, 8, tb_random_below(r, 4) ? 64 : 200);
    unsigned outputs = spread(r, 1, least(s->d, hidden > 200 ? s->d : 32));
    give(c, "hidden_max", hidden);
    give(c, "kvgen.outputs", outputs);
    give(c, "kvgen.inputs", spread(r, 1, least(dims, ARRAY_LIMIT / outputs)));
    give(c, "kvgen.slice", tb_random_below(r, 2) ? hidden : spread(r, 1, hidden));
    give_word(c, "predict.weight_rounding", tb_random_below(r, 2) ? "nearest" : "floor");
    give_word(c, "mode", "tokens");
    give(c, "kvgen.rotary", s->d % 2 == 0 && tb_random_below(r, 2));
}

/* A burst has at most 256 beats, and the address must reach everything that a job may have. Returns how many bytes. */
static uint64_t choose_memory(struct tb_case *c, struct tb_random *r, const struct sizes *s)
{
    unsigned port = 8;
    do
        port = 8u << tb_random_below(r, rarely(r) ? 10 : 8);
    while (s->d * 16 > 256 * port);
    if (s->port)
        port = s->port;
    unsigned row = 2 * s->d + 8 * (port / 8), bytes = (3 * KEYS_LIMIT + 2 * ROWS_LIMIT + 64) * row;
    unsigned need = sofa_clog2(bytes) < 16 ? 16 : sofa_clog2(bytes);
    give(c, "memory.port_bits", port);
    give(c, "memory.read_channels", 1 + tb_random_below(r, 2));
    give(c, "memory.prefetch", spread(r, 2, rarely(r) ? 256 : s->tiny ? 6 : 32));
    give(c, "memory.address_bits", rarely(r) ? 64 : tb_random_below(r, 2) ? 32 : spread(r, need, 64));
    return bytes;
}

static unsigned choose_keys_max(struct tb_random *r, int tiny)
{
    if (tiny ? tb_random_below(r, 2) == 0 : rarely(r))
        return spread(r, 1, 40);
    return tb_random_below(r, 4) ? tb_random_between(r, 33, 1024) : 1u << 20;
}

/* What mode tokens has beyond Q, K, V and O. */
static uint64_t token_bytes(const struct sofa_config *k, unsigned keys)
{
    struct sofa_pack pack;
    unsigned port = k->memory.port_bits / 8;
    sofa_pack_shape(&pack, k, k->hidden_max);
    uint64_t bytes = keys * (k->hidden_max + 5ull * port) + pack.code_bytes + pack.weight_bytes;
    if (k->kvgen.rotary) /* the stride of packed ones is rounded up for each key of a tile of any size */
        bytes += keys * (2ull * k->head_dim + 4 * port) + sofa_pack_turns_shape(k, keys, 1).bytes;
    return bytes;
}

unsigned tb_address_bits(const struct sofa_config *k)
{
    unsigned keys = least(k->keys_max, KEYS_LIMIT), rows = least(3 * k->query_block + 1, ROWS_LIMIT);
    uint64_t bytes = (3ull * keys + 2 * rows + 64) * (2 * k->head_dim + k->memory.port_bits);
    bytes += k->mode == SOFA_MODE_TOKENS ? token_bytes(k, keys) : 0;
    return k->jobs.queue ? least(64, sofa_clog2(bytes) + 2) : sofa_clog2(bytes); /* two jobs and their ring */
}

/* Tokens and weights need room, too; the last memory.address_bits counts. */
static void widen_addresses(struct tb_case *c, uint64_t bytes)
{
    struct sofa_config k;
    if (load(&k, c, NULL) != SOFA_OK)
        return;
    bytes += token_bytes(&k, KEYS_LIMIT);
    if (sofa_clog2(bytes) > k.memory.address_bits)
        give(c, "memory.address_bits", sofa_clog2(bytes));
}

/* A third of all configurations takes jobs from a queue. Drawn from other numbers than the rest. */
static void queue_jobs(struct tb_case *c, struct tb_random *r)
{
    struct sofa_config k;
    if (tb_random_below(r, 3) != 0)
        return;
    give(c, "jobs.queue", 1);
    if (load(&k, c, NULL) == SOFA_OK && tb_address_bits(&k) > k.memory.address_bits)
        give(c, "memory.address_bits", tb_address_bits(&k));
}

enum sofa_status tb_random_config(struct tb_case *c, uint64_t seed, unsigned index, struct sofa_error *e)
{
    struct tb_random *r = &c->random;
    *c = (struct tb_case){.random = {seed * 0x100000001B3u + index}};
    tb_random_next(r);
    struct sizes s;
    choose_sizes(&s, r);
    give(c, "query_block", s.qb);
    give(c, "head_dim", s.d);
    give(c, "keys_max", choose_keys_max(r, s.tiny));
    give(c, "tile.keys", s.tile);
    give(c, "tile.kept_max", tb_random_between(r, 1, least(s.tile, rarely(r) ? 128 : 24)));
    choose_data(c, r);
    unsigned dims = choose_engines(c, r, &s);
    uint64_t bytes = choose_memory(c, r, &s);
    struct tb_random tokens = {seed * 0x9E3779B97F4A7C15u + index}, narrow = {seed * 0xD6E8FEB86659FD93u + index};
    narrow_prediction(c, &narrow);
    choose_selection(c, &narrow, &s);
    if (tb_random_next(&narrow) >> 63)
        give_word(c, "predict.source", "rows");
    queue_keys(c, &narrow);
    if (tb_random_next(&tokens) >> 63) {
        choose_tokens(c, &tokens, &s, dims);
        widen_addresses(c, bytes);
    }
    queue_jobs(c, &narrow);
    return load(&c->config, c, e);
}

/* Few keys and rows where each takes long: jobs shall simulate in seconds. */
static void limit_tokens(struct tb_case_job *job, const struct sofa_config *k)
{
    struct sofa_derived d;
    sofa_config_derive(k, &d);
    unsigned words = d.hidden_words, generate = 2 * words * d.project_blocks * d.project_steps;
    unsigned predict = words * k->head_dim * d.key_groups / job->options.tile + 1; /* of a key, in every block */
    job->keys = least((unsigned)job->keys, CYCLES_LIMIT / (generate + predict) + 1);
    unsigned blocks = CYCLES_LIMIT / (predict * (unsigned)job->keys) + 1;
    job->rows = least((unsigned)job->rows, least(blocks, ROWS_LIMIT) * k->query_block);
}

/* Fewer keys where a row's key takes many cycles: small engines, long heads. */
static void limit_keys(struct tb_case_job *job, const struct sofa_config *k)
{
    struct sofa_derived d;
    sofa_config_derive(k, &d);
    uint64_t each = d.slices * (uint64_t)d.key_groups / k->tile.keys + d.beats / k->attend.lanes + 1;
    job->keys = least((unsigned)job->keys, (unsigned)(CYCLES_LIMIT / (job->rows * each)) + 2);
}

void tb_random_job(struct tb_case_job *job, struct tb_case *c)
{
    static const double radius[4] = {0, 0.5, 2, 8};
    struct tb_random *r = &c->random;
    const struct sofa_config *k = &c->config;
    unsigned tile = tb_random_below(r, 2) ? k->tile.keys : tb_random_between(r, 1, k->tile.keys);
    *job = (struct tb_case_job){0};
    job->keys = spread(r, 1, least(k->keys_max, c->small ? SMALL_KEYS : KEYS_LIMIT));
    job->rows = tb_random_between(r, 1, least(3 * k->query_block + 1, c->small ? SMALL_ROWS : ROWS_LIMIT));
    job->content = tb_random_below(r, 2) ? TB_RANDOM_VALUES : (enum tb_content)tb_random_below(r, TB_CONTENTS);
    job->view = (enum tb_view)tb_random_below(r, TB_BLIND);
    if (rarely(r))
        job->view = TB_BLIND;
    job->options.tile = tile;
    job->options.kept = tb_random_below(r, 2) ? 0 : tb_random_between(r, 1, least(k->tile.kept_max, tile));
    job->options.radius = tb_random_below(r, 2) ? -1 : radius[tb_random_below(r, 4)];
    job->options.carry = (int)tb_random_below(r, 2);
    if (k->mode == SOFA_MODE_TOKENS)
        limit_tokens(job, k);
    limit_keys(job, k);
    struct tb_random order = {r->state};
    if (k->select.policy == SOFA_POLICY_MASS || (k->select.policy == SOFA_POLICY_BOTH && tb_random_below(&order, 3))) {
        job->options = (struct sofa_options){.tile = job->options.tile, .radius = -1};
        job->options.mass = exp2(-(double)tb_random_below(&order, 100) / 8 - 0.1);
    }
    job->options.order_given = k->select.orders && tb_random_below(&order, 2);
    job->options.order = (enum sofa_order)tb_random_below(&order, SOFA_ORDERS);
    job->options.own_offset = tb_random_below(&order, (unsigned)job->keys);
}
