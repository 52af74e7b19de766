/* SPDX-License-Identifier: Apache-2.0 */
/* The attention engine's RTL alone against sofa_attend_pair() and sofa_attend_finish(), bit by bit, in Icarus Verilog: sums of weights and
 * accumulators as rows retire, what normalisation makes of them, pairs and raises; every way in which lanes get their operands, keys that
 * come in any order and at any time, rows with no key and with many, a store that waits. */
#include "tests.h"

#include "../cmodel/bits/attend.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ITEMS_MAX 400u
#define SETTINGS 16u

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct sofa_job job;
    uint64_t seed;
    unsigned rows, items, most; /* most: keys of a block */
    unsigned pairs, raises;
    int16_t *q, *k, *v;         /* a key for each item */
    uint8_t *need;              /* items x query_block */
    uint8_t last[ITEMS_MAX];    /* of its block */
    uint8_t some[ITEMS_MAX];    /* it is a key */
    char directory[256];
};

/* ---- content ---- */

/* kind 0, 1: any; 2: ends; 3: small; 4: mostly zero; more: each row of its own. */
static void fill(struct bench *b, int16_t **to, unsigned rows, unsigned bits)
{
    unsigned d = b->c.head_dim, all = test_between(&b->seed, 0, 7);
    *to = calloc((size_t)rows * d, sizeof **to);
    ck_assert_ptr_nonnull(*to);
    for (unsigned r = 0; r < rows; r++) {
        unsigned kind = all > 4 ? test_between(&b->seed, 0, 4) : all, top = 1u << (bits - 1);
        for (unsigned i = 0; i < d; i++) {
            int x = (int)test_between(&b->seed, 0, 2 * top - 1) - (int)top;
            if (kind == 2)
                x = x < 0 ? -(int)top : (int)top - 1;
            else if (kind == 3 || (kind == 4 && test_between(&b->seed, 0, 3)))
                x = kind == 4 ? 0 : x / (int)(top / 4);
            (*to)[(size_t)r * d + i] = (int16_t)x;
        }
    }
}

static void add_item(struct bench *b, unsigned rows, int is_key)
{
    unsigned block = b->c.query_block, at = b->items++, density = test_between(&b->seed, 1, 10);
    ck_assert_uint_lt(at, ITEMS_MAX);
    b->some[at] = (uint8_t)is_key;
    if (!is_key)
        return;
    for (unsigned r = 0; r < rows; r++)
        b->need[at * block + r] = test_between(&b->seed, 1, 10) <= density;
    b->need[at * block + test_between(&b->seed, 0, rows - 1)] = 1; /* listed keys are needed */
}

/* Keys of each block, between them ends of tiles without a key. */
static void make_items(struct bench *b)
{
    unsigned block = b->c.query_block;
    b->need = calloc((size_t)ITEMS_MAX * block, 1);
    ck_assert_ptr_nonnull(b->need);
    for (unsigned first = 0; first < b->rows; first += block) {
        unsigned rows = b->rows - first < block ? b->rows - first : block, keys = test_between(&b->seed, 0, b->most);
        for (unsigned i = 0; i < keys; i++) {
            add_item(b, rows, 1);
            if (test_between(&b->seed, 0, 5) == 0)
                add_item(b, rows, 0);
        }
        if (keys == 0 || test_between(&b->seed, 0, 2) == 0)
            add_item(b, rows, 0);
        b->last[b->items - 1] = 1;
    }
}

/* Scores of a few octaves, of many, beyond 32 bits, or some 16 octaves apart, where weights end. */
static void make_scale(struct bench *b)
{
    unsigned size = b->c.data.query_bits + b->c.data.key_bits - 4 + sofa_clog2(b->c.head_dim) / 2;
    int shift = (int)size + 16 - 12 - (int)test_between(&b->seed, 0, 10) + 2;
    switch (test_between(&b->seed, 0, 7)) {
    case 0: shift = (int)test_between(&b->seed, 0, 63); break;
    case 1: case 2: shift = (int)test_between(&b->seed, 0, size > 20 ? size - 20 : 0); break;
    case 3: case 4: case 5: shift = (int)size + 1 - (int)test_between(&b->seed, 0, 2); break;
    default: break;
    }
    b->job.scale_mantissa = test_between(&b->seed, 32768, 65535);
    b->job.scale_shift = shift < 0 ? 0 : shift > 63 ? 63 : (unsigned)shift;
}

/* ---- files ---- */

static uint8_t *room(size_t words, size_t bytes)
{
    uint8_t *p = calloc(words, bytes);
    ck_assert_ptr_nonnull(p);
    return p;
}

