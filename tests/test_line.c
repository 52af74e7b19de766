/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between a core and a serial line, each module alone: the UART bit by bit, the channels of a memory that ends. */
#include "tests.h"

#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>

static void copy_bench(const char *directory, const char *path)
{
    char command[1024];
    snprintf(command, sizeof command, "cp '%s' '%s'", path, directory);
    ck_assert_int_eq(system(command), 0);
}

static void configure(struct sofa_config *c, const char *path, const char *const *set, unsigned count)
{
    struct sofa_error e = {.text = ""};
    ck_assert_msg(sofa_config_load(c, path, set, count, &e) == SOFA_OK, "%s", e.text);
}

START_TEST(uart)
{
    static const unsigned dividers[] = {4, 5, 16, 33, 90};
    static const char *const names[] = {"top/sofa_uart.v", NULL};
    struct sofa_config c;
    char directory[256], parameters[96], line[256];
    test_directory(directory);
    configure(&c, "configs/board.yaml", NULL, 0);
    test_emit(&c, NULL, names, directory);
    copy_bench(directory, "tests/line/uart_bench.v");
    for (size_t i = 0; i < sizeof dividers / sizeof dividers[0]; i++) {
        snprintf(parameters, sizeof parameters, "-Puart_bench.DIVIDER=%u -Puart_bench.DBITS=%u", dividers[i], sofa_clog2(dividers[i]));
        test_run_bench(directory, "uart_bench", parameters, line);
    }
    test_remove_directory(directory);
}
END_TEST

/* Cells; an FPGA; one whose rows come beat by beat. A memory that is smaller than the addresses, and one that is not. */
static const struct {
    const char *path, *set[4];
    unsigned settings, lag;
} boards[] = {
    {"configs/board.yaml", {NULL}, 0, 1},
    {"configs/board.yaml", {"memory.address_bits=16", "board.memory_kib=64"}, 2, 1},
    {"configs/board.yaml", {"target=fpga", "memory.port_bits=32"}, 2, 2},
    {"configs/ecp5-85.yaml", {"board.memory_kib=32"}, 1, 3},
};

START_TEST(memory_that_ends)
{
    static const char *const names[] = {"memory/sofa_soc_read.v", "memory/sofa_soc_write.v", "memory/sofa_fifo.v", NULL};
    struct sofa_config c;
    struct sofa_derived d;
    char directory[256], parameters[256], line[256];
    test_directory(directory);
    configure(&c, boards[_i].path, boards[_i].set, boards[_i].settings);
    sofa_config_derive(&c, &d);
    test_emit(&c, NULL, names, directory);
    copy_bench(directory, "tests/line/soc_bench.v");
    snprintf(parameters, sizeof parameters, "-Psoc_bench.A=%u -Psoc_bench.P=%u -Psoc_bench.LOW=%u -Psoc_bench.WB=%u -Psoc_bench.LAG=%u",
             c.memory.address_bits, c.memory.port_bits, sofa_clog2(d.port_bytes), sofa_clog2(d.memory_words), boards[_i].lag);
    test_run_bench(directory, "soc_bench", parameters, line);
    test_remove_directory(directory);
}
END_TEST

Suite *line_suite(void)
{
    Suite *suite = suite_create("line");
    TCase *tcase = tcase_create("modules");
    tcase_set_timeout(tcase, 120);
    if (!test_fast()) {
        tcase_add_test(tcase, uart);
        tcase_add_loop_test(tcase, memory_that_ends, 0, sizeof boards / sizeof boards[0]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}
