/* SPDX-License-Identifier: Apache-2.0 */
/* Traces as numpy users have them: any number type, byte order and axis order; several heads in one file. */
#include "tests.h"

#include "../cmodel/bits/load.h"
#include "../cmodel/trace/file.h"
#include "../cmodel/trace/npz.h"
#include "../cmodel/trace/trace.h"
#include "raw_npz.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HEADS 6u
#define ROWS 3u
#define KEYS 5u
#define DIM 8u

struct sample {
    float q[HEADS][ROWS][DIM], k[HEADS][KEYS][DIM], v[HEADS][KEYS][DIM];
    struct raw_npz raw;
    struct sofa_config config;
    char directory[256], path[300];
};

static void open_sample(struct sample *s)
{
    uint64_t state = test_seed();
    struct sofa_error e;
    const char *set[] = {"head_dim=8", "keys_max=5"};
    *s = (struct sample){.raw = {.members = 0}};
    float *all[] = {s->q[0][0], s->k[0][0], s->v[0][0]};
    const size_t count[] = {HEADS * ROWS * DIM, HEADS * KEYS * DIM, HEADS * KEYS * DIM};
    for (unsigned n = 0; n < 3; n++)
        for (size_t i = 0; i < count[n]; i++)
            all[n][i] = (float)test_between(&state, 0, 200) - 100;
    test_directory(s->directory);
    snprintf(s->path, sizeof s->path, "%s/t.npz", s->directory);
    ck_assert_msg(sofa_config_load(&s->config, NULL, set, 2, &e) == SOFA_OK, "%s", e.text);
}

/* k and v hold `groups` heads. */
static void add_stacked(struct sample *s, unsigned groups, const char *batch)
{
    char shape[64];
    snprintf(shape, sizeof shape, "(%s%u, %u, %u)", batch, HEADS, ROWS, DIM);
    raw_add(&s->raw, "q", "<f4", 0, shape, s->q, sizeof s->q);
    snprintf(shape, sizeof shape, "(%s%u, %u, %u)", batch, groups, KEYS, DIM);
    raw_add(&s->raw, "k", "<f4", 0, shape, s->k, groups * sizeof s->k[0]);
    raw_add(&s->raw, "v", "<f4", 0, shape, s->v, groups * sizeof s->v[0]);
}

static void add_one(struct sample *s, unsigned head, unsigned group)
{
    raw_add(&s->raw, "q", "<f4", 0, "(3, 8)", s->q[head], sizeof s->q[0]);
    raw_add(&s->raw, "k", "<f4", 0, "(5, 8)", s->k[group], sizeof s->k[0]);
    raw_add(&s->raw, "v", "<f4", 0, "(5, 8)", s->v[group], sizeof s->v[0]);
}

static struct sofa_trace load(struct sample *s, size_t head, struct sofa_warnings *warnings)
{
    const struct sofa_trace_choice choice = {.head = head, .given = 1, .warnings = warnings};
    struct sofa_trace t;
    struct sofa_error e = {""};
    raw_write(&s->raw, s->path);
    ck_assert_msg(sofa_trace_load_head(&t, s->path, &choice, &s->config, &e) == SOFA_OK, "%s", e.text);
    return t;
}

static void refused(struct sample *s, size_t head, const char *names)
{
    const struct sofa_trace_choice choice = {.head = head};
    struct sofa_trace t;
    struct sofa_error e = {""};
    raw_write(&s->raw, s->path);
    ck_assert_msg(sofa_trace_load_head(&t, s->path, &choice, &s->config, &e) == SOFA_BAD_INPUT, "accepted; %s", names);
    ck_assert_msg(strstr(e.text, names) && strstr(e.text, "t.npz") && !strchr(e.text, '\n'), "'%s', not '%s'", e.text, names);
}

static int same_tensor(const struct sofa_tensor *a, const struct sofa_tensor *b)
{
    if (a->rows != b->rows || a->cols != b->cols || a->step != b->step)
        return 0;
    for (size_t i = 0; i < a->rows * a->cols; i++)
        if (a->value[i] != b->value[i] || sofa_tensor_given(a, i) != sofa_tensor_given(b, i))
            return 0;
    return 1;
}

