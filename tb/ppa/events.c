/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <stdlib.h>
#include <string.h>

static uint8_t evaluate(const struct events *v, const struct netlist_gate *g)
{
    const struct netlist_kind *kind = &v->kind[g->kind];
    uint32_t index = 0;
    for (uint32_t k = 0; k < kind->inputs; k++)
        index |= (uint32_t)v->value[g->input[k]] << k;
    return kind->table >> index & 1;
}

static void enlist(struct events *v, uint32_t list, uint32_t gate)
{
    v->next[gate] = v->first[list];
    v->first[list] = gate;
    v->in_list[gate] = 1;
    v->listed++;
}

/* An input of a gate has changed. Timed: a pulse shorter than the gate's delay is none. */
static void touch(struct events *v, uint32_t gate)
{
    if (!v->timed) {
        if (!v->in_list[gate])
            enlist(v, v->level[gate], gate);
        return;
    }
    const struct netlist_gate *g = &v->gate[gate];
    int switches = evaluate(v, g) != v->value[g->output];
    if (switches && !v->switches[gate]) {
        v->due[gate] = v->now + g->delay;
        if (!v->in_list[gate])
            enlist(v, v->due[gate] % EVENTS_SLOTS, gate);
    }
    v->switches[gate] = (uint8_t)switches;
}

static void change(struct events *v, uint32_t net)
{
    v->value[net] ^= 1;
    for (uint32_t i = v->fanout_at[net]; i < v->fanout_at[net + 1]; i++)
        touch(v, v->fanout[i]);
}

void events_set(struct events *v, uint32_t net, uint8_t value, int late)
{
    if (v->value[net] == value)
        return;
    if (late && v->timed)
        v->late[v->lates++] = net;
    else
        change(v, net);
}

static void switch_gate(struct events *v, uint32_t gate)
{
    v->toggles[v->gate[gate].counter]++;
    change(v, v->gate[gate].output);
}

static void settle_levels(struct events *v)
{
    for (uint32_t level = 0; v->listed > 0; level++)
        while (v->first[level] != NETLIST_NONE) {
            uint32_t gate = v->first[level];
            v->first[level] = v->next[gate];
            v->in_list[gate] = 0;
            v->listed--;
            if (evaluate(v, &v->gate[gate]) != v->value[v->gate[gate].output])
                switch_gate(v, gate);
        }
}

static void settle_moment(struct events *v)
{
    uint32_t *list = &v->first[v->now % EVENTS_SLOTS], gate = *list;
    *list = NETLIST_NONE;
    for (uint32_t after; gate != NETLIST_NONE; gate = after) {
        after = v->next[gate];
        v->in_list[gate] = 0;
        v->listed--;
        if (!v->switches[gate])
            continue;
        if (v->due[gate] != v->now) {
            enlist(v, v->due[gate] % EVENTS_SLOTS, gate);
            continue;
        }
        v->switches[gate] = 0;
        switch_gate(v, gate);
    }
}

void events_settle(struct events *v)
{
    if (!v->timed) {
        settle_levels(v);
        return;
    }
    for (v->now = 0; v->listed > 0 || v->lates > 0; v->now++) {
        for (; v->now >= EVENTS_MEMORY_DELAY && v->lates > 0; v->lates--)
            change(v, v->late[v->lates - 1]);
        settle_moment(v);
    }
    v->now = 0;
}

/* ---- made ---- */

static int find_fanouts(struct events *v, uint32_t nets)
{
    uint32_t total = 0;
    v->fanout_at = calloc(nets + 2, sizeof *v->fanout_at);
    if (!v->fanout_at)
        return 0;
    for (uint32_t i = 0; i < v->gates; i++)
        for (uint32_t k = 0; k < v->kind[v->gate[i].kind].inputs; k++)
            v->fanout_at[v->gate[i].input[k] + 1]++;
    for (uint32_t i = 0; i <= nets; i++)
        v->fanout_at[i] = total += v->fanout_at[i];
    v->fanout = malloc((total + 1) * sizeof *v->fanout);
    uint32_t *at = malloc((nets + 1) * sizeof *at);
    if (v->fanout && at) {
        memcpy(at, v->fanout_at, (nets + 1) * sizeof *at);
        for (uint32_t i = 0; i < v->gates; i++)
            for (uint32_t k = 0; k < v->kind[v->gate[i].kind].inputs; k++)
                v->fanout[at[v->gate[i].input[k]]++] = i;
    }
    free(at);
    return v->fanout && at;
}

