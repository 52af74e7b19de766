/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of the window's entries alone, cycle by cycle against a plain model, in Icarus Verilog: slots that keys take and give back, the
 * order of entries when they come and leave in the same cycle, windows of every kind of memory. */
#include "tests.h"

#include "plain_schedule.h"
#include "rtl_module.h"

#include <stdio.h>

#define CYCLES 3000u

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct rtl_cycles r;
    struct plain_entries w;
    uint64_t seed;
    unsigned loads, leaves; /* of ten: how often a key comes, how often an entry is needed no more */
};

static void open_ports(struct bench *b)
{
    unsigned window = b->c.attend.window, bits = plain_bits(window);
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
    plain_open_entries(&b->w, &b->c, &b->d, "o_slots", bits);
}

static void see_put(struct bench *b, unsigned cycle, unsigned slot)
{
    rtl_put(&b->r, cycle, "o_put", (uint64_t)1 << slot);
    rtl_put(&b->r, cycle, "o_put_index", slot);
}

/* Slots as memories are written with i_load, as registers a cycle later. */
static void step(struct bench *b, unsigned cycle)
{
    struct plain_entries *w = &b->w;
    int slot = plain_free_slot(w), load = slot >= 0 && rtl_chance(&b->seed, b->loads);
    rtl_put(&b->r, cycle, "o_slot_here", slot >= 0);
    rtl_put(&b->r, cycle, "i_load", (uint64_t)load);
    rtl_put(&b->r, cycle, "i_load1", (uint64_t)w->comes);
    if (w->comes) {
        rtl_put(&b->r, cycle, "i_bank1", w->come.bank);
        rtl_put(&b->r, cycle, "o_load_index", w->come.slot);
        if (!b->d.slot_memories)
            see_put(b, cycle, w->come.slot);
    } else {
        rtl_any(&b->r, cycle, "i_bank1", &b->seed);
    }
    if (load && b->d.slot_memories)
        see_put(b, cycle, (unsigned)slot);
    plain_step_entries(w, &b->r, cycle, b->leaves, &b->seed);
    struct plain_entry enters = {(unsigned)slot, test_between(&b->seed, 0, 1), (unsigned)slot};
    plain_end_entries(w, cycle, load ? &enters : NULL);
}

START_TEST(entries)
{
    static const char *const modules[] = {"schedule/sofa_entr", NULL};
    static const unsigned windows[] = {1, 2, 3, 5, 8, 13, 64};
    struct bench b = {.seed = test_seed() + (uint64_t)_i};
    enum plain_kind kind = (enum plain_kind)(_i % PLAIN_KINDS);
    test_configure(&b.c, &b.d, plain_kind_settings(kind), "attend.window=%u",
                   _i % 2 ? windows[_i / 2 % 7] : test_between(&b.seed, 1, 20));
    plain_check_kind(kind, &b.d);
    open_ports(&b);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(&b.loads, 1, cycle, &b.seed);
        if (cycle % 150 == 0)
            b.leaves = plain_leaves(&b.seed);
        step(&b, cycle);
    }
    rtl_against(&b.r, &b.c, modules);
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
