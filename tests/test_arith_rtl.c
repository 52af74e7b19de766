/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of exp2, of the reciprocal and of the codes of a query row against the C functions, for all inputs: in Icarus Verilog. Sums of more
 * than 18 bits for all mantissas' ends and random ones at every place of the leading one. */
#include "tests.h"

#include "../cmodel/bits/arith.h"
#include "../cmodel/bits/predict.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXP2, RECIP, ENCODE };
static const char *const tops[] = {"sofa_exp2", "sofa_recip", "sofa_encode"};

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    unsigned kind, cycles, room, in_bits, out_bits, latency;
    uint8_t *stimulus, *expected;
};

static size_t bytes_of(unsigned bits)
{
    return (bits + 7) / 8;
}

static void begin(struct bench *b, unsigned kind, unsigned room, unsigned in_bits, unsigned out_bits, unsigned latency)
{
    b->kind = kind;
    b->cycles = 0;
    b->room = room;
    b->in_bits = in_bits;
    b->out_bits = out_bits;
    b->latency = latency;
    b->stimulus = calloc(room, bytes_of(in_bits));
    b->expected = calloc(room, bytes_of(out_bits + 1));
    ck_assert(b->stimulus && b->expected);
}

/* The next cycle's words, both zero yet. */
static void next(struct bench *b, uint8_t **in, uint8_t **out)
{
    ck_assert_uint_lt(b->cycles, b->room);
    *in = b->stimulus + b->cycles * bytes_of(b->in_bits);
    *out = b->expected + b->cycles * bytes_of(b->out_bits + 1);
    b->cycles++;
}

static void check(struct bench *b)
{
    static const char *const modules[] = {"attend/sofa_exp2", "attend/sofa_recip", "attend/sofa_denominator", "predict/sofa_encode", NULL};
    char directory[256], parameters[256], line[256], text[TEST_TEXT];
    test_directory(directory);
    test_emit(&b->c, NULL, modules, directory);
    test_lint(directory, tops[b->kind]);
    test_write_hex(directory, "stimulus.hex", b->stimulus, b->in_bits, bytes_of(b->in_bits), b->cycles);
    test_write_hex(directory, "expected.hex", b->expected, b->out_bits + 1, bytes_of(b->out_bits + 1), b->cycles);
    ck_assert_int_eq(test_shell(text, "cp tb/attend/function_tb.v '%s'", directory), 0);
    snprintf(parameters, sizeof parameters,
             "-Pfunction_tb.KIND=%u -Pfunction_tb.CYCLES=%u -Pfunction_tb.IN=%u -Pfunction_tb.OUT=%u -Pfunction_tb.LATENCY=%u", b->kind,
             b->cycles, b->in_bits, b->out_bits, b->latency);
    test_run_bench(directory, "function_tb", parameters, line);
    test_remove_directory(directory);
    free(b->stimulus);
    free(b->expected);
}

static const char *const plain[] = {NULL};

/* Every x of 17 bits below 2 octaves, and that of 33 bits that are too small, whatever their lower ones are. */
START_TEST(exp2_all)
{
    struct bench b;
    struct sofa_tables tables;
    uint8_t *in, *out;
    sofa_tables_init(&tables);
    test_configure(&b.c, &b.d, plain, "target=%s", _i ? "fpga" : "cells");
    begin(&b, EXP2, 2u << 17, 18, 16, 4);
    for (int64_t x = -65536; x < 8192; x++) {
        next(&b, &in, &out);
        test_put(in, 0, (uint64_t)x & 0x1FFFF, 17);
        test_put(out, 0, sofa_exp2(&tables, x) | 1u << 16, 17);
    }
    for (unsigned low = 0; low < 1u << 17; low++) {
        next(&b, &in, &out);
        test_put(in, 0, low | 1u << 17, 18);
        test_put(out, 0, sofa_exp2(&tables, -(int64_t)(1 << 18) + low) | 1u << 16, 17);
    }
    check(&b);
}
END_TEST

static void put_sum(struct bench *b, const struct sofa_tables *tables, uint64_t l)
{
    uint8_t *in, *out;
    next(b, &in, &out);
    test_put(in, 0, l, b->in_bits - 1);
    test_put(in, b->in_bits - 1, 1, 1);
    test_put(out, 0, sofa_recip(tables, l), 16);
    test_put(out, 16, sofa_log2_floor(l) - 14, b->out_bits - 16);
    test_put(out, b->out_bits, 1, 1);
    next(b, &in, &out); /* it stays */
    test_put(in, 0, l, b->in_bits - 1);
}

