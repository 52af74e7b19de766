/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of the issue order and of its list alone, cycle by cycle against a plain model, in Icarus Verilog: tiles that complete at any time,
 * from empty to full ones, space in the ring and places in the list that run out, both walks, keys whose rows stay in the need matrix and
 * such as wait in a queue with them. */
#include "tests.h"

#include "plain_schedule.h"
#include "rtl_module.h"

#include <stdlib.h>

#define CYCLES 2500u
#define LIST_MAX 256u
#define TOLD_MAX 4u
#define PARITIES 2u

enum { LOADED, COMPLETE, HERE, ASK, LIST, SPACE, PACES };

struct tile {
    unsigned number, base, rows, bank, last; /* rows: of its block */
};
#define BLOCKS_MAX 2u /* in the machine; of each the bank */

/* In the list. due: the first cycle in which it may be asked for; the window sees it a cycle later. */
struct key {
    unsigned has_key, index, fresh, tile_last, due;
    uint64_t rows; /* that need it */
    struct tile tile;
};

struct order {
    struct tile told[TOLD_MAX]; /* tiles that are loaded and have not begun */
    unsigned loaded, complete, begun, freed; /* tiles; freed: their part of the need matrix */
    unsigned block, rows, blocks_left;       /* of the next tile, its rows, 0 before its first one; blocks whose keys have left the list */
    /* the tile at hand */
    struct tile tile;
    int walking;
    unsigned key[SOFA_TILE_KEYS_MAX], count, at, due; /* its needed keys, the next one, and the first cycle in which that may be listed */
    int fresh; /* no key of the block has been listed */
    struct key list[LIST_MAX];
    unsigned head, tail, depth, asked_to; /* asked_to: keys before it have been asked for */
    int stood;                            /* the next key to ask for was there a cycle ago */
    unsigned asked, space, held;          /* keys; free places of the ring; keys that have entered and whose rows are in the ring */
    unsigned parity_free, slot_free;      /* in the next cycle */
};

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct rtl_cycles r;
    struct order o;
    uint64_t seed;
    unsigned pace[PACES], ring_bits;
    int stalls; /* no key is taken from the list */
};

static int queued(const struct bench *b)
{
    return b->c.attend.queue > 0;
}

static int tokens(const struct bench *b)
{
    return b->c.mode == SOFA_MODE_TOKENS;
}

static unsigned slot_of(const struct bench *b, const struct tile *t)
{
    return t->number % b->d.tile_slots;
}

static void open_ports(struct bench *b)
{
    unsigned key_bits = b->d.key_number_bits;
    b->r = (struct rtl_cycles){.module = "sofa_order", .clocked = 1};
    rtl_port(&b->r, "i_complete", 1);
    rtl_port(&b->r, "o_mask_parity", 1);
    rtl_port(&b->r, "i_mask", b->c.tile.keys);
    rtl_port(&b->r, "i_some", 1);
    rtl_port(&b->r, "i_here", 1);
    rtl_port(&b->r, "o_taken", 1);
    rtl_port(&b->r, "o_read_parity", 1);
    rtl_port(&b->r, "o_read_key", b->d.index_bits);
    rtl_port(&b->r, "i_rows", b->c.query_block);
    rtl_port(&b->r, "o_parity_free", 2);
    rtl_port(&b->r, "i_loaded", 1);
    rtl_port(&b->r, "i_loaded_slot", 2);
    rtl_port(&b->r, "i_info_base", b->d.tile_slots * key_bits);
    rtl_port(&b->r, "i_info_rows", b->d.tile_slots * (b->d.row_bits + 1));
    rtl_port(&b->r, "i_info_bank", b->d.tile_slots);
    rtl_port(&b->r, "i_bank_jobs", 2);
    rtl_port(&b->r, "i_info_last", b->d.tile_slots);
    rtl_port(&b->r, "o_slot_free", 1);
    rtl_port(&b->r, "o_ask_valid", 1);
    rtl_port(&b->r, "i_ask_ready", 1);
    rtl_port(&b->r, "o_ask", b->ring_bits + key_bits + (tokens(b) ? 4 + b->d.index_bits : 0));
    rtl_port(&b->r, "i_space", 1);
    rtl_port(&b->r, "o_key_valid", 1);
    rtl_port(&b->r, "i_key_ready", 1);
    rtl_port(&b->r, "o_key", plain_key_bits(&b->d));
    rtl_port(&b->r, "o_rows", b->c.query_block);
    rtl_open(&b->r, CYCLES);
}

