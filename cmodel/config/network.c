/* SPDX-License-Identifier: Apache-2.0 */
#include "network.h"

#include <string.h>

/* Batcher's odd-even merge for lists of any two lengths (Knuth 5.3.4). No padding: lists are lists of line numbers, and
 * a comparator may put the larger entry on either of its lines. */
struct builder {
    uint16_t level[SOFA_NETWORK_LINES]; /* of the comparator that last wrote the line */
    struct sofa_network *network;       /* NULL: only the levels are wanted */
};

struct list {
    unsigned count;
    uint16_t line[SOFA_NETWORK_LINES];
};

static void compare(struct builder *b, uint16_t high, uint16_t low)
{
    uint16_t level = b->level[high] > b->level[low] ? b->level[high] : b->level[low];
    level++;
    b->level[high] = b->level[low] = level;
    if (b->network)
        b->network->comparator[b->network->count++] = (struct sofa_comparator){high, low, 1, 1, level};
}

/* Entries at, at + 2, ... */
static void every_other(struct list *out, const struct list *in, unsigned at)
{
    out->count = 0;
    for (; at < in->count; at += 2)
        out->line[out->count++] = in->line[at];
}

static void merge(struct builder *b, const struct list *x, const struct list *y, struct list *out)
{
    if (x->count == 0 || y->count == 0) {
        *out = x->count ? *x : *y;
        return;
    }
    if (x->count == 1 && y->count == 1) {
        compare(b, x->line[0], y->line[0]);
        *out = (struct list){2, {x->line[0], y->line[0]}};
        return;
    }
    struct list part_x, part_y, v, w;
    every_other(&part_x, x, 0);
    every_other(&part_y, y, 0);
    merge(b, &part_x, &part_y, &v);
    every_other(&part_x, x, 1);
    every_other(&part_y, y, 1);
    merge(b, &part_x, &part_y, &w);
    out->count = 0;
    for (unsigned i = 0; i < v.count; i++) {
        if (i > 0 && i <= w.count)
            compare(b, w.line[i - 1], v.line[i]);
        if (i > 0 && i <= w.count)
            out->line[out->count++] = w.line[i - 1];
        out->line[out->count++] = v.line[i];
    }
    if (w.count == v.count) /* w never has more */
        out->line[out->count++] = w.line[w.count - 1];
}

/* Only the `limit` largest of any part can be among the `limit` largest of all. */
static void sort(struct builder *b, uint16_t from, unsigned count, unsigned limit, struct list *out)
{
    if (count == 1) {
        *out = (struct list){1, {from}};
        return;
    }
    struct list x, y;
    unsigned half = (count + 1) / 2;
    sort(b, from, half, limit, &x);
    sort(b, (uint16_t)(from + half), count - half, limit, &y);
    merge(b, &x, &y, out);
    if (out->count > limit)
        out->count = limit;
}

/* Drops comparators, and results of comparators, that no output depends on. */
static void prune(struct sofa_network *n)
{
    uint8_t needed[SOFA_NETWORK_LINES] = {0};
    unsigned at = n->count;
    for (unsigned i = 0; i < n->outputs; i++)
        needed[n->output[i]] = 1;
    for (unsigned i = n->count; i-- > 0;) {
        struct sofa_comparator c = n->comparator[i];
        c.keep_high = needed[c.high];
        c.keep_low = needed[c.low];
        if (!c.keep_high && !c.keep_low)
            continue;
        needed[c.high] = needed[c.low] = 1;
        n->comparator[--at] = c;
    }
    n->count -= at;
    memmove(n->comparator, n->comparator + at, n->count * sizeof n->comparator[0]);
}

static void order_by_level(struct sofa_network *n)
{
    for (unsigned i = 1; i < n->count; i++) {
        struct sofa_comparator c = n->comparator[i];
        unsigned at = i;
        for (; at > 0 && n->comparator[at - 1].level > c.level; at--)
            n->comparator[at] = n->comparator[at - 1];
        n->comparator[at] = c;
    }
}

static unsigned stages(unsigned levels, unsigned levels_per_stage)
{
    return levels > levels_per_stage ? (levels + levels_per_stage - 1) / levels_per_stage : 1;
}

/* Levels of the outputs' comparators: all others lie before them. */
static unsigned depth(const struct builder *b, const struct list *out, unsigned outputs)
{
    unsigned levels = 0;
    for (unsigned i = 0; i < outputs; i++)
        if (b->level[out->line[i]] > levels)
            levels = b->level[out->line[i]];
    return levels;
}

