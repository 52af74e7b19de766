/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL that reads a tile for prediction in mode kv alone, cycle by cycle against plain models, in Icarus Verilog: requests of K rows and
 * of rows of packed keys, and the K^ that come out of them. */
#include "tests.h"

#include "../cmodel/bits/predict.h"
#include "../cmodel/config/config.h"
#include "../cmodel/host/plane.h"
#include "rtl_cycles.h"

#include <stdio.h>
#include <string.h>

#define CYCLES 1500u
#define PLACES_MAX (SOFA_TILE_KEYS_MAX + 2u * 256u)
#define WAITING_MAX 16u

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct rtl_cycles r;
    uint64_t seed;
    unsigned pace[3]; /* of ten: how often something happens */
};

static void set(struct bench *b, unsigned cycle, const char *port, uint64_t value, unsigned bits)
{
    rtl_set(&b->r, cycle, port, 0, value, bits);
}

/* What comes back with a row of keys. */
struct tag {
    unsigned key, slot, last;
    uint8_t visible[256]; /* of several packed keys */
};

static unsigned tag_bits(const struct bench *b)
{
    return b->d.index_bits + 3 + (b->d.khat_keys > 1 ? b->d.khat_keys : 0);
}

static void set_tag(struct bench *b, unsigned cycle, const char *port, const struct tag *t)
{
    unsigned index = b->d.index_bits;
    rtl_set(&b->r, cycle, port, 0, t->key & ((1u << index) - 1), index);
    rtl_set(&b->r, cycle, port, index, t->slot, 2);
    rtl_set(&b->r, cycle, port, index + 2, t->last, 1);
    for (unsigned k = 0; k < b->d.khat_keys && b->d.khat_keys > 1; k++)
        rtl_set(&b->r, cycle, port, index + 3 + k, t->visible[k], 1);
}

/* ---- requests of a tile ---- */

struct scan {
    uint64_t base[2], stride; /* base: for each of two jobs */
    unsigned job, asked_job;
    uint8_t seen[PLACES_MAX]; /* keys by their places in rows, the first row from its begin on */
    unsigned tile_base, slot, before, next; /* before: places of the first row in front of the tile; next: row to look at */
    int filled;               /* the tile's mask comes in this cycle (registered_links) */
    int valid, coming, row, last; /* of the walk: coming: valid in the next cycle (registered_links) */
    int asked;                /* a request stands */
    uint64_t addr;
    struct tag tag;
    unsigned space, away;     /* for rows that wait to be taken apart; requests that have been taken */
};

static void scan_ports(struct bench *b)
{
    unsigned address = b->c.memory.address_bits, plane = b->d.khat_keys > 1;
    unsigned end = (b->d.key_number_bits > b->d.tile_bits ? b->d.key_number_bits : b->d.tile_bits) + 1;
    b->r = (struct rtl_cycles){.module = plane ? "sofa_tile_plane" : "sofa_tile_rows", .clocked = 1};
    rtl_port(&b->r, "i_row_base", b->d.jobs_at_once * address);
    rtl_port(&b->r, "i_row_stride", address);
    rtl_port(&b->r, "i_fill", 1);
    rtl_port(&b->r, plane ? "i_row_free" : "i_filled", 1);
    rtl_port(&b->r, "o_ready", 1);
    rtl_port(&b->r, "i_job", 1);
    rtl_port(&b->r, "i_slot", 2);
    rtl_port(&b->r, "i_mask", b->c.tile.keys);
    rtl_port(&b->r, "i_any_key", 1);
    rtl_port(&b->r, "i_base", end);
    rtl_port(&b->r, "o_req_valid", 1);
    rtl_port(&b->r, "i_req_ready", 1);
    rtl_port(&b->r, "o_req_addr", address);
    rtl_port(&b->r, "o_req_len", 8);
    rtl_port(&b->r, "o_req_meta", tag_bits(b));
    rtl_port(&b->r, "o_req_job", 1);
    rtl_open(&b->r, CYCLES);
}

/* Rows begin at multiples of d.khat_keys, whatever the tile begins with; the next one in which a key is seen, or -1. */
static int seen_row(const struct bench *b, const struct scan *s)
{
    unsigned keys = b->d.khat_keys;
    for (unsigned at = s->next * keys; at < s->before + b->c.tile.keys; at++)
        if (s->seen[at])
            return (int)(at / keys);
    return -1;
}

