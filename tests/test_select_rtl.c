/* SPDX-License-Identifier: Apache-2.0 */
/* The selection engine's RTL against sofa_select_keys(), bit by bit and cycle by cycle, in Icarus Verilog: random
 * configurations, rows interleaved down to the least distance, ties, extremes, empty beats. */
#include "tests.h"

#include "../cmodel/bits/select.h"
#include "../cmodel/config/network.h"
#include "rtl_module.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row on its way through a tile. */
struct row {
    unsigned ready;             /* first cycle in which its next beat may stand */
    unsigned group, last_group; /* next beat */
    int in_tile, in_block, first, new_block, radius_on;
    unsigned low, high;
    uint32_t radius;
    int32_t score[SOFA_TILE_KEYS_MAX], carried;
};

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    unsigned cycles, latency, loop, kept;
    int carry, narrow; /* narrow: few distinct scores */
    uint64_t seed;
    struct row *row;
    uint8_t *stimulus, *expected;
    unsigned in_bits, out_bits;
    size_t in_bytes, out_bytes;
};

/* ---- stimulus and what must come of it ---- */

static int32_t random_score(struct bench *b)
{
    int32_t top = (int32_t)(1u << (b->c.predict.score_bits - 1)) - 1;
    switch (test_between(&b->seed, 0, b->narrow ? 30 : 9)) {
    case 0:
        return top;
    case 1:
        return -top - 1;
    case 2:
        return 0;
    default:
        return b->narrow ? (int32_t)test_between(&b->seed, 0, 7) - 4
                         : (int32_t)(test_random(&b->seed) % (2u * (unsigned)top + 2)) - top - 1;
    }
}

static void start_tile(struct bench *b, struct row *r)
{
    unsigned keys = b->c.tile.keys, top = (1u << b->c.predict.score_bits) - 1;
    int whole = test_between(&b->seed, 0, 1) == 1;
    r->low = whole ? 0 : test_between(&b->seed, 0, keys);
    r->high = whole ? keys : test_between(&b->seed, r->low, keys);
    for (unsigned k = 0; k < keys; k++)
        r->score[k] = random_score(b);
    /* every group that holds a visible key; sometimes others too */
    int more = r->low >= r->high || test_between(&b->seed, 0, 3) == 0;
    r->group = more ? 0 : r->low / b->c.predict.keys;
    r->last_group = more ? b->d.key_groups - 1 : (r->high - 1) / b->c.predict.keys;
    r->in_tile = r->first = 1;
    r->new_block = !r->in_block || test_between(&b->seed, 0, 3) == 0;
    r->in_block = 1;
    r->radius_on = test_between(&b->seed, 0, 2) > 0;
    unsigned spread = b->narrow ? 8 : top;
    r->radius = test_between(&b->seed, 0, 3) == 0 ? top : test_between(&b->seed, 0, spread);
    if (r->new_block)
        r->carried = INT32_MIN;
}

static void put_entries(struct bench *b, const struct row *r, uint8_t *bits)
{
    unsigned kp = b->c.predict.keys, ew = b->d.entry_bits, ib = b->d.index_bits;
    uint64_t bias = (uint64_t)1 << (b->c.predict.score_bits - 1);
    for (unsigned i = 0; i < kp; i++) {
        unsigned key = r->group * kp + i;
        uint64_t score = key < b->c.tile.keys ? (uint64_t)r->score[key] ^ bias : test_random(&b->seed);
        test_put(bits, i * ew, ~(uint64_t)key, ib);
        test_put(bits, i * ew + ib, score, b->c.predict.score_bits);
        test_put(bits, i * ew + ew - 1, key >= r->low && key < r->high, 1);
    }
}

