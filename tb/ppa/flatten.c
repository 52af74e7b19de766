/* SPDX-License-Identifier: Apache-2.0 */
/* From units to the flat core: every instance gets nets, gates, flip-flops and memories of its own; nets that a port joins become one. */
#include "netlist.h"

#include <stdlib.h>
#include <string.h>

struct flattening {
    const struct netlist *n;
    struct netlist_flat *flat;
    uint32_t *joined; /* of each flat net: another that it is one with, or itself */
    int failed;
};

static uint32_t resolve(const struct flattening *f, uint32_t net)
{
    while (f->joined[net] != net) {
        f->joined[net] = f->joined[f->joined[net]];
        net = f->joined[net];
    }
    return net;
}

/* The lower number stays, so that constants do. */
static void join(struct flattening *f, uint32_t a, uint32_t b)
{
    a = resolve(f, a);
    b = resolve(f, b);
    f->joined[a > b ? a : b] = a > b ? b : a;
}

/* How much all instances of a unit need, so that nothing has to grow. */
static void count(const struct netlist *n, const struct netlist_unit *u, struct netlist_flat *need)
{
    need->nets += u->nets;
    need->gates += u->gates;
    need->flops += u->flops;
    need->groups += u->groups;
    need->memories += u->memories;
    for (uint32_t i = 0; i < u->kids; i++)
        count(n, &n->unit[u->kid[i].unit], need);
}

static void place_cells(struct flattening *f, const struct netlist_unit *u, const uint32_t *map)
{
    struct netlist_flat *flat = f->flat;
    for (uint32_t i = 0; i < u->gates; i++) {
        struct netlist_gate *g = &flat->gate[flat->gates++];
        *g = u->gate[i];
        g->output = map[g->output];
        g->counter += u->gate_counter;
        for (uint32_t k = 0; k < f->n->kind[g->kind].inputs; k++)
            g->input[k] = map[g->input[k]];
    }
    for (uint32_t i = 0; i < u->flops; i++) {
        struct netlist_flop *p = &flat->flop[flat->flops++];
        *p = u->flop[i];
        p->q = map[p->q];
        p->d = map[p->d];
        p->counter += u->flop_counter;
        if (p->group != NETLIST_NONE)
            p->group += flat->groups;
    }
    for (uint32_t i = 0; i < u->groups; i++)
        flat->group_counter[flat->groups++] = u->group_counter + i;
}

static void place_memories(struct flattening *f, const struct netlist_unit *u, const uint32_t *map)
{
    for (uint32_t i = 0; i < u->memories; i++) {
        struct netlist_memory *m = &f->flat->memory[f->flat->memories++];
        uint32_t nets = 2 + 2 * u->memory[i].address_bits + 2 * u->memory[i].width;
        *m = u->memory[i];
        m->counter += u->memory_counter;
        m->net = malloc(nets * sizeof *m->net);
        for (uint32_t k = 0; m->net && k < nets; k++)
            m->net[k] = map[u->memory[i].net[k]];
        f->failed |= m->net == NULL;
    }
}

static void place(struct flattening *f, const struct netlist_unit *u, const uint32_t *actual);

static void place_kids(struct flattening *f, const struct netlist_unit *u, const uint32_t *map)
{
    for (uint32_t i = 0; i < u->kids && !f->failed; i++) {
        const struct netlist_unit *kid = &f->n->unit[u->kid[i].unit];
        uint32_t *actual = malloc((kid->ports + 1) * sizeof *actual);
        if (!actual) {
            f->failed = 1;
            return;
        }
        for (uint32_t k = 0; k < kid->ports; k++)
            actual[k] = map[u->kid[i].net[k]];
        place(f, kid, actual);
        free(actual);
    }
}

/* actual: the flat nets at the ports; NULL: new ones. */
static void place(struct flattening *f, const struct netlist_unit *u, const uint32_t *actual)
{
    uint32_t *map = malloc((u->nets + 2) * sizeof *map);
    if (!map) {
        f->failed = 1;
        return;
    }
    memset(map, 0xFF, u->nets * sizeof *map);
    map[0] = 0;
    map[1] = 1;
    for (uint32_t i = 0; actual && i < u->ports; i++)
        if (map[u->port[i]] == NETLIST_NONE)
            map[u->port[i]] = actual[i];
        else
            join(f, map[u->port[i]], actual[i]);
    for (uint32_t i = 0; i < u->nets; i++)
        if (map[i] == NETLIST_NONE)
            map[i] = f->flat->nets++;
    place_cells(f, u, map);
    place_memories(f, u, map);
    place_kids(f, u, map);
    for (uint32_t i = 0; !actual && i < f->n->pins; i++)
        for (uint32_t k = 0; k < f->n->pin[i].bits; k++)
            f->n->pin[i].net[k] = map[f->n->pin[i].net[k]];
    free(map);
}

static void resolve_all(struct flattening *f)
{
    struct netlist_flat *flat = f->flat;
    for (uint32_t i = 0; i < flat->gates; i++) {
        struct netlist_gate *g = &flat->gate[i];
        g->output = resolve(f, g->output);
        for (uint32_t k = 0; k < f->n->kind[g->kind].inputs; k++)
            g->input[k] = resolve(f, g->input[k]);
    }
    for (uint32_t i = 0; i < flat->flops; i++) {
        flat->flop[i].q = resolve(f, flat->flop[i].q);
        flat->flop[i].d = resolve(f, flat->flop[i].d);
    }
    for (uint32_t i = 0; i < flat->memories; i++)
        for (uint32_t k = 0; k < 2 + 2 * flat->memory[i].address_bits + 2 * flat->memory[i].width; k++)
            flat->memory[i].net[k] = resolve(f, flat->memory[i].net[k]);
    for (uint32_t i = 0; i < f->n->pins; i++)
        for (uint32_t k = 0; k < f->n->pin[i].bits; k++)
            f->n->pin[i].net[k] = resolve(f, f->n->pin[i].net[k]);
}

enum sofa_status netlist_flatten(struct netlist_flat *flat, struct netlist *n, struct sofa_error *e)
{
    struct netlist_flat need = {.nets = 2};
    const struct netlist_unit *top = &n->unit[n->units - 1];
    count(n, top, &need);
    *flat = (struct netlist_flat){.nets = 2,
                                  .gate = calloc(need.gates + 1, sizeof *flat->gate),
                                  .flop = calloc(need.flops + 1, sizeof *flat->flop),
                                  .memory = calloc(need.memories + 1, sizeof *flat->memory),
                                  .group_counter = calloc(need.groups + 1, sizeof *flat->group_counter)};
    struct flattening f = {.n = n, .flat = flat, .joined = malloc((need.nets + 1) * sizeof *f.joined)};
    f.failed = !flat->gate || !flat->flop || !flat->memory || !flat->group_counter || !f.joined;
    for (uint32_t i = 0; !f.failed && i < need.nets; i++)
        f.joined[i] = i;
    if (!f.failed)
        place(&f, top, NULL);
    if (!f.failed)
        resolve_all(&f);
    free(f.joined);
    if (!f.failed)
        return SOFA_OK;
    netlist_flat_free(flat);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %u gates", need.gates);
}

void netlist_flat_free(struct netlist_flat *flat)
{
    for (uint32_t i = 0; flat->memory && i < flat->memories; i++)
        free(flat->memory[i].net);
    free(flat->gate);
    free(flat->flop);
    free(flat->memory);
    free(flat->group_counter);
    *flat = (struct netlist_flat){0};
}
