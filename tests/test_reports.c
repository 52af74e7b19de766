/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says about a head: errors, softmax weight, saturation; the same fields for model and hardware. */
#include "tests.h"

#include "../cmodel/bits/predict.h"
#include "../cmodel/front/input.h"
#include "../cmodel/front/report.h"
#include "raw_npz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 40u
#define KEYS 48u
#define DIM 8u
#define HIDDEN 12u

struct sample {
    float q[ROWS][DIM], k[KEYS][DIM], v[KEYS][DIM];
    float x[KEYS][HIDDEN], wk[HIDDEN][DIM], wv[HIDDEN][DIM], bk[DIM], cos[KEYS][DIM / 2], sin[KEYS][DIM / 2];
    int32_t first[ROWS], visible[ROWS]; /* used by the checks, whether the file has them or not */
    struct raw_npz raw;
    char directory[256], path[300];
    const char *also; /* a key to set in every run */
    double mass;      /* 0: by rank */
    struct sofa_setup setup;
    struct sofa_input input;
    struct sofa_report report;
    struct sofa_result result;
};

static void fill(float *x, size_t count, double size, uint64_t *state)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)(size * (test_between(state, 0, 2000) / 1000.0 - 1));
}

static void open_sample(struct sample *s)
{
    uint64_t state = test_seed();
    memset(s, 0, sizeof *s);
    fill(s->q[0], ROWS * DIM, 4, &state);
    fill(s->k[0], KEYS * DIM, 2, &state);
    fill(s->v[0], KEYS * DIM, 1, &state);
    fill(s->x[0], KEYS * HIDDEN, 1, &state);
    fill(s->wk[0], HIDDEN * DIM, 1, &state);
    fill(s->wv[0], HIDDEN * DIM, 1, &state);
    fill(s->bk, DIM, 3, &state);
    s->x[0][0] = 20; /* an outlier: most tokens have few steps of 8 bits */
    for (unsigned i = 0; i < KEYS * DIM / 2; i++) {
        s->cos[i / (DIM / 2)][i % (DIM / 2)] = (float)cos(i);
        s->sin[i / (DIM / 2)][i % (DIM / 2)] = (float)sin(i);
    }
    for (unsigned r = 0; r < ROWS; r++)
        s->visible[r] = KEYS;
    test_directory(s->directory);
    snprintf(s->path, sizeof s->path, "%s/t.npz", s->directory);
}

static void add_keys(struct sample *s)
{
    raw_add(&s->raw, "q", "<f4", 0, "(40, 8)", s->q, sizeof s->q);
    raw_add(&s->raw, "k", "<f4", 0, "(48, 8)", s->k, sizeof s->k);
    raw_add(&s->raw, "v", "<f4", 0, "(48, 8)", s->v, sizeof s->v);
}

/* Much alike from row to row, or not at all; some rows see nothing. */
static void add_ranges(struct sample *s)
{
    uint64_t state = test_seed();
    for (unsigned r = 0; r < ROWS; r++) {
        s->first[r] = (int32_t)test_between(&state, 0, r < ROWS / 2 ? 3 : KEYS);
        s->visible[r] = (int32_t)test_between(&state, r < ROWS / 2 ? KEYS - 9 : 0, KEYS);
    }
    raw_add(&s->raw, "first", "<i4", 0, "(40,)", s->first, sizeof s->first);
    raw_add(&s->raw, "visible", "<i4", 0, "(40,)", s->visible, sizeof s->visible);
}

static void add_tokens(struct sample *s)
{
    raw_add(&s->raw, "q", "<f4", 0, "(40, 8)", s->q, sizeof s->q);
    raw_add(&s->raw, "x", "<f4", 0, "(48, 12)", s->x, sizeof s->x);
    raw_add(&s->raw, "wk", "<f4", 0, "(12, 8)", s->wk, sizeof s->wk);
    raw_add(&s->raw, "wv", "<f4", 0, "(12, 8)", s->wv, sizeof s->wv);
    raw_add(&s->raw, "bk", "<f4", 0, "(8,)", s->bk, sizeof s->bk);
    raw_add(&s->raw, "cos", "<f4", 0, "(48, 4)", s->cos, sizeof s->cos);
    raw_add(&s->raw, "sin", "<f4", 0, "(48, 4)", s->sin, sizeof s->sin);
}

