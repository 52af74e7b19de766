/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of the normalisation unit alone against sofa_recip() and sofa_normalise(), bit by bit, in Icarus Verilog: every way in which
 * rows come, wait and are multiplied, sums of weights and accumulators at their ends, rows without a key, a store that waits, a reset. */
#include "tests.h"

#include "../cmodel/bits/arith.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS 160u
#define SETTINGS 12u

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    uint64_t seed;
    struct sofa_tables tables;
    uint8_t *row, *finished;
    unsigned row_bits, l_at;
    size_t row_bytes, finished_bytes;
    char directory[256];
};

/* ---- rows ---- */

/* A sum of weights: 2^14 at least. */
static uint64_t any_sum(struct bench *b)
{
    unsigned top = test_between(&b->seed, 0, 3) ? test_between(&b->seed, 14, b->d.denominator_bits - 1) : b->d.denominator_bits - 1;
    uint64_t one = (uint64_t)1 << top;
    switch (test_between(&b->seed, 0, 5)) {
    case 0: return one;
    case 1: return 2 * one - 1;
    case 2: return one + (one >> 7) * test_between(&b->seed, 0, 127); /* an entry of the table */
    default: return one | (test_random(&b->seed) & (one - 1));
    }
}

/* An accumulator is a mean of values, 4 times the sum of weights at most, but for what roundings add. */
static int64_t any_accumulator(struct bench *b, uint64_t l, unsigned kind)
{
    int64_t most = 4 * (int64_t)l + 2, top = ((int64_t)1 << (b->d.accumulator_bits - 1)) - 1;
    int64_t x = (int64_t)(test_random(&b->seed) % (2 * (uint64_t)most + 1)) - most;
    switch (kind == 3 ? test_between(&b->seed, 0, 2) : kind) {
    case 0: x = test_between(&b->seed, 0, 1) ? most : -most; break;
    case 1: x = (int64_t)test_between(&b->seed, 0, 4) - 2; break;
    default: break;
    }
    return x > top ? top : x < -top - 1 ? -top - 1 : x;
}

static void make_row(struct bench *b, unsigned index)
{
    uint8_t *row = b->row + index * b->row_bytes, *finished = b->finished + index * b->finished_bytes;
    unsigned bits = b->d.accumulator_bits, kind = test_between(&b->seed, 0, 5), started = test_between(&b->seed, 0, 9) > 0;
    uint64_t l = any_sum(b);
    uint32_t y = sofa_recip(&b->tables, l);
    for (unsigned i = 0; i < b->d.beats * b->c.attend.width; i++) {
        int64_t o = any_accumulator(b, l, kind);
        test_put(row, i * bits, (uint64_t)o, bits);
        if (i < b->c.head_dim && started)
            test_put(finished, 16 * i, (uint16_t)sofa_normalise(o, l, y), 16);
    }
    /* what stands in memory for a row without a key may be anything */
    test_put(row, b->l_at, started ? l : test_random(&b->seed), b->d.denominator_bits);
    test_put(row, b->l_at + b->d.denominator_bits, test_random(&b->seed), b->d.row_bits + 1);
    test_put(row, b->row_bits - 1, started, 1);
}

static void make_rows(struct bench *b)
{
    sofa_tables_init(&b->tables);
    b->l_at = b->d.beats * b->c.attend.width * b->d.accumulator_bits;
    b->row_bits = b->l_at + b->d.denominator_bits + b->d.row_bits + 2;
    b->row_bytes = (b->row_bits + 7) / 8;
    b->finished_bytes = b->c.head_dim * 2;
    b->row = calloc(ROWS, b->row_bytes);
    b->finished = calloc(ROWS, b->finished_bytes);
    ck_assert(b->row && b->finished);
    for (unsigned i = 0; i < ROWS; i++)
        make_row(b, i);
    test_write_hex(b->directory, "rows.hex", b->row, b->row_bits, b->row_bytes, ROWS);
    test_write_hex(b->directory, "finished.hex", b->finished, b->c.head_dim * 16, b->finished_bytes, ROWS);
    free(b->row);
    free(b->finished);
}

/* ---- runs ---- */

