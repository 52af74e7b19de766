/* SPDX-License-Identifier: Apache-2.0 */
/* Mode tokens: codes of weights, predicted and generated keys against a naive reading, and their accuracy. */
#include "tests.h"

#include "../cmodel/bits/bias_units.h"
#include "../cmodel/bits/keys.h"
#include "../cmodel/bits/kvgen.h"
#include "../cmodel/bits/load.h"
#include "../cmodel/bits/project.h"
#include "../cmodel/front/encode.h"
#include "../cmodel/front/options.h"
#include "../cmodel/front/report.h"
#include "../cmodel/host/pack.h"
#include "../cmodel/trace/npz.h"
#include "../gen/emit.h"
#include "naive.h"
#include "tokens_sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(weight_codes)
{
    for (int w = -128; w <= 127; w++)
        for (int nearest = 0; nearest <= 1; nearest++) {
            int16_t weight = (int16_t)w, power;
            unsigned code = sofa_weight_code(w, nearest ? SOFA_ROUND_NEAREST : SOFA_ROUND_FLOOR);
            ck_assert_int_eq((int)code, naive_weight_code(w, nearest));
            sofa_encode_weights(&power, &weight, 1, nearest ? SOFA_ROUND_NEAREST : SOFA_ROUND_FLOOR);
            int size = code ? 1 << (code - 1) : 0;
            ck_assert_int_eq(power, w < 0 ? -size : size);
        }
    ck_assert_uint_eq(sofa_weight_code(1, SOFA_ROUND_NEAREST), 1);
    ck_assert_uint_eq(sofa_weight_code(3, SOFA_ROUND_NEAREST), 2);
    ck_assert_uint_eq(sofa_weight_code(-96, SOFA_ROUND_NEAREST), 7);
    ck_assert_uint_eq(sofa_weight_code(95, SOFA_ROUND_NEAREST), 6);
    ck_assert_uint_eq(sofa_weight_code(-128, SOFA_ROUND_FLOOR), 7);
    ck_assert_uint_eq(sofa_weight_code(63, SOFA_ROUND_FLOOR), 6);
}
END_TEST

START_TEST(shifts)
{
    const int32_t sums[] = {127, -128, 128, -129, INT32_MAX / 2, INT32_MIN / 2};
    ck_assert_uint_eq(sofa_choose_shift(sums, 2, 8, 0), 0);
    ck_assert_uint_eq(sofa_choose_shift(sums, 3, 8, 0), 1);
    ck_assert_uint_eq(sofa_choose_shift(sums + 2, 1, 8, 1), 1);
    ck_assert_uint_eq(sofa_choose_shift(sums, 6, 8, 0), 23);
    ck_assert_uint_eq(sofa_choose_shift(sums, 6, 8, 1), 24); /* rounding carries one further */
    int16_t out[6];
    sofa_scale_khat(out, sums, 6, 1, 8);
    const int16_t floored[] = {63, -64, 64, -65, 127, -128};
    ck_assert_int_eq(memcmp(out, floored, sizeof floored), 0);
    sofa_generate(out, sums, 6, 1, 8);
    const int16_t rounded[] = {64, -64, 64, -64, 127, -128};
    ck_assert_int_eq(memcmp(out, rounded, sizeof rounded), 0);
}
END_TEST

static void compare(const struct sofa_result *got, const struct naive_result *want, unsigned run)
{
    const struct sofa_counters *n = &got->counters;
    ck_assert_msg(memcmp(got->selected, want->selected, got->rows * got->keys) == 0, "run %u: selection", run);
    ck_assert_msg(memcmp(got->o, want->o, got->rows * got->dims * sizeof *got->o) == 0, "run %u: output", run);
    ck_assert_uint_eq(n->pairs, want->pairs);
    ck_assert_uint_eq(n->keys, want->keys);
    ck_assert_uint_eq(n->key_rows, want->key_rows);
    ck_assert_uint_eq(n->raises, want->raises);
    ck_assert_uint_eq(n->generated, want->generated);
    ck_assert_uint_eq(n->fetched, want->keys - want->generated);
    ck_assert_uint_eq(n->khat_beats, want->khat_beats);
    ck_assert_uint_eq(n->khat_beats_skipped, want->khat_beats_skipped);
    ck_assert_uint_eq(n->zero_terms, want->zero_terms);
    ck_assert_uint_eq(n->key_groups, want->key_groups);
}

