/* SPDX-License-Identifier: Apache-2.0 */
/* Balanced channels: softmax stays, heads with outlier channels are predicted better, all others keep their bits. */
#include "tests.h"

#include "../cmodel/bits/balance.h"
#include "../cmodel/bits/trial.h"
#include "../cmodel/front/input.h"
#include "../cmodel/front/report.h"
#include "raw_npz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 256u
#define KEYS 256u
#define DIM 32u

/* A head whose rows see all keys, as a file and as a run. */
struct sample {
    float q[ROWS * DIM], k[KEYS * DIM], v[KEYS * DIM];
    int16_t integer[KEYS * DIM];
    char directory[256], path[300];
    struct sofa_setup setup;
    struct sofa_input input;
    struct sofa_report report;
    struct sofa_result result;
};

/* Nearly normal, variance 1. */
static float draw(uint64_t *state)
{
    double sum = 0;
    for (unsigned i = 0; i < 12; i++)
        sum += test_between(state, 0, 1 << 20) / (double)(1 << 20);
    return (float)(sum - 6);
}

static void open_sample(struct sample *s)
{
    uint64_t state = test_seed();
    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < KEYS * DIM; i++) {
        s->k[i] = draw(&state);
        s->v[i] = draw(&state);
        s->q[i] = draw(&state) + s->k[i] / 2;
    }
    test_directory(s->directory);
    snprintf(s->path, sizeof s->path, "%s/t.npz", s->directory);
}

static void close_sample(struct sample *s)
{
    test_remove_directory(s->directory);
}

/* As in models with a few channels of keys far larger than the others, and off centre. */
static void add_outliers(struct sample *s, float size, float middle)
{
    static const unsigned channel[] = {3, 11, 30};
    for (unsigned row = 0; row < KEYS; row++)
        for (unsigned i = 0; i < 3; i++) {
            s->k[row * DIM + channel[i]] = s->k[row * DIM + channel[i]] * size + (i % 2 ? middle : -middle);
            s->q[row * DIM + channel[i]] /= size;
        }
}

static void save(struct sample *s)
{
    struct raw_npz raw = {.members = 0};
    raw_add(&raw, "q", "<f4", 0, "(256, 32)", s->q, sizeof s->q);
    raw_add(&raw, "k", "<f4", 0, "(256, 32)", s->k, sizeof s->k);
    raw_add(&raw, "v", "<f4", 0, "(256, 32)", s->v, sizeof s->v);
    raw_write(&raw, s->path);
}

static enum sofa_status take(struct sample *s, enum sofa_balance_wish wish, double mass, unsigned operand_bits, struct sofa_error *e)
{
    char bits[40];
    snprintf(bits, sizeof bits, "predict.operand_bits=%u", operand_bits);
    const struct sofa_run_options o = {.trace_path = s->path, .row_end = SIZE_MAX, .head = SIZE_MAX,
                                       .run = {.radius = INFINITY, .kept = mass > 0 ? 0 : 2, .balance = wish, .mass = mass},
                                       .override = {bits, "keys_max=256", "select.policy=both", "tile.keys=16", "predict.keys=16"},
                                       .overrides = 5};
    ck_assert_msg(sofa_setup_load(&s->setup, &o, e) == SOFA_OK, "%s", e->text);
    return sofa_input_take(&s->input, &s->setup, &o, s->path, SIZE_MAX, 1, e);
}

