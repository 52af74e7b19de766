/* SPDX-License-Identifier: Apache-2.0 */
/* What benches of the schedule share: the kinds of window, keys between issue order and window, and a plain model of the window's entries
 * and slots. */
#ifndef SOFA_PLAIN_SCHEDULE_H
#define SOFA_PLAIN_SCHEDULE_H

#include "../cmodel/config/config.h"
#include "rtl_cycles.h"

/* Registers of rows of several chunks, and of one; lanes that read words; slots that are memories, and such with registered links. */
enum plain_kind { PLAIN_CHUNKS, PLAIN_WORDS, PLAIN_SLOTS, PLAIN_LINKS, PLAIN_ROWS, PLAIN_COPIES, PLAIN_KINDS };
/* What makes a configuration one of the kind; ends with NULL. */
const char *const *plain_kind_settings(enum plain_kind kind);
void plain_check_kind(enum plain_kind kind, const struct sofa_derived *d);
/* Of what tells `count` things apart. */
unsigned plain_bits(unsigned count);

/* A needed key, or the end of a tile without any, as the window takes it. */
struct plain_key {
    unsigned has_key, bank, block_last, block_rows;
};
unsigned plain_key_bits(const struct sofa_derived *d);
void plain_set_key(struct rtl_cycles *r, unsigned cycle, const char *port, const struct plain_key *k, const struct sofa_derived *d);

/* mark: what lanes know an entry by, its slot or the place of its rows in the ring. */
struct plain_entry {
    unsigned slot, bank, mark;
};
#define PLAIN_HOLD_MAX 256u
struct plain_entries {
    struct plain_entry entry[SOFA_WINDOW_MAX]; /* the oldest first */
    unsigned window, hold, count;
    uint8_t free[SOFA_WINDOW_MAX];
    unsigned back[PLAIN_HOLD_MAX + 1]; /* of the cycle, modulo so many: slot that comes back at its end, 0: none, else number + 1 */
    int comes;                         /* a key entered in the cycle before, which becomes the youngest entry */
    struct plain_entry come;
    const char *marks; /* port of all marks, and the width of one */
    unsigned mark_bits;
};
/* All slots are free. */
void plain_open_entries(struct plain_entries *w, const struct sofa_config *c, const struct sofa_derived *d, const char *marks, unsigned bits);
/* The lowest free one, or -1. */
int plain_free_slot(const struct plain_entries *w);
/* Entries in a cycle, of which so many of ten are needed no more (i_entry_any): what is said of them (o_entry_bank, o_move, o_load), and
 * the oldest that leaves. */
void plain_step_entries(struct plain_entries *w, struct rtl_cycles *r, unsigned cycle, unsigned leaves, uint64_t *seed);
/* At the end of the cycle: a key enters or NULL; slots come back. */
void plain_end_entries(struct plain_entries *w, unsigned cycle, const struct plain_entry *enters);
/* A pace for `leaves`: mostly slow, so that windows fill. */
unsigned plain_leaves(uint64_t *seed);

#endif