static void compare_bytes(const struct sofa_counters *n, const struct naive_result *want, const struct tokens_sample *s,
                          size_t hidden)
{
    uint64_t port = s->config.memory.port_bits / 8, key = s->config.data.key_bits / 8, value = s->config.data.value_bits / 8;
    uint64_t pair = (s->dim * key + port - 1) / port * port + (s->dim * value + port - 1) / port * port;
    struct sofa_pack pack;
    sofa_pack_shape(&pack, &s->config, hidden);
    int streamed = pack.slices > 1;
    uint64_t half = s->dim / 2, turned = s->config.kvgen.rotary, word = 16 * s->config.predict.keys, per = 1;
    while (per * 2 * word <= 8 * port)
        per *= 2;
    uint64_t group = word > 8 * port ? half * ((word + 8 * port - 1) / (8 * port)) : (half + per - 1) / per;
    ck_assert_uint_eq(n->bytes_rotary, turned * (n->generated * ((half * 4 + port - 1) / port) + n->key_groups * group) * port);
    ck_assert_uint_eq(n->bytes_token, (n->key_rows + (streamed ? n->generated : 0)) * ((hidden + port - 1) / port * port));
    ck_assert_uint_eq(n->token_rereads, streamed ? n->generated : 0);
    ck_assert_uint_eq(n->bytes_cache_write, n->generated * s->dim * (key + value));
    ck_assert_uint_eq(n->bytes_cache_read, n->fetched * pair);
    ck_assert(n->bytes_key == 0 && n->bytes_value == 0 && n->generated <= s->keys);
    ck_assert_uint_eq(n->code_loads, streamed ? n->tiles : n->tiles > 0);
    ck_assert_uint_eq(n->weight_loads, streamed ? want->batches : n->tiles > 0);
    ck_assert_uint_eq(n->bytes_weight, port * (n->code_loads * pack.code_beats + n->weight_loads * pack.weight_beats +
                                               (n->weight_loads > 0) * pack.bias_beats));
}

START_TEST(naive_agrees)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    for (unsigned run = 0; run < 120; run++) {
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_result got;
        struct naive_result want;
        struct sofa_error e;
        struct sofa_options o = {.radius = run % 5 ? INFINITY : 2, .carry = (int)(run / 2 % 2)};
        tokens_open(&s, run, &state);
        if (s.dim % 2 == 0)
            tokens_rotate(&s, run / 2, &state);
        ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_job_make(&job, &s.config, &t, &o, &e) == SOFA_OK, "%s", e.text);
        if (run % 4 == 3) { /* registers that the host would not choose */
            job.khat_shift = test_between(&state, 0, 31);
            job.k_shift = test_between(&state, 0, 31);
            job.v_shift = test_between(&state, 0, 31);
        }
        ck_assert_msg(sofa_model_run(&got, &s.config, &t, &job, 0, &e) == SOFA_OK, "%s", e.text);
        ck_assert(naive_run(&want, &s.config, &t, &job));
        compare(&got, &want, run);
        compare_bytes(&got.counters, &want, &s, t.tokens.x.cols);
        naive_free(&want);
        sofa_result_free(&got);
        sofa_trace_free(&t);
        test_remove_directory(s.directory);
    }
}
END_TEST

/* The shifts are the smallest that saturate nothing; a turned row is what float64 makes of the row. */
START_TEST(rotation)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    for (unsigned run = 0, done = 0; done < 12; run++) {
        struct sofa_trace t;
        struct sofa_error e;
        tokens_open(&s, run, &state);
        if (s.dim % 2 == 0) {
            tokens_rotate(&s, 0, &state);
            ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
            size_t d = s.dim, half = d / 2;
            unsigned bits = s.config.data.key_bits;
            int16_t row[SAMPLE_DIM], plain[SAMPLE_DIM];
            for (size_t key = 0; key < s.keys; key++) {
                sofa_generate(plain, t.tokens.k_sum + key * d, d, t.tokens.k_shift, bits);
                sofa_generate_key(row, &t.tokens, key, d, t.tokens.k_shift, bits);
                for (size_t i = 0; i < half; i++) {
                    double c = (double)s.cos[key * half + i], z = (double)s.sin[key * half + i], bound = 0.51 + ldexp(1, (int)bits - 15);
                    ck_assert_double_eq_tol(row[i], plain[i] * c - plain[i + half] * z, bound);
                    ck_assert_double_eq_tol(row[i + half], plain[i] * z + plain[i + half] * c, bound);
                }
            }
            sofa_trace_free(&t);
            done++;
        }
        test_remove_directory(s.directory);
    }
}
END_TEST

