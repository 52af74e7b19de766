/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of the window alone, cycle by cycle against a plain model, in Icarus Verilog: blocks that open, keys that enter and end, K and V
 * rows as lanes see them, blocks that retire; windows of every kind of memory. */
#include "tests.h"

#include "plain_schedule.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>

#define CYCLES 1300u
#define LATER 512u /* more than a V row takes */

enum { K, V };
enum { KEY, QUERIES, DATA, OWED, PACES };

/* Rows of a kind, by slot: a number stands for each, which is not 0 once there is one. */
struct rows {
    uint64_t row[SOFA_WINDOW_MAX];
    uint8_t comes[CYCLES + LATER]; /* of a cycle: slot of the row that comes, and 1 */
};

struct window {
    struct plain_entries entries;
    struct rows of[2];
    /* keys */
    struct plain_key key;
    int offered, open;     /* the key stands; its block is open */
    unsigned block;        /* of the key that stands, or comes next */
    unsigned loads;
    struct { unsigned opens, bank, rows; } opened; /* in the cycle before */
    /* blocks of which all keys have entered: in the cycle before, earlier; that have retired */
    unsigned ended, loaded, retired;
};

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct rtl_cycles r;
    struct window w;
    uint64_t seed;
    unsigned pace[PACES], leaves, mark_bits;
};

static unsigned element_bits(const struct bench *b, unsigned which)
{
    return which == K ? b->c.data.key_bits : b->c.data.value_bits;
}

static unsigned chunk_bits(const struct bench *b, unsigned which)
{
    return b->c.attend.width * element_bits(b, which);
}

/* ---- ports ---- */

static void key_ports(struct bench *b)
{
    unsigned rows = b->c.query_block;
    rtl_port(&b->r, "i_key_valid", 1);
    rtl_port(&b->r, "o_key_ready", 1);
    rtl_port(&b->r, "i_key", plain_key_bits(&b->d));
    rtl_port(&b->r, "i_rows", rows);
    rtl_port(&b->r, "i_data_here", 1);
    rtl_port(&b->r, "o_enter", 1);
    rtl_port(&b->r, "o_v_space", 1);
    rtl_port(&b->r, "i_query_ready", 2);
    rtl_port(&b->r, "o_open", 1);
    rtl_port(&b->r, "o_open_bank", 1);
    rtl_port(&b->r, "o_open_rows", rows);
    rtl_port(&b->r, "o_open_count", b->d.row_bits + 1);
    rtl_port(&b->r, "i_owed", 2);
    rtl_port(&b->r, "o_retire_bank", 1);
    rtl_port(&b->r, "o_retire_ready", 1);
}

static void entry_ports(struct bench *b)
{
    unsigned window = b->c.attend.window;
    rtl_port(&b->r, "o_entry_slot", window * b->mark_bits);
    rtl_port(&b->r, "o_entry_bank", window);
    rtl_port(&b->r, "o_move", window);
    rtl_port(&b->r, "o_load", window);
    rtl_port(&b->r, "o_load_any", 1);
    rtl_port(&b->r, "o_load_rows", b->c.query_block);
    rtl_port(&b->r, "o_load_bank", 1);
    rtl_port(&b->r, "i_entry_any", window);
}

static void row_ports(struct bench *b)
{
    unsigned window = b->c.attend.window, phase_bits = sofa_clog2(b->d.beats), slots = b->d.slot_memories;
    rtl_port(&b->r, "i_k_row", b->c.head_dim * b->c.data.key_bits);
    rtl_port(&b->r, "i_v_row", b->c.head_dim * b->c.data.value_bits);
    rtl_port(&b->r, "o_v_read", 1);
    if (slots || b->d.beats > 1) {
        rtl_port(&b->r, slots ? "i_key_slot" : "i_phase_keys", slots ? plain_bits(window) : phase_bits);
        rtl_port(&b->r, slots ? "i_value_slot" : "i_phase_values", slots ? plain_bits(window) : phase_bits);
    }
    unsigned shown = slots || b->d.slot_copies ? 1 : window, told = b->d.slot_copies ? 1 + plain_bits(window) : 0;
    rtl_port(&b->r, slots ? "o_key" : "o_keys", shown * chunk_bits(b, K) + told);
    rtl_port(&b->r, slots ? "o_value" : "o_values", shown * chunk_bits(b, V) + told);
}

