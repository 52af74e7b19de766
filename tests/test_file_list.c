/* SPDX-License-Identifier: Apache-2.0 */
/* The emitted file list from another directory, with a blank in the path, as docs/integration.md says. */
#include "tests.h"

#include "../gen/emit.h"

#include <stdio.h>
#include <string.h>

static const char *const commands[] = {
    /* in a directory with a blank, Verilator 5.006 takes the path's first word for the file's name: docs/integration.md */
    "verilator --lint-only --top-module sofa_core -Wno-DECLFILENAME -F \"$D/sofa.f\"",
    "cd \"$D\" && verilator --lint-only -Wall --top-module sofa_core -F sofa.f",
    "cd \"$D\" && iverilog -g2005 -s sofa_core -o core.vvp -c sofa.f",
    "bash -c 'iverilog -g2005 -s sofa_core -t null -c <(sed \"s|^rtl/|$D/rtl/|\" \"$D/sofa.f\")'",
    "cd \"$D\" && yosys -q -p \"read_verilog $(grep -v // sofa.f | tr '\\n' ' '); hierarchy -check -top sofa_core\"",
};

START_TEST(from_elsewhere)
{
    static const char *const set[] = {"query_block=4", "head_dim=8", "tile.keys=8"};
    struct sofa_config c;
    struct sofa_error e;
    char directory[256], out[300], command[1024], line[512];
    test_directory(directory);
    snprintf(out, sizeof out, "%s/a core", directory);
    ck_assert_msg(sofa_config_load(&c, NULL, set, 3, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(gen_emit(&c, out, &e) == SOFA_OK, "%s", e.text);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        snprintf(command, sizeof command, "export D='%s'; cd / && { %s; } 2>&1", out, commands[i]);
        FILE *f = popen(command, "r");
        ck_assert_ptr_nonnull(f);
        if (!fgets(line, sizeof line, f))
            line[0] = '\0';
        int status = pclose(f);
        ck_assert_msg(line[0] == '\0' && status == 0, "%s: status %d: %s", commands[i], status, line);
    }
    test_remove_directory(directory);
}
END_TEST

Suite *file_list_suite(void)
{
    Suite *suite = suite_create("file_list");
    TCase *t = tcase_create("tools");
    tcase_set_timeout(t, 120);
    if (!test_fast())
        tcase_add_test(t, from_elsewhere);
    suite_add_tcase(suite, t);
    return suite;
}
