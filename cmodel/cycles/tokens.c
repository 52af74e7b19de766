/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors what mode tokens adds to rtl_templates/memory/ and /predict/: tokens, codes and weights on their way, key passes. */
#include "cycles.h"

static unsigned common_divisor(unsigned a, unsigned b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static struct sofa_slices_shape shape(const struct sofa_machine *m, unsigned unit, uint32_t per_word, unsigned halves)
{
    unsigned port = m->c->memory.port_bits;
    return (struct sofa_slices_shape){.per = larger(1, port / unit),
                                      .gather = larger(1, unit / port),
                                      .halves = halves,
                                      .slices = m->slices,
                                      .burst = m->d.burst_beats,
                                      .full = per_word * m->d.slice_words,
                                      .last = per_word * m->words_last};
}

void sofa_open_tokens(struct sofa_machine *m)
{
    unsigned dims = m->c->predict.dims, words = (m->j->hidden + dims - 1) / dims, halves = m->d.hidden_slices > 1 ? 2 : 1;
    unsigned divisor = common_divisor(m->d.port_bytes, dims), tail = m->j->hidden - (words - 1) * dims;
    m->slices = (words + m->d.slice_words - 1) / m->d.slice_words;
    m->words_last = words - (m->slices - 1) * m->d.slice_words;
    m->beat_units = m->d.port_bytes / divisor;
    m->word_units = dims / divisor;
    m->tail_units = (tail + divisor - 1) / divisor;
    m->code_shape = shape(m, m->d.code_unit, m->c->head_dim, halves);
    m->weight_shape = shape(m, m->d.weight_unit, 2 * m->d.project_blocks * m->d.project_steps, halves);
    m->bias_shape = shape(m, m->d.bias_unit, 0, 1);
    m->bias_shape.slices = 1;
    m->bias_shape.full = m->bias_shape.last = 2 * m->d.project_blocks;
    if (m->d.rotary) {
        m->turn_shape = shape(m, m->d.turn_unit, 0, 2);
        m->turn_shape.slices = 1;
        m->turn_shape.repeat = 1;
        m->turn_shape.full = m->turn_shape.last = m->c->head_dim / 2;
    }
    m->now.wanted.fresh = 1;
    m->now.kvgen.credit = m->d.write_back_rows;
    m->now.keys.gap = 3;
}

static int streamed(const struct sofa_machine *m)
{
    return m->slices > 1;
}

/* ---- sofa_slices ---- */

static uint32_t slice_words(const struct sofa_slices_shape *shape, unsigned slice)
{
    return slice + 1 == shape->slices ? shape->last : shape->full;
}

static int end_of_slice(const struct sofa_slices_state *now, const struct sofa_slices_shape *shape)
{
    return now->place + 1 == slice_words(shape, now->landing);
}

static int beat_ready(const struct sofa_slices_state *now, const struct sofa_slices_shape *shape)
{
    return shape->per == 1 || now->left <= 1 || end_of_slice(now, shape);
}

static void request_slices(struct sofa_slices_state *next, const struct sofa_slices_state *now,
                           const struct sofa_slices_shape *shape, int demand, int asked)
{
    int vacant = !now->request || asked, burst = now->asking && vacant, last_burst = now->beats <= shape->burst;
    int last_slice = now->slice + 1 == shape->slices, begin = !now->asking && now->runs > 0 && now->used != shape->halves;
    uint32_t words = slice_words(shape, now->slice);
    if (begin)
        next->beats = shape->per > 1 ? (words + shape->per - 1) / shape->per : words * shape->gather;
    if (burst) {
        next->request_beats = last_burst ? now->beats : shape->burst;
        next->beats = now->beats - shape->burst;
    }
    if (burst && last_burst)
        next->slice = last_slice ? 0 : now->slice + 1;
    next->runs += (unsigned)(demand && !(shape->slices == 1 && !shape->repeat && now->asked_once));
    next->runs -= (unsigned)(burst && last_burst && last_slice);
    next->asked_once |= demand;
    next->used += (unsigned)begin;
    next->asking = begin || (now->asking && !(burst && last_burst));
    if (vacant)
        next->request = burst;
}

/* A beat comes (take), a half is released. */
static void land_slices(struct sofa_slices_state *next, const struct sofa_slices_state *now,
                        const struct sofa_slices_shape *shape, int take, int release)
{
    int write = take, end = end_of_slice(now, shape);
    if (shape->gather > 1) {
        write = take && now->gathered + 1 == shape->gather;
        if (take)
            next->gathered = write ? 0 : now->gathered + 1;
    } else if (shape->per > 1) {
        write = now->left != 0;
        if (write)
            next->left = end ? 0 : now->left - 1;
        if (take)
            next->left = shape->per;
    }
    if (write) {
        next->place = end ? 0 : now->place + 1;
        if (end) {
            next->landing = now->landing + 1 == shape->slices ? 0 : now->landing + 1;
            next->loaded |= 1u << now->landing_half;
            next->landing_half ^= shape->halves > 1;
        }
    }
    if (release) {
        next->loaded &= ~(1u << now->release_half);
        next->release_half ^= shape->halves > 1;
        next->used--;
    }
}

/* ---- who asks, what is taken ---- */

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

void sofa_ask_tokens(struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    m->ask[SOFA_CLIENT_KEY] = now->supply.k_valid;
    m->ask[SOFA_CLIENT_VALUE] = now->supply.v_valid;
    m->ask[SOFA_CLIENT_ROTARY] = now->kvgen.turn_ask;
    m->ask[SOFA_CLIENT_TURN] = now->turns.request;
    m->ask[SOFA_CLIENT_TOKEN] = now->tiles.address_valid || sofa_asks_again(m);
    m->ask[SOFA_CLIENT_WEIGHT] = now->codes.request || now->biases.request || (now->weights.request && now->biases.loaded);
}

static unsigned key_beats(const struct sofa_machine *m, int final)
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
        read.place = (uint8_t)now->supply.k_place;
        break;
    case SOFA_CLIENT_VALUE:
        read.place = (uint8_t)now->supply.v_place;
        break;
    case SOFA_CLIENT_TOKEN:
        if (!sofa_asks_again(m))
            return now->tiles.address_out;
        read.generate = 1;
        read.final = now->kvgen.fetch_slice + 1 == m->slices;
        read.beats = (uint16_t)key_beats(m, read.final);
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
        return beat_ready(&now->codes, &m->code_shape);
    return now->biases.loaded ? beat_ready(&now->weights, &m->weight_shape) : beat_ready(&now->biases, &m->bias_shape);
}

