/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/memory/: channels, ranges, tokens on their way, the store. */
#include "memory.h"

#include "session.h"
#include "wires.h"

static int takes_beats(unsigned client)
{
    return client == SOFA_CLIENT_TOKEN || client == SOFA_CLIENT_WEIGHT || client == SOFA_CLIENT_TURN;
}

static unsigned row_beats(const struct sofa_machine *m, const struct sofa_read *read)
{
    const unsigned beats[] = {m->d.range_beats, m->d.key_beats, m->d.value_beats, m->d.query_beats, m->d.khat_beats};
    if (read->client == SOFA_CLIENT_JOB)
        return 1;
    if (read->client == SOFA_CLIENT_ROTARY)
        return m->d.rotary_beats;
    return takes_beats(read->client) ? read->beats : beats[read->client];
}

static struct sofa_read what_is_asked(const struct sofa_machine *m, unsigned client)
{
    struct sofa_read read = {0};
    if (sofa_for_tokens(m))
        read = sofa_asked_tokens(m, client);
    else if (client == SOFA_CLIENT_KHAT)
        read = m->now.tiles.address_out;
    else if (client == SOFA_CLIENT_KEY)
        read.place = (uint8_t)m->now.fetch.k_place;
    else if (client == SOFA_CLIENT_VALUE)
        read.place = (uint8_t)m->now.fetch.v_place;
    read.client = (uint8_t)client;
    return read;
}

static int waits(unsigned client)
{
    return client == SOFA_CLIENT_QUERY || client == SOFA_CLIENT_RANGE || client == SOFA_CLIENT_JOB;
}

static void step_channel(struct sofa_machine *m, unsigned ch)
{
    const struct sofa_channel *now = &m->now.channel[ch];
    struct sofa_channel *next = &m->next.channel[ch];
    if (now->granted != SOFA_NOBODY)
        next->granted = SOFA_NOBODY;
    next->pending.client = SOFA_NOBODY;
    for (unsigned client = 0; client < SOFA_CLIENTS; client++)
        if (m->asked[client] && sofa_channel_of(m, client) == (int)ch) {
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
    if (!offered || (m->d.registered_links ? now->waiting : !row_free))
        return;
    int last = now->beat + 1 == row_beats(m, &m->request[ch][head]);
    next->beat = last ? 0 : now->beat + 1;
    if (last || takes_beats(m->request[ch][head].client)) {
        struct sofa_read *row = m->d.registered_links ? &next->come : &next->row;
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
    if (!sofa_range_stored(m))
        return;
    next->row = now->row + 1;
    next->record = now->record + 1 == per ? 0 : now->record + 1;
    if (next->row == rows) {
        next->state = RANGES_ANNOUNCE;
        next->valid = !m->d.registered_links; /* else when the bounds have followed */
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
        if (sofa_job_starts(m)) {
            next->state = RANGES_OPEN;
            next->last = now->block + m->job[sofa_starting_job(m)].result->counters.blocks;
            next->lead = 0;
            next->job = m->now.jobs.oldest ^ (unsigned)m->now.jobs.joining;
        }
        break;
    case RANGES_OPEN:
        if (now->block == now->last) {
            next->state = RANGES_IDLE;
        } else if (now->in_machine < m->d.blocks_open) {
            next->in_machine++;
            next->state = m->j->has_ranges ? RANGES_READ : RANGES_ANNOUNCE;
            next->request = m->j->has_ranges;
            next->valid = !m->j->has_ranges;
            next->asked = next->row = 0;
            m->next.bank_job[sofa_bank(m, now->block)] = now->job;
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

void sofa_step_store(struct sofa_machine *m)
{
    const struct sofa_registers_now *now = &m->now;
    struct sofa_registers_now *next = &m->next;
    unsigned unit = 0;
    uint32_t bank = 0;
    next->stored_bank = -1;
    int sends = sofa_for_tokens(m) ? sofa_writer_sends(m, 0) : now->data_beats > 0 && !sofa_report_holds(m);
    if (sends && now->data_beats == 1) {
        next->last_response = m->cycle + SOFA_IDEAL_LATENCY + 1;
        sofa_underway_add(&m->answers, m->cycle + SOFA_IDEAL_LATENCY, now->sent_job);
    }
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
    next->sent_job = now->bank_job[bank];
}

/* ---- sofa_token_tile ---- */

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

void sofa_step_tokens(struct sofa_machine *m)
{
    if (m->wire.token_free)
        m->next.tiles.tokens_used--;
    else if (m->d.hidden_slices > 1 && !sofa_streamed(m))
        m->next.tiles.tokens_used = 0; /* does not count when there is one slice */
    step_cut(m);
}