/* ---- tiles ---- */

/* What a tile slot says; the others say anything. NULL: all of them. */
static void set_info(struct bench *b, unsigned cycle, const char *port, unsigned bits, const struct tile *t, unsigned value)
{
    for (unsigned s = 0; s < b->d.tile_slots; s++)
        rtl_set(&b->r, cycle, port, s * bits, t && s == slot_of(b, t) ? value : test_random(&b->seed), bits);
}

/* rows: of the tile whose first key stands in the list, if they are read then. */
static void set_tile(struct bench *b, unsigned cycle, const struct tile *t, const struct tile *rows)
{
    set_info(b, cycle, "i_info_base", b->d.key_number_bits, t, t ? t->base : 0);
    set_info(b, cycle, "i_info_bank", 1, t, t ? t->bank : 0);
    set_info(b, cycle, "i_info_last", 1, t, t ? t->last : 0);
    set_info(b, cycle, "i_info_rows", b->d.row_bits + 1, rows, rows ? rows->rows : 0);
}

/* The passes of the next tile are loaded. With a queue its slot may have another tile in the next cycle. */
static const struct tile *load_tile(struct bench *b, unsigned cycle)
{
    struct order *o = &b->o;
    unsigned loads = o->loaded < o->begun + TOLD_MAX && o->loaded < o->freed + b->d.tile_slots &&
                     o->block < o->blocks_left + BLOCKS_MAX && rtl_chance(&b->seed, b->pace[LOADED]);
    struct tile *t = &o->told[o->loaded % TOLD_MAX];
    rtl_put(&b->r, cycle, "i_loaded", loads);
    rtl_put(&b->r, cycle, "i_loaded_slot", loads ? o->loaded % b->d.tile_slots : test_random(&b->seed) & 3);
    if (!loads)
        return NULL;
    if (o->rows == 0)
        o->rows = test_between(&b->seed, 1, b->c.query_block);
    *t = (struct tile){.number = o->loaded++,
                       .base = test_between(&b->seed, 0, b->c.keys_max - 1),
                       .rows = o->rows,
                       .bank = o->block % BLOCKS_MAX,
                       .last = test_between(&b->seed, 0, 2) == 0};
    if (t->last) {
        o->rows = 0;
        o->block++;
    }
    if (queued(b) && b->c.mode == SOFA_MODE_KV)
        o->slot_free = 1;
    return t;
}

/* Its needed keys: none, some, or all that there are. */
static void need_keys(struct bench *b, unsigned cycle)
{
    struct order *o = &b->o;
    unsigned sparse = test_between(&b->seed, 0, 5);
    o->count = o->at = 0;
    for (unsigned k = 0; k < b->c.tile.keys; k++) {
        int needed = o->tile.base + k < b->c.keys_max && sparse < 4 && test_between(&b->seed, 0, sparse) == 0;
        rtl_set(&b->r, cycle, "i_mask", k, (uint64_t)needed, 1);
        if (needed)
            o->key[o->count++] = k;
    }
    rtl_put(&b->r, cycle, "i_some", o->count > 0);
}

static void begin_tile(struct bench *b, unsigned cycle)
{
    struct order *o = &b->o;
    o->tile = o->told[o->begun++ % TOLD_MAX];
    need_keys(b, cycle);
    o->due = cycle + (b->d.registered_links ? 3 : 2);
    o->walking = 1;
}

