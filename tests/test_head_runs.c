/* SPDX-License-Identifier: Apache-2.0 */
/* Runs over several heads: which there are, where their outputs go, what is printed, what a bad one does. */
#include "tests.h"

#include "../cmodel/front/fit.h"
#include "../cmodel/front/heads.h"
#include "raw_npz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Three heads in one file, one in another, one that is none. */
struct sample {
    char directory[256], stack[300], one[300], bad[300], out[300], printed[300];
    char *trace[3];
    struct sofa_run_options options;
};

static void open_sample(struct sample *s)
{
    static float numbers[3 * 20 * 8];
    struct raw_npz raw = {.members = 0};
    uint64_t state = test_seed();
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        numbers[i] = (float)test_between(&state, 0, 1000) - 500;
    test_directory(s->directory);
    snprintf(s->stack, sizeof s->stack, "%s/stack.npz", s->directory);
    snprintf(s->one, sizeof s->one, "%s/one.npz", s->directory);
    snprintf(s->bad, sizeof s->bad, "%s/bad.npz", s->directory);
    snprintf(s->out, sizeof s->out, "%s/out.npz", s->directory);
    snprintf(s->printed, sizeof s->printed, "%s/printed", s->directory);
    for (unsigned n = 0; n < 3; n++)
        raw_add(&raw, &"q\0k\0v"[2 * n], "<f4", 0, "(3, 20, 8)", numbers, sizeof numbers);
    raw_write(&raw, s->stack);
    for (unsigned n = 0; n < 3; n++)
        raw_add(&raw, &"q\0k\0v"[2 * n], "<f4", 0, "(20, 8)", numbers, sizeof numbers / 3);
    raw_write(&raw, s->one);
    raw_add(&raw, "q", "|b1", 0, "(20, 8)", numbers, 160);
    raw_write(&raw, s->bad);
    s->trace[0] = s->stack;
    s->trace[1] = s->bad;
    s->trace[2] = s->one;
    s->options = (struct sofa_run_options){.trace = s->trace, .traces = 3, .trace_path = s->stack, .row_end = SIZE_MAX,
                                           .head = SIZE_MAX, .fit = 1, .run = {.radius = -1}};
}

START_TEST(lists)
{
    static struct sample s;
    struct sofa_heads list;
    struct sofa_error e = {""};
    open_sample(&s);
    s.options.out_path = s.out;
    ck_assert_msg(sofa_heads_list(&list, &s.options, &e) == SOFA_OK, "%s", e.text);
    static const char *const ends[] = {"/out-stack-h0.npz", "/out-stack-h1.npz", "/out-stack-h2.npz", "/out-bad.npz",
                                       "/out-one.npz"};
    ck_assert_uint_eq(list.count, 5);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_msg(strstr(list.run[i].out_path, ends[i]) != NULL, "%s", list.run[i].out_path);
    ck_assert(list.run[2].head == 2 && list.run[2].heads == 3 && list.run[4].head == 0);
    sofa_heads_free(&list);
    s.options.head = 1;
    s.options.traces = 1;
    ck_assert_msg(sofa_heads_list(&list, &s.options, &e) == SOFA_OK, "%s", e.text);
    ck_assert(list.count == 1 && list.run[0].head == 1 && strcmp(list.run[0].out_path, s.out) == 0);
    sofa_heads_free(&list);
    s.options.head = SIZE_MAX;
    s.options.traces = 3;
    s.trace[1] = s.one;
    ck_assert_int_eq(sofa_heads_list(&list, &s.options, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "out-one.npz") != NULL, "%s", e.text);
    sofa_heads_free(&list);
    test_remove_directory(s.directory);
}
END_TEST

static enum sofa_status run_one(void *user, struct sofa_head_run *run, const struct sofa_setup *setup,
                                const struct sofa_run_options *o)
{
    struct sofa_input input;
    struct sofa_result result;
    (void)user;
    enum sofa_status status = sofa_input_take(&input, setup, o, run->trace, run->head, 1, &run->error);
    if (status != SOFA_OK)
        return status;
    status = sofa_report_run(&run->report, &result, &input.config, &input.trace, &input.job, &run->error);
    run->reported = status == SOFA_OK;
    run->report.trace = run->trace;
    run->report.head = run->head;
    sofa_result_free(&result);
    sofa_input_free(&input);
    return status;
}

/* Standard output goes into a file, warnings nowhere. */
static enum sofa_status run_all(struct sample *s, unsigned threads, char *text, size_t room, struct sofa_error *e)
{
    static const struct sofa_program program = {.name = "test", .summary = "A test."};
    const struct sofa_heads_how how = {.program = &program, .options = &s->options, .threads = threads, .run = run_one};
    int kept = dup(STDOUT_FILENO), errors = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    int file = open(s->printed, O_CREAT | O_TRUNC | O_RDWR, 0600);
    ck_assert(kept >= 0 && errors >= 0 && nowhere >= 0 && file >= 0);
    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    enum sofa_status status = sofa_heads_run(&how, e);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    ssize_t length = pread(file, text, room - 1, 0);
    ck_assert(length >= 0 && (size_t)length < room - 1);
    text[length] = '\0';
    close(kept);
    close(errors);
    close(nowhere);
    close(file);
    return status;
}

