/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of kvgen/ alone: the KV array against sofa_project() and sofa_generate(), the memory of codes, the write channel;
 * in Icarus Verilog: random shapes, resident and streamed, memories that wait; and how busy the array is when they do not. */
#include "tests.h"

#include "../cmodel/bits/kvgen.h"
#include "../cmodel/bits/project.h"
#include "../cmodel/host/pack.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 64u

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct sofa_pack shape;
    struct sofa_tokens t;
    size_t hidden, keys;
    unsigned k_shift, v_shift, entries, batches, generated, full; /* full: batches are, and all keys are generated */
    uint64_t entry[2 * KEYS_MAX];
    unsigned order[KEYS_MAX], place[KEYS_MAX]; /* of generated keys */
    unsigned base, x_base, x_stride;
    uint64_t seed;
    char directory[256];
};

/* ---- data ---- */

/* kind 0: any; 1: ends of the range; 2: mostly zero. */
static int16_t any_byte(uint64_t *seed, unsigned kind)
{
    if (kind == 1)
        return test_between(seed, 0, 1) ? 127 : -128;
    if (kind == 2 && test_between(seed, 0, 3) > 0)
        return 0;
    return (int16_t)((int)test_between(seed, 0, 255) - 128);
}

static void fill(struct sofa_tensor *t, size_t rows, size_t cols, uint64_t *seed)
{
    unsigned kind = test_between(seed, 0, 2);
    *t = (struct sofa_tensor){.rows = rows, .cols = cols, .value = malloc(rows * cols * sizeof(int16_t))};
    ck_assert_ptr_nonnull(t->value);
    for (size_t i = 0; i < rows * cols; i++)
        t->value[i] = any_byte(seed, kind);
}

static int32_t *make_bias(const struct bench *b, uint64_t *seed)
{
    unsigned kind = test_between(seed, 0, 2);
    int32_t top = (1 << (b->d.project_bits - 2)) - 1, *bias = malloc(b->c.head_dim * sizeof *bias);
    ck_assert_ptr_nonnull(bias);
    for (unsigned i = 0; i < b->c.head_dim; i++)
        bias[i] = kind == 1 ? (i % 2 ? top : -top - 1) : (int32_t)(test_random(seed) % (2u * (unsigned)top)) - top;
    if (kind == 2) {
        free(bias);
        return NULL;
    }
    return bias;
}

static unsigned any_shift(const int32_t *sum, size_t n, unsigned bits, uint64_t *seed)
{
    unsigned fits = sofa_choose_shift(sum, n, bits, 1);
    return test_between(seed, 0, 3) ? fits : test_between(seed, 0, 31);
}

static void make_tokens(struct bench *b)
{
    struct sofa_error e;
    struct sofa_tokens *t = &b->t;
    unsigned d = b->c.head_dim;
    fill(&t->x, b->keys, b->hidden, &b->seed);
    fill(&t->wk, b->hidden, d, &b->seed);
    fill(&t->wv, b->hidden, d, &b->seed);
    t->bk = make_bias(b, &b->seed);
    t->bv = make_bias(b, &b->seed);
    ck_assert(sofa_project(&t->k_sum, &t->x, t->wk.value, t->bk, d, &e) == SOFA_OK);
    ck_assert(sofa_project(&t->v_sum, &t->x, t->wv.value, t->bv, d, &e) == SOFA_OK);
    b->k_shift = any_shift(t->k_sum, b->keys * d, b->c.data.key_bits, &b->seed);
    b->v_shift = any_shift(t->v_sum, b->keys * d, b->c.data.value_bits, &b->seed);
}

static unsigned place_bits(const struct bench *b)
{
    unsigned bits = sofa_clog2(b->c.memory.prefetch);
    return bits ? bits : 1;
}

/* Needed keys in issue order, some of them fetched; when X has several slices, an entry ends each batch with a key. */
static void make_entries(struct bench *b)
{
    unsigned streamed = b->shape.slices > 1, of_batch = 0, any = 0, kb = b->d.key_number_bits, pb = place_bits(b), ib = b->d.index_bits;
    unsigned place = test_between(&b->seed, 0, b->c.memory.prefetch - 1), fetch = b->full ? 0 : test_between(&b->seed, 0, 3);
    uint64_t end = (uint64_t)1 << (ib + pb + kb + 2);
    b->entries = b->generated = b->batches = 0;
    for (unsigned key = 0; key < b->keys; key++, place = (place + 1) % b->c.memory.prefetch) {
        if (test_between(&b->seed, 0, 9) >= fetch) {
            uint64_t tile = key / b->c.tile.keys, index = key % b->c.tile.keys;
            b->entry[b->entries++] = ((tile << ib | index) << pb | place) << kb | key;
            b->order[b->generated] = key;
            b->place[b->generated++] = place;
            any = 1;
        }
        int tile_ends = key + 1 == b->keys || (!b->full && test_between(&b->seed, 0, 9) == 0);
        if (++of_batch < b->c.memory.prefetch && !tile_ends)
            continue;
        if (streamed && any) {
            b->entry[b->entries++] = end | (test_random(&b->seed) & (end - 1));
            b->batches++;
        }
        of_batch = any = 0;
    }
}

