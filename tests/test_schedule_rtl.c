/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL that notes and lists needed keys alone, cycle by cycle against plain models, in Icarus Verilog: the need matrix with two tiles
 * under way and the latencies of all policies, the walk through a mask, its lowest bit. */
#include "tests.h"

#include "../cmodel/config/config.h"
#include "rtl_cycles.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CYCLES 1200u

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct rtl_cycles r;
    uint64_t seed;
    unsigned pace; /* of ten: how often something happens */
};

static void set(struct bench *b, unsigned cycle, const char *port, uint64_t value, unsigned bits)
{
    rtl_set(&b->r, cycle, port, 0, value, bits);
}

/* ---- the need matrix ---- */

enum state { CLEAN, FILLED, ENDED }; /* FILLED: beats enter selection; ENDED: all have */

struct matrix {
    enum state state;
    uint8_t need[SOFA_QUERY_BLOCK_MAX][SOFA_TILE_KEYS_MAX];
    unsigned first, rows, done; /* of the tile: rows with a beat, of them entered */
    unsigned complete;          /* cycle */
    unsigned read;              /* its keys have been read; cycle after */
};

/* What selection says of a row in a cycle. */
struct result {
    int valid;
    unsigned parity, row;
    uint8_t need[SOFA_TILE_KEYS_MAX];
};

/* Groups of keys that stand in a word of the memories: read from them one after the other, into two buffers. */
#define GROUPS_MAX CYCLES
struct group {
    unsigned number, parity, start, done; /* done: cycle in which its last key was taken, or 0 */
};
struct reader {
    unsigned complete, parity; /* tiles that have not begun; of the next one */
    unsigned left[SOFA_TILE_KEYS_MAX], count, at; /* groups of the tile begun, and the next one */
    struct group group[GROUPS_MAX];
    unsigned started, finished, key; /* groups; the next key of the first group that is not finished */
};

struct need {
    struct matrix of[2];
    struct reader reader;
    unsigned some[2]; /* a key is needed; a cycle ago */
    struct result *result;
    unsigned latency, writer;
};

static void need_ports(struct bench *b)
{
    unsigned keys = b->c.tile.keys;
    b->r = (struct rtl_cycles){.module = "sofa_need", .clocked = 1};
    rtl_port(&b->r, "i_parity", 1);
    rtl_port(&b->r, "i_end", 1);
    if (b->d.by_rank && b->d.by_mass)
        rtl_port(&b->r, "i_by_mass", 1);
    rtl_port(&b->r, "i_valid", 1);
    rtl_port(&b->r, "i_row", b->d.row_bits);
    rtl_port(&b->r, "i_need", keys);
    rtl_port(&b->r, "i_clear", 2);
    rtl_port(&b->r, "o_complete", 1);
    rtl_port(&b->r, "i_mask_parity", 1);
    rtl_port(&b->r, "o_mask", keys);
    rtl_port(&b->r, "o_some", 1);
    rtl_port(&b->r, "i_parity_read", 1);
    rtl_port(&b->r, "i_key", b->d.index_bits);
    rtl_port(&b->r, "i_taken", 1);
    rtl_port(&b->r, "o_here", 1);
    rtl_port(&b->r, "o_rows", b->c.query_block);
    rtl_open(&b->r, CYCLES);
}

static void begin_tile(struct bench *b, struct matrix *m)
{
    unsigned rows = b->c.query_block;
    m->state = FILLED;
    m->done = 0;
    m->rows = test_between(&b->seed, 0, 4) ? test_between(&b->seed, 1, rows) : 0;
    m->first = test_between(&b->seed, 0, rows - m->rows);
}

