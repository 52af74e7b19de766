/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/rows/: K and V rows of needed keys on their way to the window. */
#include "rows.h"

#include "wires.h"

/* ---- sofa_fetch_pairs, sofa_fetch_turns ---- */

static int k_free(const struct sofa_machine *m)
{
    return !m->now.fetch.k_valid || m->asked[SOFA_CLIENT_KEY];
}

static int v_free(const struct sofa_machine *m)
{
    return !m->now.fetch.v_valid || m->asked[SOFA_CLIENT_VALUE];
}

int sofa_fetch_ready(const struct sofa_machine *m)
{
    return k_free(m) && v_free(m) && !m->now.fetch.turn;
}

void sofa_fetch_begin(struct sofa_machine *m, unsigned place)
{
    struct sofa_fetch_state *next = &m->next.fetch;
    next->k_valid = 1;
    next->k_place = place;
    if (m->d.fetch_turns) {
        next->turn = 1;
        next->turn_place = place;
    } else {
        next->v_valid = 1;
        next->v_place = place;
    }
}

void sofa_step_fetch(struct sofa_machine *m)
{
    const struct sofa_fetch_state *now = &m->now.fetch;
    struct sofa_fetch_state *next = &m->next.fetch;
    if (k_free(m))
        next->k_valid = 0;
    if (v_free(m))
        next->v_valid = 0;
    if (now->turn && k_free(m) && v_free(m)) {
        next->turn = 0;
        next->v_valid = 1;
        next->v_place = now->turn_place;
    }
}

/* ---- sofa_ring_rows, sofa_ring_beats, sofa_ring_words ---- */

int sofa_ring_ready(const struct sofa_machine *m)
{
    return m->now.k_here[m->now.ring_head] && m->now.v_here[m->now.ring_head];
}

void sofa_ring_enter(struct sofa_machine *m)
{
    m->next.k_here[m->now.ring_head] = m->next.v_here[m->now.ring_head] = 0;
    m->next.ring_head = (m->now.ring_head + 1) % m->c->memory.prefetch;
}

/* Beats are written a cycle later than they come. */
static void land_late(struct sofa_machine *m, const struct sofa_read *k, const struct sofa_read *v)
{
    if (m->now.k_landed >= 0)
        m->next.k_here[m->now.k_landed] = 1;
    if (m->now.v_landed >= 0)
        m->next.v_here[m->now.v_landed] = 1;
    m->next.k_landed = k ? k->place : -1;
    m->next.v_landed = v ? v->place : -1;
}

void sofa_step_ring(struct sofa_machine *m)
{
    const struct sofa_read *k = sofa_row_for(m, SOFA_CLIENT_KEY), *v = sofa_row_for(m, SOFA_CLIENT_VALUE);
    if (m->d.registered_links) {
        land_late(m, k, v);
        return;
    }
    if (m->wire.new_k)
        m->next.k_here[m->wire.new_k_place] = 1;
    else if (k)
        m->next.k_here[k->place] = 1;
    if (m->wire.new_v)
        m->next.v_here[m->wire.new_v_place] = 1;
    else if (v)
        m->next.v_here[v->place] = 1;
}