/* Rows of whole port words; what fills the last up is anything. */
static void write_rows(struct bench *b, const char *name, const int16_t *x, unsigned rows, unsigned bits, unsigned beats)
{
    unsigned width = beats * b->c.memory.port_bits, d = b->c.head_dim;
    size_t bytes = width / 8;
    uint8_t *word = room(rows, bytes);
    for (unsigned r = 0; r < rows; r++) {
        for (unsigned i = 0; i < d; i++)
            test_put(word + r * bytes, i * bits, (uint16_t)x[(size_t)r * d + i], bits);
        for (unsigned i = d * bits; i < width; i++)
            test_put(word + r * bytes, i, test_random(&b->seed), 1);
    }
    test_write_hex(b->directory, name, word, width, bytes, rows);
    free(word);
}

static void write_items(const struct bench *b)
{
    unsigned block = b->c.query_block, bits = block + 2;
    size_t bytes = (bits + 7) / 8;
    uint8_t *word = room(b->items, bytes);
    for (unsigned i = 0; i < b->items; i++) {
        for (unsigned r = 0; r < block; r++)
            test_put(word + i * bytes, r, b->need[i * block + r], 1);
        test_put(word + i * bytes, block, b->some[i], 1);
        test_put(word + i * bytes, block + 1, b->last[i], 1);
    }
    test_write_hex(b->directory, "items.hex", word, bits, bytes, b->items);
    free(word);
}

/* What comes of the rows. */
struct outcome {
    uint8_t *sum, *accumulator, *finished;
    size_t sum_bytes, accumulator_bytes, finished_bytes;
};

static void attend_row(struct bench *b, const struct sofa_attend *a, const struct outcome *to, unsigned index, unsigned first, unsigned end)
{
    size_t d = b->c.head_dim;
    int64_t o[SOFA_HEAD_DIM_MAX] = {0};
    int32_t recent[SOFA_HEAD_DIM_MAX] = {0};
    int16_t out[SOFA_HEAD_DIM_MAX];
    struct sofa_attend_row row = {.o = o, .recent = recent};
    for (unsigned i = first; i < end; i++)
        if (b->some[i] && b->need[i * b->c.query_block + index % b->c.query_block]) {
            b->raises += (unsigned)sofa_attend_pair(a, &row, b->q + index * d, b->k + i * d, b->v + i * d);
            b->pairs++;
        }
    test_put(to->sum + index * to->sum_bytes, 0, row.l, b->d.denominator_bits);
    test_put(to->sum + index * to->sum_bytes, b->d.denominator_bits, (uint64_t)row.reference.started, 1);
    for (unsigned i = 0; i < d; i++)
        test_put(to->accumulator + index * to->accumulator_bytes, i * b->d.accumulator_bits, (uint64_t)(o[i] + recent[i]),
                 b->d.accumulator_bits);
    sofa_attend_finish(a, &row, out);
    for (unsigned i = 0; i < d; i++)
        test_put(to->finished + index * to->finished_bytes, i * 16, (uint16_t)out[i], 16);
}

static void attend(struct bench *b)
{
    struct sofa_attend a = {.config = &b->c, .job = &b->job};
    unsigned wide = b->d.beats * b->c.attend.width * b->d.accumulator_bits, block = b->c.query_block;
    struct outcome to = {.sum_bytes = (b->d.denominator_bits + 8) / 8, .accumulator_bytes = (wide + 7) / 8,
                         .finished_bytes = 2 * b->c.head_dim};
    to.sum = room(b->rows, to.sum_bytes);
    to.accumulator = room(b->rows, to.accumulator_bytes);
    to.finished = room(b->rows, to.finished_bytes);
    sofa_tables_init(&a.tables);
    unsigned first = 0, end = 0;
    for (unsigned r = 0; r < b->rows; r++) {
        if (r % block == 0) {
            first = end;
            while (!b->last[end++])
                ;
        }
        attend_row(b, &a, &to, r, first, end);
    }
    test_write_hex(b->directory, "sums.hex", to.sum, b->d.denominator_bits + 1, to.sum_bytes, b->rows);
    test_write_hex(b->directory, "accumulators.hex", to.accumulator, wide, to.accumulator_bytes, b->rows);
    test_write_hex(b->directory, "finished.hex", to.finished, 16 * b->c.head_dim, to.finished_bytes, b->rows);
    free(to.sum);
    free(to.accumulator);
    free(to.finished);
}

/* ---- runs ---- */

