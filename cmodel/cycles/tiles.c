/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/memory/sofa_tiles.v and what it holds: which tile comes next, and the walk over its visible keys. */
#include "tiles.h"

#include "session.h"
#include "wires.h"

static int tile_seen(const struct sofa_machine *m)
{
    const struct sofa_tiles_state *t = &m->now.tiles;
    return t->tile < m->result->tiles && m->result->tile[t->tile].block == m->now.ranges.block &&
           m->result->tile[t->tile].base == t->base;
}

static int may_begin_tile(const struct sofa_machine *m)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    int known = m->d.hidden_slices == 1 || m->cycle - m->began >= m->slices + m->d.hidden_time; /* sofa_hidden */
    return known && now->chunks_left == 0 && (!sofa_streamed(m) || now->tokens_used < m->d.tile_slots);
}

static void begin_chunk(struct sofa_machine *m)
{
    struct sofa_tiles_state *next = &m->next.tiles;
    next->chunk = 1;
    if (m->d.hidden_slices > 1) {
        next->tokens_used++;
        next->token_slot = sofa_next_slot(m, m->now.tiles.token_slot);
    }
    if (sofa_streamed(m))
        next->walk_slot = m->now.tiles.token_slot;
}

static void begin_chunks(struct sofa_machine *m)
{
    m->next.tiles.chunks_left = m->slices - 1;
    m->next.tiles.seen = 1;
    begin_chunk(m);
}

static void next_chunk(struct sofa_machine *m)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    if (now->chunks_left == 0 || now->tokens_used == m->d.tile_slots)
        return;
    next->chunks_left = now->chunks_left - 1;
    next->walk_key = 0;
    next->walk_any = 1;
    begin_chunk(m);
}

/* The walk starts in the cycle after a slice has been begun, so chunks_left is the slices after it. */
static void describe_chunk(const struct sofa_machine *m, struct sofa_read *read)
{
    read->final = m->now.tiles.chunks_left == 0;
    read->beats = (uint16_t)sofa_token_beats(m, read->final);
}

static void hand_over(struct sofa_machine *m, int last, int empty)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    int seen = !empty && tile_seen(m);
    if (seen || empty || last) { /* order own may end with a tile that no row sees */
        next->info[now->slot] = (struct sofa_slot){seen ? now->tile : SIZE_MAX, m->now.ranges.block, last || empty};
        next->walk_tile = now->tile;
        next->walk_slot = now->slot;
        next->walk_key = 0;
        next->walk_any = seen && !m->d.registered_links;
        next->walk_begins = seen && m->d.registered_links;
        next->tile += (size_t)seen;
        next->used++;
        if (seen && sofa_for_tokens(m))
            begin_chunks(m);
        next->slot = sofa_next_slot(m, now->slot);
        next->filled = 1;
    }
    m->block_ready = last || empty;
    next->state = last || empty ? TILES_IDLE : TILES_SEEK;
}

/* The tile after this one, which is not the block's last; order own goes on from the top when it has come to the bottom. */
static void choose_next_tile(struct sofa_machine *m, const struct sofa_block *block)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    int bottom = now->base <= block->low;
    if (m->j->order == SOFA_ORDER_ASCENDING) {
        next->base = next->target = now->base + m->j->tile;
    } else if (bottom) {
        next->target = block->high - 1;
        next->wrapped = 1;
    } else {
        next->base = now->base - m->j->tile;
        next->target = next->base;
    }
}

static int is_last_tile(const struct sofa_machine *m, const struct sofa_block *block)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    if (m->j->order == SOFA_ORDER_ASCENDING)
        return now->base + m->j->tile >= block->high;
    return now->wrapped ? now->base == now->first + m->j->tile : now->base <= block->low && !now->wraps;
}

static void begin_block(struct sofa_machine *m, const struct sofa_block *block)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    int own = m->j->order == SOFA_ORDER_OWN, first = sofa_opens_job(m, m->now.ranges.block);
    next->state = own ? TILES_OWN : block->low >= block->high ? TILES_READY : TILES_SEEK;
    next->position = block->rows + (first ? m->j->own_offset : now->position);
    next->opening = 1;
    next->scanned = 0;
    next->wrapped = 0;
    if (m->j->order == SOFA_ORDER_ASCENDING || first)
        next->base = 0;
    next->target = m->j->order == SOFA_ORDER_ASCENDING ? block->low : block->high - 1;
}

