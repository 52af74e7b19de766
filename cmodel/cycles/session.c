/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <string.h>

void sofa_reset_engines(const struct sofa_machine *m, struct sofa_registers_now *r)
{
    const struct sofa_registers_now kept = *r;
    *r = (struct sofa_registers_now){.control = kept.control, .jobs = kept.jobs, .job_fetch = kept.job_fetch, .report = kept.report};
    r->ranges.block = kept.ranges.block;
    r->tiles.tile = kept.tiles.tile;
    for (unsigned ch = 0; ch < 2; ch++) {
        struct sofa_channel *channel = &r->channel[ch];
        channel->pending.client = channel->come.client = channel->row.client = channel->granted = SOFA_NOBODY;
    }
    r->predict.age = UINT32_MAX;
    r->order.space = m->c->memory.prefetch;
    r->order.fresh = 1;
    r->tiles.space = m->d.khat_rows;
    r->window.free = m->all_slots;
    r->stored_bank = -1;
    r->k_landed = r->v_landed = -1;
}

static void forget_underway(struct sofa_machine *m)
{
    struct sofa_underway *const all[] = {&m->placed, &m->complete, &m->space, &m->freed, &m->answers, &m->khat_done, &m->new_row,
                                         &m->written, &m->turn_release};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        all[i]->head = all[i]->tail;
    for (unsigned u = 0; u < SOFA_QUERY_BLOCK_MAX; u++)
        m->finished[u].head = m->finished[u].tail;
    m->back_head = m->back_tail = 0;
    memset(m->recent, 0, sizeof m->recent);
}

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

static void open_tokens(struct sofa_machine *m)
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
    m->next.kvgen.credit = m->d.write_back_rows;
    m->next.keys.gap = 3;
}

void sofa_begin_session(struct sofa_machine *m, unsigned oldest)
{
    const struct sofa_queued *job = &m->job[m->now.jobs.number[oldest]];
    m->j = job->job;
    m->words = job->result->words;
    sofa_reset_engines(m, &m->next);
    forget_underway(m);
    m->first_block = m->next.ranges.block;
    m->began = m->cycle + 1;
    m->next.control.state = CONTROL_RUN;
    m->next.control.starts = 1;
    m->next.control.left[oldest] = job->result->rows;
    m->next.control.left[oldest ^ 1u] = 0;
    if (m->c->mode == SOFA_MODE_TOKENS)
        open_tokens(m);
}
