/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include "../cmodel/cycles/cycles.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PACE_PERIOD 128u /* cycles between changes of mood */

void tb_violation(struct tb_memory *m, const char *format, ...)
{
    if (m->violations++ > 0)
        return;
    int n = snprintf(m->violation.text, sizeof m->violation.text, "bus cycle %llu: ", (unsigned long long)m->now);
    va_list args;
    va_start(args, format);
    vsnprintf(m->violation.text + n, sizeof m->violation.text - (size_t)n, format, args);
    va_end(args);
}

struct tb_request *tb_queue_push(struct tb_queue *q)
{
    if (q->count == TB_QUEUE)
        return NULL;
    return &q->slot[(q->head + q->count++) % TB_QUEUE];
}

void tb_queue_pop(struct tb_queue *q)
{
    q->head = (q->head + 1) % TB_QUEUE;
    q->count--;
}

struct tb_request *tb_queue_head(struct tb_queue *q)
{
    return q->count ? &q->slot[q->head] : NULL;
}

unsigned tb_latency(struct tb_memory *m)
{
    if (!m->options.random)
        return SOFA_IDEAL_LATENCY;
    return tb_random_between(&m->random, 1, tb_dice(m, 4) ? 8 : TB_RANDOM_LATENCY);
}

int tb_stopped_at(const struct tb_memory *m, enum tb_stop what, unsigned more)
{
    return m->options.stop == what && m->done[what] + more >= m->options.stop_after;
}

int tb_stopped(const struct tb_memory *m, enum tb_stop what)
{
    return tb_stopped_at(m, what, 0);
}

void tb_memory_resume(struct tb_memory *m)
{
    m->options.stop_after = UINT64_MAX;
}

int tb_dice(struct tb_memory *m, unsigned pace)
{
    return !m->options.random || tb_random_below(&m->random, 8) < pace;
}

void tb_check_offer(struct tb_memory *m, struct tb_offer *offer, const char *channel, int valid, int ready,
                    uint64_t address, uint8_t len)
{
    if (offer->waiting && !valid)
        tb_violation(m, "%s: request withdrawn before it was taken", channel);
    else if (offer->waiting && (address != offer->address || len != offer->len))
        tb_violation(m, "%s: request changed before it was taken", channel);
    offer->waiting = valid && !ready;
    offer->address = address;
    offer->len = len;
}

void tb_memory_init(struct tb_memory *m, const struct sofa_config *c)
{
    *m = (struct tb_memory){0};
    m->channels = c->memory.read_channels;
    m->port_bytes = c->memory.port_bits / 8;
}

void tb_memory_free(struct tb_memory *m)
{
    free(m->value_log);
    m->value_log = NULL;
}

static void forget_regions(struct tb_queue *q)
{
    for (unsigned i = 0; i < q->count; i++)
        q->slot[(q->head + i) % TB_QUEUE].region = NULL;
}

void tb_memory_detach(struct tb_memory *m)
{
    m->layout = NULL;
    m->layouts = 0;
    for (unsigned c = 0; c < m->channels; c++)
        forget_regions(&m->rd[c].queue);
    forget_regions(&m->wr.queue);
    forget_regions(&m->wr.answers);
}

void tb_memory_attach(struct tb_memory *m, struct tb_layout *l, const struct tb_memory_options *o)
{
    tb_memory_attach_several(m, l, 1, o);
}

struct tb_region *tb_memory_find(struct tb_memory *m, uint64_t address, size_t count)
{
    struct tb_region *found = NULL;
    for (unsigned i = 0; i < m->layouts && !found; i++)
        found = tb_layout_find(&m->layout[i], address, count);
    return found;
}

int tb_memory_fails(struct tb_memory *m, unsigned of, const struct tb_region *r, uint64_t address, uint64_t n)
{
    const struct tb_layout *image = m->options.fault_image ? &m->layout[m->options.fault_image - 1] : NULL;
    if (image && (r < image->region || r >= image->region + TB_KINDS))
        return 0;
    if (++m->may_fail[of] != n)
        return 0;
    m->failed = r;
    m->failed_at = address;
    return 1;
}

void tb_memory_attach_several(struct tb_memory *m, struct tb_layout *l, unsigned layouts, const struct tb_memory_options *o)
{
    tb_memory_detach(m);
    m->layout = l;
    m->layouts = layouts;
    m->options = *o;
    m->random.state = o->seed ^ 0x6D656D6F7279u;
    for (unsigned k = 0; k < TB_KINDS; k++)
        m->beats[k] = m->written[k] = 0;
    for (unsigned k = 0; k < TB_STOPS; k++)
        m->done[k] = 0;
    m->may_fail[0] = m->may_fail[1] = 0;
    m->failed = NULL;
    m->most_answers = 0;
    m->value_logged = 0;
    m->violations = 0;
    m->violation.text[0] = '\0';
    m->last_activity = m->now;
}

static void change_pace(struct tb_memory *m, unsigned pace[2])
{
    static const unsigned moods[4] = {1, 4, 7, 8};
    pace[0] = moods[tb_random_below(&m->random, 4)];
    pace[1] = moods[tb_random_below(&m->random, 4)];
}

void tb_memory_drive(struct tb_memory *m, struct tb_pins_in *in)
{
    if (m->options.random && m->now % PACE_PERIOD == 0) {
        for (unsigned c = 0; c < m->channels; c++)
            change_pace(m, m->rd[c].pace);
        change_pace(m, m->wr.pace);
    }
    for (unsigned c = 0; c < m->channels; c++)
        tb_read_drive(m, c, in);
    tb_write_drive(m, in);
}

void tb_memory_sample(struct tb_memory *m, const struct tb_pins_in *in, const struct tb_pins_out *out)
{
    for (unsigned c = 0; c < m->channels; c++)
        tb_read_sample(m, c, in, out);
    tb_write_sample(m, in, out);
    m->now++;
}

void tb_memory_reset(struct tb_memory *m)
{
    for (unsigned c = 0; c < m->channels; c++) {
        struct tb_read_channel *ch = &m->rd[c];
        ch->queue.count = 0;
        ch->offer.waiting = ch->offered = 0;
        ch->beat = 0;
    }
    m->wr.queue.count = m->wr.answers.count = 0;
    m->wr.offer.waiting = m->wr.data_waiting = 0;
    m->wr.beat = 0;
}

int tb_memory_idle(const struct tb_memory *m)
{
    for (unsigned c = 0; c < m->channels; c++)
        if (m->rd[c].queue.count || m->rd[c].offer.waiting)
            return 0;
    return !m->wr.queue.count && !m->wr.answers.count && !m->wr.offer.waiting && !m->wr.data_waiting;
}
