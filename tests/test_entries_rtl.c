/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of the window's entries alone, cycle by cycle against a plain model, in Icarus Verilog: slots that keys take and give back, the
 * order of entries when they come and leave in the same cycle, windows of every kind of memory. */
#include "tests.h"

#include "../cmodel/config/config.h"
#include "rtl_cycles.h"
#include "rtl_module.h"

#include <stdio.h>
#include <string.h>

#define CYCLES 3000u
#define HOLD_MAX 256u

struct entry {
    unsigned slot, bank;
};

struct window {
    struct entry entry[SOFA_WINDOW_MAX]; /* the oldest first */
    unsigned count;
    uint8_t free[SOFA_WINDOW_MAX];
    unsigned back[HOLD_MAX + 1]; /* of the cycle, modulo so many: slot that comes back at its end, 0: none, else number + 1 */
    int loaded;                  /* a key came in the cycle before, into this slot; -1: none */
};

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct rtl_cycles r;
    struct window w;
    uint64_t seed;
    unsigned loads, leaves; /* of ten: how often a key comes, how often an entry is needed no more */
};

static void set(struct bench *b, unsigned cycle, const char *port, uint64_t value, unsigned bits)
{
    rtl_set(&b->r, cycle, port, 0, value, bits);
}

static int chance(struct bench *b, unsigned of_ten)
{
    return test_between(&b->seed, 0, 9) < of_ten;
}

static void open_ports(struct bench *b)
{
    unsigned window = b->c.attend.window, bits = sofa_clog2(window) ? sofa_clog2(window) : 1;
    b->r = (struct rtl_cycles){.module = "sofa_entries", .clocked = 1};
    rtl_port(&b->r, "i_load", 1);
    rtl_port(&b->r, "i_load1", 1);
    rtl_port(&b->r, "i_bank1", 1);
    rtl_port(&b->r, "o_slot_here", 1);
    rtl_port(&b->r, "o_put", window);
    rtl_port(&b->r, "o_put_index", bits);
    rtl_port(&b->r, "o_load_index", bits);
    rtl_port(&b->r, "i_entry_any", window);
    rtl_port(&b->r, "o_move", window);
    rtl_port(&b->r, "o_load", window);
    rtl_port(&b->r, "o_entry_bank", window);
    rtl_port(&b->r, "o_slots", window * bits);
    rtl_open(&b->r, CYCLES);
}

/* Entries by age, and the oldest that no row needs any more, which leaves; its place, or count. */
static unsigned see_entries(struct bench *b, unsigned cycle)
{
    struct window *w = &b->w;
    unsigned window = b->c.attend.window, bits = sofa_clog2(window) ? sofa_clog2(window) : 1, leaving = w->count;
    for (unsigned e = 0; e < window; e++) {
        int held = e < w->count, any = held && !chance(b, b->leaves);
        rtl_set(&b->r, cycle, "i_entry_any", e, held ? (uint64_t)any : test_random(&b->seed), 1);
        if (held && !any && leaving == w->count)
            leaving = e;
        if (!held)
            continue;
        rtl_set(&b->r, cycle, "o_entry_bank", e, w->entry[e].bank, 1);
        rtl_set(&b->r, cycle, "o_slots", e * bits, w->entry[e].slot, bits);
        rtl_set(&b->r, cycle, "o_move", e, e >= leaving, 1);
    }
    return leaving;
}

/* A key of the cycle before becomes the youngest entry, behind those that stay. */
static void change_entries(struct bench *b, unsigned cycle, unsigned leaving)
{
    struct window *w = &b->w;
    unsigned window = b->c.attend.window, bank = test_between(&b->seed, 0, 1), slots = b->d.slot_hold;
    int loaded = w->loaded;
    if (leaving < w->count) {
        w->back[(cycle + slots) % (HOLD_MAX + 1)] = w->entry[leaving].slot + 1;
        w->count--;
        memmove(&w->entry[leaving], &w->entry[leaving + 1], (w->count - leaving) * sizeof w->entry[0]);
    }
    set(b, cycle, "i_load1", loaded >= 0, 1);
    set(b, cycle, "i_bank1", bank, 1);
    set(b, cycle, "o_load", loaded >= 0 ? (uint64_t)1 << w->count : 0, window);
    if (loaded >= 0)
        w->entry[w->count++] = (struct entry){(unsigned)loaded, bank};
}

