/* SPDX-License-Identifier: Apache-2.0 */
/* The model as other languages call it: the same bits and the same report as from a file, errors in words, handles that are alone. */
#include "tests.h"

#include "../cmodel/front/input.h"
#include "../cmodel/front/library.h"
#include "../cmodel/front/report.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 40u
#define KEYS 56u
#define DIMS 16u
#define GROUP 2u /* query heads to a key head */
#define HEADS 4u

static const char *const keys_of_head[] = {"head_dim=16", "tile.kept_max=3"};

/* Four heads of queries, two of keys, and what each row sees. */
struct sample {
    float q[HEADS * ROWS * DIMS], k[HEADS / GROUP * KEYS * DIMS], v[HEADS / GROUP * KEYS * DIMS];
    int64_t visible[ROWS];
};

static void fill(float *x, size_t count, uint64_t *state)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)((int)test_between(state, 0, 2000) - 1000) / 300;
}

static void open_sample(struct sample *s)
{
    uint64_t state = test_seed();
    fill(s->q, HEADS * ROWS * DIMS, &state);
    fill(s->k, HEADS / GROUP * KEYS * DIMS, &state);
    fill(s->v, HEADS / GROUP * KEYS * DIMS, &state);
    for (unsigned r = 0; r < ROWS; r++)
        s->visible[r] = 17 + r;
}

static struct sofa_library_config *open_config(void)
{
    struct sofa_library_config *l = sofa_library_config_new(NULL, keys_of_head, 2);
    ck_assert_ptr_nonnull(l);
    ck_assert_msg(!sofa_library_config_error(l), "%s", sofa_library_config_error(l));
    return l;
}

static const size_t query_shape[] = {HEADS, ROWS, DIMS}, key_shape[] = {HEADS / GROUP, KEYS, DIMS}, row_shape[] = {ROWS};

static struct sofa_library_head *open_head(const struct sample *s, const char *head)
{
    struct sofa_library_head *h = sofa_library_head_new("sample");
    ck_assert_ptr_nonnull(h);
    ck_assert(sofa_library_head_give(h, "q", "float32", 3, query_shape, s->q));
    ck_assert(sofa_library_head_give(h, "k", "float32", 3, key_shape, s->v));
    ck_assert(sofa_library_head_give(h, "k", "float32", 3, key_shape, s->k)); /* takes the place of the one before */
    ck_assert(sofa_library_head_give(h, "v", "float32", 3, key_shape, s->v));
    ck_assert(sofa_library_head_give(h, "visible", "int64", 1, row_shape, s->visible));
    ck_assert(sofa_library_head_set(h, "head", head));
    ck_assert(sofa_library_head_set(h, "mass", "0.02"));
    return h;
}