/* Rotation brings the bias to K^: as hidden units, if there is room for them. K and V stay what they are. */
static void check_bias_units(struct tokens_sample *s, uint64_t *state)
{
    struct sofa_trace plain, turned;
    struct sofa_error e;
    size_t count = s->keys * s->dim;
    unsigned unit = sofa_weight_unit((enum sofa_rounding)s->config.predict.weight_rounding);
    ck_assert_msg(tokens_load(s, &plain, &e) == SOFA_OK, "%s", e.text);
    tokens_rotate(s, 0, state);
    ck_assert_msg(tokens_load(s, &turned, &e) == SOFA_OK, "%s", e.text);
    size_t units = turned.tokens.x.cols - s->hidden;
    int full = units == SOFA_BIAS_UNITS_MAX || turned.tokens.x.cols == s->config.hidden_max;
    ck_assert(turned.tokens.x.cols <= s->config.hidden_max && turned.tokens.wv.rows == s->hidden + units);
    ck_assert_int_eq(memcmp(plain.tokens.k_sum, turned.tokens.k_sum, count * sizeof(int32_t)), 0);
    ck_assert_int_eq(memcmp(plain.tokens.v_sum, turned.tokens.v_sum, count * sizeof(int32_t)), 0);
    for (size_t i = 0; i < count && !full; i++) {
        int added = turned.tokens.khat_sum[i] - plain.tokens.khat_sum[i];
        ck_assert_int_le(abs(plain.tokens.bk[i % s->dim] - added * (int)unit), 64 * (int)unit);
    }
    sofa_trace_free(&plain);
    sofa_trace_free(&turned);
    s->config.hidden_max = (unsigned)s->hidden;
    ck_assert_msg(tokens_load(s, &turned, &e) == SOFA_OK, "%s", e.text);
    ck_assert_uint_eq(turned.tokens.x.cols, s->hidden);
    sofa_trace_free(&turned);
}

START_TEST(bias_units)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    for (unsigned run = 1, done = 0; done < 12; run += run % 3 == 2 ? 2 : 1) { /* those with biases */
        tokens_open(&s, run, &state);
        if (s.dim % 2 == 0) {
            check_bias_units(&s, &state);
            done++;
        }
        test_remove_directory(s.directory);
    }
}
END_TEST

static void run_rows(struct sofa_result *r, const struct tokens_sample *s, size_t from, size_t to, struct sofa_job *j,
                     const struct sofa_result *earlier)
{
    struct sofa_trace t;
    struct sofa_error e;
    struct naive_result want;
    ck_assert_msg(sofa_trace_load(&t, s->path, &s->config, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_trace_rows(&t, from, to, &e) == SOFA_OK, "%s", e.text);
    j->rows = (unsigned)(to - from);
    j->keep = earlier != NULL;
    j->valid = earlier ? earlier->valid : NULL;
    ck_assert_msg(sofa_model_run(r, &s->config, &t, j, 1, &e) == SOFA_OK, "%s", e.text);
    ck_assert(naive_run(&want, &s->config, &t, j));
    compare(r, &want, 0);
    compare_bytes(&r->counters, &want, s, t.tokens.x.cols);
    naive_free(&want);
    sofa_trace_free(&t);
}

/* Rows in two jobs that keep the cache between them: as if in one. */
START_TEST(kept_pairs)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    unsigned split = 0;
    for (unsigned run = 0; run < 40; run++) {
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_error e;
        struct sofa_result whole, part[2];
        const struct sofa_options o = {.radius = INFINITY};
        tokens_open(&s, run, &state);
        ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_job_make(&job, &s.config, &t, &o, &e) == SOFA_OK, "%s", e.text);
        size_t half = (s.rows + 1) / 2 / s.config.query_block * s.config.query_block;
        if (half > 0 && half < s.rows) {
            run_rows(&whole, &s, 0, s.rows, &job, NULL);
            run_rows(&part[0], &s, 0, half, &job, NULL);
            run_rows(&part[1], &s, half, s.rows, &job, &part[0]);
            ck_assert_int_eq(memcmp(part[1].o, whole.o + half * s.dim, (s.rows - half) * s.dim * sizeof *whole.o), 0);
            ck_assert_int_eq(memcmp(part[1].valid, whole.valid, s.keys), 0);
            ck_assert_uint_eq(part[0].counters.generated + part[1].counters.generated, whole.counters.generated);
            ck_assert_uint_eq(part[0].counters.fetched + part[1].counters.fetched, whole.counters.fetched);
            split++;
            sofa_result_free(&whole);
            sofa_result_free(&part[0]);
            sofa_result_free(&part[1]);
        }
        sofa_trace_free(&t);
        test_remove_directory(s.directory);
    }
    ck_assert_uint_gt(split, 10);
}
END_TEST

