/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/memory/ and the query loader: channels, ranges, tiles, store. */
#include "cycles.h"

/* ---- who asks, whose rows go on ---- */

const struct sofa_read *sofa_row_for(const struct sofa_machine *m, unsigned client)
{
    for (unsigned ch = 0; ch < m->c->memory.read_channels; ch++)
        if (m->now.channel[ch].row.client == client)
            return &m->now.channel[ch].row;
    return NULL;
}

int sofa_query_taken(const struct sofa_machine *m)
{
    const struct sofa_query_state *q = &m->now.query;
    return sofa_row_for(m, SOFA_CLIENT_QUERY) && q->load_left > 0 && q->busy[q->bus] <= 1;
}

static int range_stored(const struct sofa_machine *m)
{
    return m->now.ranges.state == RANGES_READ && sofa_row_for(m, SOFA_CLIENT_RANGE);
}

int sofa_row_taken(const struct sofa_machine *m, unsigned client)
{
    const struct sofa_ranges_state *r = &m->now.ranges;
    switch (client) {
    case SOFA_CLIENT_KEY:
        return !m->wire.new_k; /* a generated row goes first */
    case SOFA_CLIENT_VALUE:
        return !m->wire.new_v;
    case SOFA_CLIENT_TOKEN:
        return m->wire.cut_ready;
    case SOFA_CLIENT_WEIGHT:
        return sofa_weight_taken(m, sofa_row_for(m, client));
    case SOFA_CLIENT_TURN:
        return sofa_turn_taken(m);
    case SOFA_CLIENT_QUERY:
        return sofa_query_taken(m);
    case SOFA_CLIENT_RANGE:
        return range_stored(m) &&
               (r->row + 1 == m->result->block[r->block].rows || r->record == m->d.range_records - 1);
    default:
        return 1;
    }
}

static int channel_of(const struct sofa_machine *m, unsigned client)
{
    int with_values = client == SOFA_CLIENT_VALUE || client == SOFA_CLIENT_RANGE || client == SOFA_CLIENT_QUERY;
    return with_values ? (int)m->d.value_channel : 0;
}

/* Who is granted first. */
static void rank_clients(const struct sofa_machine *m, uint8_t by_rank[SOFA_CLIENTS])
{
    const unsigned rank[SOFA_CLIENTS] = {
        [SOFA_CLIENT_RANGE] = m->d.range_rank,   [SOFA_CLIENT_KEY] = m->d.key_rank,
        [SOFA_CLIENT_VALUE] = m->d.value_rank,   [SOFA_CLIENT_QUERY] = m->d.query_rank,
        [SOFA_CLIENT_TOKEN] = m->d.token_rank,   [SOFA_CLIENT_WEIGHT] = m->d.weight_rank,
        [SOFA_CLIENT_ROTARY] = m->d.rotary_rank, [SOFA_CLIENT_TURN] = m->d.turn_rank};
    for (unsigned client = 0; client < SOFA_CLIENTS; client++)
        by_rank[rank[client] - 1] = (uint8_t)client;
}

static int may_grant(const struct sofa_channel *now)
{
    return now->granted == SOFA_NOBODY && now->pending.client == SOFA_NOBODY;
}

void sofa_find_requests(struct sofa_machine *m)
{
    uint8_t by_rank[SOFA_CLIENTS];
    const struct sofa_registers_now *r = &m->now;
    unsigned tags = 1u << m->d.read_tag_bits;
    int busy[2] = {r->channel[0].tags == tags, r->channel[1].tags == tags};
    rank_clients(m, by_rank);
    m->ask[SOFA_CLIENT_RANGE] = r->ranges.request;
    m->ask[SOFA_CLIENT_KEY] = r->tiles.address_valid;
    m->ask[SOFA_CLIENT_VALUE] = r->order.address_valid;
    m->ask[SOFA_CLIENT_QUERY] = r->query.fetch_left > 0 && (r->query.fetch_row > 0 || r->query.banks < m->d.blocks_open);
    if (sofa_for_tokens(m))
        sofa_ask_tokens(m);
    for (unsigned i = 0; i < SOFA_CLIENTS; i++) {
        unsigned client = by_rank[i];
        int ch = channel_of(m, client);
        int first = m->ask[client] && !busy[ch];
        busy[ch] |= first;
        m->asked[client] = m->d.far_reads ? r->channel[ch].granted == client : first;
        if (m->d.far_reads && first && may_grant(&r->channel[ch]))
            m->next.channel[ch].granted = (uint8_t)client;
    }
}

/* ---- read channels ---- */