/* The same head from a file, as sofamodel does it. */
static void run_file(struct sofa_report *report, struct sofa_result *result, const struct sample *s, size_t head)
{
    char directory[256], path[300];
    const struct sofa_member members[] = {
        {"q", {SOFA_F32, 3, {HEADS, ROWS, DIMS}, HEADS * ROWS * DIMS, (void *)(size_t)s->q}},
        {"k", {SOFA_F32, 3, {HEADS / GROUP, KEYS, DIMS}, HEADS / GROUP * KEYS * DIMS, (void *)(size_t)s->k}},
        {"v", {SOFA_F32, 3, {HEADS / GROUP, KEYS, DIMS}, HEADS / GROUP * KEYS * DIMS, (void *)(size_t)s->v}},
        {"visible", {SOFA_I64, 1, {ROWS}, ROWS, (void *)(size_t)s->visible}},
    };
    struct sofa_run_options o = SOFA_RUN_OPTIONS_DEFAULT;
    struct sofa_setup setup;
    struct sofa_input input;
    struct sofa_error e = {""};
    test_directory(directory);
    snprintf(path, sizeof path, "%s/sample.npz", directory);
    ck_assert_msg(sofa_npz_write(path, members, 4, &e) == SOFA_OK, "%s", e.text);
    memcpy(o.override, keys_of_head, sizeof keys_of_head);
    o.overrides = 2;
    o.run.mass = 0.02;
    ck_assert_msg(sofa_setup_load(&setup, &o, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_input_take(&input, &setup, &o, path, head, 1, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_report_run(report, result, &input.config, &input.trace, &input.job, &e) == SOFA_OK, "%s", e.text);
    sofa_input_free(&input);
    test_remove_directory(directory);
}

static const void *take(struct sofa_library_head *h, const char *name, const char *type, size_t rows, size_t columns)
{
    const char *is;
    unsigned dims;
    size_t shape[2] = {0, 0};
    const void *data = sofa_library_head_take(h, name, &is, &dims, shape);
    ck_assert_ptr_nonnull(data);
    ck_assert_str_eq(is, type);
    ck_assert_uint_eq(dims, columns ? 2 : 1);
    ck_assert(shape[0] == rows && shape[1] == columns);
    return data;
}

static void compare(struct sofa_library_head *h, const struct sofa_result *want)
{
    const int16_t *bits = take(h, "o_int", "int16", ROWS, DIMS);
    const float *real = take(h, "o", "float32", ROWS, DIMS);
    const double *scale = take(h, "o_scale", "float64", DIMS, 0);
    ck_assert_mem_eq(bits, want->o, ROWS * DIMS * sizeof *bits);
    ck_assert_mem_eq(take(h, "selected", "uint8", ROWS, KEYS), want->selected, ROWS * KEYS);
    ck_assert_mem_eq(scale, want->o_step, DIMS * sizeof *scale);
    for (unsigned i = 0; i < ROWS * DIMS; i++)
        ck_assert(real[i] == (float)(bits[i] * scale[i % DIMS]));
}

START_TEST(as_from_a_file)
{
    static struct sample s;
    open_sample(&s);
    struct sofa_library_config *l = open_config();
    for (unsigned head = 0; head < HEADS; head++) {
        char text[8];
        struct sofa_report report;
        struct sofa_result want;
        json_error_t wrong;
        snprintf(text, sizeof text, "%u", head);
        struct sofa_library_head *h = open_head(&s, text);
        ck_assert_msg(sofa_library_head_run(h, l, SOFA_LIBRARY_JUDGED), "%s", sofa_library_head_error(h));
        run_file(&report, &want, &s, head);
        compare(h, &want);
        json_t *said = json_loads(sofa_library_head_json(h), 0, &wrong);
        ck_assert_ptr_nonnull(said);
        ck_assert_uint_eq((uint64_t)json_integer_value(json_object_get(said, "cycles_predicted")), report.cycles_predicted);
        ck_assert_uint_eq((uint64_t)json_integer_value(json_object_get(said, "pairs")), report.counters.pairs);
        ck_assert_double_eq_tol(json_real_value(json_object_get(said, "recall")), report.recall, 1e-8);
        ck_assert_double_eq_tol(json_real_value(json_object_get(said, "output_snr_selected_given_db")), report.snr_selected_given_db, 1e-6);
        ck_assert_double_ne(report.snr_selected_given_db, report.snr_selected_db);
        ck_assert_str_eq(json_string_value(json_object_get(said, "trace")), "sample");
        json_decref(said);
        sofa_result_free(&want);
        sofa_library_head_free(h);
    }
    sofa_library_config_free(l);
}
END_TEST

/* Less is said, the bits are the same. */
START_TEST(reports)
{
    static struct sample s;
    open_sample(&s);
    struct sofa_library_config *l = open_config();
    struct sofa_library_head *h[3];
    for (int report = SOFA_LIBRARY_BITS; report <= SOFA_LIBRARY_JUDGED; report++) {
        h[report] = open_head(&s, "1");
        ck_assert_msg(sofa_library_head_run(h[report], l, report), "%s", sofa_library_head_error(h[report]));
        ck_assert_mem_eq(take(h[report], "o_int", "int16", ROWS, DIMS), take(h[0], "o_int", "int16", ROWS, DIMS),
                         ROWS * DIMS * sizeof(int16_t));
    }
    ck_assert_str_eq(sofa_library_head_json(h[0]), "{}");
    ck_assert_ptr_nonnull(strstr(sofa_library_head_json(h[1]), "\"recall\":null"));
    ck_assert_ptr_null(strstr(sofa_library_head_json(h[2]), "\"recall\":null"));
    ck_assert(!sofa_library_head_run(h[0], l, 0));
    ck_assert_str_eq(sofa_library_head_error(h[0]), "sample: has run already");
    for (unsigned i = 0; i < 3; i++)
        sofa_library_head_free(h[i]);
    sofa_library_config_free(l);
}
END_TEST

START_TEST(fits)
{
    static struct sample s;
    json_error_t wrong;
    open_sample(&s);
    const char *const few[] = {"keys_max=32", "tile.kept_max=3"};
    struct sofa_library_config *l = sofa_library_config_new("configs/small.yaml", few, 2);
    struct sofa_library_head *h = open_head(&s, "0");
    struct sofa_library_config *fitted = sofa_library_head_fit(h, l);
    ck_assert_ptr_nonnull(fitted);
    ck_assert_ptr_null(sofa_library_config_error(fitted));
    json_t *said = json_loads(sofa_library_config_json(fitted), 0, &wrong), *keys = json_object_get(said, "keys");
    ck_assert_int_eq(json_integer_value(json_object_get(keys, "head_dim")), 16);
    ck_assert_int_eq(json_integer_value(json_object_get(keys, "keys_max")), 32); /* what is set is set */
    ck_assert_str_eq(json_string_value(json_object_get(keys, "select.policy")), "both");
    ck_assert_str_eq(json_string_value(json_object_get(keys, "mode")), "kv");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(said, "fitted"), 0)), "head_dim=16");
    ck_assert_int_eq((int)json_array_size(json_object_get(said, "fitted")), 1);
    ck_assert(!sofa_library_head_run(h, fitted, 0));
    ck_assert_str_eq(sofa_library_head_error(h), "sample: array 'k': has 56 rows, must have 1 to keys_max = 32; --set keys_max=56 would fit");
    json_decref(said);
    sofa_library_head_free(h);
    sofa_library_config_free(fitted);
    sofa_library_config_free(l);
}
END_TEST