static void run(struct sample *s, enum sofa_balance_wish wish, unsigned operand_bits)
{
    struct sofa_error e = {""};
    ck_assert_msg(take(s, wish, 0, operand_bits, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_report_run(&s->report, &s->result, &s->input.config, &s->input.trace, &s->input.job, &e) == SOFA_OK, "%s",
                  e.text);
}

static void end_run(struct sample *s)
{
    sofa_result_free(&s->result);
    sofa_input_free(&s->input);
}

/* Real scores of the quantised tensors and of the file differ by a constant for each row only. */
START_TEST(softmax_is_the_same)
{
    static struct sample s;
    struct sofa_error e = {""};
    open_sample(&s);
    add_outliers(&s, 15, 20);
    save(&s);
    ck_assert_msg(take(&s, SOFA_BALANCE_ON, 0, 8, &e) == SOFA_OK, "%s", e.text);
    const struct sofa_trace *t = &s.input.trace;
    ck_assert(t->balance.used);
    for (unsigned r = 0; r < ROWS; r += 17) {
        double low = INFINITY, high = -INFINITY;
        for (unsigned key = 0; key < KEYS; key++) {
            double difference = 0;
            for (unsigned i = 0; i < DIM; i++)
                difference += t->q.value[r * DIM + i] * t->q.step * t->k.value[key * DIM + i] * t->k.step
                              - (double)s.q[r * DIM + i] * (double)s.k[key * DIM + i];
            low = fmin(low, difference);
            high = fmax(high, difference);
        }
        ck_assert_msg(high - low < 0.01, "row %u: scores move by %g to %g", r, low, high);
    }
    sofa_input_free(&s.input);
    close_sample(&s);
}
END_TEST

static const struct {
    float size, middle;
    unsigned operand_bits;
    double gain; /* of recall, at least */
} outliers[] = {{15, 0, 8, 0.005}, {15, 20, 8, 0.01}, {15, 0, 4, 0.1}, {15, 20, 4, 0.1}, {1, 20, 4, 0.1}, {10, 10, 3, 0.1}};

START_TEST(outlier_heads_gain)
{
    static struct sample s;
    open_sample(&s);
    add_outliers(&s, outliers[_i].size, outliers[_i].middle);
    save(&s);
    run(&s, SOFA_BALANCE_OFF, outliers[_i].operand_bits);
    ck_assert(!s.report.balance.used && !s.report.balance.measured);
    double recall = s.report.recall, weight = s.report.weight_kept;
    end_run(&s);
    run(&s, SOFA_BALANCE_AUTO, outliers[_i].operand_bits);
    const struct sofa_balance *b = &s.report.balance;
    ck_assert_msg(b->used, "lost %g, balanced %g", b->plain.lost, b->balanced.lost);
    ck_assert_double_gt(b->plain.lost, b->balanced.lost);
    ck_assert_msg(s.report.recall > recall + outliers[_i].gain && s.report.weight_kept > weight, "recall %g, was %g; weight %g, was %g",
                  s.report.recall, recall, s.report.weight_kept, weight);
    ck_assert_msg(s.report.snr_selected_given_db > 65 && s.report.snr_selected_db > 65, "%g dB as given, %g dB as quantised",
                  s.report.snr_selected_given_db, s.report.snr_selected_db);
    end_run(&s);
    close_sample(&s);
}
END_TEST

static void copy_values(int16_t *to, const struct sofa_tensor *t)
{
    memcpy(to, t->value, t->rows * t->cols * sizeof *to);
}

/* off, and auto where nothing is to be gained: quantised as ever. */
START_TEST(others_keep_their_bits)
{
    static struct sample s;
    static int16_t q[ROWS * DIM], k[KEYS * DIM];
    struct sofa_error e = {""};
    double largest = 0;
    open_sample(&s);
    save(&s);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        largest = fmax(largest, fabs((double)s.q[i]));
    ck_assert_msg(take(&s, SOFA_BALANCE_OFF, 0, 8, &e) == SOFA_OK, "%s", e.text);
    double step = s.input.trace.q.step, key_step = s.input.trace.k.step;
    copy_values(q, &s.input.trace.q);
    copy_values(k, &s.input.trace.k);
    sofa_input_free(&s.input);
    ck_assert_double_eq(step, largest / 32767);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        ck_assert_int_eq(q[i], (int)rint((double)s.q[i] / step));
    ck_assert_msg(take(&s, SOFA_BALANCE_AUTO, 0, 8, &e) == SOFA_OK, "%s", e.text);
    const struct sofa_trace *t = &s.input.trace;
    ck_assert(t->balance.measured && !t->balance.used);
    ck_assert(t->q.step == step && t->k.step == key_step);
    ck_assert(memcmp(t->q.value, q, sizeof q) == 0 && memcmp(t->k.value, k, sizeof k) == 0);
    sofa_input_free(&s.input);
    close_sample(&s);
}
END_TEST

/* Whatever prediction would gain, given steps are the user's. */
START_TEST(integers_are_taken_as_they_are)
{
    static struct sample s;
    double step = 0.001;
    struct sofa_error e = {""};
    open_sample(&s);
    add_outliers(&s, 15, 0);
    for (unsigned i = 0; i < KEYS * DIM; i++)
        s.integer[i] = (int16_t)(s.k[i] * 100);
    for (int floats = 0; floats < 2; floats++) {
        struct raw_npz raw = {.members = 0};
        raw_add(&raw, "q", floats ? "<f4" : "<i2", 0, "(256, 32)", floats ? (void *)s.q : s.integer, floats ? sizeof s.q : sizeof s.integer);
        raw_add(&raw, "k", "<i2", 0, "(256, 32)", s.integer, sizeof s.integer);
        raw_add(&raw, "v", "<f4", 0, "(256, 32)", s.v, sizeof s.v);
        raw_add(&raw, "q_scale", "<f8", 0, "()", &step, sizeof step);
        raw_add(&raw, "k_scale", "<f8", 0, "()", &step, sizeof step);
        raw_write(&raw, s.path);
        ck_assert_msg(take(&s, SOFA_BALANCE_AUTO, 0, 8, &e) == SOFA_OK, "%s", e.text);
        const struct sofa_trace *t = &s.input.trace;
        ck_assert(!t->balance.measured && !t->balance.used && t->k.step == step);
        ck_assert(memcmp(t->k.value, s.integer, sizeof s.integer) == 0);
        sofa_input_free(&s.input);
        ck_assert_int_eq(take(&s, SOFA_BALANCE_ON, 0, 8, &e), SOFA_BAD_INPUT);
        ck_assert_msg(strstr(e.text, "t.npz") && strstr(e.text, floats ? "'k'" : "'q'") && strstr(e.text, "leave --balance out"), "%s",
                      e.text);
    }
    close_sample(&s);
}
END_TEST

/* A channel without queries, or of equal keys, tells nothing: it must not spoil the steps of the others. */
START_TEST(empty_channels_are_left_out)
{
    static struct sample s;
    struct sofa_error e = {""};
    open_sample(&s);
    for (unsigned r = 0; r < KEYS; r++) {
        s.q[r * DIM + 0] = 0;
        s.k[r * DIM + 0] *= 1e6f;
        s.q[r * DIM + 1] *= 1e6f;
        s.k[r * DIM + 1] = -7e5f;
    }
    save(&s);
    ck_assert_msg(take(&s, SOFA_BALANCE_ON, 0, 8, &e) == SOFA_OK, "%s", e.text);
    const struct sofa_trace *t = &s.input.trace;
    for (unsigned r = 0; r < KEYS; r++)
        for (unsigned i = 0; i < 2; i++)
            ck_assert(t->q.value[r * DIM + i] == 0 && t->k.value[r * DIM + i] == 0);
    ck_assert(t->q.step < 1e-3 && t->k.step < 1e-3);
    sofa_input_free(&s.input);
    close_sample(&s);
}
END_TEST

/* Policy mass: a predicted score counts in a power of two of octaves, and q is still the balanced one. */
START_TEST(octaves_of_balanced_heads)
{
    static struct sample s;
    struct sofa_channels channels;
    struct sofa_trace other;
    struct sofa_error e = {""};
    open_sample(&s);
    add_outliers(&s, 15, 20);
    save(&s);
    ck_assert_msg(take(&s, SOFA_BALANCE_ON, 0.01, 8, &e) == SOFA_OK, "%s", e.text);
    struct sofa_trace *t = &s.input.trace;
    double octaves = log2(t->q.step * sofa_khat_step(&s.input.config, t) * t->scale * M_LOG2E), step = t->q.step;
    ck_assert_double_eq_tol(octaves, rint(octaves), 1e-9);
    ck_assert_msg(sofa_balance_make(&other, &channels, t, &s.input.config, &e) == SOFA_OK, "%s", e.text);
    ck_assert(step >= other.q.step && step <= 2 * other.q.step);
    sofa_balance_release(&other);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        ck_assert_int_eq(t->q.value[i], (int)rint((double)s.q[i] * channels.query[i % DIM] / step));
    sofa_input_free(&s.input);
    close_sample(&s);
}
END_TEST

/* 32 keys, of which 2 count as large, in a head of one dimension that matters: one variant knows the keys, the other takes the least
 * for the largest. Their scores are 0, 1/4 .. 31/4 in some order. */
static int size_of(int key)
{
    return key * 13 % 32;
}

START_TEST(findings_by_hand)
{
    enum { D = 8, N = 32 };
    static int16_t q[D] = {1}, right[N * D], wrong[N * D], v[N * D];
    static float real_q[D] = {1}, real_k[N * D], real_v[N * D];
    uint32_t first = 0, visible = N;
    struct sofa_config c;
    struct sofa_error e = {""};
    const char *set[] = {"head_dim=8", "keys_max=32"};
    ck_assert_msg(sofa_config_load(&c, NULL, set, 2, &e) == SOFA_OK, "%s", e.text);
    double sum = 0, mean[2] = {0, 0};
    for (int key = 0; key < N; key++) { /* K^ are the upper 8 bits of 16 */
        int size = size_of(key);
        right[key * D] = (int16_t)(size * 256);
        wrong[key * D] = (int16_t)((N - 1 - size) * 256);
        real_k[key * D] = (float)size / 4;
        v[key * D] = (int16_t)size;
        real_v[key * D] = (float)size;
        sum += exp(size / 4.0);
        mean[0] += size * exp(size / 4.0);
        mean[1] += size * exp((N - 1 - size) / 4.0);
    }
    struct sofa_trace t = {.q = {1, D, q, 1, real_q}, .k = {N, D, right, 1.0 / 1024, real_k}, .v = {N, D, v, 1, real_v},
                           .first = &first, .visible = &visible, .scale = 1};
    struct sofa_trace other = t;
    other.k.value = wrong;
    const struct sofa_trace *const variant[] = {&t, &other};
    struct sofa_finding found[2];
    ck_assert_msg(sofa_trial(found, variant, 2, &c, &e) == SOFA_OK, "%s", e.text);
    ck_assert_double_eq_tol(found[0].lost, 0, 1e-12);
    ck_assert_double_gt(found[0].snr_db, 250);
    ck_assert_double_eq_tol(found[1].lost, (exp(31 / 4.0) + exp(30 / 4.0) - exp(0) - exp(0.25)) / sum, 1e-9);
    ck_assert_double_eq_tol(found[1].snr_db, 20 * log10(mean[0] / (mean[0] - mean[1])), 1e-9);
    first = 8; /* the least are then 2/4 and 3/4 */
    for (int key = 0; key < 8; key++)
        sum -= exp(size_of(key) / 4.0);
    ck_assert_msg(sofa_trial(found, variant, 2, &c, &e) == SOFA_OK, "%s", e.text);
    ck_assert_double_eq_tol(found[0].lost, 0, 1e-12);
    ck_assert_double_eq_tol(found[1].lost, (exp(31 / 4.0) + exp(30 / 4.0) - exp(0.5) - exp(0.75)) / sum, 1e-9);
    visible = first = 5; /* sees none */
    ck_assert_msg(sofa_trial(found, variant, 2, &c, &e) == SOFA_OK, "%s", e.text);
    ck_assert(found[0].lost == 0 && found[1].lost == 0);
}
END_TEST

/* Clearly better in one way, not clearly worse in the other. */
START_TEST(what_pays)
{
    static const struct {
        struct sofa_finding plain, balanced;
        int pays;
    } rows[] = {
        {{0.010, 40}, {0.010, 40}, 0},
        {{0.010, 40}, {0.0088, 40}, 0}, /* less than an eighth */
        {{0.010, 40}, {0.0087, 40}, 1},
        {{0.0015, 40}, {0.0006, 40}, 0}, /* less than 0.001 */
        {{0.0015, 40}, {0.0004, 40}, 1},
        {{0.010, 40}, {0.010, 40.9}, 0},
        {{0.010, 40}, {0.010, 41}, 1},
        {{0.010, 50}, {0.010, 60}, 0}, /* enough as it is */
        {{0.010, 70}, {0.008, 49}, 0}, /* not any more */
        {{0.010, 70}, {0.008, 60}, 1},
        {{0.010, 40}, {0.012, 46}, 0},
        {{0.010, 40}, {0.0112, 46}, 1},
        {{0.010, 40}, {0.008, 39}, 0},
        {{0.010, 40}, {0.008, 39.1}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sofa_balance b = {.measured = 1, .plain = rows[i].plain, .balanced = rows[i].balanced};
        ck_assert_msg(sofa_balance_pays(&b) == rows[i].pays, "row %zu", i);
    }
}
END_TEST

START_TEST(told_in_reports)
{
    static struct sample s;
    char text[TEST_TEXT];
    open_sample(&s);
    add_outliers(&s, 15, 20);
    save(&s);
    static const char json[] = "$B/sofamodel configs/small.yaml %s --kept 2 --balance %s --json | tr -d ' \\n' | grep -o '\"balance\":{.*'";
    ck_assert_int_eq(test_shell(text, json, s.path, "auto"), 0);
    ck_assert_msg(strncmp(text, "\"balance\":{\"used\":true,\"plain\":{\"lost_weight\":0.", 44) == 0, "%s", text);
    ck_assert_msg(strstr(text, "\"balanced\":{\"lost_weight\":0.") && strstr(text, "\"output_snr_dense_db\":"), "%s", text);
    ck_assert_int_eq(test_shell(text, json, s.path, "off"), 0);
    ck_assert_msg(strstr(text, "\"balance\":{\"used\":false,\"plain\":null,\"balanced\":null}"), "%s", text);
    ck_assert_int_eq(test_shell(text, "$B/sofamodel configs/small.yaml %s --kept 2", s.path), 0);
    ck_assert_msg(strstr(text, "balance             on: prediction loses "), "%s", text);
    ck_assert_int_eq(test_shell(text, "$B/sofamodel configs/small.yaml %s --balance sometimes 2>&1", s.path), 2);
    ck_assert_msg(strstr(text, "--balance 'sometimes': must be auto, on or off"), "%s", text);
    close_sample(&s);
}
END_TEST

Suite *balance_suite(void)
{
    Suite *suite = suite_create("balance");
    TCase *t = tcase_create("channels");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, softmax_is_the_same);
    tcase_add_loop_test(t, outlier_heads_gain, 0, (int)(sizeof outliers / sizeof outliers[0]));
    tcase_add_test(t, others_keep_their_bits);
    tcase_add_test(t, integers_are_taken_as_they_are);
    tcase_add_test(t, empty_channels_are_left_out);
    tcase_add_test(t, octaves_of_balanced_heads);
    tcase_add_test(t, findings_by_hand);
    tcase_add_test(t, what_pays);
    tcase_add_test(t, told_in_reports);
    suite_add_tcase(suite, t);
    return suite;
}