/* ---- keys are listed ---- */

/* Rows that need the key come out of the need matrix a cycle after it was named. */
static uint64_t read_rows(struct bench *b, unsigned cycle, const struct key *k)
{
    uint64_t rows = test_random(&b->seed);
    if (k->has_key) {
        rtl_put(&b->r, cycle, "o_read_parity", k->tile.number % PARITIES);
        rtl_put(&b->r, cycle, "o_read_key", k->index);
    }
    rtl_set_wide(&b->r, cycle + 1, "i_rows", 0, rows, b->c.query_block);
    return rows;
}

/* The next key of the tile, or its end if it has none. */
static void list_key(struct bench *b, unsigned cycle)
{
    struct order *o = &b->o;
    unsigned none = o->count == 0, end = none || o->at + 1 == o->count;
    struct key *k = &o->list[o->tail++ % LIST_MAX];
    rtl_put(&b->r, cycle, "o_taken", !none);
    *k = (struct key){!none, none ? 0 : o->key[o->at], (unsigned)o->fresh, end, queued(b) ? cycle + b->d.queue_time : cycle, 0, o->tile};
    o->fresh = (end && o->tile.last) || (o->fresh && none);
    if (queued(b)) {
        k->rows = read_rows(b, cycle, k);
        if (end)
            o->parity_free = o->tile.number % PARITIES + 1;
    }
    o->freed += queued(b) && end;
    o->at++;
    o->due = cycle + 1 + b->d.registered_links;
    o->walking = !end;
}

/* ---- rows are asked for ---- */

/* Where rows come in order nobody looks at their place. */
static void see_ask(struct bench *b, unsigned cycle, const struct key *k, int valid)
{
    unsigned key_bits = b->d.key_number_bits, index = key_bits + b->ring_bits, slot = index + b->d.index_bits;
    rtl_set(&b->r, cycle, "o_ask", 0, k->tile.base + k->index, key_bits);
    if (!b->d.word_memories && !b->d.registered_links)
        rtl_set(&b->r, cycle, "o_ask", key_bits, b->o.asked % b->c.memory.prefetch, b->ring_bits);
    if (!tokens(b))
        return;
    rtl_set(&b->r, cycle, "o_ask", index, k->index, b->d.index_bits);
    rtl_set(&b->r, cycle, "o_ask", slot, slot_of(b, &k->tile), 2);
    if (!valid)
        return;
    rtl_set(&b->r, cycle, "o_ask", slot + 2, k->tile_last, 1);
    rtl_set(&b->r, cycle, "o_ask", slot + 3, k->fresh, 1);
}

/* 1: the rows of a key that may be asked for are. */
static int ask(struct bench *b, unsigned cycle, int may)
{
    struct order *o = &b->o;
    int valid = may && o->space > 0, ready = rtl_chance(&b->seed, b->pace[ASK]);
    rtl_put(&b->r, cycle, "o_ask_valid", (uint64_t)valid);
    rtl_put(&b->r, cycle, "i_ask_ready", (uint64_t)ready);
    if (!valid || !ready)
        return 0;
    o->asked++;
    o->space--;
    return 1;
}

/* A key is asked for and listed at once; with registered links it stands from the cycle before on. The matrix is in registers then. */
static void step_matrix(struct bench *b, unsigned cycle, int list_ready)
{
    struct order *o = &b->o;
    rtl_put(&b->r, cycle, "i_here", 1);
    int some = o->walking && o->count > 0, here = some && cycle >= o->due, may = here && list_ready, valid = may && o->space > 0;
    if (some && cycle + b->d.registered_links >= o->due && (valid || b->d.registered_links)) {
        const struct key k = {.index = o->key[o->at], .fresh = (unsigned)o->fresh, .tile_last = o->at + 1 == o->count, .tile = o->tile};
        see_ask(b, cycle, &k, valid);
    }
    if (ask(b, cycle, may) || (o->walking && o->count == 0 && list_ready))
        list_key(b, cycle);
}