/* position counts rows, so that of a row is one less. */
static void find_own(struct sofa_machine *m, const struct sofa_block *block)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    uint64_t own = now->position - 1;
    if (own >= m->j->keys) {
        next->position = now->position - m->j->keys;
        return;
    }
    if (own >= block->low && own < block->high)
        next->target = own;
    next->state = block->low >= block->high ? TILES_READY : TILES_SEEK;
}

/* All rows see all of the tile, as the scan of the block's first one has shown. */
static int known_whole(const struct sofa_machine *m, const struct sofa_block *block)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    return m->d.whole_tiles && now->scanned && block->all_low <= now->base && block->all_high >= now->base + m->j->tile;
}

/* A tile up or down in a cycle. */
static void seek_tile(struct sofa_machine *m, const struct sofa_block *block)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    next->row = 0;
    if (now->base > now->target) {
        next->base = now->base - m->j->tile;
    } else if (now->base + m->j->tile <= now->target) {
        next->base = now->base + m->j->tile;
    } else {
        next->state = TILES_SCAN;
        next->opening = 0;
        if (now->opening) {
            next->first = now->base;
            next->wraps = m->j->order == SOFA_ORDER_OWN && now->base + m->j->tile < block->high;
        }
    }
}

/* The walk over visible keys and the address register behind it. */
static void walk_keys(struct sofa_machine *m, int address_ready, int key_ready)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    if (now->walk_begins)
        next->walk_any = 1;
    if (address_ready) {
        next->address_valid = now->walk_valid && key_ready;
        next->address_out = now->walk_out;
    }
    int step = now->walk_any && !now->walk_follow && (!now->walk_valid || key_ready);
    next->walk_follow = step && m->d.registered_links;
    if (m->d.registered_links ? now->walk_follow : step)
        next->walk_valid = 1;
    else if (key_ready)
        next->walk_valid = 0;
    if (step) {
        const struct sofa_tile *tile = &m->result->tile[now->walk_tile];
        unsigned row = sofa_visible_row(m, tile, now->walk_key);
        next->walk_key = row + 1;
        next->walk_any = sofa_visible_row(m, tile, row + 1) != SOFA_NO_ROW;
        next->walk_out = (struct sofa_read){.client = SOFA_CLIENT_KHAT,
                                            .slot = (uint8_t)now->walk_slot,
                                            .last = (uint8_t)!next->walk_any,
                                            .index = (uint16_t)row};
        if (sofa_for_tokens(m)) /* the slice that has been begun last */
            describe_chunk(m, &next->walk_out);
    }
}

void sofa_step_tiles(struct sofa_machine *m)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    const struct sofa_block *block = &m->result->block[m->now.ranges.block]; /* one spare after the last */
    int empty = block->low >= block->high;
    int last = !empty && is_last_tile(m, block);
    int packed = !sofa_for_tokens(m) && m->d.khat_keys > 1;
    int address_ready = !now->address_valid || (sofa_for_tokens(m) ? m->asked[SOFA_CLIENT_TOKEN] && !sofa_asks_again(m)
                                                               : m->asked[SOFA_CLIENT_KHAT]);
    int key_ready = address_ready && (!packed || now->space > 0);
    int walk_idle = !now->walk_any && !now->walk_follow && (!now->walk_valid || key_ready);
    m->block_ready = 0;
    next->filled = next->chunk = next->seen = next->walk_begins = 0;
    next->used -= (unsigned)m->now.order.slot_free;
    walk_keys(m, address_ready, key_ready);
    next->space -= (unsigned)(packed && now->walk_valid && key_ready);
    next->space += (unsigned)(packed && m->now.unpack.left > 0 && m->now.unpack.left == 1u + (unsigned)m->now.unpack.both); /* a row has been taken apart */
    switch (now->state) {
    case TILES_IDLE:
        if (m->now.ranges.valid)
            begin_block(m, block);
        break;
    case TILES_OWN:
        find_own(m, block);
        break;
    case TILES_SEEK:
        seek_tile(m, block);
        break;
    case TILES_SCAN:
        next->row = now->row + 1;
        next->drain = 0;
        if (next->row == block->rows || !m->j->has_ranges || known_whole(m, block)) {
            next->state = TILES_DRAIN;
            next->scanned = 1;
        }
        break;
    case TILES_DRAIN:
        next->drain = now->drain + 1;
        if (next->drain == m->d.scan_time)
            next->state = TILES_READY;
        break;
    case TILES_READY:
        if (now->used < m->d.tile_slots && walk_idle && (!sofa_for_tokens(m) || may_begin_tile(m))) {
            hand_over(m, last, empty);
            if (!last && !empty)
                choose_next_tile(m, block);
        }
        break;
    }
    if (sofa_for_tokens(m) && walk_idle)
        next_chunk(m);
}
