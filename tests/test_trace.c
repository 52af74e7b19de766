/* SPDX-License-Identifier: Apache-2.0 */
/* Trace files: quantisation, and everything that can be wrong with one. */
#include "tests.h"

#include "../cmodel/bits/load.h"
#include "../cmodel/trace/job.h"
#include "../cmodel/trace/npz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 5u
#define KEYS 7u
#define DIM 8u

/* A good trace whose members a test may change. */
struct sample {
    float q[ROWS * DIM], k[KEYS * DIM], v[KEYS * DIM], scale;
    int8_t integer[KEYS * DIM];
    int16_t wide[KEYS * DIM];
    int32_t first[ROWS], visible[ROWS];
    double wide_scale;
    struct sofa_member member[16];
    unsigned members;
    char directory[256], path[300];
    struct sofa_config config;
};

static void add(struct sample *s, const char *name, enum sofa_type type, size_t rows, size_t cols, void *data)
{
    struct sofa_array a = {type, rows == 0 ? 0u : cols == 0 ? 1u : 2u, {rows, cols}, 0, data};
    a.count = rows == 0 ? 1 : cols == 0 ? rows : rows * cols;
    s->member[s->members++] = (struct sofa_member){name, a};
}

static void open_sample(struct sample *s)
{
    uint64_t state = test_seed();
    struct sofa_error e;
    const char *set[] = {"head_dim=8", "keys_max=7"};
    *s = (struct sample){.scale = 0.25f, .wide_scale = 0.5};
    for (unsigned i = 0; i < KEYS * DIM; i++) {
        s->k[i] = (float)test_between(&state, 0, 2000) / 1000 - 1;
        s->v[i] = (float)test_between(&state, 0, 2000) / 1000 - 1;
        s->integer[i] = (int8_t)test_between(&state, 0, 255);
        s->wide[i] = (int16_t)test_between(&state, 0, 65535);
        if (i < ROWS * DIM)
            s->q[i] = (float)test_between(&state, 0, 2000) / 1000 - 1;
    }
    for (unsigned r = 0; r < ROWS; r++) {
        s->first[r] = (int32_t)r / 2;
        s->visible[r] = (int32_t)r + 3;
    }
    add(s, "q", SOFA_F32, ROWS, DIM, s->q);
    add(s, "k", SOFA_F32, KEYS, DIM, s->k);
    add(s, "v", SOFA_F32, KEYS, DIM, s->v);
    test_directory(s->directory);
    snprintf(s->path, sizeof s->path, "%s/t.npz", s->directory);
    ck_assert_msg(sofa_config_load(&s->config, NULL, set, 2, &e) == SOFA_OK, "%s", e.text);
}

static enum sofa_status load(struct sample *s, struct sofa_trace *t, struct sofa_error *e)
{
    ck_assert_msg(sofa_npz_write(s->path, s->member, s->members, e) == SOFA_OK, "%s", e->text);
    return sofa_trace_load(t, s->path, &s->config, e);
}

/* Loads and expects an error that names the file and `names`. */
static void refused(struct sample *s, const char *names)
{
    struct sofa_trace t;
    struct sofa_error e = {""};
    ck_assert_msg(load(s, &t, &e) == SOFA_BAD_INPUT, "accepted; should name %s", names);
    ck_assert_msg(strstr(e.text, names) && strstr(e.text, "t.npz") && !strchr(e.text, '\n'), "%s", e.text);
    ck_assert_ptr_null(t.q.value);
}