/* A key is listed with its rows, and asked for when it is the first one that has not been. */
static void step_queue(struct bench *b, unsigned cycle, int list_ready)
{
    struct order *o = &b->o;
    while (o->asked_to != o->tail && !o->list[o->asked_to % LIST_MAX].has_key)
        o->asked_to++;
    const struct key *k = &o->list[o->asked_to % LIST_MAX];
    int here = o->asked_to != o->tail && cycle >= k->due, may = here && (o->stood || !b->d.registered_links);
    int readable = rtl_chance(&b->seed, b->pace[HERE]);
    rtl_put(&b->r, cycle, "i_here", (uint64_t)readable);
    if (here)
        see_ask(b, cycle, k, may && o->space > 0);
    int asked = ask(b, cycle, may);
    o->stood = here && !asked;
    o->asked_to += (unsigned)asked;
    if (o->walking && list_ready && (o->count == 0 || (cycle >= o->due && readable)))
        list_key(b, cycle);
}

/* ---- keys leave the list ---- */

static const struct key *first_key(const struct bench *b, unsigned cycle)
{
    const struct key *k = &b->o.list[b->o.head % LIST_MAX];
    return b->o.head != b->o.tail && cycle >= k->due + 1 ? k : NULL;
}

/* Its last key frees what a tile still holds. */
static void key_leaves(struct bench *b, unsigned cycle, const struct key *k)
{
    struct order *o = &b->o;
    uint64_t rows = queued(b) ? k->rows : read_rows(b, cycle, k);
    if (k->has_key || !queued(b))
        rtl_set_wide(&b->r, cycle + 1, "o_rows", 0, rows, b->c.query_block);
    o->head++;
    o->held += k->has_key;
    o->blocks_left += k->tile_last && k->tile.last;
    if (!queued(b) && k->tile_last) {
        o->parity_free = k->tile.number % PARITIES + 1;
        o->freed++;
    }
    if (k->tile_last && !(queued(b) && b->c.mode == SOFA_MODE_KV))
        o->slot_free = 1;
}

static void take_key(struct bench *b, unsigned cycle, const struct key *k)
{
    int rows_come = !queued(b) || !k || !k->has_key || b->o.asked_to - b->o.head - 1 < LIST_MAX; /* asked for */
    int ready = !b->stalls && rows_come && rtl_chance(&b->seed, b->pace[LIST]);
    rtl_put(&b->r, cycle, "o_key_valid", k != NULL);
    rtl_put(&b->r, cycle, "i_key_ready", (uint64_t)ready);
    if (!k)
        return;
    const struct plain_key seen = {k->has_key, k->tile.bank, k->tile_last && k->tile.last, k->tile.rows};
    plain_set_key(&b->r, cycle, "o_key", &seen, &b->d);
    if (ready)
        key_leaves(b, cycle, k);
}

/* ---- a cycle ---- */

static void see_freed(struct bench *b, unsigned cycle)
{
    rtl_put(&b->r, cycle, "o_parity_free", b->o.parity_free);
    rtl_put(&b->r, cycle, "o_slot_free", b->o.slot_free);
    b->o.parity_free = b->o.slot_free = 0;
}

