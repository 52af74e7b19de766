/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/kvgen/: where rows come from, their weights, the KV array, the write-back. */
#include "kvgen.h"

#include "rows.h"
#include "session.h"
#include "slices.h"
#include "wires.h"

/* ---- codes, biases, weights, cosines and sines ---- */

static void step_turns(struct sofa_machine *m)
{
    const struct sofa_slices_state *now = &m->now.turns;
    int take = sofa_row_for(m, SOFA_CLIENT_TURN) && sofa_turn_taken(m);
    sofa_request_slices(&m->next.turns, now, &m->turn_shape, m->wire.turn_demand, m->asked[SOFA_CLIENT_TURN]);
    sofa_land_slices(&m->next.turns, now, &m->turn_shape, take, m->wire.turn_release);
}

static void step_slices(struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    struct sofa_registers_now *next = &m->next;
    const struct sofa_read *beat = sofa_row_for(m, SOFA_CLIENT_WEIGHT);
    int asked = m->asked[SOFA_CLIENT_WEIGHT], array = asked && !now->codes.request;
    int take = beat && sofa_weight_taken(m, beat), take_array = take && beat->of_array;
    sofa_request_slices(&next->codes, &now->codes, &m->code_shape, now->tiles.seen, asked && now->codes.request);
    sofa_land_slices(&next->codes, &now->codes, &m->code_shape, take && !beat->of_array, now->keys.code_release);
    sofa_request_slices(&next->biases, &now->biases, &m->bias_shape, m->wire.demand, array && now->biases.request);
    sofa_land_slices(&next->biases, &now->biases, &m->bias_shape, take_array && !now->biases.loaded, 0);
    sofa_request_slices(&next->weights, &now->weights, &m->weight_shape, m->wire.demand,
                   array && !now->biases.request && now->biases.loaded);
    sofa_land_slices(&next->weights, &now->weights, &m->weight_shape, take_array && now->biases.loaded, m->wire.release);
}

int sofa_weights_settled(const struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    for (unsigned ch = 0; ch < m->c->memory.read_channels; ch++)
        if (now->channel[ch].tags > 0 || now->channel[ch].pending.client != SOFA_NOBODY)
            return 0;
    return now->biases.runs == 0 && !now->biases.request && now->weights.runs == 0 && !now->weights.request;
}

void sofa_supply_take(struct sofa_machine *m, const struct sofa_wanted *ask)
{
    const struct sofa_supply_state *now = &m->now.supply;
    struct sofa_supply_state *next = &m->next.supply;
    next->state = SUPPLY_LOOK;
    next->last = ask->last;
    next->made = ask->made;
    next->place = ask->place;
    if (ask->first)
        next->barrier = now->written_left - (unsigned)m->wire.written;
}

static void list_to_generate(struct sofa_machine *m, int end)
{
    struct sofa_supply_state *next = &m->next.supply;
    m->generate[next->tail % SOFA_GENERATE_MAX] = (struct sofa_generate_entry){(uint16_t)m->now.supply.place, (uint8_t)end};
    next->tail++;
}

static void look_up_key(struct sofa_machine *m, int list_ready, int reads_ready)
{
    const struct sofa_supply_state *now = &m->now.supply;
    struct sofa_supply_state *next = &m->next.supply;
    int fetch = !now->made && now->barrier == 0 && reads_ready, generate = now->made && list_ready;
    int end = now->last || now->batch_key + 1 == m->c->memory.prefetch;
    if (!fetch && !generate)
        return;
    if (fetch) {
        sofa_fetch_begin(m, now->place);
    } else {
        list_to_generate(m, 0);
        next->written_left += 2;
    }
    next->state = sofa_streamed(m) && end && (now->batch_any || generate) ? SUPPLY_MARK : SUPPLY_IDLE;
    next->batch_key = end ? 0 : now->batch_key + 1;
    next->batch_any = !end && (now->batch_any || generate);
}

void sofa_step_supply(struct sofa_machine *m)
{
    const struct sofa_supply_state *now = &m->now.supply;
    struct sofa_supply_state *next = &m->next.supply;
    int list_ready = now->tail - now->head != 1u << m->d.list_bits;
    next->written_left -= (unsigned)m->wire.written;
    if (now->barrier > 0 && m->wire.written)
        next->barrier = now->barrier - 1;
    if (m->wire.key_taken)
        next->head++;
    switch (now->state) {
    case SUPPLY_CLEAR:
        next->line = now->line + 1;
        if (next->line == m->d.bitmap_words)
            next->state = SUPPLY_IDLE;
        break;
    case SUPPLY_IDLE:
        if (sofa_job_starts(m) && !(m->j->keep && m->j->valid))
            next->state = SUPPLY_CLEAR;
        break;
    case SUPPLY_LOOK:
        look_up_key(m, list_ready, sofa_fetch_ready(m));
        break;
    case SUPPLY_MARK:
        if (list_ready) {
            list_to_generate(m, 1);
            next->state = SUPPLY_IDLE;
        }
        break;
    }
}