static int takes_beats(unsigned client)
{
    return client == SOFA_CLIENT_TOKEN || client == SOFA_CLIENT_WEIGHT || client == SOFA_CLIENT_TURN;
}

static unsigned row_beats(const struct sofa_machine *m, const struct sofa_read *read)
{
    const unsigned beats[] = {m->d.range_beats, m->d.key_beats, m->d.value_beats, m->d.query_beats};
    if (read->client == SOFA_CLIENT_ROTARY)
        return m->d.rotary_beats;
    return takes_beats(read->client) ? read->beats : beats[read->client];
}

static struct sofa_read what_is_asked(const struct sofa_machine *m, unsigned client)
{
    struct sofa_read read = {0};
    if (sofa_for_tokens(m))
        read = sofa_asked_tokens(m, client);
    else if (client == SOFA_CLIENT_KEY)
        read = m->now.tiles.address_out;
    read.client = (uint8_t)client;
    return read;
}

static int waits(unsigned client)
{
    return client == SOFA_CLIENT_QUERY || client == SOFA_CLIENT_RANGE;
}

static void step_channel(struct sofa_machine *m, unsigned ch)
{
    const struct sofa_channel *now = &m->now.channel[ch];
    struct sofa_channel *next = &m->next.channel[ch];
    if (now->granted != SOFA_NOBODY)
        next->granted = SOFA_NOBODY;
    next->pending.client = SOFA_NOBODY;
    for (unsigned client = 0; client < SOFA_CLIENTS; client++)
        if (m->asked[client] && channel_of(m, client) == (int)ch) {
            next->pending = what_is_asked(m, client);
            next->tags++;
        }
    if (now->pending.client != SOFA_NOBODY) {
        unsigned at = m->request_tail[ch]++ % 64;
        m->request[ch][at] = now->pending;
        m->request_due[ch][at] = m->cycle + SOFA_IDEAL_LATENCY;
    }
    unsigned head = m->request_head[ch] % 64;
    int offered = m->request_head[ch] != m->request_tail[ch] && m->request_due[ch][head] <= m->cycle;
    int row_free = now->row.client == SOFA_NOBODY || sofa_row_taken(m, now->row.client);
    if (row_free)
        next->row = now->come;
    next->come.client = SOFA_NOBODY;
    if (row_free && waits(now->row.client))
        next->waiting = 0;
    if (!offered || (m->d.far_reads ? now->waiting : !row_free))
        return;
    int last = now->beat + 1 == row_beats(m, &m->request[ch][head]);
    next->beat = last ? 0 : now->beat + 1;
    if (last || takes_beats(m->request[ch][head].client)) {
        struct sofa_read *row = m->d.far_reads ? &next->come : &next->row;
        *row = m->request[ch][head];
        next->waiting = waits(row->client);
    }
    if (last) {
        next->tags--;
        m->request_head[ch]++;
    }
}

void sofa_step_channels(struct sofa_machine *m)
{
    for (unsigned ch = 0; ch < m->c->memory.read_channels; ch++)
        step_channel(m, ch);
}

/* ---- sofa_ranges ---- */

static void read_ranges(struct sofa_machine *m)
{
    const struct sofa_ranges_state *now = &m->now.ranges;
    struct sofa_ranges_state *next = &m->next.ranges;
    unsigned rows = m->result->block[now->block].rows, per = m->d.range_records;
    if (m->asked[SOFA_CLIENT_RANGE]) {
        next->asked = now->asked + per - (now->asked == 0 ? now->lead : 0);
        next->request = next->asked < rows;
    }
    if (!range_stored(m))
        return;
    next->row = now->row + 1;
    next->record = now->record + 1 == per ? 0 : now->record + 1;
    if (next->row == rows) {
        next->state = RANGES_ANNOUNCE;
        next->valid = !m->d.far_reads; /* else when the bounds have followed */
    }
}

void sofa_step_ranges(struct sofa_machine *m)
{
    const struct sofa_ranges_state *now = &m->now.ranges;
    struct sofa_ranges_state *next = &m->next.ranges;
    if (m->now.retired)
        next->in_machine--;
    switch (now->state) {
    case RANGES_IDLE:
        if (m->cycle == 0)
            next->state = RANGES_OPEN;
        break;
    case RANGES_OPEN:
        if (now->block == m->result->counters.blocks) {
            next->state = RANGES_IDLE;
        } else if (now->in_machine < m->d.blocks_open) {
            next->in_machine++;
            next->state = m->j->has_ranges ? RANGES_READ : RANGES_ANNOUNCE;
            next->request = m->j->has_ranges;
            next->valid = !m->j->has_ranges;
            next->asked = next->row = 0;
            next->record = now->lead;
        }
        break;
    case RANGES_READ:
        read_ranges(m);
        break;
    case RANGES_ANNOUNCE:
        if (m->block_ready) {
            next->state = RANGES_OPEN;
            next->valid = 0;
            next->block++;
            next->lead = now->record;
        } else {
            next->valid = 1;
        }
        break;
    }
}