/* What the cycle model and the benches see of a tile. */
START_TEST(tiles_are_told)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    for (unsigned run = 0; run < 24; run++) {
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_error e;
        struct sofa_result r;
        struct sofa_derived d;
        uint64_t beats = 0, made = 0;
        const struct sofa_options o = {.radius = INFINITY};
        tokens_open(&s, run, &state);
        ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_job_make(&job, &s.config, &t, &o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_model_run(&r, &s.config, &t, &job, 1, &e) == SOFA_OK, "%s", e.text);
        sofa_config_derive(&s.config, &d);
        ck_assert_uint_eq(r.words, (s.hidden + s.config.predict.dims - 1) / s.config.predict.dims);
        for (size_t i = 0; i < r.tiles; i++) {
            for (size_t n = 0; n < (size_t)d.key_groups * r.words; n++)
                beats += r.tile[i].khat_beats[n];
            for (unsigned key = 0; key < job.tile; key++)
                made += r.tile[i].made[key / 64] >> key % 64 & 1;
        }
        ck_assert_uint_eq(beats, r.counters.khat_beats);
        ck_assert_uint_eq(made, r.counters.generated);
        sofa_result_free(&r);
        sofa_trace_free(&t);
        test_remove_directory(s.directory);
    }
}
END_TEST

/* Steps, shifts and biases: the sums are what float64 computes from the file, but for the 8-bit steps. */
START_TEST(sums_are_real)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    for (unsigned run = 0; run < 24; run++) {
        struct sofa_trace t;
        struct sofa_error e;
        tokens_open(&s, run, &state);
        ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
        const struct sofa_tokens *k = &t.tokens;
        double bound = (double)s.hidden * (k->x.step + k->wk.step) + k->k_step;
        for (size_t i = 0; i < s.keys * s.dim; i++) {
            double sum = run % 3 > 0 ? (double)s.bk[i % s.dim] : 0;
            for (size_t h = 0; h < s.hidden; h++)
                sum += (double)s.x[i / s.dim * s.hidden + h] * (double)s.wk[h * s.dim + i % s.dim];
            ck_assert_double_eq_tol(k->k_sum[i] * k->k_step, sum, bound);
        }
        ck_assert(t.k.rows == s.keys && t.k.cols == s.dim && t.k.value == NULL);
        ck_assert_double_eq_tol(t.k.step, ldexp(k->k_step, (int)k->k_shift), 1e-12);
        sofa_trace_free(&t);
        test_remove_directory(s.directory);
    }
}
END_TEST