static void open_recip(struct bench *b, unsigned keys, unsigned room)
{
    test_configure(&b->c, &b->d, plain, "keys_max=%u tile.keys=4 predict.keys=4 tile.kept_max=2", keys);
    unsigned bits = b->d.denominator_bits;
    begin(b, RECIP, room, bits + 1, 16 + sofa_clog2(bits - 14), 4);
}

START_TEST(recip_all)
{
    struct bench b;
    struct sofa_tables tables;
    sofa_tables_init(&tables);
    open_recip(&b, 4, 2u << 18);
    ck_assert_uint_eq(b.d.denominator_bits, 18);
    for (uint64_t l = 1 << 14; l < 1 << 18; l++)
        put_sum(&b, &tables, l);
    check(&b);
}
END_TEST

/* With the bits that do not count clear, set and random. */
START_TEST(recip_wide)
{
    struct bench b;
    struct sofa_tables tables;
    uint64_t seed = test_seed();
    sofa_tables_init(&tables);
    open_recip(&b, 1u << 16, 1u << 20);
    for (unsigned e = 14; e < b.d.denominator_bits; e++)
        for (uint64_t n = 0; n < 65536; n += n < 256 ? 1 : 97) {
            uint64_t l = e >= 16 ? (65536 + n) << (e - 16) : (65536 + n) >> (16 - e), below = e >= 16 ? (1ull << (e - 16)) - 1 : 0;
            put_sum(&b, &tables, l | (n % 3 == 0 ? below : n % 3 == 1 ? 0 : test_random(&seed) & below));
        }
    check(&b);
}
END_TEST

/* A row: `per_row` elements from q on, and the last one, which sets the exponent. */
static void put_row(struct bench *b, int q, unsigned per_row, int largest)
{
    unsigned bits = b->c.data.query_bits;
    int16_t row[SOFA_HEAD_DIM_MAX];
    uint8_t *in, *out;
    int top = 1 << (bits - 1), limit = abs(largest);
    for (unsigned i = 0; i < per_row; i++) {
        int x = q + (int)i < top ? q + (int)i : 0;
        row[i] = (int16_t)(abs(x) > limit && limit != top ? x % (limit + 1) : x);
    }
    row[per_row] = (int16_t)largest;
    unsigned e_row = sofa_row_exponent(row, per_row + 1);
    next(b, &in, &out);
    for (unsigned i = 0; i <= per_row; i++) {
        unsigned code = sofa_code(row[i], e_row, b->c.predict.code_powers);
        /* the RTL counts codes from the largest power */
        unsigned c = code ? code + 7 - b->c.predict.code_powers : 0;
        test_put(in, i * bits, (uint64_t)(uint16_t)row[i] & ((1u << bits) - 1), bits);
        test_put(out, i * 4, c | (row[i] < 0 && c ? 8u : 0), 4);
    }
    test_put(out, b->out_bits - 4, e_row, 4);
    test_put(out, b->out_bits, 1, 1);
}

/* Every element with every exponent of its row. */
START_TEST(encode_all)
{
    static const unsigned powers[] = {3, 5, 7, 7};
    struct bench b;
    unsigned bits = _i < 3 ? 8 : 16;
    test_configure(&b.c, &b.d, plain, "head_dim=8 data.query_bits=%u memory.port_bits=128 predict.code_powers=%u", bits, powers[_i]);
    ck_assert_uint_eq(b.d.encode_steps, 1);
    begin(&b, ENCODE, 1u << 18, 8 * bits, 36, b.d.encode_steps + 1);
    for (unsigned e = 0; e < bits; e++)
        for (int q = -(1 << (bits - 1)); q < 1 << (bits - 1); q += 7)
            put_row(&b, q, 7, e == bits - 1 ? -(1 << e) : 1 << e);
    check(&b);
}
END_TEST

Suite *arith_rtl_suite(void)
{
    Suite *s = suite_create("arith_rtl");
    TCase *t = tcase_create("all inputs");
    tcase_set_timeout(t, 240);
    if (!test_fast()) {
        tcase_add_loop_test(t, exp2_all, 0, 2);
        tcase_add_test(t, recip_all);
        tcase_add_test(t, recip_wide);
        tcase_add_loop_test(t, encode_all, 0, 4);
    }
    suite_add_tcase(s, t);
    return s;
}
