/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/schedule/sofa_order.v and what it holds. */
#include "order.h"

#include "kvgen.h"
#include "rows.h"
#include "session.h"
#include "wires.h"

static int queued(const struct sofa_machine *m)
{
    return m->c->attend.queue > 0;
}

/* ---- sofa_order ---- */

static void begin_tile(struct sofa_machine *m)
{
    const struct sofa_order_state *now = &m->now.order;
    struct sofa_order_state *next = &m->next.order;
    next->tile = queued(m) ? m->told[now->begun % SOFA_TOLD_MAX] : m->now.tiles.info[now->begun % m->d.tile_slots];
    next->begun++;
    size_t tile = next->tile.tile;
    next->count = tile == SIZE_MAX ? 0 : sofa_tile_order(&m->result->tile[tile], m->j->tile, m->order[now->parity]);
    next->at = 0;
    next->none = next->count == 0;
    next->tile_parity = now->parity;
    next->parity ^= 1;
    next->complete--;
    next->walking = 1;
}

/* ---- sofa_matrix_registers, sofa_matrix_words ---- */

static int rows_are_here(const struct sofa_machine *m)
{
    const struct sofa_matrix_state *now = &m->now.order.matrix;
    return m->d.need_word == 0 || (now->full >> now->head & 1);
}

/* The key taken is the last one of its group. */
static int group_ends(const struct sofa_machine *m)
{
    const struct sofa_order_state *now = &m->now.order;
    const uint16_t *keys = m->order[now->tile_parity];
    return now->at == now->count || keys[now->at] / m->d.need_word != keys[now->at - 1] / m->d.need_word;
}

static uint64_t groups_of_next(const struct sofa_machine *m)
{
    size_t tile = m->told[m->now.order.matrix.begun % SOFA_TOLD_MAX].tile;
    uint16_t keys[SOFA_TILE_KEYS_MAX];
    unsigned count = tile == SIZE_MAX ? 0 : sofa_tile_order(&m->result->tile[tile], m->j->tile, keys);
    uint64_t groups = 0;
    for (unsigned n = 0; n < count; n++)
        groups |= (uint64_t)1 << keys[n] / m->d.need_word;
    return groups;
}

static void step_matrix(struct sofa_machine *m, int completed, int taken)
{
    const struct sofa_matrix_state *now = &m->now.order.matrix;
    struct sofa_matrix_state *next = &m->next.order.matrix;
    unsigned steps = m->c->query_block / m->d.need_rows;
    int last = now->step + 1 == steps, start = now->groups != 0 && !(now->kept >> now->fill & 1) && (!now->reading || last);
    unsigned done = taken && group_ends(m) ? 1u << now->head : 0;
    next->groups = start ? now->groups & (now->groups - 1) : now->groups;
    next->reading = start || (now->reading && !last);
    next->step = start ? 0 : now->step + 1;
    next->side = start ? now->fill : now->side;
    next->fill = now->fill ^ (unsigned)start;
    next->kept = (now->kept | (unsigned)start << now->fill) & ~done;
    next->filled = now->reading && last ? 1u << now->side : 0;
    next->full = (now->full | now->filled) & ~done;
    next->head = now->head ^ (done != 0);
    next->complete = now->complete + (unsigned)completed;
    if (now->complete == 0 || now->groups != 0)
        return;
    next->groups = groups_of_next(m);
    next->begun++;
    next->complete--;
}

static void step_walk(struct sofa_machine *m, int taken)
{
    const struct sofa_order_state *now = &m->now.order;
    struct sofa_order_state *next = &m->next.order;
    int found = now->at < now->count && !now->walk_follow && (!now->walk_valid || taken);
    next->at = now->at + (unsigned)found;
    next->walk_follow = found && m->d.registered_links;
    if (m->d.registered_links ? now->walk_follow : found)
        next->walk_valid = 1;
    else if (taken)
        next->walk_valid = 0;
}

/* ---- sofa_list_matrix, sofa_list_queue ---- */