/* What the rows of the block see of a tile. */
static void show_mask(struct bench *b, struct scan *s, unsigned cycle)
{
    unsigned density = test_between(&b->seed, 0, 5), any = 0;
    memset(s->seen, 0, sizeof s->seen);
    for (unsigned k = 0; k < b->c.tile.keys; k++) {
        unsigned bit = s->tile_base + k < b->c.keys_max && density > 0 && test_between(&b->seed, 0, density * density - 1) == 0;
        s->seen[s->before + k] = (uint8_t)bit;
        rtl_set(&b->r, cycle, "i_mask", k, bit, 1);
        any |= bit;
    }
    set(b, cycle, "i_any_key", any, 1);
    s->next = 0;
}

/* A tile may be filled while the scan is ready; with registered links its mask follows. */
static void fill(struct bench *b, struct scan *s, unsigned cycle, int ready)
{
    int links = (int)b->d.registered_links, fill = ready && !s->filled && rtl_chance(&b->seed, b->pace[0]);
    set(b, cycle, "i_fill", (uint64_t)fill, 1);
    if (b->d.khat_keys == 1)
        set(b, cycle, "i_filled", (uint64_t)s->filled, 1);
    if (fill) {
        s->tile_base = test_between(&b->seed, 0, b->c.keys_max - 1);
        s->slot = test_between(&b->seed, 0, 3);
        s->job = test_between(&b->seed, 0, b->d.jobs_at_once - 1);
        s->before = s->tile_base % b->d.khat_keys;
        set(b, cycle, "i_base", s->tile_base, b->d.key_number_bits);
        set(b, cycle, "i_slot", s->slot, 2);
        set(b, cycle, "i_job", s->job, 1);
    } else {
        rtl_any(&b->r, cycle, "i_job", &b->seed);
        rtl_any(&b->r, cycle, "i_base", &b->seed);
        rtl_any(&b->r, cycle, "i_slot", &b->seed);
    }
    if (links ? s->filled : fill) {
        show_mask(b, s, cycle);
    } else {
        rtl_any(&b->r, cycle, "i_mask", &b->seed);
        rtl_any(&b->r, cycle, "i_any_key", &b->seed);
    }
    s->filled = links && fill;
}

static void ask_row(struct bench *b, struct scan *s)
{
    unsigned keys = b->d.khat_keys, address = b->c.memory.address_bits;
    uint64_t number = s->tile_base / keys + (unsigned)s->row, addr = s->base[s->job] + number * s->stride;
    s->addr = address < 64 ? addr & (((uint64_t)1 << address) - 1) : addr;
    s->asked_job = s->job;
    s->tag = (struct tag){.key = (unsigned)s->row * keys - s->before, .slot = s->slot, .last = (unsigned)s->last};
    for (unsigned k = 0; k < keys && keys > 1; k++)
        s->tag.visible[k] = s->seen[(unsigned)s->row * keys + k];
}

/* The request that stands; 1: another one may come. */
static int see_request(struct bench *b, struct scan *s, unsigned cycle)
{
    int ready = rtl_chance(&b->seed, b->pace[1]), back = s->away > 0 && rtl_chance(&b->seed, b->pace[2]), plane = b->d.khat_keys > 1;
    set(b, cycle, "o_req_valid", (uint64_t)s->asked, 1);
    set(b, cycle, "i_req_ready", (uint64_t)ready, 1);
    if (s->asked) {
        set(b, cycle, "o_req_addr", s->addr, b->c.memory.address_bits);
        set(b, cycle, "o_req_len", b->d.khat_beats - 1, 8);
        set_tag(b, cycle, "o_req_meta", &s->tag);
        set(b, cycle, "o_req_job", s->asked_job, 1);
    }
    int here = (!s->asked || ready) && (!plane || s->space > 0);
    if (plane)
        set(b, cycle, "i_row_free", (uint64_t)back, 1);
    s->away += (unsigned)(s->asked && ready) - (unsigned)back;
    s->space += (unsigned)back;
    s->asked = s->asked && !ready;
    return here;
}