static void open_ports(struct bench *b)
{
    b->mark_bits = plain_bits(b->d.word_memories ? b->d.ring_rooms : b->c.attend.window);
    b->r = (struct rtl_cycles){.module = "sofa_window", .clocked = 1};
    key_ports(b);
    entry_ports(b);
    if (!b->d.word_memories)
        row_ports(b);
    rtl_open(&b->r, CYCLES);
    plain_open_entries(&b->w.entries, &b->c, &b->d, "o_entry_slot", b->mark_bits);
}

/* ---- keys enter ---- */

/* A key stands until it enters. Blocks have banks in turn, so one waits until the one before the last has retired. */
static void offer_key(struct bench *b, unsigned cycle)
{
    struct window *w = &b->w;
    if (!w->offered && w->block < w->retired + 2 && rtl_chance(&b->seed, b->pace[KEY])) {
        unsigned has_key = test_between(&b->seed, 0, 9) > 0, last = !has_key || test_between(&b->seed, 0, 4) == 0;
        w->key = (struct plain_key){
            .has_key = has_key,
            .bank = w->block % 2,
            .block_last = last && test_between(&b->seed, 0, 2) == 0,
            .block_rows = test_between(&b->seed, 1, b->c.query_block),
        };
        w->offered = 1;
    }
    rtl_put(&b->r, cycle, "i_key_valid", (uint64_t)w->offered);
    if (!w->offered) {
        rtl_any(&b->r, cycle, "i_key", &b->seed);
        return;
    }
    plain_set_key(&b->r, cycle, "i_key", &w->key, &b->d);
}

static void see_open(struct bench *b, unsigned cycle, unsigned rows)
{
    rtl_put(&b->r, cycle, "o_open_count", rows);
    for (unsigned row = 0; row < b->c.query_block; row++)
        rtl_set(&b->r, cycle, "o_open_rows", row, row < rows, 1);
}

/* The block of the key that stands is opened when its queries are in place; with registered links it is told a cycle later. */
static void open_block(struct bench *b, unsigned cycle)
{
    struct window *w = &b->w;
    unsigned now = w->offered && !w->open && rtl_chance(&b->seed, b->pace[QUERIES]);
    unsigned rows = w->key.block_rows, bank = w->key.bank;
    for (unsigned of = 0; of < 2; of++)
        rtl_set(&b->r, cycle, "i_query_ready", of, w->offered && !w->open && of == bank ? now : test_random(&b->seed), 1);
    unsigned told = b->d.registered_links ? w->opened.opens : now;
    rtl_put(&b->r, cycle, "o_open", told);
    if (told) {
        rtl_put(&b->r, cycle, "o_open_bank", b->d.registered_links ? w->opened.bank : bank);
        see_open(b, cycle, b->d.registered_links ? w->opened.rows : rows);
    }
    w->opened.opens = now;
    w->opened.bank = bank;
    w->opened.rows = rows;
}

/* The rows that need the key which entered in the cycle before. */
static void see_entered(struct bench *b, unsigned cycle)
{
    const struct window *w = &b->w;
    rtl_put(&b->r, cycle, "o_load_any", (uint64_t)w->entries.comes);
    if (!w->entries.comes) {
        rtl_any(&b->r, cycle, "i_rows", &b->seed);
        return;
    }
    uint64_t rows = test_random(&b->seed);
    rtl_put(&b->r, cycle, "o_load_bank", w->entries.come.bank);
    rtl_set_wide(&b->r, cycle, "i_rows", 0, rows, b->c.query_block);
    rtl_set_wide(&b->r, cycle, "o_load_rows", 0, rows, b->c.query_block);
}

/* 1: the key that stands enters. */
static int see_enter(struct bench *b, unsigned cycle, int slot)
{
    const struct window *w = &b->w;
    int here = rtl_chance(&b->seed, b->pace[DATA]);
    int enter = w->offered && w->open && (!w->key.has_key || (here && slot >= 0));
    rtl_put(&b->r, cycle, "i_data_here", (uint64_t)here);
    rtl_put(&b->r, cycle, "o_key_ready", (uint64_t)enter);
    rtl_put(&b->r, cycle, "o_enter", enter && w->key.has_key);
    return enter;
}

