/* SPDX-License-Identifier: Apache-2.0 */
/* What `make ppa` reckons: from a stored result that can be checked by hand, on a small design that is mapped to a library of round
 * numbers; and what it says of what is missing. */
#include "tests.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char root[256];

static void begin(void)
{
    test_directory(root);
}

static void end(void)
{
    test_remove_directory(root);
}

static double number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    ck_assert_msg(json_is_number(value), "%s is no number", name);
    return json_number_value(value);
}

static void expect(const json_t *object, const char *name, double wanted)
{
    double got = number(object, name);
    ck_assert_msg(fabs(got - wanted) <= 1e-9 * fabs(wanted), "%s is %.12g, not %.12g", name, got, wanted);
}

static json_t *calculate(void)
{
    char text[TEST_TEXT], path[300];
    json_error_t why;
    ck_assert_msg(test_shell(text, "python3 -B tb/ppa/ppa.py --stored tests/ppa/stored --work '%s' --no-picture --json 2>&1 >'%s/printed.json'",
                             root, root) == 0, "%s", text);
    snprintf(path, sizeof path, "%s/stored.json", root);
    json_t *result = json_load_file(path, 0, &why);
    ck_assert_msg(result != NULL, "%s", why.text);
    snprintf(path, sizeof path, "%s/printed.json", root);
    json_t *printed = json_load_file(path, 0, &why);
    ck_assert_msg(printed && json_equal(result, printed), "%s", path);
    json_decref(printed);
    return result;
}

/* From 56 to 28 nm areas and paths are quartered, and memories take 0.42 um2 a bit. */
START_TEST(stored_area)
{
    json_t *result = calculate(), *engines = json_object_get(result, "engines");
    const json_t *predict = json_object_get(engines, "predict"), *memory = json_object_get(engines, "memory");
    expect(predict, "logic_mm2", (2.0 + 10 * 0.1 + 0.1) / 4);
    expect(predict, "memory_mm2", 0.42);
    expect(predict, "cells", 20 + 10 * 4 + 1);
    expect(predict, "path_ns", 0.8);
    expect(memory, "logic_mm2", (0.5 + 0.1) / 4);
    expect(memory, "memory_bits", 1000000);
    expect(json_object_get(engines, "top"), "logic_mm2", 0.25);
    expect(result, "logic_mm2", 4.7 / 4);
    expect(result, "memory_mm2", 0.84);
    expect(result, "flip_flops", 3 + 5 + 20 + 1 + 2);
    expect(result, "flip_flops_enabled", 6);
    expect(result, "path_ns", 0.8);
    expect(result, "path_ns_linear", 1.6);
    ck_assert_str_eq(json_string_value(json_object_get(result, "path")), "sofa_column: c -> d");
    json_decref(result);
}
END_TEST

/* 4 d operations for each of 4000 visible pairs in 4000 cycles; 16 multipliers. */
START_TEST(stored_throughput)
{
    json_t *result = calculate(), *energy = json_object_get(result, "energy");
    expect(result, "gops", 32.0);
    expect(result, "gops_executed", 3.2);
    expect(result, "gops_per_multiplier_ghz", 2.0);
    expect(result, "gops_per_mm2", 32.0 / (4.7 / 4 + 0.84));
    expect(json_object_get(result, "busy"), "attend", 0.3);
    expect(energy, "core_watt", 0.5);
    expect(energy, "core_watt_clock_not_gated", 0.7);
    expect(energy, "hbm_watt", 10000 * 8 * 3.92e-12 / 4e-6);
    expect(energy, "gops_per_watt", 64);
    expect(json_object_get(energy, "job_uj"), "predict", 200e-6 * 4000);
    json_decref(result);
}
END_TEST

static void refuse(const char *command, const char *says)
{
    char text[TEST_TEXT];
    int status = test_shell(text, "{ %s ; } 2>&1", command);
    const char *feed = strchr(text, '\n');
    ck_assert_msg(status == 2 && strstr(text, says) && (!feed || feed[1] == '\0'), "%s: status %d: %s", command, status, text);
}

START_TEST(what_is_missing)
{
    char command[1400];
    static const char *const edit = "cp -r tests/ppa/stored '%1$s/other' && sed -i 's/2000000/2000001/' '%1$s/other/synthesis.json' && "
                                    "python3 -B tb/ppa/ppa.py --stored '%1$s/other' --work '%1$s' --no-picture";
    refuse("env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES make --no-print-directory ppa LIBERTY=", "make ppa: say LIBERTY=FILE.lib or FILE.lib.gz");
    refuse("env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES make --no-print-directory timing LIBERTY=", "make timing: say LIBERTY=FILE.lib");
    snprintf(command, sizeof command, "python3 -B tb/ppa/ppa.py --work '%s' --config configs/small.yaml --liberty tests/ppa/cells.lib", root);
    refuse(command, "say --trace (make ppa: TRACE=FILE)");
    snprintf(command, sizeof command, "python3 -B tb/ppa/ppa.py --work '%s' --config configs/small.yaml --liberty tests/ppa/cells.lib --trace none.npz", root);
    refuse(command, "trace none.npz: no such file");
    snprintf(command, sizeof command, "python3 -B tb/ppa/ppa.py --work '%s' --config configs/small.yaml --liberty README.md --trace data/demo.npz", root);
    refuse(command, "library README.md: no Liberty file");
    snprintf(command, sizeof command, "python3 -B tb/ppa/ppa.py --work '%s' --stored '%s/none' --no-picture", root, root);
    refuse(command, "none: ");
    snprintf(command, sizeof command, edit, root);
    refuse(command, "the manifest lists 2000000 bits of memories, the netlists hold 2000001");
}
END_TEST

/* Multiplication by digits, before anything is mapped. */
START_TEST(digits)
{
    static const char *const steps =
        "yosys -q -p 'read_verilog tests/ppa/products.v; hierarchy -check -top products; proc; opt_expr; opt_clean; wreduce; "
        "techmap -map tb/ppa/booth.v; select -assert-none t:$mul; clean; rename products mapped; write_verilog -noattr %1$s/mapped.v' && "
        "iverilog -g2005 -o %1$s/products tests/ppa/products_tb.v tests/ppa/products.v %1$s/mapped.v && vvp -n %1$s/products 2>&1";
    char text[TEST_TEXT];
    ck_assert_msg(test_shell(text, steps, root) == 0, "%s", text);
    ck_assert_msg(strcmp(text, "pass\n") == 0, "%s", text);
}
END_TEST

START_TEST(small_design)
{
    char text[TEST_TEXT];
    ck_assert_msg(test_shell(text, "python3 -B tests/ppa/check_ppa.py 2>&1") == 0, "%s", text);
}
END_TEST

Suite *ppa_suite(void)
{
    Suite *suite = suite_create("ppa");
    TCase *t = tcase_create("ppa");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, stored_area);
    tcase_add_test(t, stored_throughput);
    tcase_add_test(t, what_is_missing);
    if (!test_fast()) {
        tcase_add_test(t, digits);
        tcase_add_test(t, small_design);
    }
    suite_add_tcase(suite, t);
    return suite;
}
