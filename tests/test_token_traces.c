/* SPDX-License-Identifier: Apache-2.0 */
/* Traces of mode tokens: the largest sums, and everything that can be wrong with a file. */
#include "tests.h"

#include "tokens_sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refused(struct tokens_sample *s, const char *names)
{
    struct sofa_trace t;
    struct sofa_error e = {""};
    ck_assert_msg(tokens_load(s, &t, &e) == SOFA_BAD_INPUT, "accepted; should name %s", names);
    ck_assert_msg(strstr(e.text, names) && strstr(e.text, "t.npz") && !strchr(e.text, '\n'), "%s; not %s", e.text, names);
    ck_assert_ptr_null(t.tokens.x.value);
}

/* The largest sums there are: everything -128, and biases as large as they may be. */
START_TEST(full_scale)
{
    enum { HIDDEN = 8192, DIM = 8, KEYS = 3 };
    int8_t *low = malloc(HIDDEN * DIM);
    ck_assert_ptr_nonnull(low);
    memset(low, -128, HIDDEN * DIM);
    float one = 1, bias[DIM];
    int16_t q[DIM] = {1, 2, 3, 4, 5, 6, 7, -8};
    struct tokens_sample s = {.members = 0};
    const char *set[] = {"mode=tokens", "head_dim=8", "hidden_max=8192"};
    struct sofa_error e;
    for (unsigned i = 0; i < DIM; i++)
        bias[i] = ldexpf(1, 28) - 64; /* the float below 2^28 in a step of 1 */
    ck_assert_msg(sofa_config_load(&s.config, NULL, set, 3, &e) == SOFA_OK, "%s", e.text);
    tokens_add(&s, "q", SOFA_I16, 1, DIM, q);
    tokens_add(&s, "x", SOFA_I8, KEYS, HIDDEN, low);
    tokens_add(&s, "wk", SOFA_I8, HIDDEN, DIM, low);
    tokens_add(&s, "wv", SOFA_I8, HIDDEN, DIM, low);
    tokens_add(&s, "bk", SOFA_F32, DIM, 0, bias);
    static const char *const scales[] = {"q_scale", "x_scale", "wk_scale", "wv_scale"};
    for (unsigned i = 0; i < 4; i++)
        tokens_add(&s, scales[i], SOFA_F32, 0, 0, &one);
    test_directory(s.directory);
    snprintf(s.path, sizeof s.path, "%s/t.npz", s.directory);
    struct sofa_trace t;
    ck_assert_msg(tokens_load(&s, &t, &e) == SOFA_OK, "%s", e.text);
    ck_assert_int_eq(t.tokens.k_sum[0], (1 << 27) + (1 << 28) - 64);
    ck_assert_int_eq(t.tokens.v_sum[5], 1 << 27);
    ck_assert_int_eq(t.tokens.khat_sum[7], 1 << 26);
    struct sofa_derived d;
    sofa_config_derive(&s.config, &d);
    ck_assert(d.project_bits == 30 && d.khat_full_bits == 28);
    sofa_trace_free(&t);
    bias[3] = ldexpf(1, 28);
    refused(&s, "'bk': element 3");
    test_remove_directory(s.directory);
    free(low);
}
END_TEST

