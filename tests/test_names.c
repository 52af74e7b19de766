/* SPDX-License-Identifier: Apache-2.0 */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../gen/emit.h"
#include "../tb/random_case.h"
#include "verilog_names.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANDOM_CONFIGS 40u
#define TEXT_LIMIT ((size_t)1 << 20)

static void expect(const char *text, unsigned faults, const char *what)
{
    char message[VERILOG_MESSAGE];
    unsigned found = verilog_names(text, message);
    ck_assert_msg(found == faults, "%u faults, not %u: %s in %s", found, faults, message, text);
    ck_assert_msg(strncmp(message, what, strlen(what)) == 0, "%s", message);
}

START_TEST(good_texts)
{
    expect("module m (input wire a, output wire [1:0] b);\nassign b = {2{a}};\nendmodule", 0, "");
    expect("module m #(parameter W = 3) (input wire [W-1:0] a);\nlocalparam V = W, U = V;\nwire [U:0] x = a, y = x;\nendmodule", 0, "");
    expect("module m; // later\n/* later */ wire a = 1'b0; sub #(.A(1)) u (.later(a), .b()); wire c = u.q; endmodule", 0, "");
    expect("module m; reg a; always @* begin : block integer i; for (i = 0; i < 2; i = i + 1) a = i[0]; end endmodule", 0, "");
    expect("module m; function [3:0] f(input [3:0] x); integer b; begin f = x; b = 1; end endfunction "
           "wire [3:0] y = f(4'hf) + 4'd1_0; endmodule", 0, "");
    expect("module m; reg [7:0] a; (* keep *) reg b; initial $readmemh(\"later.hex\", a); sub u0 (a); sub u1 (b); endmodule", 0, "");
    expect("module m; reg a; wire b = `B; always @(*) a = b && `A; wire c = 2 * (a * b); sub u (.\\odd[1] (c)); endmodule", 0, "");
    expect("module m; wire a;\n`ifdef FORMAL\nassert (final);\n`else\nwire b = a;\n`endif\nwire c = a; endmodule", 0, "");
    expect("`default_nettype none\nmodule m; wire a; if (1) begin : g sub u (a); end else begin : h sub u (a); end endmodule", 0, "");
}
END_TEST

START_TEST(faults_are_found)
{
    expect("module m;\nwire a = b;\nwire b;\nendmodule", 1, "2: b is used before it is declared");
    expect("module m; wire a, b = c, c = a; endmodule", 1, "1: c is");
    expect("module m; reg a; always @(posedge k) a <= !a; endmodule", 1, "1: k is");
    expect("module m; wire b; sub u (.a(b[n]), .b(b)); endmodule", 1, "1: n is");
    expect("module m; function f(input x); f = x; endfunction wire y = f(x); endmodule", 1, "1: x is");
    expect("module m; wire a; endmodule\nmodule n; wire b = a; endmodule", 1, "2: a is");
    expect("module m; wire x = u.q; sub u (); endmodule", 1, "1: u is");
    expect("module m; wire y = {2{later}}; reg later; endmodule", 1, "1: later is");
    expect("module m (input wire [W:0] a);\nparameter W = 1; endmodule", 1, "1: W is");
    expect("module m; reg a; always @(*) a = b; endmodule", 1, "1: b is");
    expect("module m; wire units; endmodule", 1, "1: units is a keyword of Verilog-AMS");
    expect("module m (input wire a, bit); endmodule", 1, "1: bit is a keyword of SystemVerilog");
    expect("module m;\n`ifdef FORMAL\nassert (final);\n`else\nwire b = a;\n`endif\nendmodule", 1, "5: a is");
    expect("module m; sub final (.above(1'b0)); endmodule", 2, "1: final is a keyword of SystemVerilog");
}
END_TEST

static void check_config(const struct sofa_config *c)
{
    struct gen_files files = {0};
    struct sofa_error e = {""};
    char message[VERILOG_MESSAGE];
    ck_assert_msg(gen_emit_files(&files, c, NULL, &e) == SOFA_OK, "%s", e.text);
    for (unsigned i = 0; i < files.count; i++) {
        const char *path = files.file[i].path;
        if (strlen(path) > 2 && !strcmp(path + strlen(path) - 2, ".v"))
            ck_assert_msg(verilog_names(files.file[i].text.data, message) == 0, "%s: %s:%s", c->name, path, message);
    }
    gen_files_free(&files);
}

/* Every configuration of the repository, in both modes, for both targets. */
START_TEST(emitted_names)
{
    static const char *const variants[][2] = {{"target=cells", "mode=kv"},
                                              {"target=cells", "mode=tokens"},
                                              {"target=fpga", "mode=kv"},
                                              {"target=fpga", "mode=tokens"}};
    glob_t found;
    ck_assert_int_eq(glob("configs/*.yaml", 0, NULL, &found), 0);
    ck_assert_int_eq(glob("fpga/boards/*/config.yaml", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct sofa_config c;
        struct sofa_error e = {""};
        if (sofa_config_load(&c, found.gl_pathv[i], variants[_i], 2, &e) == SOFA_OK)
            check_config(&c);
    }
    globfree(&found);
}
END_TEST

START_TEST(random_names)
{
    for (unsigned i = 0; i < RANDOM_CONFIGS; i++) {
        struct tb_case c;
        struct sofa_error e = {""};
        ck_assert_msg(tb_random_config(&c, test_seed(), i, &e) == SOFA_OK, "%s", e.text);
        snprintf(c.config.name, sizeof c.config.name, "seed %lu, %u", (unsigned long)test_seed(), i);
        check_config(&c.config);
    }
}
END_TEST

/* What stands beside the emitted text: tops of boards, memories of devices, the bench of the adapters. */
START_TEST(written_names)
{
    static const char *const patterns[] = {"fpga/*.v", "fpga/boards/*/*.v", "fpga/ecp5/*.v", "fpga/ice40/*.v",
                                           "fpga/*/sim/*.v", "tests/axi/*.v"};
    glob_t found = {0};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        ck_assert_msg(glob(patterns[i], i ? GLOB_APPEND : 0, NULL, &found) == 0, "no %s", patterns[i]);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char message[VERILOG_MESSAGE], *text = NULL;
        size_t length;
        struct sofa_error e = {""};
        ck_assert_msg(sofa_read_file(&text, &length, found.gl_pathv[i], TEXT_LIMIT, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(verilog_names(text, message) == 0, "%s:%s", found.gl_pathv[i], message);
        free(text);
    }
    globfree(&found);
}
END_TEST

Suite *names_suite(void)
{
    Suite *suite = suite_create("names");
    TCase *rules = tcase_create("rules");
    tcase_add_test(rules, good_texts);
    tcase_add_test(rules, faults_are_found);
    suite_add_tcase(suite, rules);
    TCase *texts = tcase_create("texts");
    tcase_set_timeout(texts, 600);
    tcase_add_loop_test(texts, emitted_names, 0, 4);
    tcase_add_test(texts, random_names);
    tcase_add_test(texts, written_names);
    suite_add_tcase(suite, texts);
    return suite;
}
