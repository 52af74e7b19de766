/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/attend/: queries, the issue of lane groups, normalisation. */
#include "attend.h"

#include "session.h"
#include "wires.h"

#include <string.h>

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
    if (sofa_job_starts(m))
        next->fetch_left = next->load_left = m->job[sofa_starting_job(m)].result->rows;
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

static int lowest_row(const uint64_t *rows, const uint64_t *of, const uint64_t *without)
{
    for (unsigned w = 0; w < SOFA_ROW_WORDS; w++) {
        uint64_t x = rows[w] & of[w] & ~without[w];
        if (x)
            return (int)(64 * w) + __builtin_ctzll(x);
    }
    return -1;
}

static int retiring_row(const struct sofa_machine *m, const uint64_t *lane, const uint64_t *recent)
{
    const struct sofa_window_state *now = &m->now.window;
    uint64_t busy[SOFA_ROW_WORDS];
    memcpy(busy, recent, sizeof busy);
    for (unsigned e = 0; e < now->count; e++)
        if (now->entry_bank[e] == now->retire_bank)
            for (unsigned w = 0; w < SOFA_ROW_WORDS; w++)
                busy[w] |= now->pending[e][w];
    return lowest_row(now->owed[now->retire_bank], lane, busy);
}

static void clear_row(uint64_t *rows, unsigned row)
{
    rows[row / 64] &= ~((uint64_t)1 << (row % 64));
}

/* The unit's turn for a group of it. */
static int has_turn(const struct sofa_machine *m, unsigned unit, unsigned group)
{
    const struct sofa_norm_state *n = &m->now.norm[unit];
    return n->used != m->d.retire_rows && n->busy == 0 && (m->d.norm_units > 1 || n->turn == group);
}

static void retire_row(struct sofa_machine *m, unsigned unit, unsigned row)
{
    unsigned bank = m->now.window.retire_bank, words = m->d.norm_words;
    struct sofa_norm_state *n = &m->next.norm[unit];
    clear_row(m->next.window.owed[bank], row);
    n->used++;
    n->busy = words - 1;
    uint64_t first_word = m->cycle + m->d.issue_time + m->d.weight_time + m->d.norm_wait + m->d.norm_time;
    /* a row of several words is listed in the cycle after the last of them */
    sofa_underway_add(&m->finished[unit], first_word + (words > 1 ? words : m->d.queue_time), bank);
}

static void step_group(struct sofa_machine *m, unsigned g)
{
    const struct sofa_window_state *now = &m->now.window;
    unsigned lane = g + m->d.lane_groups * m->now.phase, unit = m->d.norm_units > 1 ? g : 0;
    uint64_t recent[SOFA_ROW_WORDS] = {0};
    int row = -1;
    for (unsigned ago = 0; ago + 1 < m->d.row_interval; ago++)
        for (unsigned w = 0; w < SOFA_ROW_WORDS; w++)
            recent[w] |= m->recent[g][ago][w];
    memmove(m->recent[g][1], m->recent[g][0], 2 * sizeof recent);
    memset(m->recent[g][0], 0, sizeof recent);
    if (m->now.phase >= m->d.group_lanes || lane >= m->c->attend.lanes)
        return;
    if (now->loaded >> now->retire_bank & 1 && has_turn(m, unit, g) &&
        (row = retiring_row(m, m->lane_rows[lane], recent)) >= 0) {
        retire_row(m, unit, (unsigned)row);
    } else {
        for (unsigned e = 0; e < now->count && row < 0; e++) {
            row = lowest_row(now->pending[e], m->lane_rows[lane], recent);
            if (row >= 0)
                clear_row(m->next.window.pending[e], (unsigned)row);
        }
    }
    if (row >= 0)
        sofa_set_bit(m->recent[g][0], (unsigned)row);
}

static void step_turns(struct sofa_machine *m)
{
    for (unsigned u = 0; u < m->d.norm_units; u++) {
        if (m->now.norm[u].busy > 0)
            m->next.norm[u].busy = m->now.norm[u].busy - 1;
        if (m->d.norm_units == 1 && m->now.phase == m->d.beats - 1)
            m->next.norm[u].turn = (m->now.norm[u].turn + 1) % m->d.lane_groups;
    }
    m->next.phase = (m->now.phase + 1) % m->d.beats;
}

void sofa_step_attend(struct sofa_machine *m)
{
    step_turns(m);
    for (unsigned g = 0; g < m->d.lane_groups; g++)
        step_group(m, g);
}