/* ---- files ---- */

static uint8_t *room(size_t words, size_t bytes)
{
    uint8_t *p = calloc(words, bytes);
    ck_assert_ptr_nonnull(p);
    return p;
}

static void write_weights(const struct bench *b)
{
    uint8_t *image = room(1, b->shape.weight_bytes);
    sofa_pack_weights(image, &b->c, &b->t);
    test_write_hex(b->directory, "image.hex", image, b->c.memory.port_bits, b->d.port_bytes,
                   b->shape.weight_bytes / b->d.port_bytes);
    free(image);
}

static void write_tokens(const struct bench *b)
{
    size_t dims = b->c.predict.dims, bytes = b->shape.words * dims;
    uint8_t *x = room(b->keys, bytes);
    for (size_t key = 0; key < b->keys; key++)
        for (size_t h = 0; h < b->hidden; h++)
            x[key * bytes + h] = (uint8_t)b->t.x.value[key * b->hidden + h];
    test_write_hex(b->directory, "x.hex", x, 8 * (unsigned)dims, dims, b->keys * b->shape.words);
    free(x);
}

static void write_entries(const struct bench *b)
{
    uint8_t *word = room(b->entries, 8);
    for (unsigned i = 0; i < b->entries; i++)
        test_put(word + 8 * (size_t)i, 0, b->entry[i], 64);
    test_write_hex(b->directory, "keys.hex", word, b->d.index_bits + place_bits(b) + b->d.key_number_bits + 3, 8, b->entries);
    free(word);
}

static void write_rows(const struct bench *b)
{
    unsigned d = b->c.head_dim, kw = b->c.data.key_bits, vw = b->c.data.value_bits, pb = place_bits(b), kb = b->d.key_number_bits;
    size_t bytes = d * (kw > vw ? kw : vw) / 8, n = 0;
    uint8_t *row = room(2 * b->generated, bytes), *tag = room(2 * b->generated, 8);
    for (unsigned i = 0; i < b->generated; i++)
        for (unsigned v = 0; v < 2; v++, n++) {
            int16_t value[SOFA_HEAD_DIM_MAX];
            unsigned bits = v ? vw : kw;
            const int32_t *sum = (v ? b->t.v_sum : b->t.k_sum) + (size_t)b->order[i] * d;
            sofa_generate(value, sum, d, v ? b->v_shift : b->k_shift, bits);
            for (unsigned j = 0; j < d; j++)
                test_put(row + n * bytes, j * bits, (uint16_t)value[j], bits);
            test_put(tag + n * 8, 0, ((uint64_t)v << pb | b->place[i]) << kb | b->order[i], 64);
        }
    test_write_hex(b->directory, "rows.hex", row, (unsigned)bytes * 8, bytes, n);
    test_write_hex(b->directory, "tags.hex", tag, 1 + pb + kb, 8, n);
    free(row);
    free(tag);
}

/* ---- runs ---- */

static void emit(const struct sofa_config *c, const char *directory)
{
    static const char *const modules[] = {"kvgen/", "memory/sofa_write_mux.v", "memory/sofa_ram.v", "memory/sofa_queue.v", "memory/sofa_fifo.v", NULL};
    test_emit(c, NULL, modules, directory);
}

static void lint(const char *directory)
{
    static const char *const tops[] = {"sofa_codes", "sofa_kvgen", "sofa_write_back", "sofa_write_mux"};
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++)
        test_lint(directory, tops[i]);
}

static void open_bench(struct bench *b)
{
    static const char *const bench[] = {"kvgen/kvgen_tb", "kvgen/burst_memory", NULL};
    sofa_config_derive(&b->c, &b->d);
    sofa_pack_shape(&b->shape, &b->c, b->hidden);
    make_tokens(b);
    make_entries(b);
    test_directory(b->directory);
    emit(&b->c, b->directory);
    lint(b->directory);
    test_emit(&b->c, "tb", bench, b->directory);
    write_weights(b);
    write_tokens(b);
    write_entries(b);
    write_rows(b);
}