static void run(struct bench *b)
{
    static const char *const modules[] = {"attend/", "predict/sofa_encode", "schedule/sofa_entr", "schedule/sofa_slot", "memory/sofa_ram.v",
                                          "memory/sofa_fifo", "memory/sofa_queue.v", "target/", NULL};
    static const char *const bench[] = {"attend/attend_tb", "attend/row_sink", NULL};
    char parameters[512], line[256];
    test_emit(&b->c, NULL, modules, b->directory);
    test_emit(&b->c, "tb", bench, b->directory);
    snprintf(parameters, sizeof parameters,
             "-Pattend_tb.ROWS=%u -Pattend_tb.ITEMS=%u -Pattend_tb.PAIRS=%u -Pattend_tb.RAISES=%u -Pattend_tb.SCALE_MANTISSA=%u"
             " -Pattend_tb.SCALE_SHIFT=%u -Pattend_tb.SLOW=%u -Pattend_tb.SEED=%u",
             b->rows, b->items, b->pairs, b->raises, b->job.scale_mantissa, b->job.scale_shift, test_between(&b->seed, 0, 3) == 0,
             test_between(&b->seed, 1, 1u << 30));
    test_run_bench(b->directory, "attend_tb", parameters, line);
}

static void check(struct bench *b)
{
    make_items(b);
    make_scale(b);
    fill(b, &b->q, b->rows, b->c.data.query_bits);
    fill(b, &b->k, b->items, b->c.data.key_bits);
    fill(b, &b->v, b->items, b->c.data.value_bits);
    write_rows(b, "queries.hex", b->q, b->rows, b->c.data.query_bits, b->d.query_beats);
    write_rows(b, "keys.hex", b->k, b->items, b->c.data.key_bits, b->d.key_beats);
    write_rows(b, "values.hex", b->v, b->items, b->c.data.value_bits, b->d.value_beats);
    write_items(b);
    attend(b);
    run(b);
    free(b->q);
    free(b->k);
    free(b->v);
    free(b->need);
}

