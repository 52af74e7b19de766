/* SPDX-License-Identifier: Apache-2.0 */
/* The AXI adapters: emitted when the port has an AXI width, lint-clean, and right against tests/axi/adapter_bench.v.
 * Whole jobs over AXI: make verify-axi. */
#include "tests.h"

#include "../gen/emit.h"

#include <stdio.h>
#include <string.h>

static void emit(const char *directory, unsigned port, unsigned channels, unsigned address)
{
    char text[3][48];
    const char *settings[] = {text[0], text[1], text[2], "query_block=2", "head_dim=8", "keys_max=33", "tile.keys=4",
                              "tile.kept_max=2", "predict.keys=1", "predict.dims=1", "attend.lanes=1",
                              "attend.width=1", "attend.window=1", "memory.prefetch=2"};
    struct sofa_config c;
    struct sofa_error e = {.text = ""};
    snprintf(text[0], sizeof text[0], "memory.port_bits=%u", port);
    snprintf(text[1], sizeof text[1], "memory.read_channels=%u", channels);
    snprintf(text[2], sizeof text[2], "memory.address_bits=%u", address);
    ck_assert_msg(sofa_config_load(&c, NULL, settings, sizeof settings / sizeof settings[0], &e) == SOFA_OK, "%s",
                  e.text);
    ck_assert_msg(gen_emit(&c, directory, &e) == SOFA_OK, "%s", e.text);
}

/* The first line that a command prints; empty if none. */
static void first_line(const char *command, char line[1024])
{
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    line[0] = '\0';
    if (!fgets(line, 1024, f))
        line[0] = '\0';
    pclose(f);
}

static int lists_axi(const char *directory)
{
    char command[512], line[1024];
    snprintf(command, sizeof command, "grep -c axi '%s/out/sofa.f'", directory);
    first_line(command, line);
    return line[0] != '0';
}

START_TEST(emitted_for_axi_widths)
{
    static const unsigned ports[] = {8, 16, 32, 64, 128, 256, 512, 1024};
    char directory[256], out[300];
    test_directory(directory);
    snprintf(out, sizeof out, "%s/out", directory);
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        emit(out, ports[i], 1 + (unsigned)i % 2, 32);
        ck_assert_msg(lists_axi(directory) == (ports[i] >= 32 && ports[i] <= 512), "port of %u bits", ports[i]);
    }
    test_remove_directory(directory);
}
END_TEST

START_TEST(lint)
{
    static const char *const tools[] = {
        "verilator --lint-only -Wall --top-module sofa_axi_top -F sofa.f",
        "iverilog -g2005 -Wall -t null -s sofa_axi_top -c sofa.f",
        "yosys -q -p \"read_verilog $(grep -v // sofa.f | tr '\\n' ' '); hierarchy -check -top sofa_axi_top; proc; opt; check -assert\"",
    };
    char directory[256], out[300], command[1024], line[1024];
    test_directory(directory);
    snprintf(out, sizeof out, "%s/out", directory);
    emit(out, _i ? 32 : 512, _i ? 1 : 2, _i ? 32 : 48);
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        snprintf(command, sizeof command, "cd '%s' && { %s 2>&1 || echo failed; }", out, tools[i]);
        first_line(command, line);
        ck_assert_msg(line[0] == '\0', "%s: %s", tools[i], line);
    }
    test_remove_directory(directory);
}
END_TEST

START_TEST(adapters)
{
    static const struct {
        unsigned port, low, address;
    } shape[] = {{32, 2, 32}, {64, 3, 40}, {512, 6, 33}};
    char directory[256], out[300], command[2048], line[1024];
    test_directory(directory);
    snprintf(out, sizeof out, "%s/out", directory);
    emit(out, shape[_i].port, 1, shape[_i].address);
    snprintf(command, sizeof command,
             "iverilog -g2005 -Wall -DSOFA_ASSERT -o '%s/bench' -s adapter_bench -Padapter_bench.P=%u -Padapter_bench.LOW=%u"
             " -Padapter_bench.A=%u tests/axi/adapter_bench.v '%s'/rtl/memory/sofa_axi_*.v '%s'/rtl/memory/sofa_fifo.v '%s'/rtl/assert/*.v"
             " 2>&1 | grep -v timescale; vvp -n '%s/bench'",
             directory, shape[_i].port, shape[_i].low, shape[_i].address, out, out, out, directory);
    first_line(command, line);
    ck_assert_msg(strcmp(line, "pass\n") == 0, "port of %u bits: %s", shape[_i].port, line);
    test_remove_directory(directory);
}
END_TEST

Suite *axi_suite(void)
{
    Suite *s = suite_create("axi");
    TCase *t = tcase_create("adapters");
    tcase_set_timeout(t, 180);
    tcase_add_test(t, emitted_for_axi_widths);
    if (!test_fast()) {
        tcase_add_loop_test(t, lint, 0, 2);
        tcase_add_loop_test(t, adapters, 0, 3);
    }
    suite_add_tcase(s, t);
    return s;
}