static void close_bench(struct bench *b)
{
    test_remove_directory(b->directory);
    sofa_tokens_free(&b->t);
}

/* Share of the cycles between the first and the last beat in which the array worked. */
static double run(struct bench *b, int stall)
{
    char parameters[512], line[256];
    unsigned bytes = b->d.port_bytes, start = (b->shape.slices - 1) * b->d.slice_words * b->c.predict.dims, busy, span;
    uint64_t runs = b->shape.slices > 1 ? b->batches : b->generated > 0;
    if (b->generated == 0)
        return 1;
    snprintf(parameters, sizeof parameters,
             "-Pkvgen_tb.SLICES=%u -Pkvgen_tb.WORDS=%u -Pkvgen_tb.WORDS_LAST=%u -Pkvgen_tb.LEN_LAST=%u -Pkvgen_tb.K_SHIFT=%u"
             " -Pkvgen_tb.V_SHIFT=%u -Pkvgen_tb.BASE=%u -Pkvgen_tb.X_BASE=%u -Pkvgen_tb.X_STRIDE=%u -Pkvgen_tb.BEATS=%u"
             " -Pkvgen_tb.READS=%u -Pkvgen_tb.FETCHES=%u -Pkvgen_tb.TOKENS=%zu -Pkvgen_tb.ENTRIES=%u -Pkvgen_tb.ROWS=%u"
             " -Pkvgen_tb.STALL=%d -Pkvgen_tb.SEED=%u",
             b->shape.slices, b->shape.words, b->shape.words_last, ((unsigned)b->hidden - start + bytes - 1) / bytes - 1,
             b->k_shift, b->v_shift, bytes * test_between(&b->seed, 0, 20), bytes * test_between(&b->seed, 0, 20),
             ((unsigned)b->hidden + bytes - 1) / bytes * bytes + bytes * test_between(&b->seed, 0, 2),
             (unsigned)(b->shape.bias_beats + b->shape.weight_beats),
             (unsigned)(b->shape.bias_beats + runs * b->shape.weight_beats),
             b->shape.slices > 1 ? b->generated * b->shape.slices : 0, b->keys, b->entries, 2 * b->generated, stall,
             test_between(&b->seed, 1, 1u << 30));
    test_run_bench(b->directory, "kvgen_tb", parameters, line);
    ck_assert_msg(sscanf(line, "pass %u %u", &busy, &span) == 2, "%s", line);
    ck_assert_uint_eq(busy, b->generated * 2 * b->d.project_blocks * b->d.project_steps * b->shape.words);
    return (double)busy / span;
}

/* ---- write-back ---- */

/* Rows of the KV array and bursts of another writer on one channel. Share of the cycles in which a beat is written. */
static double run_writes(struct bench *b, int stall, unsigned halt)
{
    static const char *const bench[] = {"kvgen/write_tb", NULL};
    char parameters[512], line[256];
    unsigned bytes = b->d.port_bytes, beats, span, more = bytes * test_between(&b->seed, 0, 2);
    unsigned k_stride = bytes * b->d.key_beats + more, v_stride = bytes * b->d.value_beats + more;
    test_emit(&b->c, "tb", bench, b->directory);
    snprintf(parameters, sizeof parameters,
             "-Pwrite_tb.ROWS=%u -Pwrite_tb.BURSTS=%u -Pwrite_tb.K_BASE=%u -Pwrite_tb.V_BASE=%u -Pwrite_tb.O_BASE=%u"
             " -Pwrite_tb.K_STRIDE=%u -Pwrite_tb.V_STRIDE=%u -Pwrite_tb.STALL=%d -Pwrite_tb.HALT=%u -Pwrite_tb.SEED=%u",
             2 * b->generated, test_between(&b->seed, 1, 60), bytes * test_between(&b->seed, 0, 9), 1u << 18, 1u << 20,
             k_stride, v_stride, stall, halt, test_between(&b->seed, 1, 1u << 30));
    test_run_bench(b->directory, "write_tb", parameters, line);
    ck_assert_msg(sscanf(line, "pass %u %u", &beats, &span) == 2, "%s", line);
    return (double)beats / span;
}

/* ---- codes ---- */

static void make_powers(struct bench *b)
{
    unsigned d = b->c.head_dim, zeros = test_between(&b->seed, 0, 9);
    b->t.power = malloc(b->hidden * d * sizeof *b->t.power);
    ck_assert_ptr_nonnull(b->t.power);
    for (size_t i = 0; i < b->hidden * d; i++) {
        int power = test_between(&b->seed, 0, 9) < zeros ? 0 : 1 << test_between(&b->seed, 0, 6);
        b->t.power[i] = (int16_t)(test_between(&b->seed, 0, 1) ? -power : power);
    }
}

