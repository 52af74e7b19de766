/* SPDX-License-Identifier: Apache-2.0 */
#include "gates.h"

#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct gates {
    struct netlist n;
    struct netlist_flat flat;
    struct events events;
    uint8_t *next;                  /* of each flip-flop */
    uint8_t **word;                 /* of each memory */
    uint8_t **read;                 /* what it reads next: a byte a bit */
    uint64_t cycles, *flop_toggles, *group_active, *reads, *writes, *group_changed;
};

static void *zeros(size_t count, size_t size, int *failed)
{
    void *made = calloc(count + 1, size);
    *failed |= made == NULL;
    return made;
}

static int reserve(struct gates *g)
{
    int failed = 0;
    g->next = zeros(g->flat.flops, 1, &failed);
    g->word = zeros(g->flat.memories, sizeof *g->word, &failed);
    g->read = zeros(g->flat.memories, sizeof *g->read, &failed);
    g->flop_toggles = zeros(g->n.flop_counters, sizeof *g->flop_toggles, &failed);
    g->group_active = zeros(g->n.group_counters, sizeof *g->group_active, &failed);
    g->reads = zeros(g->n.memory_counters, sizeof *g->reads, &failed);
    g->writes = zeros(g->n.memory_counters, sizeof *g->writes, &failed);
    g->group_changed = zeros(g->flat.groups, sizeof *g->group_changed, &failed);
    for (uint32_t i = 0; !failed && i < g->flat.memories; i++) {
        const struct netlist_memory *m = &g->flat.memory[i];
        g->word[i] = zeros((size_t)m->width << m->address_bits, 1, &failed);
        g->read[i] = zeros(m->width, 1, &failed);
    }
    return !failed;
}

enum sofa_status gates_load(struct gates **gates, const char *path, int timed, struct sofa_error *e)
{
    struct gates *g = calloc(1, sizeof *g);
    *gates = NULL;
    if (!g)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory");
    enum sofa_status status = netlist_read(&g->n, path, e);
    if (status == SOFA_OK)
        status = netlist_flatten(&g->flat, &g->n, e);
    if (status == SOFA_OK && !reserve(g))
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %u flip-flops", g->flat.flops);
    if (status == SOFA_OK)
        status = events_open(&g->events, &g->n, &g->flat, timed, e);
    if (status == SOFA_OK)
        *gates = g;
    else
        gates_free(g);
    return status;
}

void gates_free(struct gates *g)
{
    if (!g)
        return;
    for (uint32_t i = 0; g->word && g->read && i < g->flat.memories; i++) {
        free(g->word[i]);
        free(g->read[i]);
    }
    free(g->next);
    free(g->word);
    free(g->read);
    free(g->flop_toggles);
    free(g->group_active);
    free(g->reads);
    free(g->writes);
    free(g->group_changed);
    events_close(&g->events);
    netlist_flat_free(&g->flat);
    netlist_free(&g->n);
    free(g);
}

/* ---- the clock edge ---- */

static uint32_t address(const struct gates *g, const uint32_t *net, uint32_t bits)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < bits; i++)
        value |= (uint32_t)g->events.value[net[i]] << i;
    return value;
}

static void clock_memory(struct gates *g, uint32_t number)
{
    const struct netlist_memory *m = &g->flat.memory[number];
    const uint32_t *waddr = m->net + 1, *wdata = waddr + m->address_bits, *re = wdata + m->width;
    if (g->events.value[*re]) {
        memcpy(g->read[number], g->word[number] + (size_t)m->width * address(g, re + 1, m->address_bits), m->width);
        g->reads[m->counter]++;
    }
    if (g->events.value[*m->net]) {
        uint8_t *word = g->word[number] + (size_t)m->width * address(g, waddr, m->address_bits);
        for (uint32_t i = 0; i < m->width; i++)
            word[i] = g->events.value[wdata[i]];
        g->writes[m->counter]++;
    }
}

static void clock_edge(struct gates *g)
{
    for (uint32_t i = 0; i < g->flat.flops; i++)
        g->next[i] = g->events.value[g->flat.flop[i].d];
    for (uint32_t i = 0; i < g->flat.memories; i++)
        clock_memory(g, i);
    g->cycles++;
}

/* What the last edge took in comes out. */
static void come_out(struct gates *g)
{
    for (uint32_t i = 0; i < g->flat.flops; i++) {
        const struct netlist_flop *f = &g->flat.flop[i];
        uint8_t q = (uint8_t)(g->next[i] ^ f->inverted);
        if (g->events.value[f->q] == q)
            continue;
        events_set(&g->events, f->q, q, 0);
        g->flop_toggles[f->counter]++;
        if (f->group != NETLIST_NONE && g->group_changed[f->group] != g->cycles + 1) {
            g->group_changed[f->group] = g->cycles + 1;
            g->group_active[g->flat.group_counter[f->group]]++;
        }
    }
    for (uint32_t i = 0; i < g->flat.memories; i++) {
        const struct netlist_memory *m = &g->flat.memory[i];
        const uint32_t *rdata = m->net + 2 + 2 * m->address_bits + m->width;
        for (uint32_t k = 0; k < m->width; k++)
            events_set(&g->events, rdata[k], g->read[i][k], 1);
    }
}

/* ---- the pins ---- */

static const struct netlist_pin *find_pin(const struct gates *g, const char *name)
{
    for (uint32_t i = 0; i < g->n.pins; i++)
        if (strcmp(g->n.pin[i].name, name) == 0)
            return &g->n.pin[i];
    return NULL;
}

