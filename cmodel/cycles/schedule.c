/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/schedule/ behind sofa_order: entries of the window, blocks. */
#include "schedule.h"

#include "order.h"
#include "rows.h"
#include "wires.h"

#include <string.h>

/* ---- sofa_window: entry of keys ---- */

static void open_block(struct sofa_machine *m, const struct sofa_key_entry *key)
{
    struct sofa_window_state *next = &m->next.window;
    unsigned rows = m->result->block[key->block].rows;
    next->block_open = 1;
    for (unsigned w = 0; w < SOFA_ROW_WORDS; w++) {
        unsigned n = rows > 64 * w ? rows - 64 * w : 0;
        next->owed[key->bank][w] = n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
    }
    m->next.left[key->bank] = rows;
    m->next.open |= 1u << key->bank;
}

static void enter_key(struct sofa_machine *m, const struct sofa_key_entry *key)
{
    struct sofa_window_state *next = &m->next.window;
    sofa_leave_list(m, key);
    next->load = key->has_key;
    next->load_bank = key->bank;
    next->last = key->block_last;
    if (key->block_last)
        next->block_open = 0;
    if (!key->has_key)
        return;
    next->load_slot = (unsigned)__builtin_ctzll(m->now.window.free);
    next->free &= ~((uint64_t)1 << next->load_slot);
    sofa_ring_enter(m);
    const struct sofa_tile *tile = &m->result->tile[key->tile];
    memcpy(next->rows, tile->need + key->key * SOFA_ROW_WORDS, sizeof next->rows);
    sofa_underway_add(&m->space, m->cycle + m->d.value_hold, 0);
}

void sofa_step_window_entry(struct sofa_machine *m)
{
    const struct sofa_window_state *now = &m->now.window;
    struct sofa_window_state *next = &m->next.window;
    const struct sofa_key_entry *key = &m->list[m->now.order.head % SOFA_LIST_MAX];
    next->load = next->last = 0;
    if (m->now.order.head == m->now.order.tail || key->due > m->cycle)
        return;
    if (!now->block_open) {
        if (m->now.query.ready >> key->bank & 1)
            open_block(m, key);
    } else if (!key->has_key || (sofa_ring_ready(m) && now->free != 0)) {
        enter_key(m, key);
    }
}

/* ---- sofa_window: entries by age ---- */

static uint64_t any_row(const uint64_t *rows)
{
    return rows[0] | rows[1] | rows[2] | rows[3];
}
_Static_assert(SOFA_ROW_WORDS == 4, "any_row looks at four words");

static void free_slot(struct sofa_machine *m, unsigned slot)
{
    if (m->d.slot_hold > 0)
        sofa_underway_add(&m->freed, m->cycle + m->d.slot_hold, slot);
    else
        m->next.window.free |= (uint64_t)1 << slot;
}

/* Closes the gap of the oldest empty entry, then appends the key that entered. Pairs of this cycle have left next->pending. */
static void step_entries(struct sofa_machine *m)
{
    const struct sofa_window_state *now = &m->now.window;
    struct sofa_window_state *next = &m->next.window;
    unsigned gone = 0;
    uint32_t slot;
    while (gone < now->count && any_row(now->pending[gone]))
        gone++;
    if (gone < now->count) {
        free_slot(m, now->entry_slot[gone]);
        for (unsigned e = gone; e + 1 < now->count; e++) {
            memcpy(next->pending[e], next->pending[e + 1], sizeof next->pending[e]);
            next->entry_slot[e] = now->entry_slot[e + 1];
            next->entry_bank[e] = now->entry_bank[e + 1];
        }
        next->count--;
    }
    if (now->load) {
        memcpy(next->pending[next->count], now->rows, sizeof now->rows);
        next->entry_slot[next->count] = (uint8_t)now->load_slot;
        next->entry_bank[next->count] = (uint8_t)now->load_bank;
        next->count++;
    }
    if (sofa_underway_due(&m->freed, m->cycle, &slot))
        next->free |= (uint64_t)1 << slot;
}

static void step_retirement(struct sofa_machine *m)
{
    const struct sofa_window_state *now = &m->now.window;
    struct sofa_window_state *next = &m->next.window;
    if (now->last)
        next->loaded |= 1u << now->load_bank;
    if (now->loaded >> now->retire_bank & 1 && !any_row(now->owed[now->retire_bank])) {
        next->loaded &= ~(1u << now->retire_bank);
        next->retire_bank ^= 1;
    }
}

void sofa_step_window(struct sofa_machine *m)
{
    step_entries(m);
    step_retirement(m);
}

/* ---- sofa_blocks ---- */

void sofa_step_blocks(struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    struct sofa_registers_now *next = &m->next;
    if (now->stored_bank >= 0)
        next->left[now->stored_bank]--;
    next->retired = now->open >> now->oldest & 1 && now->left[now->oldest] == 0;
    if (next->retired) {
        next->open &= ~(1u << now->oldest);
        next->oldest ^= 1;
    }
}