int sofa_turn_taken(const struct sofa_machine *m)
{
    return beat_ready(&m->now.turns, &m->turn_shape);
}

static void step_turns(struct sofa_machine *m)
{
    const struct sofa_slices_state *now = &m->now.turns;
    int take = sofa_row_for(m, SOFA_CLIENT_TURN) && sofa_turn_taken(m);
    request_slices(&m->next.turns, now, &m->turn_shape, m->wire.turn_demand, m->asked[SOFA_CLIENT_TURN]);
    land_slices(&m->next.turns, now, &m->turn_shape, take, m->wire.turn_release);
}

static void step_slices(struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    struct sofa_registers_now *next = &m->next;
    const struct sofa_read *beat = sofa_row_for(m, SOFA_CLIENT_WEIGHT);
    int asked = m->asked[SOFA_CLIENT_WEIGHT], array = asked && !now->codes.request;
    int take = beat && sofa_weight_taken(m, beat), take_array = take && beat->of_array;
    request_slices(&next->codes, &now->codes, &m->code_shape, now->tiles.seen, asked && now->codes.request);
    land_slices(&next->codes, &now->codes, &m->code_shape, take && !beat->of_array, now->keys.code_release);
    request_slices(&next->biases, &now->biases, &m->bias_shape, m->wire.demand, array && now->biases.request);
    land_slices(&next->biases, &now->biases, &m->bias_shape, take_array && !now->biases.loaded, 0);
    request_slices(&next->weights, &now->weights, &m->weight_shape, m->wire.demand,
                   array && !now->biases.request && now->biases.loaded);
    land_slices(&next->weights, &now->weights, &m->weight_shape, take_array && now->biases.loaded, m->wire.release);
}

static void step_cut(struct sofa_machine *m)
{
    const struct sofa_cut_state *now = &m->now.cut;
    struct sofa_cut_state *next = &m->next.cut;
    const struct sofa_read *beat = sofa_row_for(m, SOFA_CLIENT_TOKEN);
    int take = beat && m->wire.cut_ready;
    unsigned left = !m->wire.word ? now->fill : m->wire.end_of_key ? 0 : now->fill - m->word_units;
    if (m->wire.word)
        next->word = m->wire.end_of_key ? 0 : now->word + 1;
    next->fill = left + (take ? m->beat_units : 0);
    if (take && (m->wire.end_of_key || (now->fill == 0 && now->word == 0))) {
        next->final = beat->final;
        next->generate = beat->generate;
        next->last = beat->last;
        next->slot = beat->slot;
        next->key = beat->index;
    }
}