/* ---- sofa_kvgen ---- */

static int final_slice(const struct sofa_machine *m)
{
    return m->now.kvgen.slice + 1 == m->slices;
}

static uint32_t key_time(const struct sofa_machine *m)
{
    unsigned words = !sofa_streamed(m) || final_slice(m) ? m->words_last : m->d.slice_words;
    return 2 * m->d.project_blocks * m->d.project_steps * words;
}

/* Issues a beat if it can; returns 1 when it was the key's last. */
static int issue_beat(struct sofa_machine *m)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    struct sofa_kvgen_state *next = &m->next.kvgen;
    uint32_t total = key_time(m);
    int final = final_slice(m), start = final && (now->at == 0 || now->at == total / 2);
    int here = !sofa_streamed(m) || now->here > 0;
    if (!now->have || !here || !(m->now.weights.loaded >> now->half & 1) || !m->now.biases.loaded)
        return 0;
    if (start && (now->credit == 0 || (now->at == 0 && now->turn_busy)))
        return 0;
    if (start && now->at == 0 && m->d.rotary) {
        next->turn_busy = next->turn_ask = 1;
        next->turn_place = now->place;
    }
    next->credit -= (unsigned)start;
    next->at = now->at + 1;
    if (final && (next->at == total / 2 || next->at == total))
        sofa_underway_add(&m->new_row, m->cycle + m->d.generate_time, now->place << 1 | (next->at == total));
    return next->at == total;
}

/* sofa_rotate */
static void step_rotate(struct sofa_machine *m)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    struct sofa_kvgen_state *next = &m->next.kvgen;
    int turning = now->turn_row && now->turn_here && !now->turn_done;
    if (m->asked[SOFA_CLIENT_ROTARY])
        next->turn_ask = 0;
    next->turn_row = m->wire.raw_k || (now->turn_row && !m->wire.new_k);
    next->turn_here = sofa_row_for(m, SOFA_CLIENT_ROTARY) || (now->turn_here && !m->wire.new_k);
    next->turn_done = (turning && now->turn_count == m->d.rotate_time) || (now->turn_done && m->wire.new_v);
    next->turn_count = turning ? now->turn_count + 1 : 0;
    if (m->wire.new_k)
        next->turn_busy = 0;
}

static void take_resident(struct sofa_machine *m, int key_end)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    struct sofa_kvgen_state *next = &m->next.kvgen;
    const struct sofa_supply_state *list = &m->now.supply;
    int take = list->head != list->tail && (!now->have || key_end);
    if (take)
        next->place = m->generate[list->head % SOFA_GENERATE_MAX].place;
    next->have = take || (now->have && !key_end);
    m->wire.key_taken = take;
    m->wire.demand = m->wire.end_of_key && m->now.cut.last; /* a tile of tokens is here */
}

/* sofa_kvgen's states; key k of the batch is taken over. */
static void take_listed(struct sofa_machine *m, unsigned k)
{
    m->next.kvgen.turn = k;
    m->next.kvgen.place = m->batch[k];
    m->next.kvgen.have = 1;
}

static void end_slice(struct sofa_machine *m)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    struct sofa_kvgen_state *next = &m->next.kvgen;
    int end = final_slice(m);
    m->wire.release = 1;
    next->slice = end ? 0 : now->slice + 1;
    next->half ^= 1;
    next->gap = 0;
    next->state = end ? KVGEN_IDLE : KVGEN_GAP;
    if (end)
        next->count = 0;
}

static void collect_key(struct sofa_machine *m)
{
    const struct sofa_supply_state *list = &m->now.supply;
    const struct sofa_generate_entry *entry = &m->generate[list->head % SOFA_GENERATE_MAX];
    if (list->head == list->tail)
        return;
    m->wire.key_taken = 1;
    m->next.kvgen.state = entry->end ? KVGEN_FETCH : KVGEN_COLLECT;
    if (!entry->end)
        m->batch[m->next.kvgen.count++] = entry->place;
}

/* The batch has been listed. */
static int complete(const struct sofa_machine *m)
{
    return m->now.kvgen.state <= KVGEN_COLLECT && m->next.kvgen.state == KVGEN_FETCH;
}