/* Each case changes one array of a good sample. */
START_TEST(wrong_arrays)
{
    static struct tokens_sample s;
    static int32_t integers[SAMPLE_KEYS * SAMPLE_HIDDEN];
    uint64_t state = test_seed();
    do {
        if (s.directory[0])
            test_remove_directory(s.directory);
        tokens_open(&s, 1, &state);
    } while (s.hidden < 2 || s.keys < 2);
    static const struct {
        unsigned at;
        const char *names;
    } arrays[] = {{AT_X, "'x'"}, {AT_WK, "'wk'"}, {AT_WV, "'wv'"}, {AT_BK, "'bk'"}, {AT_BV, "'bv'"}};
    for (unsigned i = 0; i < 5; i++) {
        struct sofa_member *m = &s.member[arrays[i].at], keep = *m;
        float *data = keep.array.data, first = data[1];
        m->array.type = SOFA_I32;
        m->array.data = integers;
        if (i < 3) /* a bias may be integers: it has its own unit */
            refused(&s, arrays[i].names);
        *m = keep;
        m->array = (struct sofa_array){SOFA_F32, 4, {1, 2, 1, keep.array.count / 2}, keep.array.count / 2 * 2, keep.array.data};
        refused(&s, arrays[i].names);
        *m = keep;
        m->array.shape[i < 3] -= 1; /* one column or element less */
        m->array.count = m->array.shape[0] * (i < 3 ? m->array.shape[1] : 1);
        refused(&s, i == 0 ? "'wk'" : arrays[i].names);
        *m = keep;
        data[1] = NAN;
        refused(&s, arrays[i].names);
        data[1] = INFINITY;
        refused(&s, arrays[i].names);
        data[1] = first;
        m->name = "other";
        if (i < 3)
            refused(&s, arrays[i].names);
        *m = keep;
    }
    s.member[AT_WV].array.shape[0] -= 1;
    s.member[AT_WV].array.count -= s.dim;
    refused(&s, "'wv'");
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(wrong_rotations)
{
    static struct tokens_sample s;
    uint64_t state = test_seed();
    do {
        if (s.directory[0])
            test_remove_directory(s.directory);
        tokens_open(&s, 1, &state);
    } while (s.dim % 2 != 0 || s.keys < 2);
    s.config.kvgen.rotary = 1;
    refused(&s, "kvgen.rotary: 1 needs");
    tokens_rotate(&s, 0, &state);
    for (unsigned i = 0; i < 2; i++) {
        struct sofa_member *m = &s.member[i ? AT_SIN : AT_COS], keep = *m;
        const char *name = i ? "'sin'" : "'cos'";
        float *data = keep.array.data, first = data[1];
        m->name = "other";
        refused(&s, name);
        *m = keep;
        m->array.shape[0]--;
        m->array.count = m->array.shape[0] * m->array.shape[1];
        refused(&s, name);
        *m = keep;
        data[1] = 1.001f;
        refused(&s, "must be -1 to 1");
        data[1] = NAN;
        refused(&s, name);
        data[1] = first;
    }
    s.config.kvgen.rotary = 0;
    refused(&s, "kvgen.rotary=1");
    test_remove_directory(s.directory);
}
END_TEST

START_TEST(wrong_sizes)
{
    static struct tokens_sample s;
    static int16_t wide[SAMPLE_HIDDEN * SAMPLE_DIM];
    float one = 1;
    uint64_t state = test_seed();
    tokens_open(&s, 1, &state);
    s.config.hidden_max = (unsigned)s.hidden - 1;
    refused(&s, "hidden_max");
    s.config.hidden_max = SAMPLE_HIDDEN;
    s.config.keys_max = (unsigned)s.keys - 1;
    refused(&s, "keys_max");
    s.config.keys_max = 100;
    s.bk[0] = 1e30f;
    refused(&s, "'bk': element 0");
    s.bk[0] = 0;
    struct sofa_member keep = s.member[AT_WK];
    s.member[AT_WK].array.type = SOFA_I16;
    s.member[AT_WK].array.data = wide;
    refused(&s, "'wk_scale'");
    tokens_add(&s, "wk_scale", SOFA_F32, 0, 0, &one);
    wide[3] = 128;
    refused(&s, "'wk': element 3 is 128, must be -128 to 127");
    s.member[AT_WK] = keep;
    s.member[AT_X].name = "k";
    refused(&s, "mode: kv");
    s.config.mode = SOFA_MODE_KV;
    s.member[AT_X].name = "x";
    refused(&s, "mode: tokens");
    test_remove_directory(s.directory);
}
END_TEST

Suite *token_traces_suite(void)
{
    Suite *s = suite_create("token_traces");
    TCase *t = tcase_create("token_traces");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, full_scale);
    tcase_add_test(t, wrong_arrays);
    tcase_add_test(t, wrong_rotations);
    tcase_add_test(t, wrong_sizes);
    suite_add_tcase(s, t);
    return s;
}
