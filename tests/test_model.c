/* SPDX-License-Identifier: Apache-2.0 */
/* The model against a naive reading of docs/arithmetic.md, hand-made cases, and float64 attention on inputs built to
 * break it. */
#include "tests.h"

#include "../cmodel/bits/load.h"
#include "../cmodel/bits/schedule.h"
#include "../cmodel/front/report.h"
#include "../tb/synthetic.h"
#include "naive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void configure(struct sofa_config *c, const char *const *set, unsigned count)
{
    struct sofa_error e;
    ck_assert_msg(sofa_config_load(c, NULL, set, count, &e) == SOFA_OK, "%s", e.text);
}

static void open_tensor(struct sofa_tensor *t, size_t rows, size_t cols)
{
    *t = (struct sofa_tensor){.rows = rows, .cols = cols, .value = calloc(rows * cols, sizeof *t->value), .step = 1};
    ck_assert_ptr_nonnull(t->value);
}

static void open_trace(struct sofa_trace *t, size_t rows, size_t keys, size_t d)
{
    *t = (struct sofa_trace){.has_ranges = 1, .scale = 1e-3};
    open_tensor(&t->q, rows, d);
    open_tensor(&t->k, keys, d);
    open_tensor(&t->v, keys, d);
    t->first = calloc(rows, sizeof *t->first);
    t->visible = calloc(rows, sizeof *t->visible);
    ck_assert(t->first && t->visible);
    for (size_t r = 0; r < rows; r++)
        t->visible[r] = (uint32_t)keys;
}