/* The weights, when the first key of a batch waits. */
static void demand_weights(struct sofa_machine *m)
{
    const struct sofa_supply_state *list = &m->now.supply;
    int waits = list->head != list->tail, end = waits && m->generate[list->head % SOFA_GENERATE_MAX].end;
    m->wire.demand = waits && !end && !m->now.kvgen.demanded;
    if (m->wire.demand)
        m->next.kvgen.demanded = 1;
    else if (complete(m))
        m->next.kvgen.demanded = 0;
}

static void run_batch(struct sofa_machine *m, int key_end)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    struct sofa_kvgen_state *next = &m->next.kvgen;
    if (key_end)
        next->have = 0;
    switch (now->state) {
    case KVGEN_IDLE:
    case KVGEN_COLLECT:
        collect_key(m);
        break;
    case KVGEN_FETCH:
        next->state = KVGEN_FIRST;
        break;
    case KVGEN_FIRST:
        take_listed(m, 0);
        next->state = KVGEN_RUN;
        break;
    case KVGEN_RUN:
        if (key_end && now->turn + 1 == now->count)
            end_slice(m);
        else if (key_end)
            take_listed(m, now->turn + 1);
        break;
    case KVGEN_GAP:
        next->gap = now->gap + 1;
        if (next->gap == m->d.slice_gap)
            next->state = KVGEN_FETCH;
        break;
    }
}

static void fetch_tokens(struct sofa_machine *m, int key_end)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    struct sofa_kvgen_state *next = &m->next.kvgen;
    int sent = sofa_asks_again(m) && m->asked[SOFA_CLIENT_TOKEN];
    int last_turn = now->fetch_turn + 1 == now->count, last = last_turn && now->fetch_slice + 1 == m->slices;
    next->used += (unsigned)sent;
    next->used -= (unsigned)key_end;
    next->here += (unsigned)(m->wire.end_of_key && m->now.cut.generate);
    next->here -= (unsigned)key_end;
    switch (now->fetch) {
    case X_REST:
        if (complete(m))
            next->fetch = X_LOOK;
        break;
    case X_LOOK:
        next->fetch = X_PLACE;
        break;
    case X_PLACE:
        next->fetch = X_ASK;
        break;
    case X_ASK:
        if (!sent)
            break;
        next->fetch = last ? X_REST : X_LOOK;
        next->fetch_turn = last_turn ? 0 : now->fetch_turn + 1;
        if (last_turn)
            next->fetch_slice = last ? 0 : now->fetch_slice + 1;
        break;
    }
}

/* ---- sofa_write_back, sofa_write_mux ---- */

void sofa_step_write_mux(struct sofa_machine *m)
{
    struct sofa_kvgen_state *next = &m->next.kvgen;
    int store = sofa_writer_sends(m, 0), back = sofa_writer_sends(m, 1);
    next->mux_owner = back;
    next->mux_busy = (store && m->now.data_beats > 1) || (back && m->now.kvgen.back_beats > 1);
}

static void step_write_back(struct sofa_machine *m)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    struct sofa_kvgen_state *next = &m->next.kvgen;
    int sends = sofa_writer_sends(m, 1), done = now->back_beats == 0 || (sends && now->back_beats == 1);
    int take = now->queue_out && done, fetch = now->queued > 0 && (!now->queue_out || take);
    if (sends)
        next->back_beats = now->back_beats - 1;
    if (sends && now->back_beats == 1) {
        sofa_underway_add(&m->written, m->cycle + SOFA_IDEAL_LATENCY, 0);
        m->next.last_response = m->cycle + SOFA_IDEAL_LATENCY + 1;
    }
    if (take) {
        next->back_beats = m->back_kind[m->back_head++ % 16] ? m->d.value_beats : m->d.key_beats;
        next->credit++;
    }
    if (m->wire.new_k || m->wire.new_v)
        m->back_kind[m->back_tail++ % 16] = (uint8_t)m->wire.new_v;
    next->queued += (unsigned)(m->wire.new_k || m->wire.new_v);
    next->queued -= (unsigned)fetch;
    next->queue_out = (uint8_t)(fetch || (now->queue_out && !take));
}

int sofa_rows_written(const struct sofa_machine *m)
{
    const struct sofa_kvgen_state *now = &m->now.kvgen;
    return now->queued == 0 && !now->queue_out && now->back_beats == 0;
}

void sofa_step_kvgen(struct sofa_machine *m)
{
    m->wire.key_taken = 0;
    int key_end = issue_beat(m);
    if (key_end)
        m->next.kvgen.at = 0;
    if (sofa_streamed(m)) {
        run_batch(m, key_end);
        demand_weights(m);
        fetch_tokens(m, key_end);
    } else {
        take_resident(m, key_end);
    }
    if (m->d.rotary)
        step_rotate(m);
    step_write_back(m);
    step_slices(m);
    if (m->d.rotary)
        step_turns(m);
}
