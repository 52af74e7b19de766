/* SPDX-License-Identifier: Apache-2.0 */
/* What holds within one cycle, whoever asks: which client is granted, which rows go on, what is cut from tokens. */
#include "wires.h"

#include "session.h"
#include "slices.h"

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

int sofa_range_stored(const struct sofa_machine *m)
{
    return m->now.ranges.state == RANGES_READ && sofa_row_for(m, SOFA_CLIENT_RANGE);
}

const struct sofa_tile *sofa_tile_of(const struct sofa_machine *m, const struct sofa_slot *slot)
{
    return slot->tile == SIZE_MAX ? NULL : &m->result->tile[slot->tile];
}

const struct sofa_tile *sofa_slot_tile(const struct sofa_machine *m, unsigned slot)
{
    return sofa_tile_of(m, &m->now.tiles.info[slot]);
}

/* Rows of packed keys begin at multiples of d.khat_keys, whatever the tile begins with. */
unsigned sofa_row_keys(const struct sofa_machine *m, const struct sofa_tile *tile, unsigned row, unsigned *first)
{
    unsigned keys = sofa_for_tokens(m) ? 1 : m->d.khat_keys, before = tile->base % keys, count = 0;
    for (unsigned at = (row + 1) * keys; at-- > row * keys;)
        if (at >= before && at - before < m->j->tile && sofa_bit(tile->visible, at - before)) {
            *first = at - before;
            count++;
        }
    return count;
}

unsigned sofa_visible_row(const struct sofa_machine *m, const struct sofa_tile *tile, unsigned from)
{
    unsigned keys = sofa_for_tokens(m) ? 1 : m->d.khat_keys, before = tile->base % keys, first;
    for (unsigned row = from; row * keys < before + m->j->tile; row++)
        if (sofa_row_keys(m, tile, row, &first) > 0)
            return row;
    return SOFA_NO_ROW;
}

struct sofa_arrival sofa_arriving_key(const struct sofa_machine *m)
{
    const struct sofa_unpack_state *u = &m->now.unpack;
    const struct sofa_read *read = sofa_row_for(m, SOFA_CLIENT_KHAT);
    if (m->d.khat_keys > 1)
        return (struct sofa_arrival){u->left > 0, u->last && u->left == 1u + (unsigned)u->both, u->slot, u->key + (unsigned)u->both};
    return read ? (struct sofa_arrival){1, read->last, read->slot, read->index} : (struct sofa_arrival){0};
}

unsigned sofa_seen_group(const struct sofa_machine *m, const struct sofa_tile *tile, unsigned group)
{
    while (group < m->d.key_groups && tile->group_first[group] == UINT16_MAX)
        group++;
    return group;
}

/* A word is cut from what sofa_token_tile holds. */
static void find_word(struct sofa_machine *m)
{
    const struct sofa_cut_state *now = &m->now.cut;
    int last = now->word + 1 == (now->final ? m->words_last : m->d.slice_words);
    int tail = now->final && last && now->fill > 0 && now->fill >= m->tail_units;
    m->wire.word = now->fill >= m->word_units || tail;
    m->wire.end_of_key = m->wire.word && last;
    unsigned left = !m->wire.word ? now->fill : last ? 0 : now->fill - m->word_units;
    int rest_is_last = now->word + (unsigned)m->wire.word + 1 == m->words_last;
    int complete = now->final && !m->wire.end_of_key && rest_is_last && left > 0 && left >= m->tail_units;
    m->wire.cut_ready = left < m->word_units && !complete;
}

void sofa_find_tokens(struct sofa_machine *m)
{
    uint32_t row;
    find_word(m);
    m->wire.raw_k = m->wire.new_v = 0;
    if (sofa_underway_due(&m->new_row, m->cycle, &row)) {
        m->wire.new_v = row & 1;
        m->wire.raw_k = !m->wire.new_v;
        m->wire.new_k_place = m->wire.new_v_place = row >> 1;
    }
    m->wire.new_k = m->wire.raw_k;
    if (m->d.rotary) {
        m->wire.new_k = m->now.kvgen.turn_done && !m->wire.new_v;
        m->wire.new_k_place = m->now.kvgen.turn_place;
    }
    m->wire.turn_release = sofa_underway_due(&m->turn_release, m->cycle, &row);
    m->wire.turn_demand = 0;
    m->wire.written = sofa_underway_due(&m->written, m->cycle, &row);
    m->wire.token_free = m->wire.demand = m->wire.x_freed = m->wire.release = 0;
}

int sofa_asks_again(const struct sofa_machine *m)
{
    return m->now.kvgen.fetch == X_ASK && m->now.kvgen.used < m->d.token_parts;
}

static void sofa_ask_tokens(struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    m->ask[SOFA_CLIENT_ROTARY] = now->kvgen.turn_ask;
    m->ask[SOFA_CLIENT_TURN] = now->turns.request;
    m->ask[SOFA_CLIENT_TOKEN] = now->tiles.address_valid || sofa_asks_again(m);
    m->ask[SOFA_CLIENT_WEIGHT] = now->codes.request || now->biases.request || (now->weights.request && now->biases.loaded);
}