/* ---- sofa_tiles: slices of X ---- */

int sofa_may_begin_tile(const struct sofa_machine *m)
{
    const struct sofa_tiles_state *now = &m->now.tiles;
    int known = m->d.hidden_slices == 1 || m->cycle >= m->slices + m->d.hidden_time; /* sofa_hidden */
    return known && now->chunks_left == 0 && (!streamed(m) || now->tokens_used < m->d.tile_slots);
}

static void begin_chunk(struct sofa_machine *m)
{
    struct sofa_tiles_state *next = &m->next.tiles;
    next->chunk = 1;
    if (m->d.hidden_slices > 1) {
        next->tokens_used++;
        next->token_slot = sofa_next_slot(m, m->now.tiles.token_slot);
    }
    if (streamed(m))
        next->walk_slot = m->now.tiles.token_slot;
}

void sofa_begin_chunks(struct sofa_machine *m)
{
    m->next.tiles.chunks_left = m->slices - 1;
    m->next.tiles.seen = 1;
    begin_chunk(m);
}

void sofa_next_chunk(struct sofa_machine *m)
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
void sofa_describe_chunk(const struct sofa_machine *m, struct sofa_read *read)
{
    read->final = m->now.tiles.chunks_left == 0;
    read->beats = (uint16_t)key_beats(m, read->final);
}

/* ---- sofa_token_loader ---- */

static void note_tokens(struct sofa_machine *m)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    int key = m->wire.end_of_key && !m->now.cut.generate;
    if (m->now.tiles.filled)
        next->tiles++;
    if (streamed(m) ? m->now.tiles.chunk : m->now.tiles.filled) {
        next->filled = sofa_next_slot(m, now->filled);
        next->complete &= ~(1u << now->filled);
        if (!key && now->arrived_slot == now->filled)
            next->some = 0;
    }
    if (key) {
        next->some = 1;
        next->arrived_slot = m->now.cut.slot;
        next->arrived = m->now.cut.key;
        next->complete |= (unsigned)m->now.cut.last << m->now.cut.slot;
    }
}

static int tokens_here(const struct sofa_machine *m)
{
    const struct sofa_loader_state *now = &m->now.loader;
    unsigned slot = streamed(m) ? m->now.keys.ring : now->slot;
    return now->complete >> slot & 1 ||
           (now->some && now->arrived_slot == slot && now->arrived >= (now->group + 1) * m->c->predict.keys);
}

static int has_begun(const struct sofa_machine *m)
{
    return sofa_bit(m->now.keys.begun, m->now.loader.group) != 0;
}

/* The word that is loaded, or its key pass goes by: what comes after it? */
static void after_word(struct sofa_machine *m, const struct sofa_tile *tile, int last_word)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    struct sofa_key_pass_state *keys = &m->next.keys;
    int last_group = sofa_seen_group(m, tile, now->group + 1) == m->d.groups;
    next->state = last_word ? LOADER_GROUP : LOADER_WAIT;
    keys->word = last_word ? 0 : m->now.keys.word + 1;
    if (!last_word)
        return;
    next->group = last_group ? 0 : now->group + 1;
    if (!last_group)
        return;
    keys->chunk = m->now.keys.chunk + 1;
    keys->scores = keys->chunk == m->slices;
    if (streamed(m)) {
        m->wire.token_free = 1;
        keys->ring = sofa_next_slot(m, m->now.keys.ring);
        keys->codes--;
    }
}

static void post_keys(struct sofa_machine *m, const struct sofa_tile *tile, int vacant)
{
    const struct sofa_loader_state *now = &m->now.loader;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    struct sofa_key_pass_state *next = &m->next.keys;
    int last_chunk = keys->chunk + 1 == m->slices;
    int last_word = keys->word + 1 == (last_chunk ? m->words_last : m->d.slice_words);
    unsigned word = keys->chunk * m->d.slice_words + keys->word;
    unsigned beats = tile->khat_beats[now->group * m->result->words + word];
    if (beats == 0) {
        after_word(m, tile, last_word);
        return;
    }
    if (!vacant)
        return;
    m->next.loader.pass_valid = 1;
    m->next.loader.pass_none = m->next.loader.pass_first = m->next.loader.pass_last = 0;
    m->next.loader.pass_slot = now->slot;
    m->next.loader.pass_group = now->group;
    next->keys = 1;
    next->beats = beats;
    next->all = !has_begun(m) || last_word;
    next->final = last_word && last_chunk;
    next->turns -= (unsigned)next->final;
    next->release = last_word && sofa_seen_group(m, tile, now->group + 1) == m->d.groups;
    sofa_set_bit(next->begun, now->group);
    after_word(m, tile, last_word);
}