/* ---- sofa_query_fetch, sofa_queries ---- */

static void fetch_queries(struct sofa_machine *m)
{
    struct sofa_query_state *next = &m->next.query;
    const struct sofa_query_state *now = &m->now.query;
    if (m->asked[SOFA_CLIENT_QUERY]) {
        int end = now->fetch_row == m->c->query_block - 1 || now->fetch_left == 1;
        next->fetch_left--;
        next->fetch_row = end ? 0 : now->fetch_row + 1;
        next->banks += now->fetch_row == 0;
    }
    next->banks -= (unsigned)m->now.retired;
}

static void place_query(struct sofa_machine *m)
{
    const struct sofa_query_state *now = &m->now.query;
    struct sofa_query_state *next = &m->next.query;
    int end = now->row == m->c->query_block - 1 || now->load_left == 1;
    int lane_end = now->lane == m->c->attend.lanes - 1;
    next->load_left--;
    next->row = end ? 0 : now->row + 1;
    next->bank = now->bank ^ (unsigned)end;
    next->lane = end || lane_end ? 0 : now->lane + 1;
    next->bus = end || lane_end || now->bus == m->d.query_buses - 1 ? 0 : now->bus + 1;
    next->busy[now->bus] = m->d.beats;
    next->ends[now->bus] = (uint8_t)end;
    next->bus_bank[now->bus] = (uint8_t)now->bank;
}

void sofa_step_queries(struct sofa_machine *m)
{
    const struct sofa_query_state *now = &m->now.query;
    struct sofa_query_state *next = &m->next.query;
    uint32_t bank;
    if (m->cycle == 0) {
        next->fetch_left = next->load_left = m->result->rows;
        return;
    }
    fetch_queries(m);
    for (unsigned u = 0; u < m->d.query_buses; u++) {
        if (now->busy[u] == 1 && now->ends[u])
            sofa_underway_add(&m->placed, m->cycle + m->d.placed_time, now->bus_bank[u]);
        if (now->busy[u] > 0)
            next->busy[u] = now->busy[u] - 1;
    }
    next->ready = now->ready;
    if (m->now.retired) {
        next->ready &= ~(1u << now->retire_bank);
        next->retire_bank ^= 1;
    }
    if (sofa_underway_due(&m->placed, m->cycle, &bank))
        next->ready |= 1u << bank;
    if (sofa_query_taken(m))
        place_query(m);
}

/* ---- sofa_tiles ---- */

static int tile_seen(const struct sofa_machine *m)
{
    const struct sofa_tiles_state *t = &m->now.tiles;
    return t->tile < m->result->tiles && m->result->tile[t->tile].block == m->now.ranges.block &&
           m->result->tile[t->tile].base == t->base;
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
        next->walk_any = seen && !m->d.far_reads;
        next->walk_begins = seen && m->d.far_reads;
        next->tile += (size_t)seen;
        next->used++;
        if (seen && sofa_for_tokens(m))
            sofa_begin_chunks(m);
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
    int own = m->j->order == SOFA_ORDER_OWN;
    next->state = own ? TILES_OWN : block->low >= block->high ? TILES_READY : TILES_SEEK;
    next->position = now->position + block->rows + (now->begun ? 0 : m->j->own_offset);
    next->begun = next->opening = 1;
    next->wrapped = 0;
    if (m->j->order == SOFA_ORDER_ASCENDING || !now->begun)
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
static void walk_keys(struct sofa_machine *m, int key_ready)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    if (now->walk_begins)
        next->walk_any = 1;
    if (key_ready) {
        next->address_valid = now->walk_valid;
        next->address_out = now->walk_out;
    }
    int step = now->walk_any && !now->walk_follow && (!now->walk_valid || key_ready);
    next->walk_follow = step && m->d.far_reads;
    if (m->d.far_reads ? now->walk_follow : step)
        next->walk_valid = 1;
    else if (key_ready)
        next->walk_valid = 0;
    if (step) {
        const uint64_t *visible = m->result->tile[now->walk_tile].visible;
        unsigned key = now->walk_key;
        while (!sofa_bit(visible, key))
            key++;
        next->walk_key = key + 1;
        while (next->walk_key < m->j->tile && !sofa_bit(visible, next->walk_key))
            next->walk_key++;
        next->walk_any = next->walk_key < m->j->tile;
        next->walk_out = (struct sofa_read){.client = SOFA_CLIENT_KEY,
                                            .slot = (uint8_t)now->walk_slot,
                                            .last = (uint8_t)!next->walk_any,
                                            .index = (uint16_t)key};
        if (sofa_for_tokens(m)) /* the slice that has been begun last */
            sofa_describe_chunk(m, &next->walk_out);
    }
}