unsigned sofa_token_beats(const struct sofa_machine *m, int final)
{
    unsigned before = (m->slices - 1) * m->d.slice_words * m->c->predict.dims;
    return final ? (m->j->hidden - before + m->d.port_bytes - 1) / m->d.port_bytes : m->d.slice_beats;
}

struct sofa_read sofa_asked_tokens(const struct sofa_machine *m, unsigned client)
{
    const struct sofa_registers_now *now = &m->now;
    struct sofa_read read = {0};
    switch (client) {
    case SOFA_CLIENT_KEY:
        read.place = (uint8_t)now->fetch.k_place;
        break;
    case SOFA_CLIENT_VALUE:
        read.place = (uint8_t)now->fetch.v_place;
        break;
    case SOFA_CLIENT_TOKEN:
        if (!sofa_asks_again(m))
            return now->tiles.address_out;
        read.generate = 1;
        read.final = now->kvgen.fetch_slice + 1 == m->slices;
        read.beats = (uint16_t)sofa_token_beats(m, read.final);
        break;
    case SOFA_CLIENT_TURN:
        read.beats = (uint16_t)now->turns.request_beats;
        break;
    case SOFA_CLIENT_WEIGHT:
        read.of_array = !now->codes.request;
        read.beats = (uint16_t)(now->codes.request    ? now->codes.request_beats
                                : now->biases.request ? now->biases.request_beats
                                                      : now->weights.request_beats);
        break;
    default:
        break;
    }
    return read;
}

int sofa_weight_taken(const struct sofa_machine *m, const struct sofa_read *row)
{
    const struct sofa_registers_now *now = &m->now;
    if (!row || !row->of_array)
        return sofa_slice_beat_ready(&now->codes, &m->code_shape);
    return now->biases.loaded ? sofa_slice_beat_ready(&now->weights, &m->weight_shape) : sofa_slice_beat_ready(&now->biases, &m->bias_shape);
}

int sofa_turn_taken(const struct sofa_machine *m)
{
    return sofa_slice_beat_ready(&m->now.turns, &m->turn_shape);
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
        return sofa_range_stored(m) &&
               (r->row + 1 == m->result->block[r->block].rows || r->record == m->d.range_records - 1);
    case SOFA_CLIENT_JOB:
        return m->now.job_fetch.state == FETCH_WAIT;
    default:
        return 1;
    }
}

int sofa_channel_of(const struct sofa_machine *m, unsigned client)
{
    int with_values = client == SOFA_CLIENT_VALUE || client == SOFA_CLIENT_RANGE || client == SOFA_CLIENT_QUERY;
    return with_values ? (int)m->d.value_channel : 0;
}

/* Who is granted first. */
static void rank_clients(const struct sofa_machine *m, uint8_t by_rank[SOFA_CLIENTS])
{
    const unsigned rank[SOFA_CLIENTS] = {
        [SOFA_CLIENT_RANGE] = m->d.range_rank,   [SOFA_CLIENT_KEY] = m->d.key_rank,
        [SOFA_CLIENT_KHAT] = m->d.khat_rank,
        [SOFA_CLIENT_VALUE] = m->d.value_rank,   [SOFA_CLIENT_QUERY] = m->d.query_rank,
        [SOFA_CLIENT_JOB] = m->d.job_rank,
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
    int halted = sofa_is_halted(m), busy[2] = {halted || r->channel[0].tags == tags, halted || r->channel[1].tags == tags};
    rank_clients(m, by_rank);
    m->ask[SOFA_CLIENT_RANGE] = r->ranges.request;
    m->ask[SOFA_CLIENT_KHAT] = r->tiles.address_valid && !sofa_for_tokens(m);
    m->ask[SOFA_CLIENT_KEY] = r->fetch.k_valid;
    m->ask[SOFA_CLIENT_VALUE] = r->fetch.v_valid;
    m->ask[SOFA_CLIENT_JOB] = r->job_fetch.state == FETCH_ASK;
    m->ask[SOFA_CLIENT_QUERY] = r->query.fetch_left > 0 && (r->query.fetch_row > 0 || r->query.banks < m->d.blocks_open);
    if (sofa_for_tokens(m))
        sofa_ask_tokens(m);
    for (unsigned i = 0; i < SOFA_CLIENTS; i++) {
        unsigned client = by_rank[i];
        int ch = sofa_channel_of(m, client);
        int first = m->ask[client] && !busy[ch];
        busy[ch] |= first;
        m->asked[client] = m->d.registered_links ? r->channel[ch].granted == client : first;
        if (m->d.registered_links && first && may_grant(&r->channel[ch]))
            m->next.channel[ch].granted = (uint8_t)client;
    }
}

int sofa_writer_sends(const struct sofa_machine *m, unsigned writer)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    unsigned turn = now->mux_busy ? (unsigned)now->mux_owner : m->now.data_beats == 0;
    return turn == writer && (writer ? now->back_beats : m->now.data_beats) > 0;
}