/* Levels, and the values that everything has at rest. Returns how many gates come after all that drive them. */
static uint32_t order(struct events *v, uint32_t *waits, uint32_t *ready, const uint8_t *driven)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < v->gates; i++) {
        for (uint32_t k = 0; k < v->kind[v->gate[i].kind].inputs; k++)
            waits[i] += driven[v->gate[i].input[k]];
        if (waits[i] == 0)
            ready[count++] = i;
    }
    for (uint32_t done = 0; done < count; done++) {
        uint32_t i = ready[done], net = v->gate[i].output;
        v->value[net] = evaluate(v, &v->gate[i]);
        if (v->level[i] >= v->levels)
            v->levels = v->level[i] + 1;
        for (uint32_t k = v->fanout_at[net]; k < v->fanout_at[net + 1]; k++) {
            uint32_t reader = v->fanout[k];
            if (v->level[reader] <= v->level[i])
                v->level[reader] = v->level[i] + 1;
            if (--waits[reader] == 0)
                ready[count++] = reader;
        }
    }
    return count;
}

static enum sofa_status rest(struct events *v, uint32_t nets, struct sofa_error *e)
{
    uint32_t *waits = calloc(v->gates + 1, sizeof *waits), *ready = calloc(v->gates + 1, sizeof *ready), count = 0;
    uint8_t *driven = calloc(nets + 1, 1);
    int there = waits && ready && driven;
    for (uint32_t i = 0; there && i < v->gates; i++)
        driven[v->gate[i].output] = 1;
    if (there)
        count = order(v, waits, ready, driven);
    free(waits);
    free(ready);
    free(driven);
    if (there && count == v->gates)
        return SOFA_OK;
    return sofa_fail(e, SOFA_BAD_INPUT, there ? "a loop without registers holds %u gates" : "out of memory for %u gates", v->gates - count);
}

static uint32_t memory_bits(const struct netlist_flat *flat)
{
    uint32_t bits = 0;
    for (uint32_t i = 0; i < flat->memories; i++)
        bits += flat->memory[i].width;
    return bits;
}

enum sofa_status events_open(struct events *v, const struct netlist *n, const struct netlist_flat *flat, int timed, struct sofa_error *e)
{
    *v = (struct events){.kind = n->kind, .gate = flat->gate, .gates = flat->gates, .timed = timed};
    v->value = calloc(flat->nets + 1, 1);
    v->toggles = calloc(n->gate_counters + 1, sizeof *v->toggles);
    v->level = calloc(v->gates + 1, sizeof *v->level);
    v->next = calloc(v->gates + 1, sizeof *v->next);
    v->in_list = calloc(v->gates + 1, 1);
    v->switches = calloc(v->gates + 1, 1);
    v->due = calloc(v->gates + 1, sizeof *v->due);
    v->late = calloc(memory_bits(flat) + 1, sizeof *v->late);
    if (!v->value || !v->toggles || !v->level || !v->next || !v->in_list || !v->switches || !v->due || !v->late ||
        !find_fanouts(v, flat->nets))
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %u gates", v->gates);
    v->value[1] = 1;
    enum sofa_status status = rest(v, flat->nets, e);
    uint32_t lists = v->levels > EVENTS_SLOTS ? v->levels : EVENTS_SLOTS;
    v->first = malloc((lists + 1) * sizeof *v->first);
    if (status == SOFA_OK && !v->first)
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %u lists", lists);
    if (v->first)
        memset(v->first, 0xFF, (lists + 1) * sizeof *v->first);
    return status;
}

void events_close(struct events *v)
{
    free(v->value);
    free(v->toggles);
    free(v->level);
    free(v->next);
    free(v->in_list);
    free(v->switches);
    free(v->due);
    free(v->late);
    free(v->fanout_at);
    free(v->fanout);
    free(v->first);
    *v = (struct events){0};
}