static void put_result(struct bench *b, struct row *r, unsigned index, uint8_t *bits)
{
    struct sofa_selection s;
    unsigned bc = b->c.tile.keys, cb = b->d.kept_bits;
    sofa_select_keys(&s, r->score, r->low, r->high, b->kept, r->radius_on ? (int64_t)r->radius : -1, b->carry, &r->carried);
    for (unsigned i = 0; i < s.count; i++)
        test_put(bits, s.key[i], 1, 1);
    test_put(bits, bc, s.clipped, cb);
    test_put(bits, bc + cb, index, b->d.row_bits);
    test_put(bits, b->out_bits - 1, 1, 1);
}

static void beat(struct bench *b, unsigned index, unsigned cycle)
{
    struct row *r = &b->row[index];
    uint8_t *bits = b->stimulus + cycle * b->in_bytes;
    unsigned en = b->c.predict.keys * b->d.entry_bits, sb = b->c.predict.score_bits;
    if (!r->in_tile)
        start_tile(b, r);
    int last = r->group == r->last_group;
    put_entries(b, r, bits);
    test_put(bits, en, r->radius, sb);
    test_put(bits, en + sb, index, b->d.row_bits);
    test_put(bits, b->in_bits - 5, (uint64_t)r->radius_on, 1);
    test_put(bits, b->in_bits - 4, (uint64_t)r->new_block, 1);
    test_put(bits, b->in_bits - 3, (uint64_t)last, 1);
    test_put(bits, b->in_bits - 2, (uint64_t)r->first, 1);
    test_put(bits, b->in_bits - 1, 1, 1);
    r->ready = cycle + b->loop;
    r->first = 0;
    r->group++;
    if (last) {
        r->in_tile = 0;
        put_result(b, r, index, b->expected + (cycle + b->latency) * b->out_bytes);
    }
}

static void play(struct bench *b)
{
    unsigned rows = b->c.query_block;
    for (unsigned cycle = 0; cycle + b->latency < b->cycles; cycle++) {
        unsigned busy = test_between(&b->seed, 0, 9); /* a beat in nine cycles of ten */
        unsigned at = test_between(&b->seed, 0, rows - 1), tries = busy ? rows : 0;
        for (; tries > 0 && b->row[at].ready > cycle; tries--)
            at = (at + 1) % rows;
        if (tries > 0)
            beat(b, at, cycle);
        else /* what stands beside i_valid = 0 must not matter */
            for (unsigned i = 0; i + 1 < b->in_bits; i++)
                test_put(b->stimulus + cycle * b->in_bytes, i, test_random(&b->seed) & 1, 1);
    }
}