static void configure(struct bench *b, const char *const *set, unsigned count)
{
    struct sofa_error e = {.text = ""};
    ck_assert_msg(sofa_config_load(&b->c, NULL, set, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b->c, &b->d);
}

static void check(struct bench *b)
{
    static const char *const modules[] = {"attend/sofa_norm", "attend/sofa_recip", "attend/sofa_denominator", "target/sofa_multiply",
                                          "memory/sofa_ram.v", "memory/sofa_fifo.v", "memory/sofa_queue.v", "target/sofa_copy.v", NULL};
    static const char *const bench[] = {"attend/norm_tb", NULL};
    char parameters[256], line[256];
    make_rows(b);
    test_emit(&b->c, NULL, modules, b->directory);
    test_emit(&b->c, "tb", bench, b->directory);
    snprintf(parameters, sizeof parameters, "-Pnorm_tb.ROWS=%u -Pnorm_tb.RESET=%u -Pnorm_tb.SEED=%u", ROWS,
             test_between(&b->seed, 1, 60 * b->d.norm_words), test_between(&b->seed, 1, 1u << 30));
    test_run_bench(b->directory, "norm_tb", parameters, line);
}

/* One of each way in which rows are held, queued and multiplied; names of modules that must be there. */
static const struct {
    const char *hold, *queue, *product, *set[SETTINGS];
} variants[] = {
    {"none", "rows", "merged", {"head_dim=16", "attend.width=16", "attend.lanes=3", "memory.port_bits=256"}},
    {"none", "rows", "merged", {"head_dim=16", "attend.width=16", "attend.lanes=3", "memory.port_bits=1024"}},
    {"none", "gathered", "merged", {"head_dim=21", "attend.width=4", "attend.lanes=11", "memory.port_bits=64"}},
    {"none", "gathered", "whole", {"target=fpga", "head_dim=22", "attend.width=8", "attend.lanes=2", "memory.port_bits=128"}},
    {"none", "words", "merged", {"head_dim=24", "attend.width=4", "attend.lanes=5", "memory.port_bits=64"}},
    {"none", "words", "whole", {"head_dim=24", "attend.width=2", "attend.lanes=1", "predict.dims=2", "memory.port_bits=32"}},
    {"chunks", "gathered", "merged", {"head_dim=19", "attend.width=7", "attend.lanes=5", "memory.port_bits=32"}},
    {"chunks", "words", "merged", {"head_dim=24", "attend.width=8", "attend.lanes=7", "memory.port_bits=32"}},
    {"chunks", "words", "whole", {"head_dim=24", "attend.width=4", "attend.lanes=1", "predict.dims=4", "data.query_bits=8",
                                  "data.key_bits=8", "data.value_bits=8", "predict.operand_bits=8", "memory.port_bits=32"}},
    {"row", "gathered", "merged", {"head_dim=11", "attend.width=11", "attend.lanes=3", "memory.port_bits=64"}},
    {"row", "words", "merged", {"head_dim=12", "attend.width=12", "attend.lanes=2", "memory.port_bits=64"}},
    {"row", "words", "whole", {"target=fpga", "head_dim=12", "attend.width=12", "attend.lanes=1", "memory.port_bits=64"}},
    {"shifted", "words", "registered", {"target=fpga", "head_dim=24", "attend.width=24", "attend.lanes=1", "memory.port_bits=32"}},
    {"shifted", "gathered", "registered", {"target=fpga", "head_dim=23", "attend.width=23", "attend.lanes=1", "memory.port_bits=64"}},
};
#define VARIANTS ((int)(sizeof variants / sizeof variants[0]))

static void expect_module(const struct bench *b, const char *part, const char *variant)
{
    char path[400];
    snprintf(path, sizeof path, "%s/sofa_norm_%s_%s.v", b->directory, part, variant);
    ck_assert_msg(access(path, R_OK) == 0, "not the variant that was meant: %s_%s", part, variant);
}

START_TEST(each_variant)
{
    struct bench b = {.seed = test_seed() + (uint64_t)_i};
    unsigned count = 0;
    while (variants[_i].set[count])
        count++;
    configure(&b, variants[_i].set, count);
    test_directory(b.directory);
    check(&b);
    expect_module(&b, "hold", variants[_i].hold);
    expect_module(&b, "queue", variants[_i].queue);
    expect_module(&b, "product", variants[_i].product);
    test_remove_directory(b.directory);
}
END_TEST

START_TEST(random_shapes)
{
    struct bench b = {.seed = test_seed() + 100u * (unsigned)(_i + 1)};
    char text[8][48];
    const char *set[8];
    unsigned n = 0, width = test_between(&b.seed, 1, 12), block = test_between(&b.seed, 1, 20), chunks = (7 + width) / width;
    unsigned whole = test_between(&b.seed, chunks, chunks + 2) * width; /* else the last chunk is short */
    snprintf(text[n++], 48, "target=%s", _i % 3 ? "cells" : "fpga");
    snprintf(text[n++], 48, "query_block=%u", block);
    snprintf(text[n++], 48, "head_dim=%u", _i % 2 ? whole : test_between(&b.seed, 8, 20));
    snprintf(text[n++], 48, "attend.width=%u", width < 8 || _i % 2 ? width : 8);
    snprintf(text[n++], 48, "attend.lanes=%u", test_between(&b.seed, 1, _i % 4 ? block : 1));
    snprintf(text[n++], 48, "keys_max=%u", 1u << test_between(&b.seed, 0, 20));
    snprintf(text[n++], 48, "memory.port_bits=%u", 8u << test_between(&b.seed, 0, 6));
    for (unsigned i = 0; i < n; i++)
        set[i] = text[i];
    configure(&b, set, n);
    test_directory(b.directory);
    check(&b);
    test_remove_directory(b.directory);
}
END_TEST

Suite *norm_rtl_suite(void)
{
    Suite *s = suite_create("norm_rtl");
    TCase *t = tcase_create("against the model");
    tcase_set_timeout(t, 120);
    if (!test_fast()) {
        tcase_add_loop_test(t, each_variant, 0, VARIANTS);
        tcase_add_loop_test(t, random_shapes, 0, 12);
    }
    suite_add_tcase(s, t);
    return s;
}
