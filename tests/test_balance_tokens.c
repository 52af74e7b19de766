/* SPDX-License-Identifier: Apache-2.0 */
/* Balance of mode tokens: hidden units and columns alike in size, outputs scaled back. */
#include "tests.h"

#include "../cmodel/bits/channels.h"
#include "../cmodel/bits/model.h"
#include "../cmodel/front/input.h"
#include "../cmodel/front/report.h"
#include "../cmodel/trace/npz.h"
#include "raw_npz.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KEYS 96u
#define DIM 16u
#define HIDDEN 48u

struct sample {
    float q[KEYS * DIM], x[KEYS * HIDDEN], wk[HIDDEN * DIM], wv[HIDDEN * DIM], bk[DIM], bv[DIM], cos[KEYS * DIM / 2], sin[KEYS * DIM / 2];
    int rotary;
    int8_t integer[KEYS * HIDDEN];
    char directory[256], path[300];
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

/* Two hidden units far larger than the others, one of them far off centre, one column of wv. */
static void open_sample(struct sample *s, int rotary)
{
    uint64_t state = test_seed();
    memset(s, 0, sizeof *s);
    s->rotary = rotary;
    fill(s->q, KEYS * DIM, 2, &state);
    fill(s->x, KEYS * HIDDEN, 1, &state);
    fill(s->wk, HIDDEN * DIM, 0.5, &state);
    fill(s->wv, HIDDEN * DIM, 0.5, &state);
    fill(s->bk, DIM, 1, &state);
    fill(s->bv, DIM, 1, &state);
    for (unsigned key = 0; key < KEYS; key++) {
        s->x[key * HIDDEN + 5] = s->x[key * HIDDEN + 5] * 20 + 30;
        s->x[key * HIDDEN + 17] *= 15;
        for (unsigned i = 0; i < DIM / 2; i++) {
            double angle = key * pow(100, -2.0 * i / DIM);
            s->cos[key * DIM / 2 + i] = (float)cos(angle);
            s->sin[key * DIM / 2 + i] = (float)sin(angle);
        }
    }
    for (unsigned i = 0; i < DIM; i++) {
        s->wk[5 * DIM + i] /= 20;
        s->wk[17 * DIM + i] /= 15;
        s->wv[5 * DIM + i] /= 20;
        s->wv[17 * DIM + i] /= 15;
    }
    for (unsigned h = 0; h < HIDDEN; h++)
        s->wv[h * DIM + 3] *= 12;
    test_directory(s->directory);
    snprintf(s->path, sizeof s->path, "%s/t.npz", s->directory);
}

/* integers: of x. */
static void save(struct sample *s, int integers)
{
    static const double step = 0.25;
    struct raw_npz raw = {.members = 0};
    raw_add(&raw, "q", "<f4", 0, "(96, 16)", s->q, sizeof s->q);
    if (integers)
        raw_add(&raw, "x", "|i1", 0, "(96, 48)", s->integer, sizeof s->integer);
    else
        raw_add(&raw, "x", "<f4", 0, "(96, 48)", s->x, sizeof s->x);
    raw_add(&raw, "x_scale", "<f8", 0, "()", &step, sizeof step);
    raw_add(&raw, "wk", "<f4", 0, "(48, 16)", s->wk, sizeof s->wk);
    raw_add(&raw, "wv", "<f4", 0, "(48, 16)", s->wv, sizeof s->wv);
    raw_add(&raw, "bk", "<f4", 0, "(16,)", s->bk, sizeof s->bk);
    raw_add(&raw, "bv", "<f4", 0, "(16,)", s->bv, sizeof s->bv);
    if (s->rotary) {
        raw_add(&raw, "cos", "<f4", 0, "(96, 8)", s->cos, sizeof s->cos);
        raw_add(&raw, "sin", "<f4", 0, "(96, 8)", s->sin, sizeof s->sin);
    }
    raw_write(&raw, s->path);
}

static enum sofa_status take(struct sample *s, enum sofa_balance_wish wish, struct sofa_error *e)
{
    const struct sofa_run_options o = {.trace_path = s->path, .row_end = SIZE_MAX, .head = SIZE_MAX, .fit = 1,
                                       .run = {.radius = INFINITY, .kept = 4, .balance = wish},
                                       .override = {"hidden_max=96"}, .overrides = 1};
    ck_assert_msg(sofa_setup_load(&s->setup, &o, e) == SOFA_OK, "%s", e->text);
    return sofa_input_take(&s->input, &s->setup, &o, s->path, SIZE_MAX, 1, e);
}

static void run(struct sample *s, enum sofa_balance_wish wish)
{
    struct sofa_error e = {""};
    ck_assert_msg(take(s, wish, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_report_run(&s->report, &s->result, &s->input.config, &s->input.trace, &s->input.job, &e) == SOFA_OK, "%s",
                  e.text);
}

static void end_run(struct sample *s)
{
    sofa_result_free(&s->result);
    sofa_input_free(&s->input);
}

/* Against the user's own floats, so whatever is scaled must be scaled back. */
START_TEST(errors_shrink)
{
    static struct sample s;
    open_sample(&s, _i);
    save(&s, 0);
    run(&s, SOFA_BALANCE_OFF);
    double given = s.report.snr_selected_given_db;
    ck_assert(s.input.trace.v_column == NULL);
    end_run(&s);
    run(&s, SOFA_BALANCE_AUTO);
    const struct sofa_balance *b = &s.report.balance;
    ck_assert_msg(b->used && b->balanced.snr_db > b->plain.snr_db + 6, "%g dB, balanced %g dB", b->plain.snr_db, b->balanced.snr_db);
    ck_assert_msg(s.report.snr_selected_given_db > given + 6, "%g dB, was %g dB", s.report.snr_selected_given_db, given);
    ck_assert_msg(s.report.snr_selected_db > 60, "as quantised %g dB", s.report.snr_selected_db);
    ck_assert_double_gt(s.input.trace.v_column[3], 3 * s.input.trace.v_column[4]);
    end_run(&s);
    test_remove_directory(s.directory);
}
END_TEST

/* K as generated is (k - middle) / s. */
START_TEST(keys_are_the_balanced_ones)
{
    static struct sample s;
    struct sofa_channels channels;
    struct sofa_error e = {""};
    open_sample(&s, _i);
    save(&s, 0);
    ck_assert_msg(take(&s, SOFA_BALANCE_ON, &e) == SOFA_OK, "%s", e.text);
    const struct sofa_trace *t = &s.input.trace;
    sofa_channels_choose(&channels, t);
    for (unsigned i = 0; i < DIM; i++) {
        double signal = 0, error = 0;
        for (unsigned key = 0; key < KEYS; key++) {
            double want = ((double)t->k.given[key * DIM + i] - channels.middle[i]) * channels.key[i], got = 0;
            const int32_t *sum = t->tokens.k_sum + key * DIM;
            unsigned half = DIM / 2, pair = i % half;
            if (_i) {
                double c = (double)s.cos[key * half + pair], n = (double)s.sin[key * half + pair];
                got = i < half ? sum[pair] * c - sum[pair + half] * n : sum[pair] * n + sum[pair + half] * c;
            } else {
                got = sum[i];
            }
            signal += want * want;
            error += (got * t->tokens.k_step - want) * (got * t->tokens.k_step - want);
        }
        ck_assert_msg(error < signal * 1e-3, "dimension %u: %g of %g", i, error, signal);
        if (_i)
            ck_assert(channels.middle[i] == 0 && channels.key[i] == channels.key[i % (DIM / 2)]);
    }
    sofa_input_free(&s.input);
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(off_is_as_ever)
{
    static struct sample s;
    struct sofa_error e = {""};
    double largest = 0;
    open_sample(&s, 0);
    save(&s, 0);
    ck_assert_msg(take(&s, SOFA_BALANCE_OFF, &e) == SOFA_OK, "%s", e.text);
    const struct sofa_tokens *t = &s.input.trace.tokens;
    for (unsigned i = 0; i < KEYS * HIDDEN; i++)
        largest = fmax(largest, fabs((double)s.x[i]));
    for (unsigned i = 0; i < KEYS * HIDDEN; i++)
        ck_assert_int_eq(t->x.value[i], (int)rint((double)s.x[i] / (largest / 127)));
    ck_assert(!s.input.trace.balance.measured && s.input.trace.v_column == NULL);
    sofa_input_free(&s.input);
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(integers_are_taken_as_they_are)
{
    static struct sample s;
    struct sofa_error e = {""};
    open_sample(&s, 0);
    for (unsigned i = 0; i < KEYS * HIDDEN; i++)
        s.integer[i] = (int8_t)(s.x[i] * 2);
    save(&s, 1);
    ck_assert_msg(take(&s, SOFA_BALANCE_AUTO, &e) == SOFA_OK, "%s", e.text);
    const struct sofa_trace *t = &s.input.trace;
    ck_assert(!t->balance.used && t->tokens.x.step == 0.25);
    for (unsigned i = 0; i < KEYS * HIDDEN; i++)
        ck_assert_int_eq(t->tokens.x.value[i], s.integer[i]);
    sofa_input_free(&s.input);
    ck_assert_int_eq(take(&s, SOFA_BALANCE_ON, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "'x'") && strstr(e.text, "leave --balance out"), "%s", e.text);
    test_remove_directory(s.directory);
}
END_TEST

/* One huge token leaves large steps, so large biases; balanced, it would not. */
START_TEST(biases_must_fit)
{
    static struct sample s;
    struct sofa_error e = {""};
    open_sample(&s, 0);
    for (unsigned i = 0; i < DIM; i++) {
        s.bv[i] = 1e5f;
        s.wv[5 * DIM + i] = s.wk[5 * DIM + i] = 1e-7f;
    }
    s.x[5] = 1e6f;
    save(&s, 0);
    ck_assert_msg(take(&s, SOFA_BALANCE_AUTO, &e) == SOFA_OK, "%s", e.text);
    ck_assert(!s.input.trace.balance.used && !s.input.trace.balance.measured);
    sofa_input_free(&s.input);
    ck_assert_int_eq(take(&s, SOFA_BALANCE_ON, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "t.npz") && strstr(e.text, "biases are too large"), "%s", e.text);
    test_remove_directory(s.directory);
}
END_TEST

/* o = o_int * o_scale, whether o_scale is one number or one for each column. */
START_TEST(saved_scales)
{
    static struct sample s;
    char out[320];
    open_sample(&s, 0);
    save(&s, 0);
    snprintf(out, sizeof out, "%s/out.npz", s.directory);
    for (int on = 0; on < 2; on++) {
        struct sofa_error e = {""};
        struct sofa_npz *z;
        struct sofa_array o, integers, scale;
        run(&s, on ? SOFA_BALANCE_ON : SOFA_BALANCE_OFF);
        ck_assert_msg(sofa_result_save(&s.result, 1, out, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_npz_open(&z, out, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_npz_read(z, "o", &o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_npz_read(z, "o_int", &integers, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_npz_read(z, "o_scale", &scale, &e) == SOFA_OK, "%s", e.text);
        ck_assert_uint_eq(scale.dims, on ? 1 : 0);
        ck_assert_uint_eq(scale.count, on ? DIM : 1);
        for (size_t i = 0; i < KEYS * DIM; i++)
            ck_assert_double_eq_tol(sofa_array_get(&o, i), sofa_array_get(&integers, i) * sofa_array_get(&scale, on ? i % DIM : 0),
                                    1e-6 * fabs(sofa_array_get(&o, i)) + 1e-12);
        sofa_array_free(&o);
        sofa_array_free(&integers);
        sofa_array_free(&scale);
        sofa_npz_close(z);
        end_run(&s);
    }
    test_remove_directory(s.directory);
}
END_TEST

Suite *balance_tokens_suite(void)
{
    Suite *suite = suite_create("balance_tokens");
    TCase *t = tcase_create("tokens");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, errors_shrink, 0, 2);
    tcase_add_loop_test(t, keys_are_the_balanced_ones, 0, 2);
    tcase_add_test(t, off_is_as_ever);
    tcase_add_test(t, integers_are_taken_as_they_are);
    tcase_add_test(t, biases_must_fit);
    tcase_add_test(t, saved_scales);
    suite_add_tcase(suite, t);
    return suite;
}