START_TEST(bad_configurations)
{
    static const struct {
        const char *path, *override, *says;
    } cases[] = {
        {"configs/none.yaml", "head_dim=16", "configs/none.yaml: "},
        {NULL, "head_dim=3", "--set: head_dim is 3, must be 8 to 256"},
        {NULL, "speed=3", "--set speed=3: unknown key 'speed'"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sofa_library_config *l = sofa_library_config_new(cases[i].path, &cases[i].override, 1);
        struct sofa_library_head *h = sofa_library_head_new("head");
        ck_assert_ptr_nonnull(sofa_library_config_error(l));
        ck_assert_msg(strstr(sofa_library_config_error(l), cases[i].says) != NULL, "%s", sofa_library_config_error(l));
        ck_assert(!sofa_library_head_run(h, l, 0));
        ck_assert_str_eq(sofa_library_head_error(h), sofa_library_config_error(l));
        sofa_library_head_free(h);
        sofa_library_config_free(l);
    }
}
END_TEST

START_TEST(bad_heads)
{
    static struct sample s;
    static const size_t long_shape[] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, huge[] = {1u << 20, 1u << 20};
    const char *type;
    unsigned dims;
    size_t shape[2];
    open_sample(&s);
    struct sofa_library_config *l = open_config();
    struct sofa_library_head *h = sofa_library_head_new("layer 3");
#define REFUSES(call, text) \
    ck_assert(!(call)); \
    ck_assert_str_eq(sofa_library_head_error(h), text)
    REFUSES(sofa_library_head_give(h, "q", "complex64", 1, row_shape, s.q),
            "layer 3: array 'q': dtype is complex64, must be float16, bfloat16, float32, float64 or an integer type");
    REFUSES(sofa_library_head_give(h, "q", "float32", 9, long_shape, s.q), "layer 3: array 'q': has more than 8 axes");
    REFUSES(sofa_library_head_give(h, "q", "float32", 2, huge, s.q), "layer 3: array 'q': is larger than 4 GiB");
    REFUSES(sofa_library_head_set(h, "speed", "3"), "unknown option 'speed'");
    REFUSES(sofa_library_head_set(h, "json", ""), "unknown option 'json'");
    REFUSES(sofa_library_head_set(h, "kept", "0"), "--kept '0': must be a whole number, 1 to 128");
    REFUSES(sofa_library_head_run(h, l, 0), "layer 3: array 'q' is missing");
    ck_assert(sofa_library_head_give(h, "q", "float32", 2, query_shape + 1, s.q));
    REFUSES(sofa_library_head_run(h, l, 0), "layer 3: array 'k' is missing");
    ck_assert(sofa_library_head_give(h, "k", "float32", 2, key_shape + 1, s.k));
    s.v[5] = (float)INFINITY;
    ck_assert(sofa_library_head_give(h, "v", "float32", 2, key_shape + 1, s.v));
    REFUSES(sofa_library_head_run(h, l, 0), "layer 3: array 'v': element 5 is not finite");
#undef REFUSES
    ck_assert_ptr_null(sofa_library_head_take(h, "o", &type, &dims, shape));
    s.v[5] = 0;
    ck_assert_msg(sofa_library_head_run(h, l, 0), "%s", sofa_library_head_error(h));
    ck_assert_ptr_null(sofa_library_head_take(h, "output", &type, &dims, shape));
    sofa_library_head_free(h);
    sofa_library_config_free(l);
}
END_TEST

/* As many names as there is room for, each as often as wanted. */
START_TEST(many_arrays)
{
    static const float one = 1;
    struct sofa_library_head *h = sofa_library_head_new("head");
    char name[80] = "";
    unsigned given = 0;
    for (unsigned i = 0; i < 100; i++)
        ck_assert(sofa_library_head_give(h, "q", "float32", 0, NULL, &one));
    do
        snprintf(name, sizeof name, "array%u", given);
    while (sofa_library_head_give(h, name, "float32", 0, NULL, &one) && given++ < 100);
    ck_assert_uint_eq(given, 31);
    ck_assert_str_eq(sofa_library_head_error(h), "head: array 'array31': there are too many arrays");
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ck_assert(sofa_library_head_give(h, "q", "float32", 0, NULL, &one));
    ck_assert(!sofa_library_head_give(h, name, "float32", 0, NULL, &one));
    sofa_library_head_free(h);
}
END_TEST

struct alone {
    const struct sample *s;
    const struct sofa_library_config *l;
    const char *head;
    int16_t o[ROWS * DIMS];
    int good;
};

static void *run_alone(void *user)
{
    struct alone *a = user;
    struct sofa_library_head *h = open_head(a->s, a->head);
    a->good = sofa_library_head_run(h, a->l, SOFA_LIBRARY_JUDGED);
    memcpy(a->o, take(h, "o_int", "int16", ROWS, DIMS), sizeof a->o);
    sofa_library_head_free(h);
    return NULL;
}

/* Heads at the same time, with one configuration: as one after another. */
START_TEST(threads)
{
    static struct sample s;
    static struct alone a[2][HEADS];
    static const char *const name[HEADS] = {"0", "1", "2", "3"};
    pthread_t thread[HEADS];
    open_sample(&s);
    struct sofa_library_config *l = open_config();
    for (unsigned i = 0; i < HEADS; i++) {
        a[0][i] = a[1][i] = (struct alone){.s = &s, .l = l, .head = name[i]};
        run_alone(&a[0][i]);
        ck_assert_int_eq(pthread_create(&thread[i], NULL, run_alone, &a[1][i]), 0);
    }
    for (unsigned i = 0; i < HEADS; i++) {
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
        ck_assert(a[0][i].good && a[1][i].good);
        ck_assert_mem_eq(a[0][i].o, a[1][i].o, sizeof a[0][i].o);
    }
    sofa_library_config_free(l);
}
END_TEST

Suite *library_suite(void)
{
    Suite *suite = suite_create("library");
    TCase *calls = tcase_create("calls");
    tcase_add_test(calls, as_from_a_file);
    tcase_add_test(calls, reports);
    tcase_add_test(calls, fits);
    tcase_add_test(calls, bad_configurations);
    tcase_add_test(calls, bad_heads);
    tcase_add_test(calls, many_arrays);
    tcase_add_test(calls, threads);
    suite_add_tcase(suite, calls);
    return suite;
}