START_TEST(runs)
{
    static struct sample s;
    static char text[1 << 16];
    struct sofa_error e = {""};
    open_sample(&s);
    s.options.json = 1;
    for (unsigned threads = 0; threads < 4; threads++) {
        ck_assert_int_eq(run_all(&s, threads, text, sizeof text, &e), SOFA_BAD_INPUT);
        ck_assert_str_eq(e.text, "1 of 5 heads failed");
        json_t *all = json_loads(text, 0, NULL), *heads = json_object_get(all, "heads"), *bad = json_object_get(all, "failed");
        ck_assert(all && json_array_size(heads) == 4 && json_array_size(bad) == 1);
        for (unsigned i = 0; i < 4; i++) {
            json_t *head = json_array_get(heads, i);
            ck_assert_int_eq(json_integer_value(json_object_get(head, "head")), i % 3);
            ck_assert_str_eq(json_string_value(json_object_get(head, "trace")), i < 3 ? s.stack : s.one);
            ck_assert_int_eq(json_integer_value(json_object_get(head, "rows")), 20);
        }
        /* head 0 of the stack is the head of the other file */
        json_t *first = json_object_get(json_array_get(heads, 0), "output_snr_dense_db");
        ck_assert(json_equal(first, json_object_get(json_array_get(heads, 3), "output_snr_dense_db")));
        ck_assert_str_eq(json_string_value(json_object_get(json_array_get(bad, 0), "trace")), s.bad);
        ck_assert(strstr(json_string_value(json_object_get(json_array_get(bad, 0), "message")), "dtype is bool"));
        ck_assert(json_array_size(json_object_get(all, "fitted")) == 1);
        json_decref(all);
    }
    s.options.json = 0;
    ck_assert_int_eq(run_all(&s, 2, text, sizeof text, &e), SOFA_BAD_INPUT);
    unsigned lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    ck_assert_msg(lines == 6 && strstr(text, "fitted              head_dim=8\ntrace "), "%s", text);
    test_remove_directory(s.directory);
}
END_TEST

/* One head: its own object, and its own error. */
START_TEST(single_runs)
{
    static struct sample s;
    static char text[1 << 16];
    struct sofa_error e = {""};
    open_sample(&s);
    s.options.json = 1;
    s.options.traces = 1;
    s.options.head = 2;
    ck_assert_msg(run_all(&s, 0, text, sizeof text, &e) == SOFA_OK, "%s", e.text);
    json_t *object = json_loads(text, 0, NULL);
    ck_assert(object && json_integer_value(json_object_get(object, "head")) == 2 && json_object_get(object, "fitted"));
    json_decref(object);
    s.trace[0] = s.bad;
    s.options.head = SIZE_MAX;
    ck_assert_int_eq(run_all(&s, 0, text, sizeof text, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "bad.npz: array 'q': dtype is bool") && text[0] == '\0', "%s", e.text);
    test_remove_directory(s.directory);
}
END_TEST

/* What --fit sets: only what must be, and nothing that --set gives. */
START_TEST(fits)
{
    static struct sample s;
    static float numbers[40 * 64];
    char text[SOFA_FIT_KEYS][40];
    struct sofa_fit fit = {.begun = 0};
    struct sofa_config c;
    struct sofa_setup setup;
    struct sofa_error e;
    struct raw_npz raw = {.members = 0};
    open_sample(&s);
    sofa_config_default(&c);
    sofa_fit_add(&fit, "/none.npz");
    ck_assert_uint_eq(sofa_fit_overrides(text, &fit, &c), 0);
    sofa_fit_add(&fit, s.stack);
    ck_assert_uint_eq(sofa_fit_overrides(text, &fit, &c), 1);
    ck_assert_str_eq(text[0], "head_dim=8");
    c.keys_max = 19;
    c.mode = SOFA_MODE_TOKENS;
    ck_assert_uint_eq(sofa_fit_overrides(text, &fit, &c), 3);
    ck_assert(strcmp(text[0], "mode=kv") == 0 && strcmp(text[2], "keys_max=20") == 0);
    raw_add(&raw, "q", "<f4", 0, "(2, 16)", numbers, 128);
    raw_add(&raw, "x", "<f4", 0, "(40, 64)", numbers, sizeof numbers);
    raw_add(&raw, "cos", "<f4", 0, "(40, 8)", numbers, 1280);
    raw_add(&raw, "bk", "<f4", 0, "(16,)", numbers, 64);
    raw_write(&raw, s.bad);
    fit = (struct sofa_fit){.begun = 0};
    sofa_fit_add(&fit, s.bad);
    sofa_config_default(&c);
    c.hidden_max = 64;
    c.keys_max = 39;
    ck_assert_uint_eq(sofa_fit_overrides(text, &fit, &c), 5);
    static const char *const want[] = {"mode=tokens", "head_dim=16", "keys_max=40", "hidden_max=96", "kvgen.rotary=1"};
    for (unsigned i = 0; i < 5; i++)
        ck_assert_str_eq(text[i], want[i]);
    s.options.override[0] = "head_dim=32";
    s.options.overrides = 1;
    ck_assert_msg(sofa_setup_load(&setup, &s.options, &e) == SOFA_OK, "%s", e.text);
    ck_assert(setup.config.head_dim == 32 && setup.fitteds == 0);
    s.options.overrides = 0;
    ck_assert_msg(sofa_setup_load(&setup, &s.options, &e) == SOFA_OK, "%s", e.text);
    ck_assert(setup.config.head_dim == 8 && setup.fitteds == 1);
    test_remove_directory(s.directory);
}
END_TEST

Suite *head_runs_suite(void)
{
    Suite *suite = suite_create("head_runs");
    TCase *t = tcase_create("head_runs");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, lists);
    tcase_add_test(t, runs);
    tcase_add_test(t, single_runs);
    tcase_add_test(t, fits);
    suite_add_tcase(suite, t);
    return suite;
}