/* 16-bit K and V of random tokens: the rounding of generated rows costs little. */
START_TEST(accuracy)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    for (unsigned run = 0; run < 24; run++) {
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_result r;
        struct sofa_report report;
        struct sofa_error e;
        const struct sofa_options o = {.radius = INFINITY};
        tokens_open(&s, run, &state);
        s.config.data.key_bits = s.config.data.value_bits = 16;
        ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
        t.scale /= 16; /* scores of some 100 octaves would multiply the rounding of K beyond what a head shows */
        ck_assert_msg(sofa_job_make(&job, &s.config, &t, &o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_report_run(&report, &r, &s.config, &t, &job, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(report.snr_selected_db >= 60, "run %u: %.1f dB", run, report.snr_selected_db);
        ck_assert(report.recall_exact >= 0 && report.recall_exact <= 1 && report.cycles_predicted > 0);
        json_t *object = sofa_report_json(&report);
        ck_assert_ptr_nonnull(object);
        ck_assert_int_eq((int)json_integer_value(json_object_get(object, "keys_generated")), (int)report.counters.generated);
        ck_assert_int_eq((int)json_integer_value(json_object_get(object, "token_rows")), (int)report.counters.key_rows);
        ck_assert_ptr_nonnull(json_object_get(json_object_get(object, "bytes"), "cache_write"));
        json_decref(object);
        sofa_result_free(&r);
        sofa_trace_free(&t);
        test_remove_directory(s.directory);
    }
}
END_TEST

/* What the encoder writes is what a trace's own weights become. */
START_TEST(encoded_file)
{
    static struct tokens_sample s;
    struct sofa_trace t;
    struct sofa_error e;
    struct sofa_npz *z;
    struct sofa_array code, weight, scale;
    char out[320];
    uint64_t state = test_seed();
    tokens_open(&s, 1, &state);
    snprintf(out, sizeof out, "%.280s/out.npz", s.directory);
    ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_encode_file(out, s.path, &s.config, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_npz_open(&z, out, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_npz_read(z, "wk_code", &code, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_npz_read(z, "wk", &weight, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_npz_read(z, "wk_code_scale", &scale, &e) == SOFA_OK, "%s", e.text);
    ck_assert(code.count == s.hidden * s.dim && weight.count == code.count && weight.type == SOFA_I8);
    for (size_t i = 0; i < code.count; i++) {
        unsigned byte = (unsigned)sofa_array_get(&code, i), c = byte & 7;
        int power = c ? 1 << (c - 1) : 0;
        ck_assert_int_eq(byte & 8 ? -power : power, t.tokens.power[i]);
        ck_assert_int_eq((int)sofa_array_get(&weight, i), t.tokens.wk.value[i]);
    }
    ck_assert_double_eq_tol(sofa_array_get(&scale, 0) * t.tokens.x.step, t.tokens.khat_step, 1e-12);
    sofa_array_free(&code);
    sofa_array_free(&weight);
    sofa_array_free(&scale);
    sofa_npz_close(z);
    s.member[AT_WV].name = "other";
    ck_assert_msg(sofa_npz_write(s.path, s.member, s.members, &e) == SOFA_OK, "%s", e.text);
    ck_assert_int_eq(sofa_encode_file(out, s.path, &s.config, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "'wv'"));
    sofa_trace_free(&t);
    test_remove_directory(s.directory);
}
END_TEST

/* A program may say that it needs no configuration. */
START_TEST(trace_only)
{
    int alone = 0;
    const struct sofa_program program = {.name = "test", .summary = "A test.", .trace_only = &alone};
    struct sofa_run_options o;
    struct sofa_error e;
    char name[] = "test", path[] = "t.npz", *argv[] = {name, path, NULL};
    ck_assert_int_eq(sofa_options_parse(&o, &program, 2, argv, &e), SOFA_BAD_INPUT);
    alone = 1;
    ck_assert_int_eq(sofa_options_parse(&o, &program, 2, argv, &e), SOFA_OK);
    ck_assert(o.config_path == NULL && strcmp(o.trace_path, path) == 0);
    ck_assert_int_eq(sofa_options_parse(&o, &program, 1, argv, &e), SOFA_BAD_INPUT);
}
END_TEST

Suite *tokens_suite(void)
{
    Suite *s = suite_create("tokens");
    TCase *t = tcase_create("tokens");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, weight_codes);
    tcase_add_test(t, shifts);
    tcase_add_test(t, naive_agrees);
    tcase_add_test(t, rotation);
    tcase_add_test(t, bias_units);
    tcase_add_test(t, kept_pairs);
    tcase_add_test(t, tiles_are_told);
    tcase_add_test(t, sums_are_real);
    tcase_add_test(t, accuracy);
    tcase_add_test(t, encoded_file);
    tcase_add_test(t, trace_only);
    suite_add_tcase(s, t);
    return s;
}