static void step_scan(struct bench *b, struct scan *s, unsigned cycle)
{
    for (unsigned job = 0; job < b->d.jobs_at_once; job++)
        rtl_set(&b->r, cycle, "i_row_base", job * b->c.memory.address_bits, s->base[job], b->c.memory.address_bits);
    set(b, cycle, "i_row_stride", s->stride, b->c.memory.address_bits);
    int links = (int)b->d.registered_links, here = see_request(b, s, cycle), free = !s->valid || here;
    int next = seen_row(b, s), step = next >= 0 && !s->coming && free, idle = next < 0 && !s->coming && free;
    set(b, cycle, "o_ready", (uint64_t)idle, 1);
    if (s->valid && here) {
        ask_row(b, s);
        s->asked = 1;
        s->space--;
    }
    s->valid = links ? s->coming || !free : step || !free;
    s->coming = links && step;
    if (step) {
        s->row = next;
        s->next = (unsigned)next + 1;
        s->last = seen_row(b, s) < 0;
    }
    fill(b, s, cycle, idle);
}

static void play_scan(struct bench *b)
{
    struct scan s = {.base = {test_random(&b->seed), test_random(&b->seed)}, .stride = test_random(&b->seed), .space = b->d.khat_rows};
    ck_assert_uint_le(b->d.khat_keys, 256);
    scan_ports(b);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, 3, cycle, &b->seed);
        step_scan(b, &s, cycle);
    }
}

/* ---- K^ out of rows ---- */

struct row {
    struct tag tag;
    int16_t key[256][SOFA_HEAD_DIM_MAX];
};

/* Rows in the memory of the queue and the one at its output. */
struct rows {
    struct row row[WAITING_MAX + 1], *out;
    unsigned first, count, taken; /* taken: keys of the row at the output that have left */
};

static void khat_ports(struct bench *b, const char *module, const char *whole, unsigned bits, unsigned elements)
{
    b->r = (struct rtl_cycles){.module = module, .clocked = 1};
    rtl_port(&b->r, "i_come", 1);
    rtl_port(&b->r, "i_tag", tag_bits(b));
    rtl_port(&b->r, whole, bits);
    rtl_port(&b->r, "o_valid", 1);
    rtl_port(&b->r, "o_slot", 2);
    rtl_port(&b->r, "o_index", b->d.index_bits);
    rtl_port(&b->r, "o_both", 1);
    rtl_port(&b->r, "o_last", 1);
    rtl_port(&b->r, "o_khat", b->d.load_keys * elements * b->c.predict.operand_bits);
    if (b->d.khat_keys > 1)
        rtl_port(&b->r, "o_row_free", 1);
    rtl_open(&b->r, CYCLES);
}

/* Number 0 or 1 of the keys that come. */
static void see_khat(struct bench *b, unsigned cycle, unsigned number, const int16_t *key, unsigned elements)
{
    int16_t khat[SOFA_HEAD_DIM_MAX];
    unsigned bits = b->c.predict.operand_bits;
    sofa_truncate_key(khat, key, elements, &b->c);
    for (unsigned i = 0; i < elements; i++)
        rtl_set(&b->r, cycle, "o_khat", (number * elements + i) * bits, (uint16_t)khat[i], bits);
}

static void see_key(struct bench *b, unsigned cycle, const struct tag *t, unsigned place, int both, int last)
{
    unsigned index = b->d.index_bits;
    set(b, cycle, "o_slot", t->slot, 2);
    set(b, cycle, "o_index", (t->key + place) & ((1u << index) - 1), index);
    set(b, cycle, "o_both", (uint64_t)both, 1);
    set(b, cycle, "o_last", (uint64_t)last, 1);
}

static int16_t any_element(struct bench *b)
{
    unsigned shift = 16 - b->c.data.key_bits;
    return (int16_t)((int16_t)(uint16_t)test_random(&b->seed) >> shift);
}

/* A row with some visible key, as the host packs it, with anything between the keys. */
static void make_row(struct bench *b, struct row *row, uint8_t *packed, size_t bytes)
{
    unsigned keys = b->d.khat_keys, d = b->c.head_dim, sure = test_between(&b->seed, 0, keys - 1), density = test_between(&b->seed, 0, 10);
    int16_t value[256 * 16];
    struct sofa_tensor k = {.rows = keys, .cols = d, .value = value};
    ck_assert_uint_le(keys * d, 256 * 16);
    row->tag = (struct tag){.key = (unsigned)test_random(&b->seed), .slot = test_between(&b->seed, 0, 3),
                            .last = test_between(&b->seed, 0, 1)};
    for (unsigned key = 0; key < keys; key++) {
        row->tag.visible[key] = key == sure || rtl_chance(&b->seed, density);
        for (unsigned i = 0; i < d; i++)
            row->key[key][i] = value[key * d + i] = any_element(b);
    }
    for (size_t i = 0; i < bytes; i++)
        packed[i] = (uint8_t)test_random(&b->seed);
    sofa_plane_pack(packed, (uint32_t)bytes, &b->c, &k, keys);
}

