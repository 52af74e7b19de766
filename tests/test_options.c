/* SPDX-License-Identifier: Apache-2.0 */
/* The command line that sofamodel and sofacosim share. */
#include "tests.h"

#include "../cmodel/front/input.h"

#include <math.h>
#include <string.h>

struct seen {
    const char *name, *value;
};

static enum sofa_status note(void *user, const char *name, const char *value, struct sofa_error *e)
{
    struct seen *seen = user;
    seen->name = name;
    seen->value = value;
    return value && strcmp(value, "bad") == 0 ? sofa_fail(e, SOFA_BAD_INPUT, "--%s: bad", name) : SOFA_OK;
}

#define WORDS 10
static enum sofa_status parse(struct sofa_run_options *o, struct seen *seen, const char *const *words,
                              struct sofa_error *e)
{
    static const struct sofa_extra_option extra[] = {{"seed", "N", "seed"}, {"quick", NULL, "no argument"}, {0}};
    const struct sofa_program program = {.name = "test", .summary = "A test.", .extra = extra, .set = note, .user = seen};
    char copy[WORDS + 1][64], *argv[WORDS + 2];
    int argc = 1;
    strcpy(copy[0], "test");
    argv[0] = copy[0];
    for (; argc <= WORDS && words[argc - 1]; argc++) {
        strcpy(copy[argc], words[argc - 1]);
        argv[argc] = copy[argc];
    }
    argv[argc] = NULL;
    *seen = (struct seen){0};
    enum sofa_status status = sofa_options_parse(o, &program, argc, argv, e);
    if (status == SOFA_OK) /* the words live in this function only */
        ck_assert(strcmp(o->config_path, "c.yaml") == 0 && strcmp(o->trace_path, "t.npz") == 0);
    return status;
}

START_TEST(good_lines)
{
    static const char *const plain[] = {"c.yaml", "t.npz", NULL};
    static const char *const mixed[] = {"--kept=3", "c.yaml", "--rows", "4:9", "t.npz", "--carry", "--radius", "1.5",
                                        "--tile", "7", NULL};
    static const char *const extras[] = {"c.yaml", "t.npz", "--seed", "5", "--json", "--set", "a=1", "--set", "b=2", NULL};
    static const char *const stacked[] = {"c.yaml", "t.npz", "--head", "11", "--fit", NULL};
    static const char *const visible[] = {"c.yaml", "t.npz", "--all-visible", NULL};
    struct sofa_run_options o;
    struct seen seen;
    struct sofa_error e;
    ck_assert_int_eq(parse(&o, &seen, plain, &e), SOFA_OK);
    ck_assert(isinf(o.run.radius) && o.run.kept == 0 && o.row_first == 0 && o.row_end == SIZE_MAX && !o.json);
    ck_assert(!o.all_visible);
    ck_assert_int_eq(parse(&o, &seen, mixed, &e), SOFA_OK);
    ck_assert(o.run.kept == 3 && o.row_first == 4 && o.row_end == 9 && o.run.carry && o.run.radius == 1.5);
    ck_assert_uint_eq(o.run.tile, 7);
    ck_assert_int_eq(parse(&o, &seen, extras, &e), SOFA_OK);
    ck_assert(o.json && o.overrides == 2 && strcmp(seen.name, "seed") == 0);
    ck_assert_int_eq(parse(&o, &seen, visible, &e), SOFA_OK);
    ck_assert(o.all_visible && o.head == SIZE_MAX && !o.fit && o.traces == 1);
    ck_assert_int_eq(parse(&o, &seen, stacked, &e), SOFA_OK);
    ck_assert(o.head == 11 && o.fit);
}
END_TEST

START_TEST(orders)
{
    static const struct {
        const char *text;
        enum sofa_order order;
        size_t offset;
    } good[] = {{"ascending", SOFA_ORDER_ASCENDING, 0}, {"nearest", SOFA_ORDER_NEAREST, 0}, {"own", SOFA_ORDER_OWN, 0},
                {"own:0", SOFA_ORDER_OWN, 0},           {"own:77", SOFA_ORDER_OWN, 77}};
    struct sofa_run_options o;
    struct seen seen;
    struct sofa_error e;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const char *const words[] = {"c.yaml", "t.npz", "--order", good[i].text, NULL};
        ck_assert_int_eq(parse(&o, &seen, words, &e), SOFA_OK);
        ck_assert(o.run.order_given && o.run.order == good[i].order && o.run.own_offset == good[i].offset);
    }
}
END_TEST