static void post_scores(struct sofa_machine *m, const struct sofa_tile *tile)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    int last_slice = now->slice + 1 == m->d.slices;
    int last = !tile || (last_slice && sofa_seen_group(m, tile, now->group + 1) == m->d.groups);
    m->next.keys.keys = 0;
    next->pass_valid = 1;
    next->pass_none = !tile;
    next->pass_slot = now->slot;
    next->pass_group = now->group;
    next->pass_first = now->first;
    next->pass_last = last;
    next->first = 0;
    next->slice = last_slice ? 0 : now->slice + 1;
    next->state = last ? LOADER_TILE : last_slice ? LOADER_GROUP : LOADER_WAIT;
    if (last_slice) {
        next->group = now->group + 1;
        m->next.keys.turn++;
    }
    if (last) {
        next->slot = sofa_next_slot(m, now->slot);
        next->tiles--;
    }
}

static void begin_loader_tile(struct sofa_machine *m, const struct sofa_tile *tile)
{
    struct sofa_key_pass_state *keys = &m->next.keys;
    struct sofa_loader_state *next = &m->next.loader;
    next->first = 1;
    next->slice = next->group = 0;
    keys->scores = 0;
    keys->word = keys->chunk = keys->done = keys->turn = 0;
    for (unsigned w = 0; w < sizeof keys->begun / sizeof keys->begun[0]; w++)
        keys->begun[w] = 0;
    if (m->now.loader.tiles > 0)
        next->state = tile ? LOADER_GROUP : LOADER_POST;
}

static int code_landed(const struct sofa_machine *m)
{
    return (m->now.codes.loaded & ~m->now.keys.codes_before) != 0;
}

static int codes_here(const struct sofa_machine *m)
{
    return streamed(m) ? m->now.keys.codes > 0 || code_landed(m) : (int)(m->now.codes.loaded & 1);
}

/* Cosines and sines of the group are asked for where its keys begin for the last time; 0: not yet. */
static int ask_for_turns(struct sofa_machine *m)
{
    const struct sofa_slices_state *turns = &m->now.turns;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    if (!m->d.rotary || keys->scores || keys->chunk + 1 != m->slices)
        return 1;
    m->wire.turn_demand = turns->runs == 0 && !turns->request;
    return m->wire.turn_demand;
}

static int turns_here(const struct sofa_machine *m)
{
    const struct sofa_key_pass_state *keys = &m->now.keys;
    int final = keys->chunk + 1 == m->slices && keys->word + 1 == m->words_last;
    return !m->d.rotary || !final || keys->turns > 0;
}

static void step_loader(struct sofa_machine *m, int taken)
{
    const struct sofa_loader_state *now = &m->now.loader;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    struct sofa_loader_state *next = &m->next.loader;
    const struct sofa_tile *tile = sofa_slot_tile(m, now->slot);
    int vacant = !now->pass_valid || taken;
    uint32_t ignored;
    note_tokens(m);
    if (sofa_underway_due(&m->khat_done, m->cycle, &ignored))
        m->next.keys.done++;
    m->next.keys.codes += (unsigned)code_landed(m);
    m->next.keys.codes_before = m->now.codes.loaded;
    m->next.keys.turns += (m->now.turns.loaded & ~keys->turns_before) != 0;
    m->next.keys.turns_before = m->now.turns.loaded;
    if (taken)
        next->pass_valid = 0;
    switch (now->state) {
    case LOADER_TILE:
        begin_loader_tile(m, tile);
        break;
    case LOADER_GROUP:
        next->group = sofa_seen_group(m, tile, now->group);
        next->column = 0;
        if (ask_for_turns(m))
            next->state = LOADER_WAIT;
        break;
    case LOADER_WAIT:
        if (vacant && (keys->scores ? keys->done > keys->turn
                                    : tokens_here(m) && codes_here(m) && turns_here(m)))
            next->state = LOADER_KEYS;
        break;
    case LOADER_KEYS:
        next->column = now->column + 1;
        if (next->column == (keys->scores ? m->c->predict.dims : m->c->predict.keys)) {
            next->column = 0;
            next->state = LOADER_POST;
        }
        break;
    case LOADER_POST:
        if (tile && !keys->scores)
            post_keys(m, tile, vacant);
        else if (vacant)
            post_scores(m, tile);
        break;
    }
}

