/* The comparison of RTL and model: silent on what a right core would leave behind, and not on anything else. */
#include "../tb/compare.h"

#include "../cmodel/image.h"
#include "../cmodel/pack.h"
#include "../cmodel/schedule.h"
#include "../tb/synthetic.h"
#include "tests.h"

#include <stdlib.h>
#include <string.h>

struct bench {
    struct sofa_config config;
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
    struct tb_layout layout;
    struct tb_memory *memory;
    struct tb_outcome outcome;
};

static void put_output(struct tb_layout *l, size_t row, size_t dim, int16_t value)
{
    struct tb_region *o = &l->region[TB_O];
    o->bytes[row * o->stride + 2 * dim] = (uint8_t)value;
    o->bytes[row * o->stride + 2 * dim + 1] = (uint8_t)((uint16_t)value >> 8);
}

static void count(struct bench *b, const char *name, uint64_t value)
{
    struct sofa_count *c = &b->outcome.counts.item[b->outcome.counts.count++];
    strncpy(c->name, name, sizeof c->name - 1);
    c->value = value;
}

static void set_count(struct bench *b, const char *name, uint64_t value)
{
    for (unsigned i = 0; i < b->outcome.counts.count; i++)
        if (strcmp(b->outcome.counts.item[i].name, name) == 0)
            b->outcome.counts.item[i].value = value;
}

static void play_counters(struct bench *b)
{
    const struct sofa_counters *n = &b->result.counters;
    uint64_t port = b->config.memory.port_bits / 8;
    count(b, "TILES", n->tiles);
    count(b, "KEY_ROWS", n->key_rows);
    count(b, "NEED_KEYS", n->keys);
    count(b, "PAIRS", n->pairs);
    count(b, "CLIPPED", n->clipped);
    count(b, "RAISES", n->raises);
    count(b, "EMPTY_ROWS", n->empty_rows);
    count(b, "BLOCKS", n->blocks);
    count(b, "QUERY_BEATS", n->bytes_query / port);
    count(b, "KEY_BEATS", n->bytes_key / port);
    count(b, "VALUE_BEATS", n->bytes_value / port);
    count(b, "RANGE_BEATS", n->bytes_range / port);
    count(b, "OUTPUT_BYTES", n->bytes_output);
    b->memory->beats[TB_Q] = n->bytes_query / port;
    b->memory->beats[TB_K] = n->bytes_key / port;
    b->memory->beats[TB_V] = n->bytes_value / port;
    b->memory->beats[TB_RANGE] = n->bytes_range / port;
    b->memory->written[TB_O] = n->bytes_output;
}

static void play_cache_row(struct bench *b, enum tb_kind kind, int16_t *values, size_t key)
{
    struct tb_region *r = &b->layout.region[kind];
    const struct sofa_tensor row = {1, b->result.dims, values + key * b->result.dims, 1};
    sofa_image_tensor(r->bytes + key * r->stride, r->stride, &row, 16, 0, 1);
    r->writes[key]++;
}

static void play_beats(struct bench *b, enum tb_kind kind, uint64_t first, uint64_t beats, uint64_t times)
{
    for (uint64_t i = first; i < first + beats; i++)
        b->layout.region[kind].reads[i] += (uint32_t)times;
    b->memory->beats[kind] += beats * times;
}

/* Mode tokens, in slices: tokens, codes, weights; and generated rows written. */
static void play_tokens(struct bench *b)
{
    const struct sofa_counters *n = &b->result.counters;
    const struct tb_region *x = &b->layout.region[TB_X];
    struct sofa_pack pack;
    sofa_pack_shape(&pack, &b->config, b->job.hidden);
    for (size_t i = 0; i < b->result.tiles; i++)
        for (unsigned k = 0; k < b->job.tile; k++) {
            const struct sofa_tile *tile = &b->result.tile[i];
            int made = sofa_bit(tile->made, k);
            if (sofa_bit(tile->visible, k))
                play_beats(b, TB_X, (tile->base + k) * (x->stride / b->layout.port_bytes), x->beats, made && pack.slices > 1 ? 2 : 1);
            if (made) {
                play_cache_row(b, TB_K, b->result.k, tile->base + k);
                play_cache_row(b, TB_V, b->result.v, tile->base + k);
            }
        }
    play_beats(b, TB_CODE, 0, pack.code_beats, n->code_loads);
    play_beats(b, TB_WEIGHT, 0, pack.bias_beats, n->weight_loads > 0);
    play_beats(b, TB_WEIGHT, pack.bias_beats, pack.weight_beats, n->weight_loads);
    b->memory->written[TB_K] = n->bytes_cache_write / 2;
    b->memory->written[TB_V] = n->bytes_cache_write / 2;
    b->memory->beats[TB_K] = n->bytes_cache_read / b->layout.port_bytes / 2;
    b->memory->beats[TB_V] = b->memory->beats[TB_K];
    count(b, "GENERATED", n->generated);
    count(b, "FETCHED", n->fetched);
    count(b, "KHAT_BUSY", n->khat_beats);
    count(b, "TOKEN_BEATS", n->bytes_token / b->layout.port_bytes);
    count(b, "WEIGHT_BEATS", n->bytes_weight / b->layout.port_bytes);
    count(b, "CACHE_BYTES", n->bytes_cache_write);
    set_count(b, "KEY_BEATS", b->memory->beats[TB_K]);
    set_count(b, "VALUE_BEATS", b->memory->beats[TB_V]);
}