static void step(struct bench *b, unsigned cycle)
{
    struct order *o = &b->o;
    unsigned loaded = o->loaded, waiting = o->complete - o->begun;
    int complete = o->complete < loaded && o->complete < o->freed + PARITIES && rtl_chance(&b->seed, b->pace[COMPLETE]);
    int list_ready = o->tail - o->head < o->depth, begins = waiting > 0 && !o->walking;
    int space = o->held > 0 && rtl_chance(&b->seed, b->pace[SPACE]);
    const struct key *first = first_key(b, cycle);
    rtl_put(&b->r, cycle, "o_taken", 0);
    rtl_put(&b->r, cycle, "o_mask_parity", o->begun % PARITIES);
    rtl_put(&b->r, cycle, "i_complete", (uint64_t)complete);
    rtl_put(&b->r, cycle, "i_space", (uint64_t)space);
    see_freed(b, cycle);
    const struct tile *told = load_tile(b, cycle), *next = &o->told[o->begun % TOLD_MAX];
    set_tile(b, cycle, queued(b) ? told : begins ? next : NULL, queued(b) ? told : first ? &first->tile : NULL);
    take_key(b, cycle, first);
    (queued(b) ? step_queue : step_matrix)(b, cycle, list_ready);
    if (begins) {
        begin_tile(b, cycle);
    } else {
        rtl_any(&b->r, cycle, "i_mask", &b->seed);
        rtl_any(&b->r, cycle, "i_some", &b->seed);
    }
    o->complete += (unsigned)complete;
    o->space += (unsigned)space;
    o->held -= (unsigned)space;
}

/* ---- runs ---- */

static unsigned any_prefetch(struct bench *b, enum plain_kind kind)
{
    unsigned least = kind == PLAIN_LINKS ? 4 : 2;
    return test_between(&b->seed, 0, 1) ? test_between(&b->seed, least, 20) : least << test_between(&b->seed, 0, 2);
}

static void configure(struct bench *b, unsigned n)
{
    enum plain_kind kind = (enum plain_kind)(n % PLAIN_KINDS);
    unsigned keys = n % 3 ? test_between(&b->seed, 4, 12) : test_between(&b->seed, 13, 140), prefetch = any_prefetch(b, kind);
    unsigned keys_max = test_between(&b->seed, 0, 3) ? test_between(&b->seed, 2, 3000) : test_between(&b->seed, 1, 9);
    const char *mode = kind == PLAIN_WORDS || kind == PLAIN_LINKS || test_between(&b->seed, 0, 1) ? "kv" : "tokens";
    unsigned queue = n / PLAIN_KINDS % 2 ? 2u << test_between(&b->seed, 0, 6) : 0;
    test_configure(&b->c, &b->d, plain_kind_settings(kind),
                   "mode=%s tile.keys=%u tile.kept_max=2 predict.keys=2 select.policy=rank keys_max=%u memory.prefetch=%u attend.queue=%u", mode,
                   keys, keys_max, prefetch, queue);
    plain_check_kind(kind, &b->d);
    ck_assert_uint_eq(b->d.copied_registers, kind == PLAIN_SLOTS || kind == PLAIN_LINKS || kind == PLAIN_ROWS);
    b->ring_bits = plain_bits(b->d.ring_rooms);
    b->o = (struct order){.fresh = 1, .space = prefetch, .depth = queue ? queue : 1u << b->d.list_bits};
    ck_assert_uint_le(b->o.depth, LIST_MAX);
}

START_TEST(orders)
{
    static const char *const modules[] = {"schedule/sofa_order", "schedule/sofa_list", "schedule/sofa_places", "schedule/sofa_lowest",
                                          "source/sofa_walk", "memory/sofa_fifo", "memory/sofa_queue", "memory/sofa_ram", NULL};
    struct bench *b = calloc(1, sizeof *b);
    ck_assert_ptr_nonnull(b);
    b->seed = test_seed() + ((uint64_t)_i << 32); /* neighbouring seeds give other runs */
    configure(b, (unsigned)_i);
    open_ports(b);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, PACES, cycle, &b->seed);
        if (cycle % 50 == 0)
            b->stalls = rtl_chance(&b->seed, 3);
        step(b, cycle);
    }
    ck_assert_uint_gt(b->o.asked, 3 * b->c.memory.prefetch);
    rtl_against(&b->r, &b->c, modules);
    free(b);
}
END_TEST

Suite *order_rtl_suite(void)
{
    Suite *s = suite_create("order_rtl");
    TCase *t = tcase_create("against a plain model");
    tcase_set_timeout(t, 120);
    if (!test_fast())
        tcase_add_loop_test(t, orders, 0, 20);
    suite_add_tcase(s, t);
    return s;
}
