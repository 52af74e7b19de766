/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of selection by mass against sofa_mass_select(), bit by bit and cycle by cycle, in Icarus Verilog: every value of register MASS,
 * rows interleaved down to the least distance, rows of many tiles, scores at their ends, rows whose memories hold what another block left. */
#include "tests.h"

#include "../cmodel/bits/mass.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCORE_MOST ((int32_t)(1 << (SOFA_OCTAVE_BITS - 1)) - 1)
#define SCORE_LEAST (-SCORE_MOST - 1)

enum kind { ANY, FLAT, RISING, FALLING, FAR_BELOW, ENDS, EQUAL, KINDS };

/* A row on its way through the tiles of a block. */
struct row {
    unsigned ready; /* first cycle in which its next beat may stand */
    unsigned keys;  /* met in the block */
    enum kind kind;
    int32_t level;  /* where its scores lie */
    struct sofa_mass mass;
};

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    unsigned jobs, beats;    /* a job has a MASS of its own; cycles in which its beats may stand */
    unsigned mass, distance; /* MASS of the first job, from one to the next */
    uint64_t seed;
    unsigned cycles;
    struct row *row;
    uint8_t *stimulus, *expected;
    unsigned in_bits, out_bits;
    size_t in_bytes, out_bytes;
};

/* ---- stimulus and what must come of it ---- */

static int32_t clamp(int32_t x)
{
    return x < SCORE_LEAST ? SCORE_LEAST : x > SCORE_MOST ? SCORE_MOST : x;
}

static int32_t around(struct bench *b, int32_t centre, unsigned spread)
{
    return clamp(centre - (int32_t)spread + (int32_t)test_between(&b->seed, 0, 2 * spread));
}

static int32_t score_of(struct bench *b, const struct row *r)
{
    switch (r->kind) {
    case FLAT: return around(b, r->level, 20);
    case RISING: return around(b, r->level + (int32_t)(r->keys * 2), 12);
    case FALLING: return around(b, r->level - (int32_t)r->keys, 12);
    case FAR_BELOW: return test_between(&b->seed, 0, 7) ? around(b, r->level - 66, 4) : clamp(r->level); /* 16 octaves and about one */
    case ENDS: return test_between(&b->seed, 0, 1) ? SCORE_MOST : SCORE_LEAST;
    case EQUAL: return clamp(r->level);
    default: return (int32_t)test_between(&b->seed, 0, (1u << SOFA_OCTAVE_BITS) - 1) + SCORE_LEAST;
    }
}

static void begin_block(struct bench *b, struct row *r)
{
    r->keys = 0;
    r->mass = (struct sofa_mass){0};
    r->kind = (enum kind)test_between(&b->seed, 0, KINDS - 1);
    r->level = (int32_t)test_between(&b->seed, 0, (1u << SOFA_OCTAVE_BITS) - 1) + SCORE_LEAST;
}

/* Visible keys of the row's next tile: all, or a range; at least one, no more than the job has. */
static void choose_range(struct bench *b, const struct row *r, unsigned *low, unsigned *high)
{
    unsigned tile = b->c.tile.keys, left = b->c.keys_max - r->keys;
    int whole = test_between(&b->seed, 0, 2) > 0;
    *low = whole ? 0 : test_between(&b->seed, 0, tile - 1);
    *high = whole ? tile : test_between(&b->seed, *low + 1, tile);
    if (*high - *low > left)
        *high = *low + left;
}

static void beat(struct bench *b, unsigned index, unsigned cycle, unsigned mass)
{
    struct row *r = &b->row[index];
    unsigned tile = b->c.tile.keys, width = SOFA_OCTAVE_BITS, low, high;
    uint8_t *in = b->stimulus + cycle * b->in_bytes, *out = b->expected + (cycle + b->d.mass_latency) * b->out_bytes;
    int32_t score[SOFA_TILE_KEYS_MAX];
    uint16_t key[SOFA_TILE_KEYS_MAX + 1];
    int fresh = r->keys == b->c.keys_max || !r->mass.met || test_between(&b->seed, 0, 31) == 0;
    if (fresh)
        begin_block(b, r);
    choose_range(b, r, &low, &high);
    for (unsigned k = 0; k < tile; k++) {
        score[k] = score_of(b, r);
        int32_t shown = k >= low && k < high ? score[k] : (int32_t)test_random(&b->seed);
        test_put(in, k * width, (uint32_t)shown & ((1u << width) - 1), width);
        test_put(in, tile * width + k, k >= low && k < high, 1);
    }
    test_put(in, tile * width + tile, index, b->d.row_bits);
    test_put(in, b->in_bits - 2, (uint64_t)fresh, 1);
    test_put(in, b->in_bits - 1, 1, 1);
    unsigned count = sofa_mass_select(&r->mass, key, score, low, high, mass);
    for (unsigned i = 0; i < count; i++)
        test_put(out, key[i], 1, 1);
    test_put(out, tile, index, b->d.row_bits);
    test_put(out, b->out_bits - 1, 1, 1);
    r->keys += high - low;
    r->ready = cycle + b->d.mass_loop;
}

/* What stands beside i_valid = 0 must not matter. */
static void idle(struct bench *b, unsigned cycle)
{
    unsigned mass_at = b->in_bits - 12;
    for (unsigned i = 0; i + 1 < b->in_bits; i++)
        if (i < mass_at || i == b->in_bits - 2)
            test_put(b->stimulus + cycle * b->in_bytes, i, test_random(&b->seed) & 1, 1);
}