static void play_rows(struct bench *b)
{
    struct tb_memory *m = b->memory;
    m->value_log = calloc(b->result.counters.keys + 1, sizeof *m->value_log);
    ck_assert_ptr_nonnull(m->value_log);
    for (size_t i = 0; i < b->result.tiles; i++) {
        const struct sofa_tile *tile = &b->result.tile[i];
        uint16_t order[SOFA_TILE_KEYS_MAX];
        unsigned needed = sofa_tile_order(tile, b->job.tile, order);
        int tokens = b->config.mode == SOFA_MODE_TOKENS;
        for (unsigned k = 0; k < needed; k++) {
            if (sofa_bit(tile->made, order[k]))
                continue;
            b->layout.region[TB_V].reads[tile->base + order[k]]++;
            b->layout.region[TB_K].reads[tile->base + order[k]] += (uint32_t)tokens;
            m->value_log[m->value_logged++] = tile->base + order[k];
        }
        for (unsigned k = 0; k < b->job.tile && !tokens; k++)
            if (sofa_bit(tile->visible, k))
                b->layout.region[TB_K].reads[tile->base + k]++;
    }
}

/* Everything as a right core leaves it. */
static void open_mode(struct bench *b, const char *const *set, unsigned settings)
{
    struct tb_random random = {test_seed()};
    struct sofa_options options = {.radius = -1};
    struct sofa_error e = {""};
    *b = (struct bench){.outcome = {.finished = 1, .idle_after = 1}};
    ck_assert_int_eq(sofa_config_load(&b->config, NULL, set, settings, &e), SOFA_OK);
    ck_assert_int_eq(tb_synthetic(&b->trace, &b->config, 40, 50, TB_RANDOM_VALUES, TB_CAUSAL, &random, &e), SOFA_OK);
    ck_assert_int_eq(sofa_job_make(&b->job, &b->config, &b->trace, &options, &e), SOFA_OK);
    ck_assert_int_eq(sofa_model_run(&b->result, &b->config, &b->trace, &b->job, 1, &e), SOFA_OK);
    ck_assert_int_eq(tb_layout_make(&b->layout, &b->config, &b->trace, &b->job, 1, &random, &e), SOFA_OK);
    b->memory = malloc(sizeof *b->memory);
    ck_assert_ptr_nonnull(b->memory);
    tb_memory_init(b->memory, &b->config);
    tb_memory_attach(b->memory, &b->layout, &(struct tb_memory_options){0});
    play_counters(b);
    play_rows(b);
    if (b->config.mode == SOFA_MODE_TOKENS)
        play_tokens(b);
    for (size_t row = 0; row < b->result.rows; row++) {
        b->layout.region[TB_Q].reads[row] = 1;
        for (size_t i = 0; i < b->result.dims; i++)
            put_output(&b->layout, row, i, b->result.o[row * b->result.dims + i]);
    }
}

static void open_bench(struct bench *b)
{
    open_mode(b, NULL, 0);
}

static void open_tokens(struct bench *b)
{
    static const char *const set[] = {"mode=tokens", "head_dim=9", "hidden_max=200", "kvgen.slice=8", "predict.dims=4",
                                      "memory.port_bits=64"};
    open_mode(b, set, sizeof set / sizeof set[0]);
}