static void open_bench(struct bench *b)
{
    struct sofa_error e = {.text = ""};
    ck_assert_msg(sofa_config_check(&b->c, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b->c, &b->d);
    b->latency = sofa_select_latency(&b->c);
    b->loop = sofa_select_loop(&b->c);
    b->kept = test_between(&b->seed, 0, 1) ? b->c.tile.kept_max : test_between(&b->seed, 1, b->c.tile.kept_max);
    b->carry = (int)test_between(&b->seed, 0, 1);
    b->narrow = (int)test_between(&b->seed, 0, 1);
    b->in_bits = 5 + b->d.row_bits + b->c.predict.score_bits + b->c.predict.keys * b->d.entry_bits;
    b->out_bits = 1 + b->d.row_bits + b->d.kept_bits + b->c.tile.keys;
    b->row = calloc(b->c.query_block, sizeof *b->row);
    b->in_bytes = (b->in_bits + 7) / 8;
    b->out_bytes = (b->out_bits + 7) / 8;
    b->stimulus = calloc(b->cycles, b->in_bytes);
    b->expected = calloc(b->cycles, b->out_bytes);
    ck_assert(b->row && b->stimulus && b->expected);
}

static void simulate(const struct bench *b, const char *directory)
{
    char command[2048], line[2048] = "";
    snprintf(command, sizeof command,
             "iverilog -g2005 -Wall -DSOFA_ASSERT -o '%s'/bench -s select_tb -Pselect_tb.CYCLES=%u -Pselect_tb.RB=%u -Pselect_tb.EN=%u"
             " -Pselect_tb.SB=%u -Pselect_tb.CB=%u -Pselect_tb.BC=%u -Pselect_tb.QB=%u -Pselect_tb.GROUPED=%d"
             " -Pselect_tb.KEPT=%u -Pselect_tb.CARRY=%d"
             " tb/select/select_tb.v '%s'/sofa_*.v && cd '%s' && vvp -n bench",
             directory, b->cycles, b->d.row_bits, b->c.predict.keys * b->d.entry_bits, b->c.predict.score_bits,
             b->d.kept_bits, b->c.tile.keys, b->c.query_block, b->d.key_groups > 1, b->kept, b->carry, directory, directory);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_msg(fgets(line, sizeof line, f) != NULL, "no answer from: %s", command);
    pclose(f);
    ck_assert_msg(strcmp(line, "pass\n") == 0, "QB %u Bc %u kept %u/%u KP %u score %u carry %d: %s", b->c.query_block,
                  b->c.tile.keys, b->kept, b->c.tile.kept_max, b->c.predict.keys, b->c.predict.score_bits, b->carry,
                  line);
}

static void check_config(unsigned rows, unsigned keys, unsigned kept_max, unsigned kp, unsigned score_bits,
                         unsigned cycles, uint64_t seed)
{
    static const char *const modules[] = {"select/sofa_select", "select/sofa_sort", "select/sofa_merge", "select/sofa_clip", "memory/sofa_ram.v", NULL};
    struct bench b = {.cycles = cycles, .seed = seed};
    char directory[256];
    sofa_config_default(&b.c);
    b.c.query_block = rows;
    b.c.attend.lanes = 1;
    b.c.tile.keys = keys;
    b.c.tile.kept_max = kept_max;
    b.c.predict.keys = kp;
    b.c.predict.score_bits = score_bits;
    b.c.select.policy = SOFA_POLICY_RANK;
    open_bench(&b);
    play(&b);
    test_directory(directory);
    test_emit(&b.c, NULL, modules, directory);
    test_write_hex(directory, "stimulus.hex", b.stimulus, b.in_bits, b.in_bytes, b.cycles);
    test_write_hex(directory, "expected.hex", b.expected, b.out_bits, b.out_bytes, b.cycles);
    simulate(&b, directory);
    test_remove_directory(directory);
    free(b.row);
    free(b.stimulus);
    free(b.expected);
}

START_TEST(shapes)
{
    uint64_t seed = test_seed();
    check_config(16, 16, 4, 8, 16, 2000, seed);
    check_config(128, 128, 32, 64, 16, 400, seed);
    check_config(1, 4, 1, 1, 8, 1500, seed);
    check_config(1, 4, 4, 4, 8, 1500, seed);
    check_config(1, 4, 1, 4, 24, 1500, seed);
    check_config(2, 5, 5, 1, 8, 1500, seed);
    check_config(3, 512, 128, 40, 24, 300, seed);
}
END_TEST

START_TEST(random_shapes)
{
    uint64_t seed = test_seed() + (uint64_t)_i;
    unsigned keys = test_between(&seed, 4, _i % 2 ? 12 : 60), kp = test_between(&seed, 1, keys);
    unsigned kept = test_between(&seed, 1, keys), rows = test_between(&seed, 1, _i % 2 ? 4 : 40);
    check_config(rows, keys, kept, _i % 4 == 3 ? keys : kp, test_between(&seed, 8, 24), 800, seed);
}
END_TEST

Suite *select_rtl_suite(void)
{
    Suite *s = suite_create("select_rtl");
    TCase *t = tcase_create("against the model");
    tcase_set_timeout(t, 120);
    if (!test_fast()) {
        tcase_add_test(t, shapes);
        tcase_add_loop_test(t, random_shapes, 0, 12);
    }
    suite_add_tcase(s, t);
    return s;
}