static int same(struct sofa_trace a, struct sofa_trace b)
{
    int equal = same_tensor(&a.q, &b.q) && same_tensor(&a.k, &b.k) && same_tensor(&a.v, &b.v) && a.scale == b.scale &&
                memcmp(a.visible, b.visible, a.q.rows * sizeof *a.visible) == 0;
    sofa_trace_free(&a);
    sofa_trace_free(&b);
    return equal;
}

/* Each head of a stack is what it would be in a file of its own; a key head serves the query heads of its group. */
START_TEST(stacks)
{
    static struct sample s;
    static const unsigned groups[] = {HEADS, 3, 2, 1};
    open_sample(&s);
    for (unsigned n = 0; n < 4; n++)
        for (unsigned head = 0; head < HEADS; head++) {
            size_t heads;
            struct sofa_error e = {""};
            add_stacked(&s, groups[n], n % 2 ? "" : "1, ");
            struct sofa_trace stacked = load(&s, head, NULL);
            ck_assert_msg(sofa_trace_heads(&heads, s.path, &e) == SOFA_OK && heads == HEADS, "%s", e.text);
            add_one(&s, head, head / (HEADS / groups[n]));
            ck_assert(same(stacked, load(&s, 0, NULL)));
        }
    test_remove_directory(s.directory);
}
END_TEST