static void finish(struct builder *b, const struct list *out, unsigned inputs, unsigned outputs,
                   unsigned levels_per_stage)
{
    struct sofa_network *n = b->network;
    n->inputs = inputs;
    n->outputs = outputs;
    memcpy(n->output, out->line, outputs * sizeof n->output[0]);
    n->levels = depth(b, out, outputs);
    n->levels_per_stage = levels_per_stage;
    n->stages = stages(n->levels, levels_per_stage);
    n->top_stage = stages(b->level[out->line[0]], levels_per_stage);
    prune(n);
    order_by_level(n);
}

static void build_sort(struct builder *b, unsigned inputs, unsigned outputs, struct list *out)
{
    memset(b->level, 0, sizeof b->level);
    sort(b, 0, inputs, outputs, out);
}

static void build_merge(struct builder *b, unsigned first, unsigned second, struct list *out)
{
    struct list x = {0}, y = {0};
    memset(b->level, 0, sizeof b->level);
    for (unsigned i = 0; i < first; i++)
        x.line[x.count++] = (uint16_t)i;
    for (unsigned i = 0; i < second; i++)
        y.line[y.count++] = (uint16_t)(first + i);
    merge(b, &x, &y, out);
}

void sofa_network_sort(struct sofa_network *n, unsigned inputs, unsigned outputs, unsigned levels_per_stage)
{
    struct builder b = {.network = n};
    struct list out;
    n->count = 0;
    build_sort(&b, inputs, outputs, &out);
    finish(&b, &out, inputs, outputs, levels_per_stage);
}

void sofa_network_merge(struct sofa_network *n, unsigned first, unsigned second, unsigned outputs,
                        unsigned levels_per_stage)
{
    struct builder b = {.network = n};
    struct list out;
    n->count = 0;
    build_merge(&b, first, second, &out);
    finish(&b, &out, first + second, outputs, levels_per_stage);
}

void sofa_network_live(const struct sofa_network *n, unsigned level, uint8_t *live)
{
    memset(live, 0, n->inputs);
    for (unsigned i = 0; i < n->outputs; i++)
        live[n->output[i]] = 1;
    for (unsigned i = n->count; i-- > 0 && n->comparator[i].level > level;)
        live[n->comparator[i].high] = live[n->comparator[i].low] = 1;
}

/* A level of 24-bit entries takes 0.70 ns in a 45 nm library, one of 34 bits 0.8 ns; a stage may take 2.4 ns.
 * On FPGAs a level takes 4 to 5 ns, wires included. sofa_config_derive() asks for the timing, so the width is not taken from there. */
static unsigned levels_per_stage(const struct sofa_config *c)
{
    unsigned entry_bits = 1 + c->predict.score_bits + sofa_clog2(c->tile.keys);
    if (c->target == SOFA_TARGET_FPGA)
        return 1;
    return entry_bits <= 28 ? 3 : 2;
}

void sofa_select_timing(struct sofa_select_timing *t, const struct sofa_config *c)
{
    struct builder b = {.network = NULL};
    struct list out;
    unsigned kp = c->predict.keys, km = c->tile.kept_max, per = levels_per_stage(c);
    t->levels_per_stage = per;
    t->fresh = kp < km ? kp : km;
    build_sort(&b, kp, t->fresh, &out);
    t->sorted = t->merged = stages(depth(&b, &out, t->fresh), per);
    t->top = stages(b.level[out.line[0]], per);
    t->loop = 3; /* the carried maximum: read, compare, write */
    if (kp < c->tile.keys) {
        build_merge(&b, km, t->fresh, &out);
        t->merged = t->sorted + stages(depth(&b, &out, km), per);
        t->top = t->sorted + stages(b.level[out.line[0]], per);
        t->loop = t->merged - t->sorted + 2; /* the kept list: read, merge, write */
    }
    t->threshold = t->top + (c->board.counters ? 2 : 1); /* maximum and threshold, in one stage where small counts */
    t->clip = t->threshold > t->merged ? t->threshold : t->merged;
    t->latency = t->clip + 2;                                  /* compare, decode */
}

unsigned sofa_select_latency(const struct sofa_config *c)
{
    struct sofa_select_timing t;
    sofa_select_timing(&t, c);
    return t.latency;
}

unsigned sofa_select_loop(const struct sofa_config *c)
{
    struct sofa_select_timing t;
    sofa_select_timing(&t, c);
    return t.loop;
}
