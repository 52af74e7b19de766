/* SPDX-License-Identifier: Apache-2.0 */
#include "cycles.h"

#include "attend.h"
#include "kvgen.h"
#include "memory.h"
#include "order.h"
#include "predict.h"
#include "rows.h"
#include "schedule.h"
#include "tiles.h"
#include "wires.h"

#include <stdlib.h>

static void reset(struct sofa_machine *m)
{
    struct sofa_registers_now *r = &m->now;
    for (unsigned ch = 0; ch < 2; ch++) {
        struct sofa_channel *channel = &r->channel[ch];
        channel->pending.client = channel->come.client = channel->row.client = channel->granted = SOFA_NOBODY;
    }
    r->predict.age = UINT32_MAX;
    r->order.space = m->c->memory.prefetch;
    r->order.fresh = 1;
    r->tiles.space = m->d.khat_rows;
    m->all_slots = m->c->attend.window == 64 ? UINT64_MAX : ((uint64_t)1 << m->c->attend.window) - 1;
    r->window.free = m->all_slots;
    r->stored_bank = -1;
    r->k_landed = r->v_landed = -1;
    r->rows_left = m->result->rows;
    for (unsigned row = 0; row < m->c->query_block; row++)
        sofa_set_bit(m->lane_rows[row % m->c->attend.lanes], row);
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
    m->now.kvgen.credit = m->d.write_back_rows;
    m->now.keys.gap = 3;
}

static void step(struct sofa_machine *m)
{
    m->next = m->now;
    if (sofa_for_tokens(m))
        sofa_find_tokens(m);
    sofa_find_requests(m);
    sofa_step_channels(m);
    sofa_step_tiles(m); /* finds out whether a block is taken */
    sofa_step_ranges(m);
    sofa_step_queries(m);
    sofa_step_fetch(m);
    if (sofa_for_tokens(m)) {
        sofa_step_token_predict(m);
        sofa_step_tokens(m);
        sofa_step_kvgen(m);
        sofa_step_supply(m);
    } else {
        sofa_step_predict(m);
    }
    sofa_step_order(m);
    sofa_step_ring(m);
    sofa_step_window_entry(m);
    sofa_step_attend(m);
    sofa_step_window(m);
    sofa_step_blocks(m);
    sofa_step_store(m);
    if (sofa_for_tokens(m))
        sofa_step_write_mux(m);
    m->now = m->next;
    m->cycle++;
}

static int finished(const struct sofa_machine *m)
{
    return m->now.rows_left == 0 && m->now.data_beats == 0 && m->cycle >= m->now.last_response &&
           (!sofa_for_tokens(m) || (sofa_weights_settled(m) && sofa_rows_written(m)));
}

/* A job that takes longer has lost a token of the model. */
static uint64_t most_cycles(const struct sofa_machine *m)
{
    const struct sofa_counters *n = &m->result->counters;
    uint64_t hidden = (m->result->words + 1) * (uint64_t)(m->d.project_blocks * m->d.project_steps * 2 + m->c->head_dim);
    uint64_t bytes = n->bytes_token + (n->bytes_weight + n->bytes_rotary) * 8 + n->generated * hidden + n->key_rows * hidden + n->bytes_query + n->bytes_khat + n->bytes_key + n->bytes_value + n->bytes_range + n->bytes_output;
    uint64_t tiles = m->result->counters.blocks * ((m->result->keys + m->j->tile - 1) / m->j->tile);
    return 100000 + 8 * (n->pairs * m->d.beats + bytes + tiles * (m->d.key_groups * m->d.slices + 1) *
                         (m->c->query_block + m->c->predict.keys + m->d.pass_distance + m->d.predict_latency + 64));
}

static void fill_in(struct sofa_cycles *cycles, const struct sofa_machine *m)
{
    double total;
    cycles->total = m->d.start_time + m->cycle + m->d.end_time;
    for (size_t i = 0; i < m->result->tiles; i++)
        cycles->select_useful += m->result->tile[i].views;
    cycles->predict_useful = cycles->select_useful * m->d.slices;
    total = (double)cycles->total;
    cycles->predict = (double)cycles->predict_useful / total;
    cycles->select = (double)cycles->select_useful / total;
    cycles->attend = (double)m->result->counters.pairs * m->c->head_dim /
                     ((double)m->c->attend.lanes * m->c->attend.width * total);
}

enum sofa_status sofa_cycles_predict(struct sofa_cycles *cycles, const struct sofa_config *c,
                                     const struct sofa_job *j, const struct sofa_result *result,
                                     struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    struct sofa_machine *m = calloc(1, sizeof *m);
    *cycles = (struct sofa_cycles){0};
    if (!m)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the cycle model");
    m->c = c;
    m->j = j;
    m->result = result;
    sofa_config_derive(c, &m->d);
    reset(m);
    if (c->mode == SOFA_MODE_TOKENS)
        open_tokens(m);
    uint64_t most = most_cycles(m);
    while (!finished(m) && m->cycle < most)
        step(m);
    if (finished(m))
        fill_in(cycles, m);
    else
        status = sofa_fail(e, SOFA_BAD_RESULT, "the cycle model does not end after %llu cycles", (unsigned long long)most);
    free(m);
    return status;
}

uint64_t sofa_cycles_follow(uint64_t before, const struct sofa_config *c, const struct sofa_cycles *job)
{
    struct sofa_derived d;
    sofa_config_derive(c, &d);
    return (before ? before : d.queue_end_time) + d.fetch_time + job->total + d.report_time;
}