void sofa_step_tiles(struct sofa_machine *m)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    struct sofa_tiles_state *next = &m->next.tiles;
    const struct sofa_block *block = &m->result->block[m->now.ranges.block]; /* one spare after the last */
    int empty = block->low >= block->high;
    int last = !empty && is_last_tile(m, block);
    int key_ready = !now->address_valid || (sofa_for_tokens(m) ? m->asked[SOFA_CLIENT_TOKEN] && !sofa_asks_again(m)
                                                               : m->asked[SOFA_CLIENT_KEY]);
    int walk_idle = !now->walk_any && !now->walk_follow && (!now->walk_valid || key_ready);
    m->block_ready = 0;
    next->filled = next->chunk = next->seen = next->walk_begins = 0;
    next->used -= (unsigned)m->now.window.slot_free;
    walk_keys(m, key_ready);
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
        if (next->row == block->rows || !m->j->has_ranges)
            next->state = TILES_DRAIN;
        break;
    case TILES_DRAIN:
        next->drain = now->drain + 1;
        if (next->drain == m->d.scan_time)
            next->state = TILES_READY;
        break;
    case TILES_READY:
        if (now->used < m->d.tile_slots && walk_idle && (!sofa_for_tokens(m) || sofa_may_begin_tile(m))) {
            hand_over(m, last, empty);
            if (!last && !empty)
                choose_next_tile(m, block);
        }
        break;
    }
    if (sofa_for_tokens(m) && walk_idle)
        sofa_next_chunk(m);
}

/* ---- sofa_store, sofa_blocks, the end of the job ---- */

/* A finished row is listed when its last word is in memory; with several words the unit puts it together before it offers
 * it, unless the store reads words. */
static int row_offered(const struct sofa_machine *m, unsigned u)
{
    const struct sofa_underway *f = &m->finished[u];
    int listed = f->head != f->tail && f->due[f->head % SOFA_UNDERWAY] <= m->cycle;
    return m->d.norm_words == 1 || m->d.output_words ? listed : m->now.norm[u].offered;
}

static void put_row_together(struct sofa_machine *m, unsigned u)
{
    const struct sofa_norm_state *now = &m->now.norm[u];
    struct sofa_norm_state *next = &m->next.norm[u];
    const struct sofa_underway *f = &m->finished[u];
    int listed = f->head != f->tail && f->due[f->head % SOFA_UNDERWAY] <= m->cycle;
    if (now->reading > 0)
        next->reading = now->reading - 1;
    else if (listed && !now->offered)
        next->reading = m->d.gather_time;
    if (now->reading == 1)
        next->offered = 1;
}

static void step_blocks(struct sofa_machine *m)
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

void sofa_step_store(struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    struct sofa_registers_now *next = &m->next;
    unsigned unit = 0;
    uint32_t bank = 0;
    step_blocks(m);
    next->stored_bank = -1;
    int sends = sofa_for_tokens(m) ? sofa_writer_sends(m, 0) : now->data_beats > 0;
    if (sends && now->data_beats == 1)
        next->last_response = m->cycle + SOFA_IDEAL_LATENCY + 1;
    if (sends)
        next->data_beats--;
    for (unsigned u = 0; u < m->d.norm_units && m->d.norm_words > 1 && !m->d.output_words; u++)
        put_row_together(m, u);
    while (unit < m->d.norm_units && !row_offered(m, unit))
        unit++;
    int may = unit < m->d.norm_units && (now->data_beats == 0 || (now->data_beats == 1 && sends));
    int later = m->d.store_time > 1;
    next->store_takes = later && may && !now->store_takes;
    if (later ? !now->store_takes : !may)
        return;
    sofa_underway_due(&m->finished[unit], m->cycle, &bank);
    next->norm[unit].used--;
    next->norm[unit].offered = 0;
    next->stored_bank = (int)bank;
    next->data_beats = m->d.output_beats;
}