/* A beat of the tile that is filled, the last one with its end; or an end alone. */
static void need_beat(struct bench *b, struct need *n, unsigned cycle)
{
    struct matrix *m = &n->of[n->writer];
    if (m->state == ENDED || !rtl_chance(&b->seed, b->pace) || cycle + n->latency >= CYCLES) {
        rtl_any(&b->r, cycle, "i_parity", &b->seed);
        return;
    }
    if (m->state == CLEAN)
        begin_tile(b, m);
    set(b, cycle, "i_parity", n->writer, 1);
    if (m->rows > 0) {
        struct result *r = &n->result[cycle + n->latency];
        unsigned density = test_between(&b->seed, 0, 6);
        *r = (struct result){.valid = 1, .parity = n->writer, .row = m->first + m->done++};
        for (unsigned k = 0; k < b->c.tile.keys; k++)
            r->need[k] = density > 0 && test_between(&b->seed, 0, density * density) == 0;
    }
    if (m->done == m->rows) {
        set(b, cycle, "i_end", 1, 1);
        m->state = ENDED;
        m->complete = cycle + n->latency + b->d.need_time;
        n->writer ^= 1;
    }
}

/* What selection says, and a parity that is opened, reach the matrix with the end of the cycle. */
static void need_change(struct bench *b, struct need *n, unsigned cycle)
{
    const struct result *r = &n->result[cycle];
    set(b, cycle, "i_valid", (uint64_t)r->valid, 1);
    if (r->valid) {
        set(b, cycle, "i_row", r->row, b->d.row_bits);
        for (unsigned k = 0; k < b->c.tile.keys; k++)
            rtl_set(&b->r, cycle, "i_need", k, r->need[k], 1);
        memcpy(n->of[r->parity].need[r->row], r->need, sizeof r->need);
    } else {
        rtl_any(&b->r, cycle, "i_row", &b->seed);
        rtl_any(&b->r, cycle, "i_need", &b->seed);
    }
    for (unsigned p = 0; p < 2; p++)
        if (n->of[p].state == ENDED && cycle > n->of[p].complete && cycle >= n->of[p].read && rtl_chance(&b->seed, b->d.need_word ? 5 : 1)) {
            rtl_set(&b->r, cycle, "i_clear", p, 1, 1);
            memset(&n->of[p], 0, sizeof n->of[p]);
        }
}

/* Some row of the parity needs the key. */
static unsigned needed(const struct bench *b, const struct matrix *m, unsigned key)
{
    unsigned any = 0;
    for (unsigned r = 0; r < b->c.query_block; r++)
        any |= m->need[r][key];
    return any;
}

static void read_key(struct bench *b, struct need *n, unsigned cycle, unsigned parity, unsigned key)
{
    set(b, cycle, "i_parity_read", parity, 1);
    set(b, cycle, "i_key", key, b->d.index_bits);
    for (unsigned r = 0; r < b->c.query_block; r++)
        rtl_set(&b->r, cycle + 1, "o_rows", r, n->of[parity].need[r][key], 1);
}

/* From registers, any key is read at any time. */
static void read_any(struct bench *b, struct need *n, unsigned cycle)
{
    rtl_any(&b->r, cycle, "i_taken", &b->seed);
    set(b, cycle, "o_here", 1, 1);
    read_key(b, n, cycle, test_between(&b->seed, 0, 1), test_between(&b->seed, 0, b->c.tile.keys - 1));
}

static unsigned next_needed(const struct bench *b, const struct matrix *m, unsigned key)
{
    while (key < b->c.tile.keys && !needed(b, m, key))
        key++;
    return key;
}

/* The next tile's groups that hold a needed key. */
static void begin_groups(struct bench *b, struct need *n, unsigned cycle)
{
    struct reader *r = &n->reader;
    struct matrix *m = &n->of[r->parity];
    r->count = r->at = 0;
    for (unsigned k = next_needed(b, m, 0); k < b->c.tile.keys; k = next_needed(b, m, k + 1))
        if (r->count == 0 || r->left[r->count - 1] != k / b->d.need_word)
            r->left[r->count++] = k / b->d.need_word;
    m->read = r->count > 0 ? UINT32_MAX : cycle + 1;
    r->complete--;
    r->parity ^= 1;
}

