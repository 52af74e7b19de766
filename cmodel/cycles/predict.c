/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/predict/: the loader of passes and the issue of beats. */
#include "predict.h"

#include "session.h"
#include "wires.h"

/* ---- sofa_khat_plane ---- */

static void step_unpack(struct sofa_machine *m)
{
    const struct sofa_unpack_state *now = &m->now.unpack;
    struct sofa_unpack_state *next = &m->next.unpack;
    const struct sofa_read *row = sofa_row_for(m, SOFA_CLIENT_KHAT);
    if (row)
        m->khat[next->tail++ % m->d.khat_rows] = *row;
    unsigned leaving = 1u + (unsigned)now->both;
    if (now->left > leaving) {
        const struct sofa_tile *tile = sofa_slot_tile(m, now->slot);
        next->left = now->left - leaving;
        next->key = now->key + leaving;
        while (!sofa_bit(tile->visible, next->key))
            next->key++;
    } else if (now->head != now->tail) {
        const struct sofa_read *first = &m->khat[next->head++ % m->d.khat_rows];
        next->left = sofa_row_keys(m, sofa_slot_tile(m, first->slot), first->index, &next->key);
        next->slot = first->slot;
        next->last = first->last;
    } else {
        next->left = 0;
    }
    next->both = m->d.load_keys == 2 && next->left > 1 && sofa_bit(sofa_slot_tile(m, next->slot)->visible, next->key + 1);
}

/* ---- sofa_loader, sofa_issue ---- */

static void note_arrivals(struct sofa_machine *m)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    struct sofa_arrival key = sofa_arriving_key(m);
    if (m->now.tiles.filled) {
        next->filled = sofa_next_slot(m, now->filled);
        next->complete &= ~(1u << now->filled);
        next->tiles++;
        if (!key.valid && now->arrived_slot == now->filled)
            next->some = 0;
    }
    if (key.valid) {
        next->some = 1;
        next->arrived_slot = key.slot;
        next->arrived = key.key;
        next->complete |= (unsigned)key.last << key.slot;
    }
}

void sofa_post_scores(struct sofa_machine *m, const struct sofa_tile *tile)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    int last_slice = now->slice + 1 == m->d.slices;
    int last = !tile || (last_slice && sofa_seen_group(m, tile, now->group + 1) == m->d.key_groups);
    next->pass_valid = 1;
    next->pass_none = !tile;
    next->pass_tile = m->now.tiles.info[now->slot];
    next->pass_group = now->group;
    next->pass_first = now->first;
    next->pass_last = last;
    next->first = 0;
    next->slice = last_slice ? 0 : now->slice + 1;
    next->state = last ? LOADER_TILE : last_slice ? LOADER_GROUP : LOADER_WAIT;
    if (last_slice)
        next->group = now->group + 1;
    if (last) {
        m->told[next->told++ % SOFA_TOLD_MAX] = next->pass_tile;
        next->slot = sofa_next_slot(m, now->slot);
        next->tiles--;
    }
}

static void step_loader(struct sofa_machine *m, int taken)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    const struct sofa_tile *tile = sofa_slot_tile(m, now->slot);
    int vacant = !now->pass_valid || taken;
    note_arrivals(m);
    if (taken)
        next->pass_valid = 0;
    switch (now->state) {
    case LOADER_TILE:
        next->first = 1;
        next->slice = next->group = 0;
        if (now->tiles > 0)
            next->state = tile ? LOADER_GROUP : LOADER_POST;
        break;
    case LOADER_GROUP:
        next->group = sofa_seen_group(m, tile, now->group);
        next->column = 0;
        next->state = LOADER_WAIT;
        break;
    case LOADER_WAIT:
        if (vacant && (now->complete >> now->slot & 1 ||
                       (now->some && now->arrived_slot == now->slot &&
                        now->arrived >= (now->group + 1) * m->c->predict.keys)))
            next->state = LOADER_KEYS;
        break;
    case LOADER_KEYS:
        next->column = now->column + m->d.load_keys;
        if (next->column == m->c->predict.keys) {
            next->column = 0;
            next->state = LOADER_POST;
        }
        break;
    case LOADER_POST:
        if (vacant)
            sofa_post_scores(m, tile);
        break;
    }
}

int sofa_scores_may_start(const struct sofa_machine *m, unsigned from)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_predict_state *now = &m->now.predict;
    if (pass->pass_first && now->parity_taken >> now->next_parity & 1)
        return 0;
    if (pass->pass_none)
        return 1;
    unsigned later = from > now->from ? from - now->from : 0;
    unsigned bank = sofa_bank(m, pass->pass_tile.block);
    return now->age >= m->d.pass_distance + later && m->now.query.ready >> bank & 1;
}

static int may_start(const struct sofa_machine *m, unsigned from)
{
    const struct sofa_predict_state *now = &m->now.predict;
    return m->now.loader.pass_valid && !(now->active && now->row != now->last_row) && sofa_scores_may_start(m, from);
}

void sofa_step_predict(struct sofa_machine *m)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_predict_state *now = &m->now.predict;
    struct sofa_predict_state *next = &m->next.predict;
    const struct sofa_tile *tile = pass->pass_valid ? sofa_tile_of(m, &pass->pass_tile) : NULL;
    unsigned from = tile ? tile->group_first[pass->pass_group] : 0;
    int start = may_start(m, from);
    if (now->active && now->ends && now->row == now->last_row)
        sofa_underway_add(&m->complete, m->cycle + m->d.predict_latency + sofa_selection_time(m) + m->d.need_time, 0);
    next->age = now->age + 1;
    if (start) {
        next->row = from;
        next->last_row = tile ? tile->group_last[pass->pass_group] : from;
        next->from = from;
        next->none = pass->pass_none;
        next->ends = pass->pass_last;
        if (!pass->pass_none)
            next->age = 1;
        if (pass->pass_first) {
            next->parity_taken |= 1u << now->next_parity;
            next->next_parity ^= 1;
        }
    } else if (now->active && now->row != now->last_row) {
        next->row = now->row + 1;
    }
    next->active = start || (now->active && now->row != now->last_row);
    next->parity_taken &= ~m->now.order.parity_free;
    if (m->d.khat_keys > 1)
        step_unpack(m);
    step_loader(m, start);
}