static uint64_t nibble(int power)
{
    return power == 0 ? 0 : (power < 0 ? 8u : 0u) | (1 + sofa_clog2((uint64_t)abs(power)));
}

/* Words as the core's memory holds them, and which columns of a word are not zero. */
static void write_codes(const struct bench *b)
{
    unsigned d = b->c.head_dim, dims = b->c.predict.dims;
    size_t bytes = (4 * dims + 7) / 8, flag_bytes = (d + 7) / 8, words = b->shape.words;
    uint8_t *code = room(words * d, bytes), *flag = room(words, flag_bytes), *image = room(1, b->shape.code_bytes);
    for (size_t h = 0; h < b->hidden; h++)
        for (unsigned i = 0; i < d; i++) {
            int power = b->t.power[h * d + i];
            test_put(code + (h / dims * d + i) * bytes, (unsigned)(h % dims) * 4, nibble(power), 4);
            test_put(flag + h / dims * flag_bytes, i, power != 0, 1);
        }
    sofa_pack_codes(image, &b->c, &b->t);
    test_write_hex(b->directory, "image.hex", image, b->c.memory.port_bits, b->d.port_bytes, b->shape.code_beats);
    test_write_hex(b->directory, "codes.hex", code, 4 * dims, bytes, words * d);
    test_write_hex(b->directory, "flags.hex", flag, d, flag_bytes, words);
    free(code);
    free(flag);
    free(image);
}

static void run_codes(struct bench *b, int stall)
{
    static const char *const bench[] = {"kvgen/codes_tb", "kvgen/burst_memory", NULL};
    char parameters[512], line[256];
    test_emit(&b->c, "tb", bench, b->directory);
    snprintf(parameters, sizeof parameters,
             "-Pcodes_tb.SLICES=%u -Pcodes_tb.WORDS=%u -Pcodes_tb.WORDS_LAST=%u -Pcodes_tb.BASE=%u -Pcodes_tb.BEATS=%u"
             " -Pcodes_tb.RUNS=%u -Pcodes_tb.STALL=%d -Pcodes_tb.SEED=%u",
             b->shape.slices, b->shape.words, b->shape.words_last, b->d.port_bytes * test_between(&b->seed, 0, 20),
             (unsigned)b->shape.code_beats, test_between(&b->seed, 1, 6), stall, test_between(&b->seed, 1, 1u << 30));
    test_run_bench(b->directory, "codes_tb", parameters, line);
}

static void configure(struct bench *b, char (*text)[48], unsigned count)
{
    const char *set[20];
    struct sofa_error e;
    for (unsigned i = 0; i < count; i++)
        set[i] = text[i];
    ck_assert_msg(sofa_config_load(&b->c, NULL, set, count, &e) == SOFA_OK, "%s", e.text);
}

static void random_config(struct bench *b, unsigned n)
{
    char text[16][48];
    unsigned i = 0, d = test_between(&b->seed, 8, n % 3 ? 20 : 40), dims = test_between(&b->seed, 1, d);
    unsigned hidden = n % 4 == 0 ? test_between(&b->seed, 1, 8) : test_between(&b->seed, 8, n % 4 == 1 ? 300 : 80);
    unsigned keys = test_between(&b->seed, 4, 20), slice = n % 2 ? test_between(&b->seed, 1, 1 + hidden / 4) : hidden;
    snprintf(text[i++], 48, "mode=tokens");
    snprintf(text[i++], 48, "head_dim=%u", d);
    snprintf(text[i++], 48, "hidden_max=%u", hidden);
    snprintf(text[i++], 48, "tile.keys=%u", keys);
    snprintf(text[i++], 48, "keys_max=%u", test_between(&b->seed, 64, 5000));
    snprintf(text[i++], 48, "predict.dims=%u", dims);
    snprintf(text[i++], 48, "predict.keys=1");
    snprintf(text[i++], 48, "data.key_bits=%u", 8 * test_between(&b->seed, 1, 2));
    snprintf(text[i++], 48, "data.value_bits=%u", 8 * test_between(&b->seed, 1, 2));
    snprintf(text[i++], 48, "kvgen.outputs=%u", n % 5 == 0 ? d : test_between(&b->seed, 1, n % 3 ? d : 4));
    snprintf(text[i++], 48, "kvgen.inputs=%u", n % 5 == 1 ? dims : test_between(&b->seed, 1, dims));
    snprintf(text[i++], 48, "kvgen.slice=%u", slice);
    snprintf(text[i++], 48, "memory.port_bits=%u", 8u << test_between(&b->seed, 0, n % 2 ? 4 : 7));
    snprintf(text[i++], 48, "memory.prefetch=%u", test_between(&b->seed, 2, n % 3 ? 5 : 17));
    snprintf(text[i++], 48, "memory.address_bits=%u", n % 3 ? 32 : test_between(&b->seed, 24, 64));
    configure(b, text, i);
    b->hidden = test_between(&b->seed, 0, 2) ? test_between(&b->seed, 1, hidden) : hidden;
    b->keys = test_between(&b->seed, 1, 3 * keys);
}