/* The first key of the first group that is here is taken, or not. */
static void take_in_turn(struct bench *b, struct need *n, unsigned cycle, int here)
{
    struct reader *r = &n->reader;
    struct group *g = &r->group[r->finished];
    unsigned word = b->d.need_word;
    if (!here || !rtl_chance(&b->seed, b->pace)) {
        rtl_any(&b->r, cycle, "i_parity_read", &b->seed);
        rtl_any(&b->r, cycle, "i_key", &b->seed);
        return;
    }
    struct matrix *m = &n->of[g->parity];
    unsigned key = next_needed(b, m, r->key > g->number * word ? r->key : g->number * word), after = next_needed(b, m, key + 1);
    set(b, cycle, "i_taken", 1, 1);
    read_key(b, n, cycle, g->parity, key);
    r->key = key + 1;
    if (after < b->c.tile.keys && after / word == g->number)
        return;
    g->done = cycle;
    r->finished++;
    if (after == b->c.tile.keys) {
        r->key = 0;
        m->read = cycle + 1;
    }
}

/* From memories, groups come into two buffers, each in some cycles, and keys are read in order. */
static void read_in_turn(struct bench *b, struct need *n, unsigned cycle)
{
    struct reader *r = &n->reader;
    unsigned steps = b->c.query_block / b->d.need_rows, left = r->count - r->at;
    int begins = r->complete > 0 && left == 0, memories = r->started == 0 || cycle >= r->group[r->started - 1].start + steps;
    int buffer = r->started < 2 || (r->started - 2 < r->finished && r->group[r->started - 2].done < cycle);
    int here = r->finished < r->started && cycle >= r->group[r->finished].start + steps + 2;
    set(b, cycle, "o_here", (uint64_t)here, 1);
    take_in_turn(b, n, cycle, here);
    if (left > 0 && memories && buffer)
        r->group[r->started++] = (struct group){r->left[r->at++], r->parity ^ 1, cycle, 0};
    if (begins)
        begin_groups(b, n, cycle);
    for (unsigned p = 0; p < 2; p++)
        r->complete += n->of[p].state == ENDED && n->of[p].complete == cycle;
}

static void need_read(struct bench *b, struct need *n, unsigned cycle)
{
    unsigned keys = b->c.tile.keys, some[2] = {0, 0}, mask = test_between(&b->seed, 0, 1);
    set(b, cycle, "i_mask_parity", mask, 1);
    (b->d.need_word ? read_in_turn : read_any)(b, n, cycle);
    for (unsigned k = 0; k < keys; k++) {
        unsigned of[2] = {needed(b, &n->of[0], k), needed(b, &n->of[1], k)};
        rtl_set(&b->r, cycle, "o_mask", k, of[mask], 1);
        some[0] |= of[0];
        some[1] |= of[1];
    }
    set(b, cycle, "o_some", n->some[mask], 1);
    memcpy(n->some, some, sizeof some);
    set(b, cycle, "o_complete", (n->of[0].state == ENDED && n->of[0].complete == cycle) ||
        (n->of[1].state == ENDED && n->of[1].complete == cycle), 1);
}

static void play_need(struct bench *b, unsigned by_mass)
{
    struct need *n = calloc(1, sizeof *n);
    ck_assert_ptr_nonnull(n);
    need_ports(b);
    n->result = calloc(CYCLES, sizeof *n->result);
    ck_assert_ptr_nonnull(n->result);
    n->latency = by_mass ? b->d.mass_latency : b->d.select_latency;
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        if (b->d.need_word)
            b->pace = cycle / 100 % 5 * 2 + 2;
        if (b->d.by_rank && b->d.by_mass)
            set(b, cycle, "i_by_mass", by_mass, 1);
        need_read(b, n, cycle);
        need_change(b, n, cycle);
        need_beat(b, n, cycle);
    }
    if (b->d.need_word)
        ck_assert_uint_gt(n->reader.finished, 4);
    free(n->result);
    free(n);
}

/* ---- the walk through a mask ---- */

struct walk {
    uint8_t left[SOFA_TILE_KEYS_MAX]; /* indices that have not been offered */
    int valid, index, last, coming;   /* coming: chosen, valid in the next cycle (registered_links) */
};

static int lowest_left(const struct bench *b, const struct walk *w, int from)
{
    for (int k = from; k < (int)b->c.tile.keys; k++)
        if (w->left[k])
            return k;
    return -1;
}