/* Deflated, and in Fortran order: parts cannot be looked up in the file. */
START_TEST(stacks_of_other_kinds)
{
    static struct sample s;
    static float turned[HEADS * ROWS * DIM];
    struct sofa_error e = {""};
    open_sample(&s);
    for (unsigned i = 0; i < HEADS * ROWS * DIM; i++)
        turned[i] = s.q[i % HEADS][i / HEADS % ROWS][i / HEADS / ROWS];
    for (unsigned head = 0; head < HEADS; head++) {
        const struct sofa_trace_choice choice = {.head = head, .given = 1};
        const struct sofa_member members[] = {
            {"q", {SOFA_F32, 3, {HEADS, ROWS, DIM}, HEADS * ROWS * DIM, s.q}},
            {"k", {SOFA_F32, 4, {1, HEADS, KEYS, DIM}, HEADS * KEYS * DIM, s.k}},
            {"v", {SOFA_F32, 3, {HEADS, KEYS, DIM}, HEADS * KEYS * DIM, s.v}},
        };
        struct sofa_trace deflated;
        ck_assert_msg(sofa_npz_write(s.path, members, 3, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(sofa_trace_load_head(&deflated, s.path, &choice, &s.config, &e) == SOFA_OK, "%s", e.text);
        raw_add(&s.raw, "q", "<f4", 1, "(6, 3, 8)", turned, sizeof turned);
        raw_add(&s.raw, "k", "<f4", 0, "(6, 5, 8)", s.k, sizeof s.k);
        raw_add(&s.raw, "v", "<f4", 0, "(6, 5, 8)", s.v, sizeof s.v);
        struct sofa_trace fortran = load(&s, head, NULL);
        add_one(&s, head, head);
        struct sofa_trace one = load(&s, 0, NULL);
        ck_assert(same_tensor(&one.q, &fortran.q) && same_tensor(&one.v, &fortran.v));
        sofa_trace_free(&fortran);
        ck_assert(same(one, deflated));
    }
    test_remove_directory(s.directory);
}
END_TEST

/* A head is read without the others, so damage is looked for when the heads are counted. */
START_TEST(damaged_stacks)
{
    static struct sample s;
    size_t heads;
    struct sofa_error e = {""};
    open_sample(&s);
    add_stacked(&s, HEADS, "");
    raw_write(&s.raw, s.path);
    ck_assert_msg(sofa_trace_heads(&heads, s.path, &e) == SOFA_OK, "%s", e.text);
    FILE *f = fopen(s.path, "r+b");
    ck_assert(f && fseek(f, 400, SEEK_SET) == 0 && fputc(0x55, f) != EOF && fclose(f) == 0);
    ck_assert_int_eq(sofa_trace_heads(&heads, s.path, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "t.npz") && strstr(e.text, "corrupt"), "%s", e.text);
    test_remove_directory(s.directory);
}
END_TEST

/* Bounds and scales may be one for all heads, or one each. */
START_TEST(stacked_vectors)
{
    static struct sample s;
    const int visible[HEADS][ROWS] = {{1, 2, 3}, {1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, 4}, {5, 5, 5}};
    const float scale[HEADS] = {1, 2, 3, 4, 5, 6};
    open_sample(&s);
    add_stacked(&s, HEADS, "");
    raw_add(&s.raw, "visible", "<i4", 0, "(6, 3)", visible, sizeof visible);
    raw_add(&s.raw, "scale", "<f4", 0, "(6,)", scale, sizeof scale);
    struct sofa_trace t = load(&s, 4, NULL);
    ck_assert(t.visible[0] == 4 && t.visible[2] == 4 && t.scale == 5 && t.has_ranges);
    sofa_trace_free(&t);
    add_stacked(&s, HEADS, "");
    raw_add(&s.raw, "visible", "<i4", 0, "(1, 3)", visible, sizeof visible[0]);
    raw_add(&s.raw, "scale", "<f4", 0, "(1, 1)", scale, sizeof scale[0]);
    t = load(&s, 4, NULL);
    ck_assert(t.visible[0] == 1 && t.visible[2] == 3 && t.scale == 1);
    sofa_trace_free(&t);
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(wrong_stacks)
{
    static struct sample s;
    struct sofa_trace t;
    struct sofa_error e = {""};
    open_sample(&s);
    add_stacked(&s, HEADS, "");
    refused(&s, HEADS, "--head is 6, must be 0 to 5");
    add_stacked(&s, 4, "");
    refused(&s, 0, "'k': holds 4 heads, must be as many as q, 6, or a divisor of that");
    raw_add(&s.raw, "q", "<f4", 0, "(2, 3, 3, 8)", s.q, 2 * sizeof s.q[0] * 3);
    refused(&s, 0, "'q': has shape (2, 3, 3, 8), must have 2 dimensions");
    raw_add(&s.raw, "q", "<f4", 0, "(144,)", s.q, sizeof s.q);
    refused(&s, 0, "'q': has shape (144,), must have 2 dimensions");
    raw_add(&s.raw, "q", "<f4", 0, "(3, 8)", s.q, sizeof s.q[0]);
    raw_add(&s.raw, "k", "<f4", 0, "(6, 5, 8)", s.k, sizeof s.k);
    refused(&s, 0, "'k': holds 6 heads, q one");
    add_one(&s, 0, 0);
    raw_add(&s.raw, "scale", "<f4", 0, "(3,)", s.q, 12);
    refused(&s, 0, "'scale': has shape (3,), must have one number");
    add_stacked(&s, HEADS, "");
    raw_write(&s.raw, s.path);
    ck_assert_int_eq(sofa_trace_load(&t, s.path, &s.config, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "holds 6 heads; choose one, --head 0 to 5") != NULL, "%s", e.text);
    test_remove_directory(s.directory);
}
END_TEST

/* float32 in C order against float64, big-endian in Fortran order, and bfloat16 (whole numbers up to 100 are exact). */
START_TEST(number_types)
{
    static struct sample s;
    static double wide[ROWS * DIM];
    static unsigned char big[KEYS * DIM][4];
    static unsigned short brain[KEYS * DIM];
    open_sample(&s);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        wide[i] = (double)s.q[0][i / DIM][i % DIM];
    for (unsigned i = 0; i < KEYS * DIM; i++) {
        unsigned char bytes[4];
        memcpy(bytes, &s.k[0][i % KEYS][i / KEYS], 4); /* the first index runs fastest */
        for (unsigned n = 0; n < 4; n++)
            big[i][n] = bytes[3 - n];
        memcpy(bytes, &s.v[0][i / DIM][i % DIM], 4);
        memcpy(&brain[i], bytes + 2, 2);
    }
    raw_add(&s.raw, "q", "<f8", 0, "(1, 1, 3, 8)", wide, sizeof wide);
    raw_add(&s.raw, "k", ">f4", 1, "(5, 8)", big, sizeof big);
    raw_add(&s.raw, "v", "<V2", 0, "(5, 8)", brain, sizeof brain);
    struct sofa_trace other = load(&s, 0, NULL);
    add_one(&s, 0, 0);
    ck_assert(same(load(&s, 0, NULL), other));
    test_remove_directory(s.directory);
}
END_TEST

/* Integers of any width within range; numbers of any type as scale and bounds. */
START_TEST(integer_types)
{
    static struct sample s;
    static long long q[ROWS * DIM];
    static unsigned char v[KEYS * DIM];
    const double bounds[ROWS] = {1, 3, 5};
    const unsigned short one[] = {1}, half[] = {0x3800};
    open_sample(&s);
    for (unsigned i = 0; i < ROWS * DIM; i++)
        q[i] = (long long)s.q[0][i / DIM][i % DIM] * 300;
    for (unsigned i = 0; i < KEYS * DIM; i++)
        v[i] = (unsigned char)(s.v[0][i / DIM][i % DIM] + 100);
    raw_add(&s.raw, "q", "<i8", 0, "(3, 8)", q, sizeof q);
    raw_add(&s.raw, "k", "<f4", 0, "(5, 8)", s.k[0], sizeof s.k[0]);
    raw_add(&s.raw, "v", "|u1", 0, "(5, 8)", v, sizeof v);
    raw_add(&s.raw, "q_scale", "<u2", 0, "()", one, 2);
    raw_add(&s.raw, "v_scale", "<f2", 0, "(1,)", half, 2);
    raw_add(&s.raw, "scale", "<i2", 0, "(1, 1)", one, 2);
    raw_add(&s.raw, "visible", "<f8", 0, "(3,)", bounds, sizeof bounds);
    struct sofa_trace t = load(&s, 0, NULL);
    ck_assert(t.q.value[7] == q[7] && t.q.step == 1 && t.v.value[9] == v[9] && t.v.step == 0.5);
    ck_assert(t.scale == 1 && t.visible[1] == 3 && t.visible[2] == 5);
    sofa_trace_free(&t);
    q[5] = 40000;
    raw_add(&s.raw, "q", "<i8", 0, "(3, 8)", q, sizeof q);
    raw_add(&s.raw, "q_scale", "<u2", 0, "()", one, 2);
    refused(&s, 0, "'q': element 5 is 40000, must be -32768 to 32767");
    raw_add(&s.raw, "q", "<i8", 0, "(3, 8)", q, sizeof q);
    refused(&s, 0, "'q': dtype is int64 and array 'q_scale' is missing");
    const double broken[ROWS] = {1, 2.5, 3}, huge[ROWS * DIM] = {1e300};
    add_one(&s, 0, 0);
    raw_add(&s.raw, "visible", "<f8", 0, "(3,)", broken, sizeof broken);
    refused(&s, 0, "'visible': row 1 is 2.5, must be a whole number, 0 to 5");
    raw_add(&s.raw, "q", "<f8", 0, "(3, 8)", huge, sizeof huge);
    refused(&s, 0, "'q': element 0 is beyond the range of float32");
    raw_add(&s.raw, "q", "|b1", 0, "(3, 8)", v, ROWS * DIM);
    refused(&s, 0, "'q': dtype is bool, must be float16, bfloat16, float32, float64 or an integer type");
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(unused_arrays)
{
    static struct sample s;
    struct sofa_warnings w = {.count = 0};
    open_sample(&s);
    add_one(&s, 0, 0);
    struct sofa_trace t = load(&s, 0, &w);
    sofa_trace_free(&t);
    ck_assert_uint_eq(w.count, 0);
    add_one(&s, 0, 0);
    raw_add(&s.raw, "mask", "|b1", 0, "(3, 5)", s.q, 15);
    raw_add(&s.raw, "k_scale", "<f4", 0, "()", s.q, 4); /* k is float */
    t = load(&s, 0, &w);
    sofa_trace_free(&t);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_msg(strstr(w.text[0], "t.npz: not used in mode kv: mask, k_scale") != NULL, "%s", w.text[0]);
    test_remove_directory(s.directory);
}
END_TEST

Suite *heads_suite(void)
{
    Suite *suite = suite_create("heads");
    TCase *t = tcase_create("heads");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, stacks);
    tcase_add_test(t, stacks_of_other_kinds);
    tcase_add_test(t, damaged_stacks);
    tcase_add_test(t, stacked_vectors);
    tcase_add_test(t, wrong_stacks);
    tcase_add_test(t, number_types);
    tcase_add_test(t, integer_types);
    tcase_add_test(t, unused_arrays);
    suite_add_tcase(suite, t);
    return suite;
}