/* Its rows come: that of K in the next cycle. */
static void enter_key(struct bench *b, unsigned cycle, unsigned slot)
{
    struct window *w = &b->w;
    unsigned mark = b->d.word_memories ? w->loads % b->d.ring_rooms : slot;
    const struct plain_entry entry = {slot, w->key.bank, mark};
    plain_end_entries(&w->entries, cycle, &entry);
    w->of[K].comes[cycle + 1] = (uint8_t)(slot + 1);
    w->of[V].comes[cycle + b->d.value_hold] = (uint8_t)(slot + 1);
    w->loads++;
}

static void step_keys(struct bench *b, unsigned cycle)
{
    struct window *w = &b->w;
    int slot = plain_free_slot(&w->entries), enter;
    offer_key(b, cycle);
    open_block(b, cycle);
    see_entered(b, cycle);
    enter = see_enter(b, cycle, slot);
    plain_step_entries(&w->entries, &b->r, cycle, b->leaves, &b->seed);
    if (enter && w->key.has_key)
        enter_key(b, cycle, (unsigned)slot);
    else
        plain_end_entries(&w->entries, cycle, NULL);
    w->loaded += w->ended;
    w->ended = enter && w->key.block_last;
    w->block += w->ended;
    w->open = w->opened.opens || (w->open && !w->ended);
    w->offered &= !enter;
}

/* The older of the blocks whose keys have all entered retires when none of its rows is owed. */
static void step_retirement(struct bench *b, unsigned cycle, unsigned loaded)
{
    struct window *w = &b->w;
    unsigned bank = w->retired % 2, ready = w->retired < loaded, owed = !rtl_chance(&b->seed, b->pace[OWED]);
    rtl_put(&b->r, cycle, "o_retire_ready", ready);
    rtl_put(&b->r, cycle, "o_retire_bank", bank);
    for (unsigned of = 0; of < 2; of++)
        rtl_set(&b->r, cycle, "i_owed", of, ready && of == bank ? owed : test_random(&b->seed), 1);
    w->retired += ready && !owed;
}

/* ---- rows ---- */

/* A chunk of a row on a port from bit `at` on; it is filled up with zeros. */
static void set_chunk(struct bench *b, unsigned cycle, const char *port, unsigned at, unsigned which, uint64_t row, unsigned chunk)
{
    unsigned bits = element_bits(b, which), whole = chunk_bits(b, which), rest = (b->c.head_dim - chunk * b->c.attend.width) * bits;
    unsigned used = rest < whole ? rest : whole;
    rtl_set_wide(&b->r, cycle, port, at, row + chunk, used);
    for (unsigned above = used; above < whole && port[0] == 'o'; above += bits)
        rtl_set(&b->r, cycle, port, at + above, 0, bits);
}

/* Registers show the chunk of every slot's row that the cycle before has chosen, or the whole row. */
static void see_registers(struct bench *b, unsigned cycle, unsigned which)
{
    static const char *const ports[2][2] = {{"i_phase_keys", "o_keys"}, {"i_phase_values", "o_values"}};
    const struct rows *of = &b->w.of[which];
    unsigned phase = test_between(&b->seed, 0, b->d.beats - 1), several = b->d.beats > 1;
    if (several)
        rtl_put(&b->r, cycle, ports[which][0], phase);
    for (unsigned s = 0; s < b->c.attend.window; s++)
        if (of->row[s])
            set_chunk(b, cycle + several, ports[which][1], s * chunk_bits(b, which), which, of->row[s], phase);
}

/* Memories show a slot's row two cycles later, with what comes until now, but not if another row comes in the next cycle. */
static void see_memories(struct bench *b, unsigned cycle, unsigned which)
{
    static const char *const ports[2][2] = {{"i_key_slot", "o_key"}, {"i_value_slot", "o_value"}};
    const struct rows *of = &b->w.of[which];
    unsigned slot = test_between(&b->seed, 0, b->c.attend.window - 1);
    rtl_put(&b->r, cycle, ports[which][0], slot);
    if (of->row[slot] && of->comes[cycle + 1] != slot + 1)
        set_chunk(b, cycle + 2, ports[which][1], 0, which, of->row[slot], 0);
}

/* Lanes that have rows for themselves are told what comes, and for which slot. */
static void see_writes(struct bench *b, unsigned cycle, unsigned which)
{
    const char *port = which == K ? "o_keys" : "o_values";
    const struct rows *of = &b->w.of[which];
    unsigned bits = chunk_bits(b, which), slot_bits = plain_bits(b->c.attend.window), comes = of->comes[cycle];
    rtl_set(&b->r, cycle, port, bits + slot_bits, comes != 0, 1);
    if (!comes)
        return;
    rtl_set(&b->r, cycle, port, bits, comes - 1, slot_bits);
    set_chunk(b, cycle, port, 0, which, of->row[comes - 1], 0);
}

