/* SPDX-License-Identifier: Apache-2.0 */
#include "tests.h"

#include "../cmodel/parse.h"
#include "../tb/lint.h"
#include "../tb/shim_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A check of lint/gate.mk and a fault that is its own to find; the last four need the newest tools. */
static const struct {
    const char *check, *fault;
} faults[] = {
    {"verilator-core", "    wire idle;\n"},
    {"iverilog-core", "    wire [1:0] wide = missing;\n"},
    {"yosys", "    wire loop = !loop;\n    assign o_loop = loop;\n"},
    {"newest-verilator-core", "    wire idle;\n"},
    {"newest-yosys", "    wire loop = !loop;\n    assign o_loop = loop;\n"},
    {"slang", "    wire early = late;\n    wire late = i_a;\n"},
    {"verible", "    wire = i_a;\n"},
};
enum { FAULTS = sizeof faults / sizeof faults[0], SYSTEM = 3, TEXT_LIMIT = 1 << 20 };

/* What a check says of a design with `fault` in it; "" if nothing. The caller frees it. */
static char *say(const char *check, const char *fault, const char *tools)
{
    static const char *const format = "`default_nettype none\nmodule core (\n    input wire i_a,\n    output wire o_b,\n    output wire o_loop\n"
                                      ");\n    assign o_b = !i_a;\n%s%sendmodule\n`default_nettype wire\n";
    char directory[256], path[TB_PATH_MAX], log[TB_PATH_MAX], newest[TB_PATH_MAX], design[1024], *text = NULL;
    size_t length;
    struct sofa_error e = {""};
    test_directory(directory);
    snprintf(path, sizeof path, "%s/core.v", directory);
    snprintf(log, sizeof log, "%s/log", directory);
    snprintf(newest, sizeof newest, "TOOLS=%s", tools ? tools : "");
    snprintf(design, sizeof design, format, fault, strstr(fault, "o_loop") ? "" : "    assign o_loop = i_a;\n");
    ck_assert_msg(tb_write_file(path, design, strlen(design), &e) == SOFA_OK, "%s", e.text);
    snprintf(path, sizeof path, "%s/core.f", directory);
    ck_assert_msg(tb_write_file(path, "core.v\n", 7, &e) == SOFA_OK, "%s", e.text);
    snprintf(path, sizeof path, "%s/gate.mk", directory);
    ck_assert_msg(tb_write_file(path, tb_lint_gate, (size_t)(tb_lint_gate_end - tb_lint_gate), &e) == SOFA_OK, "%s", e.text);
    const char *const argv[] = {"make", "-s", "-f", path, "LIST=core.f", "CORE=core", "TOPS=core", newest, check, NULL};
    enum sofa_status status = tb_run(argv, directory, log, NULL);
    ck_assert_msg(sofa_read_file(&text, &length, log, TEXT_LIMIT, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(status == SOFA_OK || length > 0, "%s fails in silence", check);
    test_remove_directory(directory);
    return text;
}

START_TEST(every_check_notices)
{
    char tools[TB_PATH_MAX];
    int newest = tb_lint_tools(tools);
    if (_i >= SYSTEM && !newest)
        return;
    char *good = say(faults[_i].check, "", newest ? tools : NULL);
    char *bad = say(faults[_i].check, faults[_i].fault, newest ? tools : NULL);
    ck_assert_msg(good[0] == '\0', "of a good design: %s", good);
    ck_assert_msg(strncmp(bad, faults[_i].check, strlen(faults[_i].check)) == 0, "%s of a fault: '%s'", faults[_i].check, bad);
    free(good);
    free(bad);
}
END_TEST

Suite *lint_suite(void)
{
    Suite *suite = suite_create("lint");
    if (!test_fast()) {
        TCase *gate = tcase_create("gate");
        tcase_set_timeout(gate, 300);
        tcase_add_loop_test(gate, every_check_notices, 0, FAULTS);
        suite_add_tcase(suite, gate);
    }
    return suite;
}