static void configure(struct bench *b, const char *const *set, unsigned count)
{
    struct sofa_error e = {.text = ""};
    ck_assert_msg(sofa_config_load(&b->c, NULL, set, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b->c, &b->d);
    b->rows = test_between(&b->seed, 3, b->most < 10 ? 9 : 5) * b->c.query_block - test_between(&b->seed, 0, b->c.query_block - 1);
}

#define ALL_8 "data.query_bits=8", "data.key_bits=8", "data.value_bits=8"

/* Names of parts that must be there, and the configurations that have them. */
static const struct {
    const char *part[3], *set[SETTINGS];
} variants[] = {
    {{"operands_window", "dot_merged", "element_merged"}, {"query_block=6", "head_dim=12", "attend.width=4", "attend.lanes=2"}},
    {{"operands_window", "dot_part", "query_bus_beats"}, {"query_block=7", "head_dim=20", "attend.width=3", "attend.lanes=7", ALL_8,
                                                          "attend.window=3", "memory.port_bits=64"}},
    {{"operands_copies", "query_bus_whole", "leave_plain"}, {"query_block=5", "head_dim=9", "attend.width=9", "attend.lanes=1",
                                                         "attend.window=2", "memory.port_bits=256"}},
    {{"operands_copies", "norm_product_merged", "leave_shared"}, {"query_block=9", "head_dim=9", "attend.width=9", "attend.lanes=3",
                                                          "attend.window=5", "memory.port_bits=32", "data.value_bits=8"}},
    {{"way_held", "operands_window", "leave_plain"}, {"query_block=4", "head_dim=21", "attend.width=3", "attend.lanes=1",
                                                      "memory.port_bits=64"}},
    {{"operands_window", "element_whole", "dot_whole"}, {"target=fpga", "query_block=6", "head_dim=14", "attend.width=5", "attend.lanes=4",
                                                         "memory.port_bits=128"}},
    {{"operands_words", "way_held", "steer_aligned"}, {"query_block=5", "head_dim=12", "attend.width=2", "attend.lanes=1",
                                                       "predict.dims=2", "memory.port_bits=64", "attend.window=3",
                                                       "memory.prefetch=23"}}, /* the rest of the ring is as small as can be */
    {{"operands_words", "way_held", "steer_plain"}, {"query_block=3", "head_dim=16", "attend.width=4", "attend.lanes=1", "predict.dims=4",
                                                     "memory.port_bits=32", "memory.prefetch=20", "attend.window=5", ALL_8}},
    {{"operands_words", "scale_bits", "leave_aligned"}, {"query_block=3", "head_dim=18", "attend.width=1", "attend.lanes=1",
                                                         "predict.dims=2", "memory.port_bits=32", "attend.window=2"}},
    {{"operands_words", "scale_bits", "query_words"}, {"target=fpga", "query_block=2", "head_dim=16", "attend.width=1", "attend.lanes=1",
                                                       "predict.dims=1", "memory.port_bits=16", "attend.window=2", ALL_8}},
    {{"operands_slots", "query_links", "accumulators_spread"}, {"target=fpga", "query_block=5", "head_dim=16", "attend.width=16",
                                                                "attend.lanes=1", "predict.dims=8", "memory.port_bits=32",
                                                                "attend.window=3", ALL_8}},
    {{"operands_slots", "query_buses", "accumulators_spread"}, {"target=fpga", "query_block=5", "head_dim=11", "attend.width=11",
                                                                "attend.lanes=1", "memory.port_bits=128", "attend.window=4"}},
};
#define VARIANTS ((int)(sizeof variants / sizeof variants[0]))

static void expect_module(const struct bench *b, const char *part)
{
    char path[400];
    snprintf(path, sizeof path, "%s/sofa_%s.v", b->directory, part);
    ck_assert_msg(access(path, R_OK) == 0, "not the variant that was meant: %s", part);
}

START_TEST(each_variant)
{
    struct bench b = {.seed = test_seed() + (uint64_t)_i, .most = 16};
    unsigned count = 0;
    while (variants[_i].set[count])
        count++;
    configure(&b, variants[_i].set, count);
    test_directory(b.directory);
    check(&b);
    for (unsigned i = 0; i < 3; i++)
        expect_module(&b, variants[_i].part[i]);
    test_remove_directory(b.directory);
}
END_TEST

/* A lane of whole rows, through registered links or not, a lane of words that scales bit by bit or not, or any lanes. */
static unsigned random_settings(struct bench *b, unsigned n, char (*text)[48])
{
    unsigned i = 0, block = test_between(&b->seed, 1, n % 3 ? 8 : 20), words = n % 4 == 1, rows = n % 4 == 3, links = n % 8 == 7;
    unsigned dims = words ? test_between(&b->seed, 3, 10) * 2 : links ? test_between(&b->seed, 4, 9) * 2 : test_between(&b->seed, 8, 24);
    unsigned width = words ? test_between(&b->seed, 1, 2) : rows ? dims : test_between(&b->seed, 1, 12 < dims ? 12 : dims);
    snprintf(text[i++], 48, "target=%s", rows || n % 3 == 0 ? "fpga" : "cells");
    snprintf(text[i++], 48, "query_block=%u", block);
    snprintf(text[i++], 48, "head_dim=%u", dims < 8 ? 8 : dims);
    snprintf(text[i++], 48, "predict.dims=%u", words ? 1 : links ? 2 : test_between(&b->seed, 1, 8));
    snprintf(text[i++], 48, "attend.width=%u", width);
    snprintf(text[i++], 48, "attend.lanes=%u", words || rows ? 1 : test_between(&b->seed, 1, block));
    snprintf(text[i++], 48, "attend.window=%u", test_between(&b->seed, 1, 9));
    snprintf(text[i++], 48, "keys_max=%u", 64u << test_between(&b->seed, 0, 14));
    snprintf(text[i++], 48, "memory.port_bits=%u", words ? 32 : links ? 16 : 16u << test_between(&b->seed, 0, 5));
    snprintf(text[i++], 48, "data.query_bits=%u", 8 * test_between(&b->seed, 1, 2));
    snprintf(text[i++], 48, "data.key_bits=%u", 8 * test_between(&b->seed, 1, 2));
    snprintf(text[i++], 48, "data.value_bits=%u", 8 * test_between(&b->seed, 1, 2));
    return i;
}

START_TEST(random_shapes)
{
    static const unsigned most[] = {12, 60, 2, 12, 5};
    struct bench b = {.seed = test_seed() + 100u * (unsigned)(_i + 1), .most = most[_i % 5]};
    char text[12][48];
    const char *set[12];
    unsigned n = random_settings(&b, (unsigned)_i, text);
    for (unsigned i = 0; i < n; i++)
        set[i] = text[i];
    configure(&b, set, n);
    test_directory(b.directory);
    check(&b);
    test_remove_directory(b.directory);
}
END_TEST

Suite *attend_rtl_suite(void)
{
    Suite *s = suite_create("attend_rtl");
    TCase *t = tcase_create("against the model");
    tcase_set_timeout(t, 120);
    if (!test_fast()) {
        tcase_add_loop_test(t, each_variant, 0, VARIANTS);
        tcase_add_loop_test(t, random_shapes, 0, 20);
    }
    suite_add_tcase(s, t);
    return s;
}