static void load_walk(struct bench *b, struct walk *w, unsigned cycle)
{
    unsigned density = test_between(&b->seed, 0, 5);
    set(b, cycle, "i_load", 1, 1);
    for (unsigned k = 0; k < b->c.tile.keys; k++) {
        w->left[k] = density > 0 && test_between(&b->seed, 0, density * density - 1) == 0;
        rtl_set(&b->r, cycle, "i_mask", k, w->left[k], 1);
    }
    set(b, cycle, "i_any", lowest_left(b, w, 0) >= 0, 1);
}

/* An index is offered two cycles after the mask came or one after the index before it was taken; with registered links a cycle later, but
 * it stands from the cycle before on. */
static void step_walk(struct bench *b, struct walk *w, unsigned cycle)
{
    int ready = rtl_chance(&b->seed, b->pace), free = !w->valid || ready, next = lowest_left(b, w, 0), links = (int)b->d.registered_links;
    int idle = next < 0 && !w->coming && free;
    set(b, cycle, "i_ready", (uint64_t)ready, 1);
    set(b, cycle, "o_idle", (uint64_t)idle, 1);
    set(b, cycle, "o_valid", (uint64_t)w->valid, 1);
    if (w->valid || w->coming)
        set(b, cycle, "o_index", (uint64_t)w->index, b->d.index_bits);
    if (w->valid)
        set(b, cycle, "o_last", (uint64_t)w->last, 1);
    int step = next >= 0 && !w->coming && free;
    w->valid = links ? w->coming || !free : step || !free;
    w->coming = links && step;
    if (step) {
        w->index = next;
        w->left[next] = 0;
        w->last = lowest_left(b, w, 0) < 0;
    }
    if (idle && rtl_chance(&b->seed, 6)) {
        load_walk(b, w, cycle);
    } else {
        rtl_any(&b->r, cycle, "i_mask", &b->seed);
        rtl_any(&b->r, cycle, "i_any", &b->seed);
    }
}

static void play_walk(struct bench *b)
{
    struct walk w = {.valid = 0};
    b->r = (struct rtl_cycles){.module = b->d.registered_links ? "sofa_walk_spaced" : "sofa_walk_prompt", .clocked = 1};
    rtl_port(&b->r, "i_load", 1);
    rtl_port(&b->r, "i_mask", b->c.tile.keys);
    rtl_port(&b->r, "i_any", 1);
    rtl_port(&b->r, "i_ready", 1);
    rtl_port(&b->r, "o_idle", 1);
    rtl_port(&b->r, "o_valid", 1);
    rtl_port(&b->r, "o_index", b->d.index_bits);
    rtl_port(&b->r, "o_last", 1);
    rtl_open(&b->r, CYCLES);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        b->pace = cycle / 200 % 5 * 2 + 1;
        step_walk(b, &w, cycle);
    }
}

/* ---- the lowest of a mask ---- */

static void play_lowest(struct bench *b)
{
    unsigned keys = b->c.tile.keys;
    b->r = (struct rtl_cycles){.module = "sofa_lowest"};
    rtl_port(&b->r, "i_mask", keys);
    rtl_port(&b->r, "o_some", 1);
    rtl_port(&b->r, "o_several", 1);
    rtl_port(&b->r, "o_index", b->d.index_bits);
    rtl_port(&b->r, "o_rest", keys);
    rtl_open(&b->r, CYCLES);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        unsigned density = test_between(&b->seed, 0, 8), count = 0, only = cycle < keys ? cycle : keys;
        for (unsigned k = 0; k < keys; k++) {
            unsigned bit = k == only || (only == keys && density > 0 && test_between(&b->seed, 0, density * density - 1) == 0);
            rtl_set(&b->r, cycle, "i_mask", k, bit, 1);
            rtl_set(&b->r, cycle, "o_rest", k, bit && count > 0, 1);
            if (bit && count++ == 0)
                set(b, cycle, "o_index", k, b->d.index_bits);
        }
        set(b, cycle, "o_some", count > 0, 1);
        set(b, cycle, "o_several", count > 1, 1);
    }
}

/* ---- runs ---- */

