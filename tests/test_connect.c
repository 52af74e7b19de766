/* SPDX-License-Identifier: Apache-2.0 */
/* What templates leave to the ports of the modules that they instantiate. */
#include "tests.h"

#include "../gen/connect.h"

#include <string.h>

/* sofa_leaf is there, sofa_absent is not in this configuration, others are in none. */
static const char *text_of(const void *context, const char *name, int *known)
{
    (void)context;
    *known = strcmp(name, "sofa_leaf") == 0 || strcmp(name, "sofa_absent") == 0;
    return strcmp(name, "sofa_leaf") == 0 ? "module sofa_leaf (input wire clk, input wire [7:0] i_row,\n"
                                            "    output wire [3:0] o_sum, o_next, output reg o_busy);\nendmodule\n"
                                          : NULL;
}

static enum sofa_status connect(const char *text, struct gen_buffer *out, struct sofa_error *e)
{
    static const struct gen_modules modules = {text_of, NULL};
    return gen_connect(out, "t.v", text, &modules, e);
}

static void expect(const char *text, const char *want)
{
    struct gen_buffer out = {0};
    struct sofa_error e = {.text = ""};
    ck_assert_msg(connect(text, &out, &e) == SOFA_OK, "%s", e.text);
    ck_assert_str_eq(out.data ? out.data : "", want);
    gen_buffer_free(&out);
}

static void expect_error(const char *text, const char *what)
{
    struct gen_buffer out = {0};
    struct sofa_error e = {.text = ""};
    ck_assert_int_eq(connect(text, &out, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, what) != NULL, "%s", e.text);
    gen_buffer_free(&out);
}

START_TEST(ports_by_name)
{
    expect("    sofa_leaf u_leaf (.*);\n",
           "    sofa_leaf u_leaf (.clk(clk), .i_row(row), .o_sum(sum), .o_next(next), .o_busy(busy));\n");
    expect("    sofa_leaf u_leaf (\n        .i_row({a, (b)}), .o_next(later), .*);\n    x\n",
           "    sofa_leaf u_leaf (.clk(clk), .i_row({a, (b)}), .o_sum(sum), .o_next(later), .o_busy(busy));\n    x\n");
    /* a signal of the port's own name goes first, wherever it is declared */
    expect("module m (input wire [7:0] i_row);\nsofa_leaf u (.*);\nreg a = o_sum, o_busy;\n",
           "module m (input wire [7:0] i_row);\n"
           "sofa_leaf u (.clk(clk), .i_row(i_row), .o_sum(sum), .o_next(next), .o_busy(o_busy));\nreg a = o_sum, o_busy;\n");
}
END_TEST

START_TEST(absent_ports_and_modules)
{
    expect("sofa_leaf u (.i_other(x[-1:0]), .clk(c), .*);\n",
           "sofa_leaf u (.clk(c), .i_row(row), .o_sum(sum), .o_next(next), .o_busy(busy));\n");
    expect("a\n    sofa_absent #(.W(f(1))) u_absent (\n        .i_x(x),\n        .*);\nb\n", "a\nb\n");
}
END_TEST

START_TEST(other_text_stays)
{
    static const char text[] = "// .* and (.*);\nwire x; // .*\nsofa_leaf u (.clk(clk), .i_row(row));\nsofa_absent u_absent (.clk(clk));\n"
                               "assign a = b .c;";
    expect(text, text);
}
END_TEST

START_TEST(wires)
{
    expect("    wire .*;\nsofa_leaf a (.o_next(next_a), .*);\nsofa_leaf b (.o_sum(sum_b), .o_next({p, q}), .o_busy(z[0]), .*);\n",
           "    // a\n    wire [3:0] sum, next_a;\n    wire busy;\n    // b\n    wire [3:0] sum_b;\n"
           "sofa_leaf a (.clk(clk), .i_row(row), .o_sum(sum), .o_next(next_a), .o_busy(busy));\n"
           "sofa_leaf b (.clk(clk), .i_row(row), .o_sum(sum_b), .o_next({p, q}), .o_busy(z[0]));\n");
    /* what is declared elsewhere is not declared twice, whether before or after */
    expect("module m (output wire o_busy);\n    wire .*;\n    wire [3:0] sum = 4'd1, next;\nsofa_leaf a (.*);\n",
           "module m (output wire o_busy);\n    wire [3:0] sum = 4'd1, next;\n"
           "sofa_leaf a (.clk(clk), .i_row(row), .o_sum(sum), .o_next(next), .o_busy(o_busy));\n");
    expect("    wire .*;\n", "");
}
END_TEST

START_TEST(errors)
{
    expect_error("sofa_lost u (.*);\n", "no module sofa_lost");
    expect_error("sofa_leaf a (.*);\nsofa_leaf b (.*);\n", "a and b drive sum");
    expect_error("sofa_leaf a (.*, .clk(clk));\n", ".* stands last");
    expect_error("leaf a (.*);\n", ".* stands last");
    expect_error("sofa_leaf a (.clk(clk, .*);\n", ".* stands last");
}
END_TEST

Suite *connect_suite(void)
{
    Suite *suite = suite_create("connect");
    TCase *t = tcase_create("connect");
    tcase_add_test(t, ports_by_name);
    tcase_add_test(t, absent_ports_and_modules);
    tcase_add_test(t, other_text_stays);
    tcase_add_test(t, wires);
    tcase_add_test(t, errors);
    suite_add_tcase(suite, t);
    return suite;
}