START_TEST(random_shapes)
{
    struct bench b = {.seed = test_seed() + 1000u * (unsigned)_i};
    random_config(&b, (unsigned)_i);
    open_bench(&b);
    run(&b, 1);
    double busy = run(&b, 0);
    if (b.shape.slices == 1)
        ck_assert_msg(busy >= 0.95, "the array works in %.1f %% of the cycles", 100 * busy);
    close_bench(&b);
}
END_TEST

static double streamed_busy(unsigned prefetch, unsigned slice)
{
    struct bench b = {.seed = test_seed(), .full = 1, .hidden = 512, .keys = 48};
    char text[10][48];
    unsigned i = 0;
    snprintf(text[i++], 48, "mode=tokens");
    snprintf(text[i++], 48, "head_dim=32");
    snprintf(text[i++], 48, "hidden_max=512");
    snprintf(text[i++], 48, "predict.dims=8");
    snprintf(text[i++], 48, "kvgen.outputs=8");
    snprintf(text[i++], 48, "kvgen.inputs=4");
    snprintf(text[i++], 48, "kvgen.slice=%u", slice);
    snprintf(text[i++], 48, "memory.prefetch=%u", prefetch);
    configure(&b, text, i);
    open_bench(&b);
    ck_assert_uint_gt(b.shape.slices, 1);
    double busy = run(&b, 0);
    close_bench(&b);
    return busy;
}

/* What is lost is the wait for the first slice of a batch's weights: the fewer keys share it and the larger it is, the more. */
START_TEST(streamed)
{
    static const struct {
        unsigned prefetch, slice;
        double least;
    } at[] = {{16, 64, 0.98}, {16, 128, 0.97}, {8, 64, 0.96}, {4, 64, 0.93}};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        double busy = streamed_busy(at[i].prefetch, at[i].slice);
        ck_assert_msg(busy >= at[i].least, "prefetch %u, slice %u: the array works in %.1f %% of the cycles", at[i].prefetch,
                      at[i].slice, 100 * busy);
    }
}
END_TEST

START_TEST(random_writes)
{
    struct bench b = {.seed = test_seed() + 3000u * (unsigned)(_i + 1)};
    random_config(&b, (unsigned)_i);
    sofa_config_derive(&b.c, &b.d);
    sofa_pack_shape(&b.shape, &b.c, b.hidden);
    make_tokens(&b);
    do
        make_entries(&b);
    while (b.generated == 0);
    test_directory(b.directory);
    emit(&b.c, b.directory);
    write_rows(&b);
    ck_assert_double_eq(run_writes(&b, 0, 0), 1);
    run_writes(&b, 1, 0);
    run_writes(&b, 1, test_between(&b.seed, 20, 800));
    close_bench(&b);
}
END_TEST

START_TEST(random_codes)
{
    struct bench b = {.seed = test_seed() + 2000u * (unsigned)(_i + 1)};
    random_config(&b, (unsigned)_i);
    sofa_config_derive(&b.c, &b.d);
    sofa_pack_shape(&b.shape, &b.c, b.hidden);
    b.t.x.cols = b.hidden;
    make_powers(&b);
    test_directory(b.directory);
    emit(&b.c, b.directory);
    write_codes(&b);
    run_codes(&b, _i % 3 > 0);
    close_bench(&b);
}
END_TEST

Suite *kvgen_rtl_suite(void)
{
    Suite *s = suite_create("kvgen_rtl");
    TCase *t = tcase_create("against the model");
    tcase_set_timeout(t, 240);
    if (!test_fast()) {
        tcase_add_test(t, streamed);
        tcase_add_loop_test(t, random_shapes, 0, 24);
        tcase_add_loop_test(t, random_codes, 0, 24);
        tcase_add_loop_test(t, random_writes, 0, 16);
    }
    suite_add_tcase(s, t);
    return s;
}