static void configure(struct bench *b, unsigned n, unsigned links)
{
    static const char *const policies[] = {"rank", "mass", "both"};
    char text[8][48];
    const char *setting[16] = {"target=fpga", "head_dim=16", "attend.width=16", "attend.lanes=1", "predict.dims=8", "memory.port_bits=32",
                               "data.query_bits=8", "data.key_bits=8", "data.value_bits=8", "predict.source=rows"};
    struct sofa_error e = {.text = ""};
    unsigned count = links ? 10 : 0, keys = test_between(&b->seed, 4, n % 2 ? 20 : 70), block = test_between(&b->seed, 1, 12), i = 0;
    snprintf(text[i++], 48, "tile.keys=%u", keys);
    snprintf(text[i++], 48, "tile.kept_max=%u", test_between(&b->seed, 1, keys));
    snprintf(text[i++], 48, "predict.keys=%u", n % 3 == 0 ? test_between(&b->seed, 1, keys) : keys);
    snprintf(text[i++], 48, "select.policy=%s", policies[n % 3]);
    snprintf(text[i++], 48, "query_block=%u", block);
    for (unsigned k = 0; k < i; k++)
        setting[count++] = text[k];
    ck_assert_msg(sofa_config_load(&b->c, NULL, setting, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b->c, &b->d);
    ck_assert_uint_eq(b->d.registered_links, links);
    b->pace = test_between(&b->seed, 2, 10);
}

/* Of powers of two, from one step to as many as a word has keys. */
static void configure_words(struct bench *b, unsigned n)
{
    static const char *const policies[] = {"rank", "mass", "both"}, *const none[] = {NULL};
    unsigned keys = 16u << test_between(&b->seed, 0, 2), words = keys / 8, block = words << (n % 5);
    test_configure(&b->c, &b->d, none, "tile.keys=%u tile.kept_max=%u predict.keys=%u select.policy=%s query_block=%u attend.queue=8 attend.lanes=1",
                   keys, test_between(&b->seed, 1, keys), keys, policies[n % 3], block);
    ck_assert_uint_eq(b->d.need_word, 8);
    ck_assert_uint_eq(b->d.need_rows, block < 2 * words ? block : 2 * words);
}

static void against_module(struct bench *b)
{
    static const char *const modules[] = {"schedule/sofa_need", "schedule/sofa_matrix", "memory/sofa_ram", "schedule/sofa_lowest", "source/sofa_walk", NULL};
    rtl_against(&b->r, &b->c, modules);
}

START_TEST(need_matrix)
{
    struct bench b = {.seed = test_seed() + (uint64_t)_i};
    configure(&b, (unsigned)_i, 0);
    play_need(&b, !b.d.by_rank || (b.d.by_mass && test_between(&b.seed, 0, 1)));
    against_module(&b);
}
END_TEST

START_TEST(need_matrix_in_words)
{
    struct bench b = {.seed = test_seed() + ((uint64_t)_i + 1) * 1000};
    configure_words(&b, (unsigned)_i);
    play_need(&b, !b.d.by_rank || (b.d.by_mass && test_between(&b.seed, 0, 1)));
    against_module(&b);
}
END_TEST

START_TEST(walks)
{
    struct bench b = {.seed = test_seed() + 100u + (uint64_t)_i};
    configure(&b, (unsigned)_i, (unsigned)_i % 2);
    play_walk(&b);
    against_module(&b);
}
END_TEST

START_TEST(lowest_bits)
{
    struct bench b = {.seed = test_seed() + 200u + (uint64_t)_i};
    configure(&b, (unsigned)_i, 0);
    play_lowest(&b);
    against_module(&b);
}
END_TEST

Suite *schedule_rtl_suite(void)
{
    Suite *s = suite_create("schedule_rtl");
    TCase *t = tcase_create("against plain models");
    tcase_set_timeout(t, 120);
    if (!test_fast()) {
        tcase_add_loop_test(t, need_matrix, 0, 12);
        tcase_add_loop_test(t, need_matrix_in_words, 0, 10);
        tcase_add_loop_test(t, walks, 0, 10);
        tcase_add_loop_test(t, lowest_bits, 0, 6);
    }
    suite_add_tcase(s, t);
    return s;
}