/* Runs what was added; `set` changes one key. */
static void run(struct sample *s, const char *set, unsigned kept)
{
    struct sofa_run_options o = {.trace_path = s->path, .row_end = SIZE_MAX, .head = SIZE_MAX, .fit = 1,
                                 .run = {.radius = INFINITY, .kept = kept, .mass = s->mass}, .override = {set, s->also},
                                 .overrides = set ? (s->also ? 2 : 1) : 0};
    struct sofa_error e = {""};
    raw_write(&s->raw, s->path);
    ck_assert_msg(sofa_setup_load(&s->setup, &o, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_input_take(&s->input, &s->setup, &o, s->path, SIZE_MAX, 1, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_report_run(&s->report, &s->result, &s->input.config, &s->input.trace, &s->input.job, &e) == SOFA_OK,
                  "%s", e.text);
}

static void end_run(struct sample *s)
{
    sofa_result_free(&s->result);
    sofa_input_free(&s->input);
}

/* float64 attention of a row of given numbers; returns the share of the softmax weight on the selected keys. */
static double attend(double *out, const struct sample *s, unsigned row, double (*k)[DIM], double (*v)[DIM], int dense)
{
    const float *q = s->q[row];
    const uint8_t *selected = s->result.selected + row * KEYS;
    double weight[KEYS], all = 0, kept = 0, sum = 0;
    for (int key = s->first[row]; key < s->visible[row]; key++) {
        double score = 0;
        for (unsigned i = 0; i < DIM; i++)
            score += (double)q[i] * k[key][i];
        weight[key] = exp(score / sqrt(DIM));
        all += weight[key];
        kept += selected[key] ? weight[key] : 0;
    }
    memset(out, 0, DIM * sizeof *out);
    for (int key = s->first[row]; key < s->visible[row]; key++)
        for (unsigned i = 0; i < DIM && (dense || selected[key]); i++)
            out[i] += weight[key] * v[key][i];
    sum = dense ? all : kept;
    for (unsigned i = 0; i < DIM && sum > 0; i++)
        out[i] /= sum;
    return kept / all;
}

static double snr(const struct sample *s, double (*k)[DIM], double (*v)[DIM], int dense)
{
    double signal = 0, error = 0;
    for (unsigned r = 0; r < ROWS; r++) {
        double want[DIM];
        attend(want, s, r, k, v, dense);
        for (unsigned i = 0; i < DIM; i++) {
            double difference = s->result.o[r * DIM + i] * s->result.o_step[i] - want[i];
            signal += want[i] * want[i];
            error += difference * difference;
        }
    }
    return 10 * log10(signal / error);
}

/* Against the user's floats, computed here in another way. */
START_TEST(errors_as_given)
{
    static struct sample s;
    static double k[KEYS][DIM], v[KEYS][DIM];
    open_sample(&s);
    for (unsigned i = 0; i < KEYS * DIM; i++) {
        k[i / DIM][i % DIM] = (double)s.k[i / DIM][i % DIM];
        v[i / DIM][i % DIM] = (double)s.v[i / DIM][i % DIM];
    }
    for (unsigned n = 0; n < 3; n++) {
        add_keys(&s);
        if (n == 2)
            add_ranges(&s);
        run(&s, n == 1 ? "data.value_bits=8" : NULL, 3);
        ck_assert_double_eq_tol(s.report.snr_selected_given_db, snr(&s, k, v, 0), 1e-3);
        ck_assert_double_eq_tol(s.report.snr_dense_given_db, snr(&s, k, v, 1), 1e-3);
        if (n == 1) /* 8-bit values: the arithmetic is good, the numbers are not */
            ck_assert_double_gt(s.report.snr_selected_db, s.report.snr_selected_given_db + 10);
        end_run(&s);
    }
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(errors_of_tokens)
{
    static struct sample s;
    static double k[KEYS][DIM], v[KEYS][DIM];
    open_sample(&s);
    for (unsigned key = 0; key < KEYS; key++) {
        double raw[DIM];
        for (unsigned i = 0; i < DIM; i++) {
            raw[i] = (double)s.bk[i];
            v[key][i] = 0;
            for (unsigned h = 0; h < HIDDEN; h++) {
                raw[i] += (double)s.x[key][h] * (double)s.wk[h][i];
                v[key][i] += (double)s.x[key][h] * (double)s.wv[h][i];
            }
        }
        for (unsigned i = 0; i < DIM / 2; i++) {
            double c = (double)s.cos[key][i], n = (double)s.sin[key][i];
            k[key][i] = raw[i] * c - raw[i + DIM / 2] * n;
            k[key][i + DIM / 2] = raw[i] * n + raw[i + DIM / 2] * c;
        }
    }
    add_tokens(&s);
    run(&s, NULL, 3);
    ck_assert(s.input.config.mode == SOFA_MODE_TOKENS && s.input.config.kvgen.rotary);
    ck_assert_double_eq_tol(s.report.snr_selected_given_db, snr(&s, k, v, 0), 1e-3);
    ck_assert_double_eq_tol(s.report.snr_dense_given_db, snr(&s, k, v, 1), 1e-3);
    ck_assert_double_gt(s.report.snr_selected_db, s.report.snr_selected_given_db + 10);
    end_run(&s);
    test_remove_directory(s.directory);
}
END_TEST

/* How many of the scores are larger. */
static unsigned rank(const int64_t *score, unsigned low, unsigned high, int64_t than)
{
    unsigned larger = 0;
    for (unsigned key = low; key < high; key++)
        larger += score[key] > than;
    return larger;
}

/* The share of chosen keys that are among as many of the row's largest. */
static double recall_of(const int64_t *score, const uint8_t *chosen)
{
    unsigned count = 0, hits = 0;
    for (unsigned key = 0; key < KEYS; key++)
        count += chosen[key];
    for (unsigned key = 0; key < KEYS; key++)
        hits += chosen[key] && rank(score, 0, KEYS, score[key]) < count;
    return (double)hits / count;
}

/* Of the selection, and of exact scores under the same rule: by rank in every tile of 16, by mass of the whole row. */
START_TEST(recall)
{
    static struct sample s;
    double sum = 0, exact = 0;
    unsigned mass = (unsigned)_i;
    open_sample(&s);
    add_keys(&s);
    s.mass = mass ? 0.05 : 0;
    s.also = "tile.keys=16";
    run(&s, mass ? "select.policy=mass" : "predict.operand_bits=4", mass ? 0 : 3);
    for (unsigned r = 0; r < ROWS; r++) {
        int64_t score[KEYS] = {0};
        uint8_t best[KEYS];
        for (unsigned key = 0; key < KEYS; key++)
            for (unsigned i = 0; i < DIM; i++)
                score[key] += s.input.trace.q.value[r * DIM + i] * s.input.trace.k.value[key * DIM + i];
        for (unsigned key = 0; key < KEYS; key++)
            best[key] = rank(score, key / 16 * 16, key / 16 * 16 + 16, score[key]) < 3;
        sum += recall_of(score, s.result.selected + r * KEYS);
        exact += mass ? 1 : recall_of(score, best);
    }
    ck_assert(s.report.recall < 1 && s.report.recall_exact != s.report.recall);
    ck_assert_double_eq_tol(s.report.recall, sum / ROWS, 1e-9);
    ck_assert_double_eq_tol(s.report.recall_exact, exact / ROWS, 1e-9);
    end_run(&s);
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(softmax_weight)
{
    static struct sample s;
    static double k[KEYS][DIM], v[KEYS][DIM];
    double sum = 0, block = 0, least = 2;
    unsigned where = 0;
    open_sample(&s);
    for (unsigned i = 0; i < KEYS * DIM; i++)
        k[i / DIM][i % DIM] = (double)s.k[i / DIM][i % DIM];
    add_keys(&s);
    run(&s, NULL, 2);
    for (unsigned r = 0; r < ROWS; r++) {
        double out[DIM], share = attend(out, &s, r, k, v, 1);
        sum += share;
        block += share;
        if (r % 16 == 15 || r + 1 == ROWS) { /* query_block: 16 */
            if (block / (r % 16 + 1) < least) {
                least = block / (r % 16 + 1);
                where = r / 16 * 16;
            }
            block = 0;
        }
    }
    ck_assert_double_eq_tol(s.report.weight_kept, sum / ROWS, 1e-4);
    ck_assert_double_eq_tol(s.report.weight_kept_least, least, 1e-4);
    ck_assert_uint_eq(s.report.least_first, where);
    ck_assert_uint_eq(s.report.least_rows, where == 32 ? 8 : 16);
    end_run(&s);
    test_remove_directory(s.directory);
}
END_TEST

static int warned(const struct sofa_report *r, const char *text)
{
    for (unsigned i = 0; i < r->warnings.count; i++)
        if (strstr(r->warnings.text[i], text))
            return 1;
    return 0;
}

START_TEST(saturation)
{
    static struct sample s;
    open_sample(&s);
    add_keys(&s);
    run(&s, NULL, 4);
    ck_assert(s.report.saturated.scores == 0 && s.report.saturated.predicted == 0);
    ck_assert(!warned(&s.report, "softmax holds"));
    uint64_t pairs = s.report.counters.pairs;
    end_run(&s);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        s.q[i / DIM][i % DIM] *= 60000;
    for (unsigned i = 0; i < KEYS * DIM; i++)
        s.k[i / DIM][i % DIM] *= 60000;
    add_keys(&s);
    run(&s, NULL, 4);
    ck_assert(s.report.saturated.scores > pairs / 2 && s.report.saturated.scores <= pairs);
    ck_assert(warned(&s.report, "are beyond what softmax holds"));
    ck_assert(warned(&s.report, "the numbers are at fault"));
    end_run(&s);
    s.also = "predict.score_bits=8"; /* 16 + 6 + 3 bits of a sum, of which a shift of at most 15 takes away too few */
    for (unsigned i = 0; i < DIM; i++)
        s.q[3][i] = s.k[5][i] = 1e5f;
    add_keys(&s);
    run(&s, "predict.operand_bits=16", 4);
    ck_assert_uint_ge(s.report.saturated.predicted, 1);
    ck_assert(warned(&s.report, "predict.score_bits = 8 is too few"));
    end_run(&s);
    test_remove_directory(s.directory);
}
END_TEST

/* Both ends, the values next to them, and keys that are no multiple of four; nothing is written behind the last. */
START_TEST(predicted_scores)
{
    enum { COUNT = 7, ROOM = 8 };
    static const int16_t khat[ROOM][2] = {{127, 0}, {128, 0}, {-128, 0}, {-129, 0}, {300, 300}, {-300, -9}, {5, 6}, {1, 1}};
    static const int16_t power[2] = {1, 1};
    static const int32_t want[ROOM] = {127, 127, -128, -128, 127, -128, 11, 99};
    int32_t score[ROOM];
    score[COUNT] = 99;
    ck_assert_uint_eq(sofa_predict_row(score, power, khat[0], 2, COUNT, 0, 8), 4);
    for (unsigned i = 0; i < ROOM; i++)
        ck_assert_int_eq(score[i], want[i]);
    ck_assert_uint_eq(sofa_predict_row(score, power, khat[0], 2, COUNT, 3, 8), 0);
    ck_assert(score[4] == 75 && score[5] == -39);
}
END_TEST

/* All keys alike: no selection can hold much of the weight. */
START_TEST(flat_heads)
{
    static struct sample s;
    open_sample(&s);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        s.q[i / DIM][i % DIM] *= 0.01f;
    add_keys(&s);
    run(&s, NULL, 1);
    ck_assert_double_lt(s.report.snr_dense_given_db, 10);
    ck_assert_double_lt(s.report.weight_kept, 0.1);
    ck_assert(warned(&s.report, "kept pairs hold 6."));
    end_run(&s);
    add_keys(&s);
    run(&s, "tile.kept_max=16", 16);
    ck_assert_double_eq_tol(s.report.weight_kept, 1, 1e-9);
    ck_assert_uint_eq(s.report.warnings.count, 0);
    end_run(&s);
    test_remove_directory(s.directory);
}
END_TEST

/* One writer: the hardware's object has the fields of the model's, and knows what the model cannot. */
START_TEST(fields)
{
    static struct sample s;
    static const char *const known[] = {"cycles", "utilisation", "memory", "output_snr_selected_db", "output_snr_dense_given_db",
                                        "softmax_weight_kept", "saturated_scores", "cycles_predicted", "warnings"};
    open_sample(&s);
    for (unsigned tokens = 0; tokens < 2; tokens++) {
        struct sofa_measured measured = {.cycles = 7, .memory = "random", .mismatches = 1};
        if (tokens)
            add_tokens(&s);
        else
            add_keys(&s);
        run(&s, NULL, 2);
        json_t *model = sofa_report_json(&s.report);
        s.report.measured = &measured;
        json_t *rtl = sofa_report_json(&s.report), *value;
        ck_assert(model && rtl && json_object_size(model) == json_object_size(rtl));
        const char *name;
        json_object_foreach(model, name, value) ck_assert_msg(json_object_get(rtl, name) != NULL, "%s", name);
        for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
            ck_assert_msg(!json_is_null(json_object_get(model, known[i])), "%s", known[i]);
        json_t *counters = json_object_get(model, "counters");
        ck_assert_int_eq(json_integer_value(json_object_get(counters, "cycles")), (json_int_t)s.report.cycles_predicted);
        ck_assert(json_is_null(json_object_get(counters, "attend_starved")));
        ck_assert_int_eq(tokens, json_object_get(json_object_get(model, "utilisation"), "kvgen") != NULL);
        ck_assert(json_real_value(json_object_get(json_object_get(model, "utilisation"), "attend")) > 0);
        ck_assert(json_is_null(json_object_get(model, "bit_exact")) && json_is_false(json_object_get(rtl, "bit_exact")));
        json_decref(model);
        json_decref(rtl);
        end_run(&s);
    }
    test_remove_directory(s.directory);
}
END_TEST

/* Without the float64 references all else is the same, the fields have the same names, and nobody is warned of an error that
 * nobody looked for. */
START_TEST(unjudged)
{
    static struct sample s;
    struct sofa_report report;
    struct sofa_result result;
    struct sofa_error e = {""};
    open_sample(&s);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        s.q[i / DIM][i % DIM] *= 0.01f;
    add_keys(&s);
    run(&s, NULL, 1);
    ck_assert_msg(sofa_report_run_unjudged(&report, &result, &s.input.config, &s.input.trace, &s.input.job, &e) == SOFA_OK, "%s",
                  e.text);
    ck_assert_int_eq(memcmp(result.o, s.result.o, ROWS * DIM * sizeof *result.o), 0);
    ck_assert(s.report.warnings.count > 0 && report.warnings.count == 0);
    json_t *judged = sofa_report_json(&s.report), *brief = sofa_report_json(&report), *value;
    const char *name;
    unsigned nulls = 0;
    json_object_foreach(judged, name, value) {
        json_t *other = json_object_get(brief, name);
        ck_assert_msg(other != NULL, "%s", name);
        if (json_is_null(other) && !json_is_null(value))
            nulls++;
        else if (!strstr(name, "seconds") && !strstr(name, "macs") && strcmp(name, "warnings") != 0)
            ck_assert_msg(json_equal(other, value), "%s", name);
    }
    ck_assert(json_object_size(brief) == json_object_size(judged) && nulls == 9);
    json_decref(judged);
    json_decref(brief);
    sofa_result_free(&result);
    end_run(&s);
    test_remove_directory(s.directory);
}
END_TEST

Suite *reports_suite(void)
{
    Suite *suite = suite_create("reports");
    TCase *t = tcase_create("reports");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, errors_as_given);
    tcase_add_test(t, errors_of_tokens);
    tcase_add_loop_test(t, recall, 0, 2);
    tcase_add_test(t, softmax_weight);
    tcase_add_test(t, saturation);
    tcase_add_test(t, predicted_scores);
    tcase_add_test(t, flat_heads);
    tcase_add_test(t, fields);
    tcase_add_test(t, unjudged);
    suite_add_tcase(suite, t);
    return suite;
}
