/* SPDX-License-Identifier: Apache-2.0 */
#include "cycles.h"

#include "attend.h"
#include "jobs.h"
#include "kvgen.h"
#include "memory.h"
#include "order.h"
#include "predict.h"
#include "rows.h"
#include "schedule.h"
#include "session.h"
#include "tiles.h"
#include "timeline.h"
#include "wires.h"

#include <stdlib.h>

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
    sofa_step_jobs(m);
    if (m->timeline)
        sofa_timeline_look(m->timeline, m);
    m->now = m->next;
    m->cycle++;
}

/* A job that takes longer has lost a token of the model. */
static uint64_t most_of_job(const struct sofa_machine *m, const struct sofa_queued *job)
{
    const struct sofa_result *r = job->result;
    const struct sofa_counters *n = &r->counters;
    uint64_t hidden = (r->words + 1) * (uint64_t)(m->d.project_blocks * m->d.project_steps * 2 + m->c->head_dim);
    uint64_t bytes = n->bytes_token + (n->bytes_weight + n->bytes_rotary) * 8 + n->generated * hidden + n->key_rows * hidden + n->bytes_query + n->bytes_khat + n->bytes_key + n->bytes_value + n->bytes_range + n->bytes_output;
    uint64_t tiles = n->blocks * ((r->keys + job->job->tile - 1) / job->job->tile);
    return 100000 + 8 * (n->pairs * m->d.beats + bytes + tiles * (m->d.key_groups * m->d.slices + 1) *
                         (m->c->query_block + m->c->predict.keys + m->d.pass_distance + m->d.predict_latency + 64));
}

static int finished(const struct sofa_machine *m)
{
    return m->of_queue ? m->cycle > 0 && m->now.jobs.state == JOBS_REST : sofa_session_complete(m);
}

static enum sofa_status run(struct sofa_machine *m, struct sofa_error *e)
{
    uint64_t most = 0;
    for (size_t i = 0; i < m->jobs; i++)
        most += most_of_job(m, &m->job[i]);
    while (!finished(m) && m->cycle < most)
        step(m);
    if (finished(m))
        return SOFA_OK;
    return sofa_fail(e, SOFA_BAD_RESULT, "the cycle model does not end after %llu cycles", (unsigned long long)most);
}

/* Blocks and tiles of all jobs, one after the other; tiles stay those of the jobs. */
static int put_together(struct sofa_machine *m)
{
    size_t blocks = 0, tiles = 0;
    for (size_t i = 0; i < m->jobs; i++) {
        blocks += m->job[i].result->counters.blocks;
        tiles += m->job[i].result->tiles;
    }
    m->all.block = calloc(blocks + 1, sizeof *m->all.block); /* one spare after the last */
    m->all.tile = calloc(tiles + 1, sizeof *m->all.tile);
    m->block_job = calloc(blocks + 1, sizeof *m->block_job);
    if (!m->all.block || !m->all.tile || !m->block_job)
        return 0;
    size_t block = 0;
    for (size_t i = 0; i < m->jobs; i++) {
        const struct sofa_result *r = m->job[i].result;
        for (size_t n = 0; n < r->tiles; n++) {
            m->all.tile[m->all.tiles] = r->tile[n];
            m->all.tile[m->all.tiles++].block += (uint32_t)block;
        }
        for (size_t n = 0; n < r->counters.blocks; n++) {
            m->block_job[block] = i;
            m->all.block[block++] = r->block[n];
        }
    }
    m->result = &m->all;
    return 1;
}

static void free_machine(struct sofa_machine *m)
{
    if (!m)
        return;
    free(m->all.block);
    free(m->all.tile);
    free(m->block_job);
    free(m);
}

static struct sofa_machine *make_machine(const struct sofa_config *c, const struct sofa_queued *list, size_t jobs, struct sofa_error *e)
{
    struct sofa_machine *m = calloc(1, sizeof *m);
    if (m) {
        m->c = c;
        m->job = list;
        m->jobs = jobs;
        sofa_config_derive(c, &m->d);
        m->all_slots = c->attend.window == 64 ? UINT64_MAX : ((uint64_t)1 << c->attend.window) - 1;
        for (unsigned row = 0; row < c->query_block; row++)
            sofa_set_bit(m->lane_rows[row % c->attend.lanes], row);
    }
    if (!m || !put_together(m)) {
        sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the cycle model");
        free_machine(m);
        return NULL;
    }
    return m;
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
    cycles->attend = (double)m->job[0].result->counters.pairs * m->c->head_dim /
                     ((double)m->c->attend.lanes * m->c->attend.width * total);
}

static enum sofa_status end_timeline(struct sofa_timeline *timeline, const struct sofa_machine *m, uint64_t total, struct sofa_error *e)
{
    timeline->total = total;
    timeline->channels = m->c->memory.read_channels;
    timeline->lanes = m->c->attend.lanes;
    return timeline->failed ? sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the timeline") : SOFA_OK;
}

enum sofa_status sofa_cycles_watch(struct sofa_cycles *cycles, struct sofa_timeline *timeline, const struct sofa_config *c,
                                   const struct sofa_job *j, const struct sofa_result *result, struct sofa_error *e)
{
    const struct sofa_queued job = {.job = j, .result = result};
    struct sofa_machine *m = make_machine(c, &job, 1, e);
    *cycles = (struct sofa_cycles){0};
    if (!m)
        return SOFA_BAD_INPUT;
    m->timeline = timeline;
    sofa_begin_session(m, 0);
    m->now = m->next;
    m->began = 0;
    enum sofa_status status = run(m, e);
    if (status == SOFA_OK)
        fill_in(cycles, m);
    if (status == SOFA_OK && timeline)
        status = end_timeline(timeline, m, cycles->total, e);
    free_machine(m);
    return status;
}

enum sofa_status sofa_cycles_predict(struct sofa_cycles *cycles, const struct sofa_config *c, const struct sofa_job *j,
                                     const struct sofa_result *result, struct sofa_error *e)
{
    return sofa_cycles_watch(cycles, NULL, c, j, result, e);
}

enum sofa_status sofa_cycles_queue(uint64_t *total, const struct sofa_config *c, const struct sofa_queued *job, size_t count,
                                   struct sofa_error *e)
{
    struct sofa_machine *m = make_machine(c, job, count, e);
    *total = 0;
    if (!m)
        return SOFA_BAD_INPUT;
    m->j = job->job;
    m->of_queue = 1;
    sofa_reset_engines(m, &m->now);
    enum sofa_status status = run(m, e);
    *total = m->cycle - 1; /* it is busy from the cycle after the first on */
    free_machine(m);
    return status;
}