static void list_key(struct sofa_machine *m, int end)
{
    const struct sofa_order_state *now = &m->now.order;
    struct sofa_order_state *next = &m->next.order;
    unsigned key = now->none ? 0 : m->order[now->tile_parity][now->at - 1];
    m->list[now->tail % SOFA_LIST_MAX] = (struct sofa_key_entry){
        .has_key = !now->none,
        .key = (uint16_t)key,
        .parity = (uint8_t)now->tile_parity,
        .bank = (uint8_t)sofa_bank(m, now->tile.block),
        .tile_last = (uint8_t)end,
        .block_last = end && now->tile.last,
        .fresh = (uint8_t)now->fresh,
        .made = !now->none && sofa_for_tokens(m) && sofa_bit(m->result->tile[now->tile.tile].made, key),
        .tile = now->tile.tile,
        .block = now->tile.block,
        .due = queued(m) ? m->cycle + m->d.queue_time + 1 : 0};
    next->tail++;
    next->fresh = (end && now->tile.last) || (now->fresh && now->none);
    if (queued(m) && end)
        next->parity_free = 1u << now->tile_parity;
}

/* The rows of the key are fetched or generated. */
static void ask_for_rows(struct sofa_machine *m, const struct sofa_key_entry *key)
{
    const struct sofa_wanted wanted = {.place = m->now.order.place, .first = key->fresh, .last = key->tile_last, .made = key->made};
    m->next.order.place = (m->now.order.place + 1) % m->c->memory.prefetch;
    m->next.order.space--;
    if (sofa_for_tokens(m))
        sofa_supply_take(m, &wanted);
    else
        sofa_fetch_begin(m, wanted.place);
}

static int rows_may_be_asked(const struct sofa_machine *m)
{
    int taken = sofa_for_tokens(m) ? m->now.supply.state == SUPPLY_IDLE : sofa_fetch_ready(m);
    return taken && m->now.order.space > 0;
}

/* A key is asked for when it is listed. */
static int step_matrix_list(struct sofa_machine *m, int end)
{
    const struct sofa_order_state *now = &m->now.order;
    int list_ready = now->tail - now->head != 1u << m->d.list_bits;
    int step = now->walking && list_ready && (now->none || (now->walk_valid && rows_may_be_asked(m)));
    if (!step)
        return 0;
    list_key(m, end);
    if (!now->none)
        ask_for_rows(m, &m->list[now->tail % SOFA_LIST_MAX]);
    return 1;
}

static void step_asks(struct sofa_machine *m)
{
    const struct sofa_order_state *now = &m->now.order;
    struct sofa_order_state *next = &m->next.order;
    unsigned first = now->asked;
    while (first != now->tail && !m->list[first % SOFA_LIST_MAX].has_key)
        first++;
    const struct sofa_key_entry *key = &m->list[first % SOFA_LIST_MAX];
    int here = first != now->tail && key->due <= m->cycle + 1; /* it comes without its rows */
    int request = here && (now->stood || !m->d.registered_links) && rows_may_be_asked(m);
    next->stood = here && !request;
    next->asked = first + (unsigned)request;
    if (request)
        ask_for_rows(m, key);
}

/* A key is asked for when it is the first one that has not been. */
static int step_queue_list(struct sofa_machine *m, int end)
{
    const struct sofa_order_state *now = &m->now.order;
    int step = now->walking && now->tail - now->head != m->c->attend.queue && (now->none || (now->walk_valid && rows_are_here(m)));
    step_asks(m);
    if (step)
        list_key(m, end);
    return step;
}

void sofa_leave_list(struct sofa_machine *m, const struct sofa_key_entry *key)
{
    struct sofa_order_state *next = &m->next.order;
    next->head++;
    if (!key->tile_last)
        return;
    if (!queued(m))
        next->parity_free = 1u << key->parity;
    if (!queued(m) || sofa_for_tokens(m))
        next->slot_free = 1;
}

void sofa_step_order(struct sofa_machine *m)
{
    const struct sofa_order_state *now = &m->now.order;
    struct sofa_order_state *next = &m->next.order;
    uint32_t ignored;
    int end = now->none || now->at == now->count;
    next->parity_free = 0;
    next->slot_free = queued(m) && !sofa_for_tokens(m) && m->next.loader.told != m->now.loader.told;
    int step = queued(m) ? step_queue_list(m, end) : step_matrix_list(m, end);
    int completed = sofa_underway_due(&m->complete, m->cycle, &ignored);
    next->complete += (unsigned)completed;
    next->space += (unsigned)sofa_underway_due(&m->space, m->cycle, &ignored);
    step_walk(m, step && !now->none);
    if (m->d.need_word > 0)
        step_matrix(m, completed, step && !now->none);
    if (step && end)
        next->walking = 0;
    if (now->complete > 0 && !now->walking)
        begin_tile(m);
}