/* The comparison must name `text`; NULL: find nothing. */
static void expect(struct bench *b, const char *text)
{
    struct tb_comparison cmp;
    struct sofa_error e;
    ck_assert_int_eq(tb_compare(&cmp, &b->config, &b->job, &b->result, b->memory, &b->outcome, &e), SOFA_OK);
    ck_assert_msg((cmp.mismatches == 0) == (text == NULL), "%s", cmp.first);
    ck_assert_msg(!text || strstr(cmp.first, text) != NULL, "'%s' lacks '%s'", cmp.first, text ? text : "");
    tb_memory_free(b->memory);
    free(b->memory);
    tb_layout_free(&b->layout);
    sofa_result_free(&b->result);
    sofa_trace_free(&b->trace);
}

START_TEST(right_core_is_exact)
{
    struct bench b;
    open_bench(&b);
    expect(&b, NULL);
}
END_TEST

START_TEST(wrong_output_is_named)
{
    struct bench b;
    open_bench(&b);
    put_output(&b.layout, 37, 5, (int16_t)(b.result.o[37 * b.result.dims + 5] ^ 1));
    expect(&b, "o of block 2, row 37 (5 in the block), dim 5");
}
END_TEST

START_TEST(wrong_counters_are_named)
{
    for (unsigned i = 0; i < 13; i++) {
        struct bench b;
        char name[32];
        open_bench(&b);
        b.outcome.counts.item[i].value++;
        strcpy(name, b.outcome.counts.item[i].name);
        expect(&b, name);
    }
}
END_TEST

START_TEST(wrong_reads_are_named)
{
    struct bench b;
    open_bench(&b);
    b.layout.region[TB_K].reads[3]++;
    expect(&b, "K row of key 3: read 4 times, want 3");
    open_bench(&b);
    b.layout.region[TB_Q].reads[7] = 0;
    expect(&b, "Q row 7: read 0 times, want 1");
    open_bench(&b);
    b.memory->value_log[0] = 49;
    expect(&b, "block 0, tile at key 0");
    open_bench(&b);
    b.memory->beats[TB_V]++;
    expect(&b, "beats of V");
}
END_TEST

START_TEST(wrong_ends_are_named)
{
    struct bench b;
    open_bench(&b);
    b.outcome.finished = 0;
    expect(&b, "hangs");
    open_bench(&b);
    b.outcome.error = SOFA_ERROR_READ_BUS;
    expect(&b, "error 8");
    open_bench(&b);
    b.outcome.idle_after = 0;
    expect(&b, "not empty");
    open_bench(&b);
    tb_violation(b.memory, "something happened");
    expect(&b, "something happened");
}
END_TEST

START_TEST(tokens_are_compared)
{
    struct bench b;
    uint32_t key = 0;
    open_tokens(&b);
    while (!b.layout.region[TB_K].writes[key])
        key++;
    expect(&b, NULL);
    open_tokens(&b);
    b.layout.region[TB_X].reads[1]++;
    expect(&b, "X row of key 0, beat 1");
    open_tokens(&b);
    b.layout.region[TB_CODE].reads[2]--;
    expect(&b, "beat 2 of the codes");
    open_tokens(&b);
    b.layout.region[TB_WEIGHT].reads[0]++;
    expect(&b, "beat 0 of the weights");
    open_tokens(&b);
    b.layout.region[TB_K].writes[key]++;
    expect(&b, "written 2 times, want 1");
    open_tokens(&b);
    b.layout.region[TB_V].bytes[key * b.layout.region[TB_V].stride + 3] ^= 1;
    expect(&b, "in the cache, byte 3");
    open_tokens(&b);
    b.layout.region[TB_K].bytes[(key + 1) * b.layout.region[TB_K].stride - 1] ^= 1;
    expect(&b, "bytes beyond it were written");
    open_tokens(&b);
    b.memory->written[TB_V]++;
    expect(&b, "bytes of the cache written");
}
END_TEST

Suite *compare_suite(void)
{
    Suite *suite = suite_create("bench comparison");
    TCase *tcase = tcase_create("comparison");
    tcase_add_test(tcase, right_core_is_exact);
    tcase_add_test(tcase, wrong_output_is_named);
    tcase_add_test(tcase, wrong_counters_are_named);
    tcase_add_test(tcase, wrong_reads_are_named);
    tcase_add_test(tcase, wrong_ends_are_named);
    tcase_add_test(tcase, tokens_are_compared);
    suite_add_tcase(suite, tcase);
    return suite;
}