static void step_rows(struct bench *b, unsigned cycle, unsigned which)
{
    const char *port = which == K ? "i_k_row" : "i_v_row";
    struct rows *of = &b->w.of[which];
    if (!b->d.slot_memories && !b->d.slot_copies)
        see_registers(b, cycle, which);
    if (of->comes[cycle]) {
        uint64_t *row = &of->row[of->comes[cycle] - 1];
        *row = test_random(&b->seed) | 1;
        for (unsigned chunk = 0; chunk < b->d.beats; chunk++)
            set_chunk(b, cycle, port, chunk * chunk_bits(b, which), which, *row, chunk);
    } else {
        rtl_any(&b->r, cycle, port, &b->seed);
    }
    if (b->d.slot_memories)
        see_memories(b, cycle, which);
    if (b->d.slot_copies)
        see_writes(b, cycle, which);
}

static void step(struct bench *b, unsigned cycle)
{
    unsigned loaded = b->w.loaded;
    step_keys(b, cycle);
    step_retirement(b, cycle, loaded);
    rtl_put(&b->r, cycle, "o_v_space", b->w.of[V].comes[cycle] != 0);
    if (b->d.word_memories)
        return;
    rtl_put(&b->r, cycle, "o_v_read", b->w.of[V].comes[cycle + 1] != 0);
    for (unsigned which = K; which <= V; which++)
        step_rows(b, cycle, which);
}

/* ---- runs ---- */

/* Registers give all rows at once, which a simulator takes long for. */
static unsigned any_window(struct bench *b, enum plain_kind kind)
{
    static const unsigned windows[] = {1, 2, 13, 64};
    if (kind == PLAIN_ROWS || kind == PLAIN_CHUNKS)
        return test_between(&b->seed, 1, 9);
    return test_between(&b->seed, 0, 1) ? test_between(&b->seed, 1, 20) : windows[test_between(&b->seed, 0, 3)];
}

static void configure(struct bench *b, unsigned n)
{
    enum plain_kind kind = (enum plain_kind)(n % PLAIN_KINDS);
    unsigned window = any_window(b, kind), block = test_between(&b->seed, kind == PLAIN_ROWS || kind == PLAIN_COPIES ? 4 : 1, 20);
    unsigned keys = test_between(&b->seed, 4, 70), prefetch = test_between(&b->seed, 4, 20);
    char width[32] = "";
    if (kind == PLAIN_CHUNKS)
        snprintf(width, sizeof width, "attend.width=%u", test_between(&b->seed, 1, 10));
    test_configure(&b->c, &b->d, plain_kind_settings(kind),
                   "%s attend.window=%u query_block=%u memory.prefetch=%u tile.keys=%u tile.kept_max=2 predict.keys=2 select.policy=rank", width,
                   window, block, prefetch, keys);
    plain_check_kind(kind, &b->d);
    ck_assert_uint_lt(b->d.value_hold, LATER);
}

START_TEST(windows)
{
    static const char *const modules[] = {"schedule/sofa_window", "schedule/sofa_entr", "schedule/sofa_follow", "schedule/sofa_slot",
                                          "target/sofa_spread", "target/sofa_copy", "memory/sofa_ram", NULL};
    struct bench *b = calloc(1, sizeof *b);
    ck_assert_ptr_nonnull(b);
    b->seed = test_seed() + ((uint64_t)_i << 32); /* neighbouring seeds give other runs */
    configure(b, (unsigned)_i);
    open_ports(b);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, PACES, cycle, &b->seed);
        if (cycle % 150 == 0)
            b->leaves = plain_leaves(&b->seed);
        step(b, cycle);
    }
    ck_assert_uint_gt(b->w.retired, 4);
    rtl_against(&b->r, &b->c, modules);
    free(b);
}
END_TEST

Suite *window_rtl_suite(void)
{
    Suite *s = suite_create("window_rtl");
    TCase *t = tcase_create("against a plain model");
    tcase_set_timeout(t, 120);
    if (!test_fast())
        tcase_add_loop_test(t, windows, 0, 18);
    suite_add_tcase(s, t);
    return s;
}
