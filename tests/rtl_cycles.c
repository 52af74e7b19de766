/* SPDX-License-Identifier: Apache-2.0 */
#include "rtl_cycles.h"

#include "rtl_module.h"
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rtl_port(struct rtl_cycles *r, const char *name, unsigned bits)
{
    unsigned *all = name[0] == 'i' ? &r->in_bits : &r->out_bits;
    ck_assert_uint_lt(r->ports, RTL_PORTS_MAX);
    r->port[r->ports++] = (struct rtl_port){name, bits, *all};
    *all += bits;
}

static uint8_t *room(unsigned cycles, size_t bytes)
{
    uint8_t *p = calloc(cycles, bytes);
    ck_assert_ptr_nonnull(p);
    return p;
}

void rtl_open(struct rtl_cycles *r, unsigned cycles)
{
    r->cycles = cycles;
    r->in_bytes = (r->in_bits + 7) / 8;
    r->out_bytes = (r->out_bits + 7) / 8;
    r->stimulus = room(cycles, r->in_bytes);
    r->expected = room(cycles, r->out_bytes);
    r->care = room(cycles, r->out_bytes);
}

static void close_cycles(struct rtl_cycles *r)
{
    free(r->stimulus);
    free(r->expected);
    free(r->care);
}

static const struct rtl_port *find(const struct rtl_cycles *r, const char *name)
{
    for (unsigned i = 0; i < r->ports; i++)
        if (strcmp(r->port[i].name, name) == 0)
            return &r->port[i];
    ck_abort_msg("no port %s", name);
    return NULL;
}

void rtl_set(struct rtl_cycles *r, unsigned cycle, const char *name, unsigned from, uint64_t value, unsigned bits)
{
    const struct rtl_port *p = find(r, name);
    ck_assert_uint_le(from + bits, p->bits);
    if (cycle >= r->cycles)
        return;
    if (name[0] == 'i') {
        test_put(r->stimulus + cycle * r->in_bytes, p->at + from, value, bits);
        return;
    }
    test_put(r->expected + cycle * r->out_bytes, p->at + from, value, bits);
    test_put(r->care + cycle * r->out_bytes, p->at + from, UINT64_MAX, bits);
}

void rtl_put(struct rtl_cycles *r, unsigned cycle, const char *name, uint64_t value)
{
    unsigned bits = find(r, name)->bits;
    ck_assert_uint_le(bits, 64);
    rtl_set(r, cycle, name, 0, value, bits);
}

void rtl_set_wide(struct rtl_cycles *r, unsigned cycle, const char *name, unsigned from, uint64_t word, unsigned bits)
{
    for (unsigned at = 0; at < bits; at += 64)
        rtl_set(r, cycle, name, from + at, test_random(&word), bits - at < 64 ? bits - at : 64);
}

void rtl_any(struct rtl_cycles *r, unsigned cycle, const char *name, uint64_t *seed)
{
    const struct rtl_port *p = find(r, name);
    for (unsigned i = 0; i < p->bits; i++)
        rtl_set(r, cycle, name, i, test_random(seed), 1);
}

static void write_ports(FILE *f, const struct rtl_cycles *r)
{
    const char *comma = r->clocked ? "," : "";
    fprintf(f, "    %s dut (%s", r->module, r->clocked ? ".clk(clk), .rst(rst)" : "");
    for (unsigned i = 0; i < r->ports; i++, comma = ",") {
        const struct rtl_port *p = &r->port[i];
        fprintf(f, "%s\n        .%s(%s[%u +: %u])", comma, p->name, p->name[0] == 'i' ? "in" : "out", p->at, p->bits);
    }
    fputs(");\n", f);
}

static void write_comparison(FILE *f, const struct rtl_port *p)
{
    char bits[64];
    snprintf(bits, sizeof bits, "[%u +: %u]", p->at, p->bits);
    fprintf(f, "            if ((out%s & care[cycle]%s) !== expected[cycle]%s) begin\n", bits, bits, bits);
    fprintf(f, "                $display(\"%s differs: cycle %%0d: %%h, want %%h of %%h\", cycle,\n", p->name);
    fprintf(f, "                    out%s, expected[cycle]%s, care[cycle]%s);\n", bits, bits, bits);
    fputs("                $finish;\n            end\n", f);
}

/* Plays the cycles; names the first port that differs. */
static void write_bench(const struct rtl_cycles *r, const char *directory)
{
    static const char clock[] = "            #1 clk = 1'b1;\n            #1 clk = 1'b0;\n        end\n";
    unsigned last = r->cycles - 1;
    char path[400];
    snprintf(path, sizeof path, "%s/play.v", directory);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f, "module play;\n    reg [%u:0] stimulus [0:%u], in;\n    reg [%u:0] expected [0:%u], care [0:%u];\n", r->in_bits - 1, last,
            r->out_bits - 1, last, last);
    fprintf(f, "    wire [%u:0] out;\n    reg clk, rst;\n    integer cycle;\n", r->out_bits - 1);
    write_ports(f, r);
    fputs("    initial begin\n        $readmemh(\"stimulus.hex\", stimulus);\n        $readmemh(\"expected.hex\", expected);\n"
          "        $readmemh(\"care.hex\", care);\n        clk = 1'b0;\n        rst = 1'b1;\n"
          "        for (cycle = 0; cycle < 80; cycle = cycle + 1) begin\n", f);
    fprintf(f, "            in = stimulus[$unsigned($random) %% %u];\n%s        rst = 1'b0;\n", r->cycles, clock);
    fprintf(f, "        for (cycle = 0; cycle < %u; cycle = cycle + 1) begin\n            in = stimulus[cycle];\n            #1;\n", r->cycles);
    for (unsigned i = 0; i < r->ports; i++)
        if (r->port[i].name[0] == 'o')
            write_comparison(f, &r->port[i]);
    fprintf(f, "%s        $display(\"pass\");\n        $finish;\n    end\nendmodule\n", clock);
    ck_assert_int_eq(fclose(f), 0);
}

static void play(const struct rtl_cycles *r, const char *directory)
{
    char line[256];
    write_bench(r, directory);
    test_write_hex(directory, "stimulus.hex", r->stimulus, r->in_bits, r->in_bytes, r->cycles);
    test_write_hex(directory, "expected.hex", r->expected, r->out_bits, r->out_bytes, r->cycles);
    test_write_hex(directory, "care.hex", r->care, r->out_bits, r->out_bytes, r->cycles);
    test_run_bench(directory, "play", "", line);
}

void rtl_against(struct rtl_cycles *r, const struct sofa_config *c, const char *const *templates)
{
    char directory[256];
    test_directory(directory);
    test_emit(c, NULL, templates, directory);
    play(r, directory);
    test_remove_directory(directory);
    close_cycles(r);
}

int rtl_chance(uint64_t *seed, unsigned of_ten)
{
    return test_between(seed, 0, 9) < of_ten;
}

void rtl_paces(unsigned *pace, unsigned count, unsigned cycle, uint64_t *seed)
{
    for (unsigned i = 0; i < count && cycle % 150 == 0; i++)
        pace[i] = test_between(seed, 1, 10);
}
