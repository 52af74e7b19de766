/* SPDX-License-Identifier: Apache-2.0 */
#include "timeline.h"

#include <stdlib.h>

static int continues(const struct sofa_span *before, const struct sofa_span *span)
{
    return before->end == span->begin && before->block == span->block && before->tile == span->tile && before->kind == span->kind &&
           before->what == span->what;
}

static void add(struct sofa_timeline *t, struct sofa_span span)
{
    size_t *last = &t->last[span.track];
    if (*last > 0 && continues(&t->span[*last - 1], &span)) {
        t->span[*last - 1].end = span.end;
        return;
    }
    if (t->count == t->room) {
        size_t room = t->room > 0 ? 2 * t->room : 1024;
        struct sofa_span *more = realloc(t->span, room * sizeof *more);
        if (!more) {
            t->failed = 1;
            return;
        }
        t->span = more;
        t->room = room;
    }
    t->span[t->count++] = span;
    *last = t->count;
}

/* Busy in this cycle. */
static struct sofa_span one(const struct sofa_machine *m, unsigned track, enum sofa_span_kind kind)
{
    uint64_t now = m->d.start_time + m->cycle;
    return (struct sofa_span){.begin = now, .end = now + 1, .track = (uint16_t)track, .kind = (uint8_t)kind};
}

static struct sofa_span of_slot(const struct sofa_machine *m, unsigned track, enum sofa_span_kind kind, const struct sofa_slot *slot)
{
    struct sofa_span span = one(m, track, kind);
    span.block = (uint32_t)slot->block;
    span.tile = slot->tile == SIZE_MAX ? UINT32_MAX : (uint32_t)slot->tile;
    return span;
}

/* A beat of scores is in selection d.predict_latency cycles after it was issued; of H in slices only those of the last one are. */
static void look_at_prediction(struct sofa_timeline *t, const struct sofa_machine *m)
{
    const struct sofa_predict_state *now = &m->now.predict;
    int more = now->active && (t->of_keys ? m->now.keys.columns > 0 : now->row != now->last_row);
    if (now->active) {
        struct sofa_span span = of_slot(m, SOFA_TRACK_PREDICT, t->of_keys ? SOFA_SPAN_KEYS : SOFA_SPAN_TILE, &t->pass);
        add(t, span);
        span.track = SOFA_TRACK_SELECT;
        span.begin += m->d.predict_latency;
        span.end += m->d.predict_latency;
        if (!t->of_keys && !now->none && t->slice + 1 == m->d.slices)
            add(t, span);
    }
    if (!m->next.predict.active || more)
        return;
    t->pass = m->now.loader.pass_tile; /* a pass starts */
    t->of_keys = sofa_for_tokens(m) && m->now.keys.keys;
    if (m->now.loader.pass_first)
        t->slice = 0;
    else if (!t->of_keys)
        t->slice = (t->slice + 1) % m->d.slices;
}

static void look_at_channel(struct sofa_timeline *t, const struct sofa_machine *m, unsigned ch)
{
    unsigned head = t->request_head[ch]; /* as it was when this cycle began */
    struct sofa_span span = one(m, SOFA_TRACK_CHANNEL + ch, SOFA_SPAN_READ);
    int moved = m->request_head[ch] != head || m->next.channel[ch].beat != m->now.channel[ch].beat;
    span.what = m->request[ch][head % 64].client;
    if (moved)
        add(t, span);
    t->request_head[ch] = m->request_head[ch];
}

/* A lane that starts a pair, or a row that leaves, has to do with it for d.beats cycles. */
static void look_at_group(struct sofa_timeline *t, const struct sofa_machine *m, unsigned group)
{
    unsigned lane = group + m->d.lane_groups * m->now.phase, bank = m->now.window.retire_bank, retires = 0, starts = 0;
    for (unsigned w = 0; w < SOFA_ROW_WORDS; w++) {
        starts |= m->recent[group][0][w] != 0;
        retires |= (m->recent[group][0][w] & m->now.window.owed[bank][w] & ~m->next.window.owed[bank][w]) != 0;
    }
    struct sofa_span span = one(m, SOFA_TRACK_LANE + lane, retires ? SOFA_SPAN_RETIRE : SOFA_SPAN_PAIRS);
    span.end = span.begin + m->d.beats;
    if (starts)
        add(t, span);
}

static int normalises(const struct sofa_machine *m)
{
    for (unsigned u = 0; u < m->d.norm_units; u++)
        if (m->finished[u].head != m->finished[u].tail)
            return 1;
    return 0;
}

void sofa_timeline_look(struct sofa_timeline *t, const struct sofa_machine *m)
{
    struct sofa_span source = one(m, SOFA_TRACK_SOURCE, SOFA_SPAN_BLOCK);
    source.block = (uint32_t)m->now.ranges.block;
    if (m->now.tiles.state != TILES_IDLE)
        add(t, source);
    look_at_prediction(t, m);
    if (m->now.order.walking)
        add(t, of_slot(m, SOFA_TRACK_SCHEDULE, SOFA_SPAN_TILE, &m->now.order.tile));
    if (m->now.kvgen.state == KVGEN_RUN)
        add(t, one(m, SOFA_TRACK_KVGEN, SOFA_SPAN_ENGINE));
    if (normalises(m))
        add(t, one(m, SOFA_TRACK_NORMALISE, SOFA_SPAN_ENGINE));
    if (m->now.data_beats > 0)
        add(t, one(m, SOFA_TRACK_STORE, SOFA_SPAN_ENGINE));
    for (unsigned ch = 0; ch < m->c->memory.read_channels; ch++)
        look_at_channel(t, m, ch);
    for (unsigned g = 0; g < m->d.lane_groups; g++)
        look_at_group(t, m, g);
}

void sofa_timeline_free(struct sofa_timeline *t)
{
    free(t->span);
    *t = (struct sofa_timeline){.span = NULL};
}