/* ---- sofa_predict ---- */

static int may_start(const struct sofa_machine *m, unsigned from)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_predict_state *now = &m->now.predict;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    if (!pass->pass_valid || (now->active && (keys->of_keys ? keys->columns > 0 : now->row != now->last_row)))
        return 0;
    if (keys->keys)
        return now->age >= m->d.pass_distance &&
               ((keys->all && keys->all_columns) || (keys->gap >= m->d.key_pass_gap && !(now->active && keys->of_keys)));
    if (pass->pass_first && now->parity_taken >> now->next_parity & 1)
        return 0;
    if (pass->pass_none)
        return 1;
    unsigned later = from > now->from ? from - now->from : 0;
    unsigned bank = m->now.tiles.info[pass->pass_slot].block & 1;
    return now->age >= m->d.pass_distance + later && m->now.query.ready >> bank & 1;
}

/* The last beat of the pass that is issued leaves. */
static void end_pass(struct sofa_machine *m)
{
    const struct sofa_key_pass_state *keys = &m->now.keys;
    if (!keys->of_keys) {
        if (m->now.predict.ends)
            sofa_underway_add(&m->complete, m->cycle + m->d.predict_latency + sofa_selection_time(m) + m->d.need_time, 0);
        return;
    }
    if (keys->final_keys)
        sofa_underway_add(&m->khat_done, m->cycle + m->d.khat_time, 0);
    if (keys->final_keys && m->d.rotary)
        sofa_underway_add(&m->turn_release, m->cycle + m->d.turn_time, 0);
    m->next.keys.code_release = keys->release_keys && streamed(m);
}

static void start_pass(struct sofa_machine *m, const struct sofa_tile *tile, unsigned from)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_key_pass_state *now = &m->now.keys;
    struct sofa_predict_state *next = &m->next.predict;
    struct sofa_key_pass_state *keys = &m->next.keys;
    keys->of_keys = now->keys;
    keys->all_columns = now->all;
    keys->final_keys = now->final;
    keys->release_keys = now->release;
    keys->columns = now->beats - 1;
    next->row = from;
    next->last_row = tile && !now->keys ? tile->group_last[pass->pass_group] : from;
    next->from = now->keys ? 0 : from;
    next->none = pass->pass_none;
    next->ends = pass->pass_last;
    if (!pass->pass_none)
        next->age = 1;
    if (pass->pass_first) {
        next->parity_taken |= 1u << m->now.predict.next_parity;
        next->next_parity ^= 1;
    }
}

void sofa_step_token_predict(struct sofa_machine *m)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_predict_state *now = &m->now.predict;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    struct sofa_predict_state *next = &m->next.predict;
    const struct sofa_tile *tile = pass->pass_valid ? sofa_slot_tile(m, pass->pass_slot) : NULL;
    unsigned from = tile ? tile->group_first[pass->pass_group] : 0;
    int start = may_start(m, from);
    int more = now->active && (keys->of_keys ? keys->columns > 0 : now->row != now->last_row);
    m->next.keys.code_release = 0;
    if (now->active && !more)
        end_pass(m);
    next->age = now->age + 1;
    m->next.keys.gap = now->active && keys->of_keys ? 1 : keys->gap < 3 ? keys->gap + 1 : 3;
    if (start)
        start_pass(m, tile, from);
    else if (more && keys->of_keys)
        m->next.keys.columns = keys->columns - 1;
    else if (more)
        next->row = now->row + 1;
    next->active = start || more;
    next->parity_taken &= ~m->now.window.parity_free;
    step_loader(m, start);
}

void sofa_step_tokens(struct sofa_machine *m)
{
    if (m->wire.token_free)
        m->next.tiles.tokens_used--;
    else if (m->d.hidden_slices > 1 && !streamed(m))
        m->next.tiles.tokens_used = 0; /* does not count when there is one slice */
    step_cut(m);
}

void sofa_step_kvgen_memory(struct sofa_machine *m)
{
    step_slices(m);
    if (m->d.rotary)
        step_turns(m);
}

int sofa_weights_settled(const struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    for (unsigned ch = 0; ch < m->c->memory.read_channels; ch++)
        if (now->channel[ch].tags > 0 || now->channel[ch].pending.client != SOFA_NOBODY)
            return 0;
    return now->biases.runs == 0 && !now->biases.request && now->weights.runs == 0 && !now->weights.request;
}