static void run(struct sofa_result *result, const struct sofa_config *c, const struct sofa_trace *t,
                const struct sofa_options *o)
{
    struct sofa_job job;
    struct sofa_error e;
    ck_assert_msg(sofa_job_make(&job, c, t, o, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_model_run(result, c, t, &job, 1, &e) == SOFA_OK, "%s", e.text);
}

/* Eight keys; key i is i in one dimension, so scores rise with i; the rest is zero. */
START_TEST(by_hand)
{
    const char *set[] = {"head_dim=8", "tile.keys=4", "query_block=2", "tile.kept_max=2"};
    struct sofa_config c;
    struct sofa_trace t;
    struct sofa_result r;
    const struct sofa_options o = {.radius = INFINITY, .order_given = 1};
    configure(&c, set, 4);
    open_trace(&t, 3, 8, 8);
    for (unsigned i = 0; i < 8; i++) {
        t.k.value[8 * i] = (int16_t)(i << 8); /* K^ is the upper byte */
        t.v.value[8 * i + 1] = (int16_t)(100 * i);
    }
    t.q.value[0] = 1024;           /* row 0: keys 2, 3 of tile 0 and 6, 7 of tile 1 */
    t.first[1] = 5;                /* row 1 is zero: all scores tie; it sees 5, 6, 7 */
    t.first[2] = t.visible[2] = 4; /* row 2 sees nothing */
    t.q.value[16] = 99;
    run(&r, &c, &t, &o);
    static const uint8_t want[3][8] = {{0, 0, 1, 1, 0, 0, 1, 1}, {0, 0, 0, 0, 0, 1, 1, 0}, {0}};
    ck_assert_int_eq(memcmp(r.selected, want, sizeof want), 0);
    ck_assert_int_eq(r.o[8 + 1], 550); /* row 1: the mean of 500 and 600 */
    for (unsigned i = 0; i < 8; i++)
        ck_assert_int_eq(r.o[16 + i], 0);
    ck_assert(r.o[1] > 690 && r.o[1] <= 700); /* exp(-256) between neighbours */
    ck_assert_uint_eq(r.counters.pairs, 6);
    ck_assert_uint_eq(r.counters.empty_rows, 1);
    ck_assert_uint_eq(r.counters.blocks, 2);
    ck_assert_uint_eq(r.counters.tiles, 2);
    ck_assert_uint_eq(r.counters.keys, 5);
    ck_assert_uint_eq(r.counters.key_rows, 8);
    ck_assert_uint_eq(r.tiles, 2);
    sofa_result_free(&r);
    sofa_trace_free(&t);
}
END_TEST

START_TEST(one_key_gives_its_value)
{
    for (unsigned bits = 8; bits <= 16; bits += 8) {
        char value_bits[32];
        const char *set[] = {"head_dim=8", value_bits};
        struct sofa_config c;
        struct sofa_trace t;
        struct sofa_result r;
        const struct sofa_options o = {.radius = INFINITY, .order_given = 1};
        snprintf(value_bits, sizeof value_bits, "data.value_bits=%u", bits);
        configure(&c, set, 2);
        open_trace(&t, 1, 1, 8);
        int top = (1 << (bits - 1)) - 1;
        const int v[8] = {top, -top - 1, 0, 1, -1, top / 2, 77, -78};
        for (unsigned i = 0; i < 8; i++)
            t.v.value[i] = (int16_t)v[i];
        t.q.value[0] = t.k.value[0] = -32768;
        run(&r, &c, &t, &o);
        for (unsigned i = 0; i < 8; i++)
            ck_assert_int_le(abs(r.o[i] - v[i] * (1 << (16 - bits))), 1 + abs(v[i]) * (1 << (16 - bits)) / 16384);
        ck_assert_double_eq_tol(r.o_step[0] * (1 << (16 - bits)), 1, 1e-12);
        sofa_result_free(&r);
        sofa_trace_free(&t);
    }
}
END_TEST

static void random_config(struct sofa_config *c, uint64_t *state)
{
    char text[14][48];
    const char *set[14];
    unsigned n = 0, d = test_between(state, 8, 40), tile = test_between(state, 4, 40), qb = test_between(state, 1, 20);
    snprintf(text[n++], 48, "head_dim=%u", d);
    snprintf(text[n++], 48, "tile.keys=%u", tile);
    snprintf(text[n++], 48, "query_block=%u", qb);
    snprintf(text[n++], 48, "tile.kept_max=%u", test_between(state, 1, tile));
    int by_mass = test_between(state, 0, 1) == 1;
    snprintf(text[n++], 48, "predict.keys=%u", by_mass ? tile : test_between(state, 1, tile));
    snprintf(text[n++], 48, "select.policy=%s", by_mass ? "both" : "rank");
    snprintf(text[n++], 48, "predict.score_bits=%u", test_between(state, 8, 24));
    snprintf(text[n++], 48, "predict.operand_bits=%u", test_between(state, 3, 8));
    snprintf(text[n++], 48, "predict.code_powers=%u", test_between(state, 3, 7));
    snprintf(text[n++], 48, "data.query_bits=%u", 8 * test_between(state, 1, 2));
    snprintf(text[n++], 48, "data.key_bits=%u", 8 * test_between(state, 1, 2));
    snprintf(text[n++], 48, "data.value_bits=%u", 8 * test_between(state, 1, 2));
    snprintf(text[n++], 48, "keys_max=%u", test_between(state, 60, 5000));
    snprintf(text[n++], 48, "memory.port_bits=%u", 8u << test_between(state, 0, 9));
    for (unsigned i = 0; i < n; i++)
        set[i] = text[i];
    configure(c, set, n);
}

static struct sofa_options random_options(const struct sofa_config *c, uint64_t *state)
{
    struct sofa_options o = {.radius = INFINITY, .carry = (int)test_between(state, 0, 1), .order_given = 1};
    o.order = (enum sofa_order)test_between(state, 0, SOFA_ORDERS - 1);
    o.own_offset = test_between(state, 0, 300);
    if (c->select.policy == SOFA_POLICY_BOTH && test_between(state, 0, 3)) {
        o = (struct sofa_options){.radius = INFINITY, .mass = exp2(-(double)test_between(state, 1, 80) / 8), .order_given = 1, .order = o.order};
        o.tile = test_between(state, 1, c->tile.keys);
        return o;
    }
    o.tile = test_between(state, 0, 1) ? test_between(state, 1, c->tile.keys) : 0;
    unsigned tile = o.tile ? o.tile : c->tile.keys, most = c->tile.kept_max < tile ? c->tile.kept_max : tile;
    o.kept = test_between(state, 0, 1) ? test_between(state, 1, most) : 0;
    if (test_between(state, 0, 1))
        o.radius = test_between(state, 0, 400) / 40.0;
    return o;
}

static void compare(const struct sofa_result *got, const struct naive_result *want, unsigned run_number)
{
    size_t cells = got->rows * got->keys, outputs = got->rows * got->dims;
    for (size_t i = 0; i < cells; i++)
        ck_assert_msg(got->selected[i] == want->selected[i], "run %u: selection of row %zu, key %zu", run_number,
                      i / got->keys, i % got->keys);
    for (size_t i = 0; i < outputs; i++)
        ck_assert_msg(got->o[i] == want->o[i], "run %u: row %zu, dimension %zu: %d, want %d", run_number,
                      i / got->dims, i % got->dims, got->o[i], want->o[i]);
    ck_assert_uint_eq(got->counters.pairs, want->pairs);
    ck_assert_uint_eq(got->counters.keys, want->keys);
    ck_assert_uint_eq(got->counters.key_rows, want->key_rows);
    ck_assert_uint_eq(got->counters.khat_rows, want->khat_rows);
    ck_assert_uint_eq(got->counters.raises, want->raises);
    ck_assert_uint_eq(got->counters.clipped, want->clipped);
    ck_assert_uint_eq(got->counters.empty_rows, want->empty_rows);
    ck_assert_uint_eq(got->counters.tiles, want->tiles);
}

START_TEST(naive_agrees)
{
    uint64_t state = test_seed();
    for (unsigned i = 0; i < 150; i++) {
        struct sofa_config c;
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_result got;
        struct sofa_error e;
        struct tb_random random = {test_random(&state)};
        random_config(&c, &state);
        ck_assert_msg(tb_synthetic(&t, &c, test_between(&state, 1, 50), test_between(&state, 1, 60), i % TB_CONTENTS,
                                   test_between(&state, 0, TB_VIEWS - 1), &random, &e) == SOFA_OK, "%s", e.text);
        struct sofa_options o = random_options(&c, &state);
        ck_assert_msg(sofa_job_make(&job, &c, &t, &o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_model_run(&got, &c, &t, &job, 0, &e) == SOFA_OK, "%s", e.text);
        struct naive_result want;
        ck_assert(naive_run(&want, &c, &t, &job));
        compare(&got, &want, i);
        naive_free(&want);
        sofa_result_free(&got);
        sofa_trace_free(&t);
    }
}
END_TEST

/* Registers that no host would write, so that scores, logarithms and radius saturate. */
static void any_registers(struct sofa_job *j, uint64_t *state)
{
    j->score_shift = test_between(state, 0, 2) ? test_between(state, 0, 3) : test_between(state, 0, 15);
    j->scale_mantissa = test_between(state, 32768, 65535);
    j->scale_shift = test_between(state, 0, 63);
    if (test_between(state, 0, 1))
        j->radius = (uint32_t)(test_random(state) >> test_between(state, 32, 63));
}

START_TEST(naive_agrees_on_any_registers)
{
    uint64_t state = test_seed();
    for (unsigned i = 0; i < 150; i++) {
        struct sofa_config c;
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_result got;
        struct naive_result want;
        struct sofa_error e;
        struct tb_random random = {test_random(&state)};
        random_config(&c, &state);
        struct sofa_options o = random_options(&c, &state);
        ck_assert_msg(tb_synthetic(&t, &c, test_between(&state, 1, 30), test_between(&state, 1, 60), i % TB_CONTENTS,
                                   test_between(&state, 0, TB_VIEWS - 1), &random, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_job_make(&job, &c, &t, &o, &e) == SOFA_OK, "%s", e.text);
        any_registers(&job, &state);
        ck_assert_msg(sofa_model_run(&got, &c, &t, &job, 0, &e) == SOFA_OK, "%s", e.text);
        ck_assert(naive_run(&want, &c, &t, &job));
        compare(&got, &want, i);
        naive_free(&want);
        sofa_result_free(&got);
        sofa_trace_free(&t);
    }
}
END_TEST

/* More pairs than the model's 32-bit sums hold, each of the largest weight (t is 8191: just below two octaves) and value. */
START_TEST(long_rows_are_summed_exactly)
{
    enum { KEYS = 3300 };
    const char *set[] = {"head_dim=8", "keys_max=5000", "tile.keys=128", "tile.kept_max=128", "query_block=4"};
    struct sofa_config c;
    struct sofa_trace t;
    struct sofa_result got;
    struct naive_result want;
    struct sofa_error e;
    configure(&c, set, 5);
    open_trace(&t, 2, KEYS, 8);
    for (size_t key = 0; key < KEYS; key++) {
        t.k.value[8 * key] = 8191;
        for (unsigned i = 0; i < 8; i++)
            t.v.value[8 * key + i] = (int16_t)(i % 2 ? -32768 : 32767);
    }
    t.q.value[0] = 1;
    t.q.value[8] = 1;
    t.visible[1] = KEYS - 1;
    const struct sofa_job job = {.rows = 2, .keys = KEYS, .tile = 128, .kept = 128, .has_ranges = 1, .radius = UINT32_MAX,
                                 .scale_mantissa = 32768, .scale_shift = 15};
    ck_assert_msg(sofa_model_run(&got, &c, &t, &job, 0, &e) == SOFA_OK, "%s", e.text);
    ck_assert(naive_run(&want, &c, &t, &job));
    ck_assert_uint_eq(got.counters.pairs, 2 * KEYS - 1);
    compare(&got, &want, 0);
    for (unsigned i = 0; i < 16; i++)
        ck_assert_int_le(abs(got.o[i] - (i % 2 ? -32768 : 32767)), 4);
    naive_free(&want);
    sofa_result_free(&got);
    sofa_trace_free(&t);
}
END_TEST

/* Whatever the input, the error stays 60 dB below float64 attention on the selected pairs. */
START_TEST(assured_maximum)
{
    uint64_t state = test_seed();
    for (unsigned i = 0; i < 2 * TB_CONTENTS * TB_VIEWS; i++) {
        const char *set[] = {i % 2 ? "data.query_bits=8" : "head_dim=64", i % 2 ? "data.key_bits=8" : "tile.keys=32",
                             i % 2 ? "data.value_bits=8" : "tile.kept_max=8"};
        struct sofa_config c;
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_result r;
        struct sofa_report report;
        struct sofa_error e;
        struct tb_random random = {test_random(&state)};
        const struct sofa_options o = {.radius = INFINITY};
        enum tb_content content = i / 2 % TB_CONTENTS;
        configure(&c, set, 3);
        ck_assert_msg(tb_synthetic(&t, &c, 40, 200, content, i / 2 / TB_CONTENTS, &random, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_job_make(&job, &c, &t, &o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_report_run(&report, &r, &c, &t, &job, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(report.snr_selected_db >= 60, "%s, %s: %.1f dB", tb_content_name(content),
                      tb_view_name(i / 2 / TB_CONTENTS), report.snr_selected_db);
        sofa_result_free(&r);
        sofa_trace_free(&t);
    }
}
END_TEST

START_TEST(shipped_head)
{
    static const char *const bits[] = {"8", "16"};
    for (unsigned i = 0; i < 2; i++) {
        char text[3][32];
        const char *set[] = {text[0], text[1], text[2]};
        struct sofa_config c;
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_result r;
        struct sofa_report report;
        struct sofa_error e;
        const struct sofa_options o = {.kept = 16, .radius = INFINITY};
        snprintf(text[0], 32, "data.query_bits=%s", bits[i]);
        snprintf(text[1], 32, "data.key_bits=%s", bits[i]);
        snprintf(text[2], 32, "data.value_bits=%s", bits[i]);
        ck_assert_msg(sofa_config_load(&c, "configs/wide.yaml", set, 3, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_trace_load(&t, "data/demo.npz", &c, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_job_make(&job, &c, &t, &o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_report_run(&report, &r, &c, &t, &job, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(report.snr_selected_db >= 60, "%s bits: %.1f dB", bits[i], report.snr_selected_db);
        ck_assert(report.kept_fraction > 0.1 && report.kept_fraction < 0.2 && report.recall > 0.4);
        ck_assert_uint_lt(report.bytes_dense, report.bytes_plain_sparse);
        ck_assert(i == 0 || report.bytes_total < report.bytes_dense); /* an 8-bit row fills half a beat */
        sofa_result_free(&r);
        sofa_trace_free(&t);
    }
}
END_TEST

Suite *model_suite(void)
{
    Suite *s = suite_create("model");
    TCase *t = tcase_create("model");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, by_hand);
    tcase_add_test(t, one_key_gives_its_value);
    tcase_add_test(t, naive_agrees);
    tcase_add_test(t, naive_agrees_on_any_registers);
    tcase_add_test(t, long_rows_are_summed_exactly);
    tcase_add_test(t, assured_maximum);
    tcase_add_test(t, shipped_head);
    suite_add_tcase(s, t);
    return s;
}