START_TEST(quantisation)
{
    struct sample s;
    struct sofa_trace t;
    struct sofa_error e;
    open_sample(&s);
    s.q[0] = -4;
    s.q[1] = 2;
    s.q[2] = 4 * 2.5f / 32767;
    s.q[3] = 4 * 3.5f / 32767;
    memset(s.v, 0, sizeof s.v);
    ck_assert_msg(load(&s, &t, &e) == SOFA_OK, "%s", e.text);
    ck_assert(t.q.rows == ROWS && t.k.rows == KEYS && t.q.cols == DIM && !t.has_ranges);
    ck_assert_double_eq_tol(t.q.step, 4.0 / 32767, 1e-15);
    ck_assert_int_eq(t.q.value[0], -32767);
    ck_assert_int_eq(t.q.value[1], 16384); /* 16383.5 to even */
    ck_assert(t.q.value[2] == 2 || t.q.value[2] == 3);
    ck_assert(t.v.step == 1 && t.v.value[5] == 0);
    ck_assert(t.first[ROWS - 1] == 0 && t.visible[ROWS - 1] == KEYS);
    ck_assert_double_eq_tol(t.scale, 1 / sqrt(8), 1e-12);
    sofa_trace_free(&t);
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(integers_and_ranges)
{
    struct sample s;
    struct sofa_trace t;
    struct sofa_error e;
    open_sample(&s);
    s.members = 0;
    add(&s, "q", SOFA_I16, ROWS, DIM, s.wide);
    add(&s, "k", SOFA_I8, KEYS, DIM, s.integer);
    add(&s, "v", SOFA_F32, KEYS, DIM, s.v);
    add(&s, "q_scale", SOFA_F64, 0, 0, &s.wide_scale);
    add(&s, "k_scale", SOFA_F32, 1, 0, &s.scale);
    add(&s, "scale", SOFA_F32, 0, 0, &s.scale);
    add(&s, "first", SOFA_I32, ROWS, 0, s.first);
    add(&s, "visible", SOFA_I32, ROWS, 0, s.visible);
    ck_assert_msg(load(&s, &t, &e) == SOFA_OK, "%s", e.text);
    ck_assert(t.q.value[3] == s.wide[3] && t.k.value[9] == s.integer[9] && t.q.step == 0.5 && t.k.step == 0.25);
    ck_assert(t.scale == 0.25 && t.has_ranges && t.first[4] == 2 && t.visible[2] == 5);
    ck_assert_int_eq(sofa_trace_rows(&t, 4, SIZE_MAX, &e), SOFA_OK);
    ck_assert(t.q.rows == 1 && t.first[0] == 2 && t.visible[0] == 7 && t.q.value[0] == s.wide[4 * DIM]);
    ck_assert_int_eq(sofa_trace_rows(&t, 0, 2, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "--rows"));
    sofa_trace_free(&t);
    test_remove_directory(s.directory);
}
END_TEST

/* Each case changes one thing of the good sample. */
START_TEST(wrong_arrays)
{
    struct sample s;
    open_sample(&s);
    for (unsigned missing = 0; missing < 3; missing++) {
        struct sofa_member keep = s.member[missing];
        char name[16];
        snprintf(name, sizeof name, "'%s'", keep.name);
        s.member[missing].name = "other";
        refused(&s, name);
        s.member[missing] = keep;
        s.member[missing].array.dims = 1;
        s.member[missing].array.shape[0] = keep.array.count;
        refused(&s, name);
        s.member[missing].array = (struct sofa_array){SOFA_F32, 2, {keep.array.count / 4, 4}, keep.array.count, keep.array.data};
        refused(&s, name);
        s.member[missing].array = (struct sofa_array){SOFA_F32, 2, {0, DIM}, 0, keep.array.data};
        refused(&s, name);
        s.member[missing].array = (struct sofa_array){SOFA_I32, 2, {keep.array.shape[0], DIM}, keep.array.count, keep.array.data};
        refused(&s, "dtype is int32 and array");
        refused(&s, name);
        s.member[missing] = keep;
    }
    s.member[2].array.shape[0] = KEYS - 1;
    s.member[2].array.count = (KEYS - 1) * DIM;
    refused(&s, "'v'");
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(wrong_values)
{
    struct sample s;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    open_sample(&s);
    for (unsigned i = 0; i < 3; i++) {
        s.k[11] = bad[i];
        refused(&s, "'k': element 11");
    }
    s.k[11] = 0;
    s.config.keys_max = KEYS - 1;
    refused(&s, "keys_max");
    s.config.keys_max = KEYS;
    s.config.head_dim = 9;
    refused(&s, "head_dim");
    s.config.head_dim = DIM;
    add(&s, "scale", SOFA_F32, 0, 0, &s.scale);
    const float scales[] = {0, -1, NAN, INFINITY};
    for (unsigned i = 0; i < 4; i++) {
        s.scale = scales[i];
        refused(&s, "'scale'");
    }
    s.scale = -1;
    s.member[3].array.type = SOFA_I32; /* taken as a number: negative */
    refused(&s, "'scale'");
    s.scale = 1;
    s.member[1] = (struct sofa_member){"k", {SOFA_I8, 2, {KEYS, DIM}, KEYS * DIM, s.integer}};
    s.members = 3;
    refused(&s, "'k_scale'");
    add(&s, "k_scale", SOFA_F32, 0, 0, &s.scale);
    s.wide[20] = 200;
    s.member[1].array.type = SOFA_I16;
    s.member[1].array.data = s.wide;
    s.config.data.key_bits = 8;
    refused(&s, "'k': element");
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(wrong_ranges)
{
    struct sample s;
    open_sample(&s);
    add(&s, "first", SOFA_I32, ROWS, 0, s.first);
    add(&s, "visible", SOFA_I32, ROWS, 0, s.visible);
    s.first[3] = -1;
    refused(&s, "'first': row 3");
    s.first[3] = KEYS + 1;
    refused(&s, "'first': row 3");
    s.first[3] = 0;
    s.visible[0] = KEYS + 1;
    refused(&s, "'visible': row 0");
    s.visible[0] = 1;
    s.member[4].array.shape[0] = s.member[4].array.count = ROWS - 1;
    refused(&s, "'visible'");
    s.member[4].array.shape[0] = s.member[4].array.count = ROWS;
    s.member[3].array.type = SOFA_F32;
    refused(&s, "'first'");
    s.members = 3;
    s.member[1].name = "x";
    refused(&s, "token");
    test_remove_directory(s.directory);
}
END_TEST

/* Damaged copies of a good file: an error in one line or an honest result, never a crash. */
START_TEST(damaged_files)
{
    struct sample s;
    struct sofa_trace t;
    struct sofa_error e;
    static char good[65536], bad[65536];
    uint64_t state = test_seed();
    open_sample(&s);
    ck_assert_msg(load(&s, &t, &e) == SOFA_OK, "%s", e.text);
    sofa_trace_free(&t);
    FILE *f = fopen(s.path, "rb");
    ck_assert_ptr_nonnull(f);
    size_t length = fread(good, 1, sizeof good, f);
    fclose(f);
    for (unsigned run = 0; run < 600; run++) {
        size_t size = run % 3 == 0 ? test_between(&state, 0, (unsigned)length - 1) : length;
        memcpy(bad, good, length);
        for (unsigned i = run % 3 == 0 ? 0 : test_between(&state, 1, 8); i > 0; i--)
            bad[test_between(&state, 0, (unsigned)length - 1)] = (char)test_between(&state, 0, 255);
        f = fopen(s.path, "wb");
        ck_assert_ptr_nonnull(f);
        ck_assert_uint_eq(fwrite(bad, 1, size, f), size);
        fclose(f);
        e.text[0] = '\0';
        enum sofa_status status = sofa_trace_load(&t, s.path, &s.config, &e);
        ck_assert(status == SOFA_OK || (strstr(e.text, "t.npz") && !strchr(e.text, '\n')));
        ck_assert_msg(run % 3 != 0 || status == SOFA_BAD_INPUT, "a file cut to %zu bytes was accepted", size);
        sofa_trace_free(&t);
    }
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(registers)
{
    struct sample s;
    struct sofa_trace t;
    struct sofa_job j;
    struct sofa_error e;
    struct sofa_options o = {.radius = INFINITY};
    open_sample(&s);
    ck_assert_msg(load(&s, &t, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_job_make(&j, &s.config, &t, &o, &e) == SOFA_OK, "%s", e.text);
    ck_assert(j.rows == ROWS && j.keys == KEYS && j.tile == 16 && j.kept == 4 && j.radius == UINT32_MAX);
    ck_assert(j.scale_mantissa >= 32768 && j.scale_mantissa <= 65535 && j.scale_shift <= 63);
    double worth = t.q.step * t.k.step * t.scale * M_LOG2E * 4096;
    ck_assert_double_eq_tol(ldexp(j.scale_mantissa, -(int)j.scale_shift) / worth, 1, 1.0 / 65536);
    o = (struct sofa_options){.radius = 1.5, .tile = 3};
    ck_assert_int_eq(sofa_job_make(&j, &s.config, &t, &o, &e), SOFA_OK);
    ck_assert(j.tile == 3 && j.kept == 3);
    double u = ldexp(t.q.step * t.k.step * t.scale, (int)j.score_shift - 6 + 8);
    ck_assert_uint_eq(j.radius, (uint32_t)floor(1.5 / u));
    o.kept = 4;
    ck_assert_int_eq(sofa_job_make(&j, &s.config, &t, &o, &e), SOFA_BAD_INPUT);
    o = (struct sofa_options){.tile = 17};
    ck_assert_int_eq(sofa_job_make(&j, &s.config, &t, &o, &e), SOFA_BAD_INPUT);
    o = (struct sofa_options){.radius = 1e300};
    ck_assert_int_eq(sofa_job_make(&j, &s.config, &t, &o, &e), SOFA_OK);
    ck_assert_uint_eq(j.radius, UINT32_MAX - 1);
    t.scale = 1e9;
    t.q.step = t.k.step = 1;
    ck_assert_int_eq(sofa_job_make(&j, &s.config, &t, &o, &e), SOFA_BAD_INPUT);
    t.scale = 1e-300;
    ck_assert_int_eq(sofa_job_make(&j, &s.config, &t, &o, &e), SOFA_OK);
    ck_assert(j.scale_mantissa == 32768 && j.scale_shift == 63);
    sofa_trace_free(&t);
    test_remove_directory(s.directory);
}
END_TEST

Suite *trace_suite(void)
{
    Suite *s = suite_create("trace");
    TCase *t = tcase_create("trace");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, quantisation);
    tcase_add_test(t, integers_and_ranges);
    tcase_add_test(t, wrong_arrays);
    tcase_add_test(t, wrong_values);
    tcase_add_test(t, wrong_ranges);
    tcase_add_test(t, damaged_files);
    tcase_add_test(t, registers);
    suite_add_tcase(s, t);
    return s;
}