static void drive(struct gates *g, const char *name, const void *bytes)
{
    const struct netlist_pin *pin = find_pin(g, name);
    const uint8_t *from = bytes;
    for (uint32_t i = 0; pin && i < pin->bits; i++)
        events_set(&g->events, pin->net[i], from[i / 8] >> i % 8 & 1, 0);
}

/* to: as many bytes as the number has that the bench reads; the machine is little-endian, as in ../shim.cpp. */
static void sample(const struct gates *g, const char *name, void *to, size_t bytes)
{
    const struct netlist_pin *pin = find_pin(g, name);
    uint8_t *into = to;
    memset(to, 0, bytes);
    for (uint32_t i = 0; pin && i < pin->bits && i / 8 < bytes; i++)
        into[i / 8] |= (uint8_t)(g->events.value[pin->net[i]] << i % 8);
}

static const char *channel(char name[32], const char *way, unsigned c, const char *what)
{
    snprintf(name, 32, "%s_rd%u_%s", way, c, what);
    return name;
}

static void drive_all(struct gates *g, const struct tb_pins_in *in)
{
    char name[32];
    drive(g, "rst", &in->rst);
    drive(g, "i_reg_enable", &in->reg_enable);
    drive(g, "i_reg_write", &in->reg_write);
    drive(g, "i_reg_addr", &in->reg_addr);
    drive(g, "i_reg_wdata", &in->reg_wdata);
    for (unsigned c = 0; c < TB_CHANNELS_MAX; c++) {
        drive(g, channel(name, "i", c, "req_ready"), &in->rd[c].req_ready);
        drive(g, channel(name, "i", c, "data_valid"), &in->rd[c].data_valid);
        drive(g, channel(name, "i", c, "data_error"), &in->rd[c].data_error);
        if (in->rd[c].data_valid)
            drive(g, channel(name, "i", c, "data"), in->rd[c].data);
    }
    drive(g, "i_wr_req_ready", &in->wr.req_ready);
    drive(g, "i_wr_data_ready", &in->wr.data_ready);
    drive(g, "i_wr_resp_valid", &in->wr.resp_valid);
    drive(g, "i_wr_resp_error", &in->wr.resp_error);
}

#define SAMPLE(name, member) sample(g, name, &(member), sizeof(member))

static void sample_all(const struct gates *g, struct tb_pins_out *out)
{
    char name[32];
    SAMPLE("o_reg_valid", out->reg_valid);
    SAMPLE("o_reg_rdata", out->reg_rdata);
    SAMPLE("o_irq", out->irq);
    for (unsigned c = 0; c < TB_CHANNELS_MAX; c++) {
        SAMPLE(channel(name, "o", c, "req_valid"), out->rd[c].req_valid);
        SAMPLE(channel(name, "o", c, "req_addr"), out->rd[c].req_addr);
        SAMPLE(channel(name, "o", c, "req_len"), out->rd[c].req_len);
        SAMPLE(channel(name, "o", c, "data_ready"), out->rd[c].data_ready);
    }
    SAMPLE("o_wr_req_valid", out->wr.req_valid);
    SAMPLE("o_wr_req_addr", out->wr.req_addr);
    SAMPLE("o_wr_req_len", out->wr.req_len);
    SAMPLE("o_wr_data_valid", out->wr.data_valid);
    SAMPLE("o_wr_last", out->wr.last);
    if (out->wr.data_valid) {
        SAMPLE("o_wr_data", out->wr.data);
        SAMPLE("o_wr_strb", out->wr.strb);
    }
    out->failure = NULL;
}

void gates_cycle(void *gates, const struct tb_pins_in *in, struct tb_pins_out *out)
{
    struct gates *g = gates;
    come_out(g);
    drive_all(g, in);
    events_settle(&g->events);
    sample_all(g, out);
    clock_edge(g);
}

/* ---- counts ---- */

void gates_forget(struct gates *g)
{
    memset(g->events.toggles, 0, g->n.gate_counters * sizeof *g->events.toggles);
    memset(g->flop_toggles, 0, g->n.flop_counters * sizeof *g->flop_toggles);
    memset(g->group_active, 0, g->n.group_counters * sizeof *g->group_active);
    memset(g->reads, 0, g->n.memory_counters * sizeof *g->reads);
    memset(g->writes, 0, g->n.memory_counters * sizeof *g->writes);
    memset(g->group_changed, 0, g->flat.groups * sizeof *g->group_changed);
    g->cycles = 0;
}

static void save_counts(FILE *f, const char *name, const uint64_t *count, uint32_t number)
{
    fprintf(f, "\"%s\":[", name);
    for (uint32_t i = 0; i < number; i++)
        fprintf(f, "%s%llu", i ? "," : "", (unsigned long long)count[i]);
    fprintf(f, "]");
}

enum sofa_status gates_save(const struct gates *g, const char *path, struct sofa_error *e)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write", path);
    fprintf(f, "{\"cycles\":%llu,\"units\":[", (unsigned long long)g->cycles);
    for (uint32_t i = 0; i < g->n.units; i++) {
        const struct netlist_unit *u = &g->n.unit[i];
        fprintf(f, "%s{", i ? ",\n" : "");
        save_counts(f, "gates", g->events.toggles + u->gate_counter, u->gates);
        fputc(',', f);
        save_counts(f, "flops", g->flop_toggles + u->flop_counter, u->flops);
        fputc(',', f);
        save_counts(f, "groups", g->group_active + u->group_counter, u->groups);
        fputc(',', f);
        save_counts(f, "reads", g->reads + u->memory_counter, u->memories);
        fputc(',', f);
        save_counts(f, "writes", g->writes + u->memory_counter, u->memories);
        fputc('}', f);
    }
    fprintf(f, "]}\n");
    int failed = ferror(f);
    return fclose(f) || failed ? sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write", path) : SOFA_OK;
}