START_TEST(bad_lines)
{
    static const char *const lines[][WORDS] = {
        {NULL},
        {"c.yaml", NULL},
        {"c.yaml", "t.npz", "more", NULL},
        {"c.yaml", "t.npz", "--colour", NULL},
        {"c.yaml", "t.npz", "-x", NULL},
        {"c.yaml", "t.npz", "--kept", NULL},
        {"c.yaml", "t.npz", "--kept", "0", NULL},
        {"c.yaml", "t.npz", "--kept", "3x", NULL},
        {"c.yaml", "t.npz", "--kept", "-3", NULL},
        {"c.yaml", "t.npz", "--tile", "513", NULL},
        {"c.yaml", "t.npz", "--order", "near", NULL},
        {"c.yaml", "t.npz", "--order", "own:", NULL},
        {"c.yaml", "t.npz", "--order", "own:-1", NULL},
        {"c.yaml", "t.npz", "--order", "nearest:1", NULL},
        {"c.yaml", "t.npz", "--radius", "-1", NULL},
        {"c.yaml", "t.npz", "--radius", "nan", NULL},
        {"c.yaml", "t.npz", "--pair-blocks", "sometimes", NULL},
        {"c.yaml", "t.npz", "--head", "-1", NULL},
        {"c.yaml", "t.npz", "--head", "x", NULL},
        {"c.yaml", "t.npz", "--fit=1", NULL},
        {"c.yaml", "t.npz", "--rows", "3", NULL},
        {"c.yaml", "t.npz", "--rows", "9:4", NULL},
        {"c.yaml", "t.npz", "--carry=1", NULL},
        {"c.yaml", "t.npz", "--all-visible=1", NULL},
        {"c.yaml", "t.npz", "--seed", "bad", NULL},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sofa_run_options o;
        struct seen seen;
        struct sofa_error e = {""};
        ck_assert_msg(parse(&o, &seen, lines[i], &e) == SOFA_BAD_INPUT, "line %zu was accepted", i);
        ck_assert_msg(e.text[0] && !strchr(e.text, '\n'), "line %zu: '%s'", i, e.text);
    }
}
END_TEST

START_TEST(several_traces)
{
    struct sofa_program program = {.name = "test", .summary = "A test.", .several = 1};
    char words[][8] = {"test", "c.yaml", "a.npz", "--json", "b.npz", "c.npz"}, *argv[7] = {0};
    struct sofa_run_options o;
    struct sofa_error e;
    for (unsigned i = 0; i < 6; i++)
        argv[i] = words[i];
    ck_assert_int_eq(sofa_options_parse(&o, &program, 6, argv, &e), SOFA_OK);
    ck_assert(o.traces == 3 && strcmp(o.trace[0], "a.npz") == 0 && strcmp(o.trace[2], "c.npz") == 0);
    program.several = 0;
    ck_assert_int_eq(sofa_options_parse(&o, &program, 6, argv, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "unexpected argument 'b.npz'"));
}
END_TEST

START_TEST(inputs)
{
    struct sofa_run_options o = {.config_path = "configs/wide.yaml", .trace_path = "data/demo.npz",
                                 .run = {.radius = INFINITY}, .row_first = 10, .row_end = 20, .head = SIZE_MAX};
    struct sofa_input input;
    struct sofa_error e;
    ck_assert_msg(sofa_input_load(&input, &o, &e) == SOFA_OK, "%s", e.text);
    ck_assert(input.job.rows == 10 && input.job.keys == 1024 && input.trace.visible[0] == 11);
    ck_assert(input.job.has_ranges);
    sofa_input_free(&input);
    o.all_visible = 1;
    ck_assert_msg(sofa_input_load(&input, &o, &e) == SOFA_OK, "%s", e.text);
    for (unsigned r = 0; r < 10; r++)
        ck_assert(input.trace.first[r] == 0 && input.trace.visible[r] == 1024);
    ck_assert(!input.job.has_ranges);
    sofa_input_free(&input);
    o.row_end = 2000;
    ck_assert_int_eq(sofa_input_load(&input, &o, &e), SOFA_BAD_INPUT);
    o.config_path = "configs/small.yaml";
    ck_assert_int_eq(sofa_input_load(&input, &o, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "head_dim = 32; --set head_dim=64 would fit"));
}
END_TEST

Suite *options_suite(void)
{
    Suite *s = suite_create("options");
    TCase *t = tcase_create("options");
    tcase_add_test(t, good_lines);
    tcase_add_test(t, orders);
    tcase_add_test(t, bad_lines);
    tcase_add_test(t, several_traces);
    tcase_add_test(t, inputs);
    suite_add_tcase(s, t);
    return s;
}