/* Slots as memories are written with i_load, as registers a cycle later. */
static void see_put(struct bench *b, unsigned cycle, int slot)
{
    unsigned window = b->c.attend.window, bits = sofa_clog2(window) ? sofa_clog2(window) : 1;
    set(b, cycle, "o_put", (uint64_t)1 << slot, window);
    set(b, cycle, "o_put_index", (uint64_t)slot, bits);
}

static void step(struct bench *b, unsigned cycle)
{
    struct window *w = &b->w;
    unsigned window = b->c.attend.window, bits = sofa_clog2(window) ? sofa_clog2(window) : 1;
    int lowest = -1;
    for (unsigned s = window; s-- > 0;)
        if (w->free[s])
            lowest = (int)s;
    set(b, cycle, "o_slot_here", lowest >= 0, 1);
    change_entries(b, cycle, see_entries(b, cycle));
    if (w->loaded >= 0) {
        set(b, cycle, "o_load_index", (uint64_t)w->loaded, bits);
        if (!b->d.slot_memories)
            see_put(b, cycle, w->loaded);
    }
    w->loaded = lowest >= 0 && chance(b, b->loads) ? lowest : -1;
    set(b, cycle, "i_load", w->loaded >= 0, 1);
    if (w->loaded >= 0) {
        w->free[lowest] = 0;
        if (b->d.slot_memories)
            see_put(b, cycle, lowest);
    }
    unsigned *back = &w->back[cycle % (HOLD_MAX + 1)];
    if (*back)
        w->free[*back - 1] = 1;
    *back = 0;
}

enum { ANY, WORDS, SLOTS, LINKS };

/* Any lanes, a lane of words, of whole rows in slots that are memories, or of such with registered links. */
static const struct {
    unsigned window;
    const char *set[12];
} kinds[] = {
    {ANY, {"head_dim=19", "attend.width=4", "attend.lanes=1"}},
    {WORDS, {"head_dim=16", "attend.width=2", "attend.lanes=1", "predict.dims=2", "memory.port_bits=64"}},
    {SLOTS, {"target=fpga", "head_dim=11", "attend.width=11", "attend.lanes=1"}},
    {LINKS, {"target=fpga", "head_dim=16", "attend.width=16", "attend.lanes=1", "predict.dims=8", "memory.port_bits=32", "data.query_bits=8",
             "data.key_bits=8", "data.value_bits=8"}},
    {ANY, {"head_dim=8", "attend.width=8", "query_block=8", "attend.lanes=4"}},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

START_TEST(entries)
{
    static const char *const modules[] = {"schedule/sofa_entr", NULL};
    static const unsigned windows[] = {1, 2, 3, 5, 8, 13, 64};
    struct bench b = {.seed = test_seed() + (uint64_t)_i};
    struct sofa_error e = {.text = ""};
    char directory[256], text[48];
    const char *setting[13];
    unsigned count = 0, kind = (unsigned)_i % KINDS;
    while (kinds[kind].set[count]) {
        setting[count] = kinds[kind].set[count];
        count++;
    }
    snprintf(text, sizeof text, "attend.window=%u", _i % 2 ? windows[_i / 2 % 7] : test_between(&b.seed, 1, 20));
    setting[count++] = text;
    ck_assert_msg(sofa_config_load(&b.c, NULL, setting, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b.c, &b.d);
    ck_assert_uint_eq(b.d.word_memories ? WORDS : b.d.registered_links ? LINKS : b.d.slot_memories ? SLOTS : ANY, kinds[kind].window);
    open_ports(&b);
    b.w.loaded = -1;
    memset(b.w.free, 1, b.c.attend.window);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        if (cycle % 150 == 0) {
            b.loads = test_between(&b.seed, 1, 10);
            b.leaves = test_between(&b.seed, 0, 3) ? test_between(&b.seed, 1, 4) : 10 * test_between(&b.seed, 0, 1);
        }
        step(&b, cycle);
    }
    test_directory(directory);
    test_emit(&b.c, NULL, modules, directory);
    rtl_play(&b.r, directory);
    test_remove_directory(directory);
    rtl_close(&b.r);
}
END_TEST

Suite *entries_rtl_suite(void)
{
    Suite *s = suite_create("entries_rtl");
    TCase *t = tcase_create("against a plain model");
    tcase_set_timeout(t, 120);
    if (!test_fast())
        tcase_add_loop_test(t, entries, 0, 15);
    suite_add_tcase(s, t);
    return s;
}