static void play_job(struct bench *b, unsigned begin, unsigned mass)
{
    unsigned rows = b->c.query_block;
    for (unsigned cycle = begin; cycle < begin + b->beats + b->d.mass_latency; cycle++) {
        unsigned busy = cycle < begin + b->beats && test_between(&b->seed, 0, 9) > 0; /* a beat in nine cycles of ten */
        unsigned at = test_between(&b->seed, 0, rows - 1), tries = busy ? rows : 0;
        test_put(b->stimulus + cycle * b->in_bytes, b->in_bits - 12, mass, 10);
        for (; tries > 0 && b->row[at].ready > cycle; tries--)
            at = (at + 1) % rows;
        if (tries > 0)
            beat(b, at, cycle, mass);
        else
            idle(b, cycle);
    }
}

static void play(struct bench *b)
{
    unsigned length = b->beats + b->d.mass_latency;
    b->cycles = b->jobs * length + b->d.mass_latency;
    b->in_bits = 2 + 10 + b->d.row_bits + b->c.tile.keys * (1 + SOFA_OCTAVE_BITS);
    b->out_bits = 1 + b->d.row_bits + b->c.tile.keys;
    b->in_bytes = (b->in_bits + 7) / 8;
    b->out_bytes = (b->out_bits + 7) / 8;
    b->row = calloc(b->c.query_block, sizeof *b->row);
    b->stimulus = calloc(b->cycles, b->in_bytes);
    b->expected = calloc(b->cycles, b->out_bytes);
    ck_assert(b->row && b->stimulus && b->expected);
    for (unsigned job = 0; job < b->jobs; job++) {
        for (unsigned r = 0; r < b->c.query_block; r++)
            b->row[r].mass.met = 0; /* a job begins with a block */
        play_job(b, job * length, (b->mass + job * b->distance) % 1024);
    }
}

static void check(struct bench *b)
{
    static const char *const modules[] = {"select/sofa_mass", "memory/sofa_ram", NULL};
    char directory[256], command[512], parameters[256], line[256];
    struct sofa_error e = {.text = ""};
    ck_assert_msg(sofa_config_check(&b->c, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b->c, &b->d);
    play(b);
    test_directory(directory);
    test_emit(&b->c, NULL, modules, directory);
    test_lint(directory, "sofa_mass");
    test_write_hex(directory, "stimulus.hex", b->stimulus, b->in_bits, b->in_bytes, b->cycles);
    test_write_hex(directory, "expected.hex", b->expected, b->out_bits, b->out_bytes, b->cycles);
    snprintf(command, sizeof command, "cp tb/select/mass_tb.v '%s'", directory);
    ck_assert_int_eq(system(command), 0);
    snprintf(parameters, sizeof parameters, "-Pmass_tb.CYCLES=%u -Pmass_tb.RB=%u -Pmass_tb.KP=%u -Pmass_tb.OB=%u -Pmass_tb.QB=%u", b->cycles,
             b->d.row_bits, b->c.tile.keys, b->d.octave_bits, b->c.query_block);
    test_run_bench(directory, "mass_tb", parameters, line);
    test_remove_directory(directory);
    free(b->row);
    free(b->stimulus);
    free(b->expected);
}

static void shape(struct bench *b, unsigned rows, unsigned tile, unsigned keys_max, unsigned target)
{
    *b = (struct bench){.seed = test_seed()};
    sofa_config_default(&b->c);
    b->c.target = target;
    b->c.query_block = rows;
    b->c.attend.lanes = 1;
    b->c.tile.keys = b->c.predict.keys = tile;
    b->c.tile.kept_max = 1;
    b->c.keys_max = keys_max;
    b->c.select.policy = SOFA_POLICY_MASS;
}

START_TEST(every_mass)
{
    struct bench b;
    shape(&b, 5, 7, 700, (unsigned)_i);
    b.jobs = 1024;
    b.distance = 1;
    b.beats = 40;
    check(&b);
}
END_TEST

/* Sums up to the largest that their registers hold, rows that come again as soon as they may. */
START_TEST(long_rows)
{
    static const struct {
        unsigned rows, tile, keys;
    } shapes[] = {{1, 4, 4}, {1, 16, 4096}, {2, 8, 64}, {3, 64, 8192}, {4, 128, 1 << 20}, {128, 128, 1024}, {2, 512, 4096}};
    struct bench b;
    shape(&b, shapes[_i].rows, shapes[_i].tile, shapes[_i].keys, (unsigned)_i % 2);
    b.jobs = 6;
    b.mass = test_between(&b.seed, 0, 300);
    b.distance = 37;
    b.beats = shapes[_i].tile > 32 ? 250 : 1200;
    check(&b);
}
END_TEST

START_TEST(random_shapes)
{
    uint64_t seed = test_seed() + (uint64_t)_i;
    struct bench b;
    unsigned tile = test_between(&seed, 4, _i % 2 ? 12 : 70);
    shape(&b, test_between(&seed, 1, _i % 3 ? 4 : 40), tile, test_between(&seed, 1, _i % 2 ? 60 : 5000), test_between(&seed, 0, 1));
    b.seed = seed;
    b.jobs = 30;
    b.mass = test_between(&seed, 0, 1023);
    b.distance = test_between(&seed, 1, 400);
    b.beats = 60;
    check(&b);
}
END_TEST

Suite *mass_rtl_suite(void)
{
    Suite *s = suite_create("mass_rtl");
    TCase *t = tcase_create("against the model");
    tcase_set_timeout(t, 120);
    if (!test_fast()) {
        tcase_add_loop_test(t, every_mass, 0, 2);
        tcase_add_loop_test(t, long_rows, 0, 7);
        tcase_add_loop_test(t, random_shapes, 0, 10);
    }
    suite_add_tcase(s, t);
    return s;
}
