/* SPDX-License-Identifier: Apache-2.0 */
#include "plain_schedule.h"

#include "tests.h"

#include <string.h>

static const char *const kinds[PLAIN_KINDS][12] = {
    [PLAIN_CHUNKS] = {"head_dim=19", "attend.width=4", "attend.lanes=1"},
    [PLAIN_WORDS] = {"head_dim=16", "attend.width=2", "attend.lanes=1", "predict.dims=2", "memory.port_bits=64"},
    [PLAIN_SLOTS] = {"target=fpga", "head_dim=11", "attend.width=11", "attend.lanes=1"},
    [PLAIN_LINKS] = {"target=fpga", "head_dim=16", "attend.width=16", "attend.lanes=1", "predict.dims=8", "memory.port_bits=32",
                     "data.query_bits=8", "data.key_bits=8", "data.value_bits=8"},
    [PLAIN_ROWS] = {"target=fpga", "head_dim=8", "attend.width=8", "query_block=8", "attend.lanes=4"},
    [PLAIN_COPIES] = {"head_dim=8", "attend.width=8", "query_block=8", "attend.lanes=4"},
};

const char *const *plain_kind_settings(enum plain_kind kind)
{
    return kinds[kind];
}

void plain_check_kind(enum plain_kind kind, const struct sofa_derived *d)
{
    ck_assert_uint_eq(d->word_memories, kind == PLAIN_WORDS);
    ck_assert_uint_eq(d->registered_links, kind == PLAIN_LINKS);
    ck_assert_uint_eq(d->slot_memories, kind == PLAIN_SLOTS || kind == PLAIN_LINKS);
    ck_assert_uint_eq(d->slot_copies, kind == PLAIN_COPIES);
    ck_assert_uint_eq(d->beats > 1, kind == PLAIN_CHUNKS || kind == PLAIN_WORDS);
}

unsigned plain_bits(unsigned count)
{
    return count > 2 ? sofa_clog2(count) : 1;
}

unsigned plain_key_bits(const struct sofa_derived *d)
{
    return d->row_bits + 4;
}

void plain_set_key(struct rtl_cycles *r, unsigned cycle, const char *port, const struct plain_key *k, const struct sofa_derived *d)
{
    unsigned above = d->row_bits + 1;
    rtl_set(r, cycle, port, 0, k->block_rows, above);
    rtl_set(r, cycle, port, above, k->block_last, 1);
    rtl_set(r, cycle, port, above + 1, k->bank, 1);
    rtl_set(r, cycle, port, above + 2, k->has_key, 1);
}

void plain_open_entries(struct plain_entries *w, const struct sofa_config *c, const struct sofa_derived *d, const char *marks, unsigned bits)
{
    *w = (struct plain_entries){.window = c->attend.window, .hold = d->slot_hold, .marks = marks, .mark_bits = bits};
    memset(w->free, 1, w->window);
}

int plain_free_slot(const struct plain_entries *w)
{
    for (unsigned s = 0; s < w->window; s++)
        if (w->free[s])
            return (int)s;
    return -1;
}

/* Entries by age, and the oldest that no row needs any more, which leaves; its place, or count. */
static unsigned see_entries(const struct plain_entries *w, struct rtl_cycles *r, unsigned cycle, unsigned leaves, uint64_t *seed)
{
    unsigned leaving = w->count;
    for (unsigned e = 0; e < w->window; e++) {
        int held = e < w->count, any = held && !rtl_chance(seed, leaves);
        rtl_set(r, cycle, "i_entry_any", e, held ? (uint64_t)any : test_random(seed), 1);
        if (held && !any && leaving == w->count)
            leaving = e;
        if (!held)
            continue;
        rtl_set(r, cycle, "o_entry_bank", e, w->entry[e].bank, 1);
        rtl_set(r, cycle, w->marks, e * w->mark_bits, w->entry[e].mark, w->mark_bits);
        rtl_set(r, cycle, "o_move", e, e >= leaving, 1);
    }
    return leaving;
}

/* A key of the cycle before becomes the youngest entry, behind those that stay. */
void plain_step_entries(struct plain_entries *w, struct rtl_cycles *r, unsigned cycle, unsigned leaves, uint64_t *seed)
{
    unsigned leaving = see_entries(w, r, cycle, leaves, seed);
    if (leaving < w->count) {
        w->back[(cycle + w->hold) % (PLAIN_HOLD_MAX + 1)] = w->entry[leaving].slot + 1;
        w->count--;
        memmove(&w->entry[leaving], &w->entry[leaving + 1], (w->count - leaving) * sizeof w->entry[0]);
    }
    rtl_put(r, cycle, "o_load", w->comes ? (uint64_t)1 << w->count : 0);
    if (w->comes)
        w->entry[w->count++] = w->come;
}

void plain_end_entries(struct plain_entries *w, unsigned cycle, const struct plain_entry *enters)
{
    w->comes = enters != NULL;
    if (enters) {
        w->come = *enters;
        w->free[enters->slot] = 0;
    }
    unsigned *back = &w->back[cycle % (PLAIN_HOLD_MAX + 1)];
    if (*back)
        w->free[*back - 1] = 1;
    *back = 0;
}

unsigned plain_leaves(uint64_t *seed)
{
    return test_between(seed, 0, 3) ? test_between(seed, 1, 4) : 10 * test_between(seed, 0, 1);
}