static void row_comes(struct bench *b, struct rows *q, unsigned cycle)
{
    uint8_t packed[512];
    unsigned waiting = q->count + (q->out != NULL), come = waiting < b->d.khat_rows && rtl_chance(&b->seed, b->pace[0]);
    set(b, cycle, "i_come", come, 1);
    if (!come) {
        rtl_any(&b->r, cycle, "i_tag", &b->seed);
        rtl_any(&b->r, cycle, "i_row", &b->seed);
        return;
    }
    struct row *row = &q->row[(q->first + q->count++) % (WAITING_MAX + 1)];
    make_row(b, row, packed, b->c.memory.port_bits / 8);
    set_tag(b, cycle, "i_tag", &row->tag);
    for (unsigned i = 0; i < b->c.memory.port_bits / 8; i++)
        rtl_set(&b->r, cycle, "i_row", 8 * i, packed[i], 8);
}

/* A visible key of the row at the output leaves, perhaps with its neighbour; 1: its last. */
static int key_leaves(struct bench *b, struct rows *q, unsigned cycle)
{
    const struct tag *t = &q->out->tag;
    unsigned place = q->taken, after;
    while (!t->visible[place])
        place++;
    int both = b->d.load_keys == 2 && place + 1 < b->d.khat_keys && t->visible[place + 1];
    for (after = place + 1 + (unsigned)both; after < b->d.khat_keys && !t->visible[after]; after++)
        ;
    int end = after == b->d.khat_keys;
    see_key(b, cycle, t, place, both, t->last && end);
    see_khat(b, cycle, 0, q->out->key[place], b->c.head_dim);
    if (both)
        see_khat(b, cycle, 1, q->out->key[place + 1], b->c.head_dim);
    q->taken = end ? 0 : after;
    return end;
}

static void step_plane(struct bench *b, struct rows *q, unsigned cycle)
{
    unsigned standing = q->count;
    set(b, cycle, "o_valid", q->out != NULL, 1);
    int end = q->out && key_leaves(b, q, cycle);
    set(b, cycle, "o_row_free", (uint64_t)end, 1);
    row_comes(b, q, cycle);
    if (end)
        q->out = NULL;
    if (!q->out && standing > 0) {
        q->out = &q->row[q->first];
        q->first = (q->first + 1) % (WAITING_MAX + 1);
        q->count--;
    }
}

static void play_plane(struct bench *b)
{
    static struct rows q;
    memset(&q, 0, sizeof q);
    ck_assert_uint_le(b->d.khat_rows, WAITING_MAX);
    khat_ports(b, "sofa_khat_plane", "i_row", b->c.memory.port_bits, b->c.head_dim);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, 3, cycle, &b->seed);
        step_plane(b, &q, cycle);
    }
}

/* A K row, one packed key, or a word of a K row. */
static void play_rows(struct bench *b)
{
    unsigned words = b->d.word_memories || b->d.registered_links, bits = b->d.khat_element_bits;
    unsigned elements = words ? b->c.memory.port_bits / bits : b->c.head_dim, shift = b->c.data.key_bits - bits;
    const char *whole = words ? "i_word" : "i_row";
    int16_t key[SOFA_HEAD_DIM_MAX];
    khat_ports(b, "sofa_khat_rows", whole, elements * bits, elements);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        struct tag t = {.key = (unsigned)test_random(&b->seed), .slot = test_between(&b->seed, 0, 3), .last = test_between(&b->seed, 0, 1)};
        unsigned come = test_between(&b->seed, 0, 1);
        set(b, cycle, "i_come", come, 1);
        set(b, cycle, "o_valid", come, 1);
        set_tag(b, cycle, "i_tag", &t);
        for (unsigned i = 0; i < elements; i++) {
            key[i] = any_element(b);
            rtl_set(&b->r, cycle, whole, i * bits, (uint16_t)(key[i] >> shift), bits);
        }
        see_key(b, cycle, &t, 0, 0, (int)t.last);
        see_khat(b, cycle, 0, key, elements);
    }
}

/* ---- runs ---- */

enum { ROWS, PACKED, SINGLE, LINKS, WORDS };

