/* SPDX-License-Identifier: Apache-2.0 */
#include "netlist.h"

#include "../../cmodel/base/parse.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT ((size_t)1 << 31)

struct reader {
    const char *at;
    int failed;
};

static uint64_t next_in(struct reader *r, int base)
{
    char *end;
    while (isspace((unsigned char)*r->at))
        r->at++;
    uint64_t value = strtoull(r->at, &end, base);
    if (end == r->at)
        r->failed = 1;
    r->at = end;
    return value;
}

static uint32_t next(struct reader *r)
{
    return (uint32_t)next_in(r, 10);
}

static void next_word(struct reader *r, char *word, size_t room)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
    size_t length = strcspn(r->at, " \n");
    if (length == 0 || length >= room)
        r->failed = 1;
    else
        memcpy(word, r->at, length);
    word[length < room ? length : 0] = '\0';
    r->at += length;
}

/* Zeroed; a count that was not read makes none. */
static void *rows(struct reader *r, uint32_t count, size_t size)
{
    void *made = r->failed || count > 1u << 28 ? NULL : calloc(count + 1, size);
    if (!made)
        r->failed = 1;
    return made;
}

static uint32_t *next_nets(struct reader *r, uint32_t count)
{
    uint32_t *net = rows(r, count, sizeof *net);
    for (uint32_t i = 0; net && i < count; i++)
        net[i] = next(r);
    return net;
}

static uint32_t memory_nets(const struct netlist_memory *m)
{
    return 2 + 2 * m->address_bits + 2 * m->width;
}

static void read_cells(struct reader *r, const struct netlist *n, struct netlist_unit *u)
{
    u->gates = next(r);
    u->gate = rows(r, u->gates, sizeof *u->gate);
    for (uint32_t i = 0; !r->failed && i < u->gates; i++) {
        struct netlist_gate *g = &u->gate[i];
        g->kind = next(r);
        g->delay = next(r);
        g->output = next(r);
        g->counter = i;
        for (uint32_t k = 0; g->kind < n->kinds && k < n->kind[g->kind].inputs; k++)
            g->input[k] = next(r);
    }
    u->groups = next(r);
    u->flops = next(r);
    u->flop = rows(r, u->flops, sizeof *u->flop);
    for (uint32_t i = 0; !r->failed && i < u->flops; i++) {
        u->flop[i] = (struct netlist_flop){.q = next(r)};
        u->flop[i].d = next(r);
        u->flop[i].inverted = next(r);
        u->flop[i].group = next(r);
        u->flop[i].counter = i;
    }
}

static void read_below(struct reader *r, const struct netlist *n, struct netlist_unit *u)
{
    u->memories = next(r);
    u->memory = rows(r, u->memories, sizeof *u->memory);
    for (uint32_t i = 0; !r->failed && i < u->memories; i++) {
        struct netlist_memory *m = &u->memory[i];
        m->width = next(r);
        m->depth = next(r);
        m->address_bits = next(r);
        m->counter = i;
        m->net = next_nets(r, memory_nets(m));
    }
    u->kids = next(r);
    u->kid = rows(r, u->kids, sizeof *u->kid);
    for (uint32_t i = 0; !r->failed && i < u->kids; i++) {
        u->kid[i].unit = next(r);
        if (u->kid[i].unit >= (uint32_t)(u - n->unit))
            r->failed = 1;
        else
            u->kid[i].net = next_nets(r, n->unit[u->kid[i].unit].ports);
    }
}

static void number_counters(struct netlist *n)
{
    for (uint32_t i = 0; i < n->units; i++) {
        struct netlist_unit *u = &n->unit[i];
        u->gate_counter = n->gate_counters;
        u->flop_counter = n->flop_counters;
        u->group_counter = n->group_counters;
        u->memory_counter = n->memory_counters;
        n->gate_counters += u->gates;
        n->flop_counters += u->flops;
        n->group_counters += u->groups;
        n->memory_counters += u->memories;
    }
}

static void read_all(struct reader *r, struct netlist *n)
{
    n->kinds = next(r);
    n->kind = rows(r, n->kinds, sizeof *n->kind);
    for (uint32_t i = 0; !r->failed && i < n->kinds; i++) {
        n->kind[i].table = next_in(r, 16);
        n->kind[i].inputs = next(r);
        r->failed |= n->kind[i].inputs > NETLIST_INPUTS;
    }
    uint32_t units = next(r);
    n->unit = rows(r, units, sizeof *n->unit);
    for (; !r->failed && n->units < units; n->units++) {
        struct netlist_unit *u = &n->unit[n->units];
        u->nets = next(r);
        u->ports = next(r);
        u->port = next_nets(r, u->ports);
        read_cells(r, n, u);
        read_below(r, n, u);
    }
    uint32_t pins = next(r);
    n->pin = rows(r, pins, sizeof *n->pin);
    for (; !r->failed && n->pins < pins; n->pins++) {
        next_word(r, n->pin[n->pins].name, sizeof n->pin->name);
        n->pin[n->pins].bits = next(r);
        n->pin[n->pins].net = next_nets(r, n->pin[n->pins].bits);
    }
}

enum sofa_status netlist_read(struct netlist *n, const char *path, struct sofa_error *e)
{
    char *text;
    size_t length;
    *n = (struct netlist){0};
    enum sofa_status status = sofa_read_file(&text, &length, path, FILE_LIMIT, e);
    if (status != SOFA_OK)
        return status;
    struct reader r = {.at = text};
    read_all(&r, n);
    number_counters(n);
    if (r.failed || n->units == 0) {
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: no netlist", path);
        netlist_free(n);
    }
    free(text);
    return status;
}

void netlist_free(struct netlist *n)
{
    for (uint32_t i = 0; n->unit && i <= n->units; i++) {
        struct netlist_unit *u = &n->unit[i];
        for (uint32_t k = 0; u->memory && k < u->memories; k++)
            free(u->memory[k].net);
        for (uint32_t k = 0; u->kid && k < u->kids; k++)
            free(u->kid[k].net);
        free(u->port);
        free(u->gate);
        free(u->flop);
        free(u->memory);
        free(u->kid);
    }
    for (uint32_t i = 0; n->pin && i < n->pins; i++)
        free(n->pin[i].net);
    free(n->kind);
    free(n->unit);
    free(n->pin);
    *n = (struct netlist){0};
}
