/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/schedule/: issue order, entries of the window, blocks. */
#include "schedule.h"

#include "kvgen.h"
#include "rows.h"
#include "wires.h"

#include <string.h>

/* ---- sofa_order ---- */

static void begin_tile(struct sofa_machine *m)
{
    const struct sofa_order_state *now = &m->now.order;
    struct sofa_order_state *next = &m->next.order;
    size_t tile = m->now.tiles.info[now->slot].tile;
    next->count = tile == SIZE_MAX ? 0 : sofa_tile_order(&m->result->tile[tile], m->j->tile, m->order[now->parity]);
    next->at = 0;
    next->none = next->count == 0;
    next->tile_parity = now->parity;
    next->tile_slot = now->slot;
    next->tile_last = m->now.tiles.info[now->slot].last;
    next->parity ^= 1;
    next->slot = sofa_next_slot(m, now->slot);
    next->complete--;
    next->walking = 1;
}

static void list_key(struct sofa_machine *m, int end)
{
    const struct sofa_order_state *now = &m->now.order;
    const struct sofa_slot *slot = &m->now.tiles.info[now->tile_slot];
    struct sofa_key_entry *entry = &m->list[now->tail % SOFA_LIST_MAX];
    entry->has_key = !now->none;
    entry->key = now->none ? 0 : m->order[now->tile_parity][now->at - 1];
    entry->parity = (uint8_t)now->tile_parity;
    entry->slot = (uint8_t)now->tile_slot;
    entry->bank = slot->block & 1;
    entry->tile_last = (uint8_t)end;
    entry->block_last = end && slot->last;
    m->next.order.tail++;
}

/* The rows of the key are fetched or generated. */
static void ask_for_rows(struct sofa_machine *m)
{
    const struct sofa_order_state *now = &m->now.order;
    const struct sofa_tile *tile = &m->result->tile[m->now.tiles.info[now->tile_slot].tile];
    const struct sofa_wanted wanted = {.place = now->place,
                                       .first = now->fresh,
                                       .last = now->at == now->count,
                                       .made = sofa_bit(tile->made, m->order[now->tile_parity][now->at - 1]) != 0};
    m->next.order.place = (now->place + 1) % m->c->memory.prefetch;
    m->next.order.fresh = 0;
    if (sofa_for_tokens(m))
        sofa_supply_take(m, &wanted);
    else
        sofa_fetch_begin(m, wanted.place);
}

void sofa_step_order(struct sofa_machine *m)
{
    const struct sofa_order_state *now = &m->now.order;
    struct sofa_order_state *next = &m->next.order;
    uint32_t ignored;
    int list_ready = now->tail - now->head != 1u << m->d.list_bits;
    int taken = sofa_for_tokens(m) ? m->now.supply.state == SUPPLY_IDLE : sofa_fetch_ready(m);
    int step = now->walking && list_ready && (now->none || (now->walk_valid && taken && now->space > 0));
    int request = step && !now->none;
    int end = step && (now->none || now->at == now->count);
    if (sofa_underway_due(&m->complete, m->cycle, &ignored))
        next->complete++;
    next->space += (unsigned)sofa_underway_due(&m->space, m->cycle, &ignored);
    next->space -= (unsigned)request;
    if (request)
        ask_for_rows(m);
    if (step)
        list_key(m, end);
    int found = now->at < now->count && !now->walk_follow && (!now->walk_valid || request);
    next->at = now->at + (unsigned)found;
    next->walk_follow = found && m->d.registered_links;
    if (m->d.registered_links ? now->walk_follow : found)
        next->walk_valid = 1;
    else if (request)
        next->walk_valid = 0;
    if (end)
        next->walking = 0;
    if (now->complete > 0 && !now->walking) {
        begin_tile(m);
        next->fresh |= now->tile_last;
    }
}

/* ---- sofa_window: entry of keys ---- */

static void open_block(struct sofa_machine *m, const struct sofa_key_entry *key)
{
    struct sofa_window_state *next = &m->next.window;
    unsigned rows = m->result->block[m->now.tiles.info[key->slot].block].rows;
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
    m->next.order.head++;
    next->load = key->has_key;
    next->load_bank = key->bank;
    next->last = key->block_last;
    if (key->block_last)
        next->block_open = 0;
    if (key->tile_last) {
        next->parity_free = 1u << key->parity;
        next->slot_free = 1;
    }
    if (!key->has_key)
        return;
    next->load_slot = (unsigned)__builtin_ctzll(m->now.window.free);
    next->free &= ~((uint64_t)1 << next->load_slot);
    sofa_ring_enter(m);
    const struct sofa_tile *tile = &m->result->tile[m->now.tiles.info[key->slot].tile];
    memcpy(next->rows, tile->need + key->key * SOFA_ROW_WORDS, sizeof next->rows);
    sofa_underway_add(&m->space, m->cycle + m->d.value_hold, 0);
}

void sofa_step_window_entry(struct sofa_machine *m)
{
    const struct sofa_window_state *now = &m->now.window;
    struct sofa_window_state *next = &m->next.window;
    const struct sofa_key_entry *key = &m->list[m->now.order.head % SOFA_LIST_MAX];
    next->load = next->last = next->slot_free = 0;
    next->parity_free = 0;
    if (m->now.order.head == m->now.order.tail)
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
    if (now->stored_bank >= 0) {
        next->left[now->stored_bank]--;
        next->rows_left--;
    }
    next->retired = now->open >> now->oldest & 1 && now->left[now->oldest] == 0;
    if (next->retired) {
        next->open &= ~(1u << now->oldest);
        next->oldest ^= 1;
    }
}