static const char *const kinds[][12] = {
    [ROWS] = {"head_dim=8", "predict.source=rows", "attend.width=8", "predict.operand_bits=5"},
    [PACKED] = {"head_dim=8", "predict.source=plane", "attend.width=8"},
    [SINGLE] = {"head_dim=11", "predict.source=plane", "attend.width=3", "memory.port_bits=16", "predict.operand_bits=4"},
    [LINKS] = {"target=fpga", "head_dim=16", "attend.width=16", "attend.lanes=1", "predict.dims=8", "memory.port_bits=32",
               "data.query_bits=8", "data.key_bits=8", "data.value_bits=8", "predict.source=rows", "predict.operand_bits=6"},
    [WORDS] = {"head_dim=16", "attend.width=2", "attend.lanes=1", "predict.dims=2", "memory.port_bits=64", "predict.source=rows"},
};

static unsigned kind_of(const struct bench *b)
{
    if (b->d.word_memories || b->d.registered_links)
        return b->d.word_memories ? WORDS : LINKS;
    return b->d.khat_keys > 1 ? PACKED : b->c.predict.source == SOFA_SOURCE_ROWS ? ROWS : SINGLE;
}

static void configure(struct bench *b, unsigned kind)
{
    static const unsigned addresses[] = {16, 24, 32, 48, 64};
    char text[9][48];
    const char *setting[24];
    struct sofa_error e = {.text = ""};
    unsigned count = 0, i = 0;
    while (kinds[kind][count]) {
        setting[count] = kinds[kind][count];
        count++;
    }
    snprintf(text[i++], 48, "memory.address_bits=%u", addresses[test_between(&b->seed, 0, 4)]);
    snprintf(text[i++], 48, "keys_max=%u", test_between(&b->seed, 0, 3) ? test_between(&b->seed, 2, 3000) : test_between(&b->seed, 1, 9));
    snprintf(text[i++], 48, "tile.keys=%u", test_between(&b->seed, 4, test_between(&b->seed, 0, 1) ? 12 : 70));
    snprintf(text[i++], 48, "tile.kept_max=2");
    snprintf(text[i++], 48, "predict.keys=2");
    snprintf(text[i++], 48, "query_block=%u", test_between(&b->seed, 0, 1) ? 4 : 40);
    if (kind == PACKED) {
        snprintf(text[i++], 48, "predict.operand_bits=%u", test_between(&b->seed, 3, 8));
        snprintf(text[i++], 48, "memory.port_bits=%u", 128u << test_between(&b->seed, 0, 3));
    }
    snprintf(text[i++], 48, "jobs.queue=%u", test_between(&b->seed, 0, 1));
    for (unsigned k = 0; k < i; k++)
        setting[count++] = text[k];
    ck_assert_msg(sofa_config_load(&b->c, NULL, setting, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b->c, &b->d);
    ck_assert_uint_eq(kind_of(b), kind);
}

static void against_module(struct bench *b)
{
    static const char *const modules[] = {"source/sofa_tile_", "source/sofa_khat_", "source/sofa_walk", "schedule/sofa_lowest",
                                          "memory/sofa_address", "memory/sofa_queue", "memory/sofa_ram", NULL};
    rtl_against(&b->r, &b->c, modules);
}

START_TEST(requests)
{
    static const unsigned kind[] = {PACKED, ROWS, PACKED, SINGLE, PACKED, LINKS};
    struct bench b = {.seed = test_seed() + (uint64_t)_i};
    configure(&b, kind[_i % 6]);
    play_scan(&b);
    against_module(&b);
}
END_TEST

START_TEST(packed_keys)
{
    struct bench b = {.seed = test_seed() + 100u + (uint64_t)_i};
    configure(&b, PACKED);
    play_plane(&b);
    against_module(&b);
}
END_TEST

START_TEST(rows_of_keys)
{
    static const unsigned kind[] = {ROWS, SINGLE, LINKS, WORDS};
    struct bench b = {.seed = test_seed() + 200u + (uint64_t)_i};
    configure(&b, kind[_i % 4]);
    play_rows(&b);
    against_module(&b);
}
END_TEST

Suite *source_rtl_suite(void)
{
    Suite *s = suite_create("source_rtl");
    TCase *t = tcase_create("against plain models");
    tcase_set_timeout(t, 120);
    if (!test_fast()) {
        tcase_add_loop_test(t, requests, 0, 18);
        tcase_add_loop_test(t, packed_keys, 0, 8);
        tcase_add_loop_test(t, rows_of_keys, 0, 4);
    }
    suite_add_tcase(s, t);
    return s;
}
