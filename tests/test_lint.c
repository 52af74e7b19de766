/* SPDX-License-Identifier: Apache-2.0 */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../gen/emit.h"
#include "../tb/lint.h"
#include "../tb/shim_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASSERTED(text) "`ifdef SOFA_ASSERT\n" text "`endif\n"

/* A check of lint/gate.mk and a fault that is its own to find; those from SYSTEM on need the newest tools. */
static const struct {
    const char *check, *fault;
} faults[] = {
    {"verilator-core", "    wire idle;\n"},
    {"assert-verilator-core", ASSERTED("    wire idle;\n")},
    {"iverilog-core", "    wire [1:0] wide = missing;\n"},
    {"assert-iverilog-core", ASSERTED("    wire [1:0] wide = missing;\n")},
    {"yosys", "    wire loop = !loop;\n    assign o_loop = loop;\n"},
    {"assert-yosys", ASSERTED("    wire loop = !loop;\n    always @* assert (loop);\n")},
    {"newest-verilator-core", "    wire idle;\n"},
    {"assert-newest-verilator-core", ASSERTED("    wire idle;\n")},
    {"newest-yosys", "    wire loop = !loop;\n    assign o_loop = loop;\n"},
    {"assert-newest-yosys", ASSERTED("    wire loop = !loop;\n    always @* assert (loop);\n")},
    {"slang", "    wire early = late;\n    wire late = i_a;\n"},
    {"assert-slang", ASSERTED("    wire early = late;\n    wire late = i_a;\n")},
    {"verible", "    wire = i_a;\n"},
};
enum { FAULTS = sizeof faults / sizeof faults[0], SYSTEM = 6, TEXT_LIMIT = 1 << 20 };

/* What the gate says of the design in a directory; "" if nothing. The caller frees it. options: of make, the checks among them. */
static char *run_gate(const char *directory, const char *const *options, const char *tools)
{
    char gate[TB_PATH_MAX], log[TB_PATH_MAX], newest[TB_PATH_MAX], *text = NULL;
    const char *argv[16] = {"make", "-s", "-f", gate, newest};
    size_t length;
    struct sofa_error e = {""};
    for (unsigned i = 0; options[i]; i++)
        argv[5 + i] = options[i];
    snprintf(gate, sizeof gate, "%s/gate.mk", directory);
    snprintf(log, sizeof log, "%s/log", directory);
    snprintf(newest, sizeof newest, "TOOLS=%s", tools ? tools : "");
    ck_assert_msg(tb_write_file(gate, tb_lint_gate, (size_t)(tb_lint_gate_end - tb_lint_gate), &e) == SOFA_OK, "%s", e.text);
    enum sofa_status status = tb_run(argv, directory, log, NULL);
    ck_assert_msg(sofa_read_file(&text, &length, log, TEXT_LIMIT, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(status == SOFA_OK || length > 0, "the gate fails in silence");
    return text;
}

/* Of a small design with `fault` in it. */
static char *say(const char *check, const char *fault, const char *tools)
{
    static const char *const format = "`default_nettype none\nmodule core (\n    input wire i_a,\n    output wire o_b,\n    output wire o_loop\n"
                                      ");\n    assign o_b = !i_a;\n%s%sendmodule\n`default_nettype wire\n";
    char directory[256], path[TB_PATH_MAX], design[1024];
    struct sofa_error e = {""};
    test_directory(directory);
    snprintf(path, sizeof path, "%s/core.v", directory);
    snprintf(design, sizeof design, format, fault, strstr(fault, "o_loop") ? "" : "    assign o_loop = i_a;\n");
    ck_assert_msg(tb_write_file(path, design, strlen(design), &e) == SOFA_OK, "%s", e.text);
    snprintf(path, sizeof path, "%s/core.f", directory);
    ck_assert_msg(tb_write_file(path, "core.v\n", 7, &e) == SOFA_OK, "%s", e.text);
    char *text = run_gate(directory, (const char *const[]){"LIST=core.f", "CORE=core", "TOPS=core", check, NULL}, tools);
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

/* Shapes that had messages: a row of less than four beats in a lane of whole rows, a lane of single elements, keys with
 * larger numbers than there are addresses, words of more than 8192 bits, rows of two words, and more packed keys
 * in a row than there are keys, or than a tile has. The quick tools of the system. */
static const char *const shapes[][12] = {
    {"target=fpga", "attend.lanes=1", "attend.width=16", "head_dim=16"},
    {"target=fpga", "attend.lanes=1", "attend.width=1", "head_dim=8"},
    {"mode=tokens", "head_dim=8", "hidden_max=10", "kvgen.rotary=1", "keys_max=1048576", "memory.address_bits=16"},
    {"mode=tokens", "head_dim=8", "hidden_max=34", "kvgen.slice=8", "keys_max=1048576", "memory.address_bits=18"},
    {"mode=kv", "head_dim=8", "keys_max=1048576", "memory.address_bits=16"},
    {"mode=kv", "head_dim=256", "attend.width=256", "attend.lanes=1", "query_block=4", "memory.port_bits=64"},
    {"mode=kv", "head_dim=8", "attend.width=2", "attend.lanes=1", "query_block=4", "memory.port_bits=64"},
    {"mode=kv", "head_dim=16", "keys_max=1", "memory.port_bits=1024"},
    {"mode=kv", "head_dim=8", "tile.keys=4", "predict.keys=4", "predict.operand_bits=3", "memory.port_bits=4096"},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

START_TEST(silent_shapes)
{
    static const char *const small[] = {"query_block=2", "tile.keys=4", "tile.kept_max=2", "predict.keys=2", "predict.dims=4",
                                        "attend.window=2", "memory.port_bits=32", "memory.prefetch=2", "board.memory_kib=0"};
    enum { SMALL = sizeof small / sizeof small[0] };
    const char *all[SMALL + 12];
    unsigned count = SMALL;
    char directory[256], rtl[TB_PATH_MAX];
    struct sofa_config c;
    struct sofa_error e = {""};
    memcpy(all, small, sizeof small);
    for (unsigned i = 0; i < 12 && shapes[_i][i]; i++)
        all[count++] = shapes[_i][i];
    ck_assert_msg(sofa_config_load(&c, NULL, all, count, &e) == SOFA_OK, "%s", e.text);
    test_directory(directory);
    snprintf(rtl, sizeof rtl, "%s/rtl", directory);
    ck_assert_msg(gen_emit(&c, rtl, &e) == SOFA_OK, "%s", e.text);
    char *said = run_gate(rtl, (const char *const[]){"LIST=sofa.f", "CORE=sofa_core", "TOPS=sofa_core", "verilator-sofa_core",
                                                     "iverilog-sofa_core", NULL}, NULL);
    ck_assert_msg(said[0] == '\0', "%s", said);
    free(said);
    test_remove_directory(directory);
}
END_TEST

Suite *lint_suite(void)
{
    Suite *suite = suite_create("lint");
    if (!test_fast()) {
        TCase *gate = tcase_create("gate");
        tcase_set_timeout(gate, 300);
        tcase_add_loop_test(gate, every_check_notices, 0, FAULTS);
        tcase_add_loop_test(gate, silent_shapes, 0, SHAPES);
        suite_add_tcase(suite, gate);
    }
    return suite;
}
