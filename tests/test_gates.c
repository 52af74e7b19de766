/* SPDX-License-Identifier: Apache-2.0 */
/* Netlists of cores (tb/gates/): a job that begins with unknown flip-flops, in a simulator that knows them, ends with the model's bits in the
 * model's time. What make gates has mapped is in $SOFA_NETLIST, its keys in $SOFA_NETLIST_SET; without them
 * messages and a few lines of Verilog are tested. */
#include "tests.h"

#include "icarus_job.h"

#include <stdlib.h>
#include <string.h>

#define KEYS 32u

static unsigned split(const char *set[KEYS], char *text)
{
    unsigned count = 0;
    for (char *word; count < KEYS && (word = strtok_r(text, " ", &text)) != NULL;)
        set[count++] = word;
    return count;
}

START_TEST(job_from_unknown_flops)
{
    struct icarus_job j;
    char keys[1024], text[160];
    const char *set[KEYS], *directory = getenv("SOFA_NETLIST"), *given = getenv("SOFA_NETLIST_SET");
    snprintf(keys, sizeof keys, "%s", given ? given : "");
    unsigned count = split(set, keys);
    icarus_open(&j, set, count, 17, 20, TB_CAUSAL, TB_RANDOM_VALUES);
    const char *differs = icarus_end(&j, directory, icarus_start(&j, directory), text);
    ck_assert_msg(!differs, "netlist from unknown flip-flops: %s", text);
    icarus_close(&j);
}
END_TEST

static const struct {
    const char *what, *said;
} wrong[] = {
    {"core out", "netlist.py: core/sofa.f: No such file or directory: name a folder that sofagen has written\n"},
    {"empty out", "netlist.py: empty/sofa.f: has 0 files sofa_ram.v: emit the core with prefix=sofa_ or none\n"},
    {"real out --liberty no.lib", "netlist.py: library no.lib: No such file or directory\n"},
    {"real out --liberty real/sofa.f", "netlist.py: library real/sofa.f: no Liberty file: it has no group library\n"},
};

START_TEST(messages)
{
    char directory[256], text[TEST_TEXT];
    test_directory(directory);
    int status = test_shell(text, "tool=$PWD/tb/gates/netlist.py; cd '%s' && mkdir empty real && touch empty/sofa.f && echo sofa_ram.v > real/sofa.f "
                            "&& touch real/sofa_ram.v && python3 -B $tool %s 2>&1", directory, wrong[_i].what);
    ck_assert_str_eq(text, wrong[_i].said);
    ck_assert_int_eq(status, 2);
    test_remove_directory(directory);
}
END_TEST

START_TEST(cells_as_verilog)
{
    char text[TEST_TEXT];
    ck_assert_msg(test_shell(text, "python3 -B tests/gates/check_verilog.py 2>&1") == 0, "%s", text);
}
END_TEST

static const char *const libraries[] = {"", "--liberty $here/tests/ppa/cells.lib"};

/* A few lines of Verilog in cells put out what they put out as they stand. */
START_TEST(few_lines_in_cells)
{
    char directory[256], text[TEST_TEXT];
    test_directory(directory);
    int status = test_shell(text,
                            "here=$PWD; cd '%s' && mkdir core && cp $here/tests/gates/few_lines.v core && sed '/^\\/\\/%%/d' "
                            "$here/rtl_templates/memory/sofa_ram.v | sed 's/\\$(latency([^)]*))/1/' > core/sofa_ram.v && "
                            "printf 'few_lines.v\\nsofa_ram.v\\n' > core/sofa.f && python3 -B $here/tb/gates/netlist.py core cells %s 2>&1 && "
                            "for f in core cells; do (cd $f && iverilog -g2005 -s few_bench -c sofa.f $here/tests/gates/few_bench.v -o few && "
                            "vvp -n few > ../$f.txt); done && cmp core.txt cells.txt && [ $(wc -l < cells.txt) = 40 ] && ! grep -q '^[01]*x' cells.txt",
                            directory, libraries[_i]);
    ck_assert_msg(status == 0, "%s", text);
    test_remove_directory(directory);
}
END_TEST

Suite *gates_suite(void)
{
    Suite *s = suite_create("gates");
    TCase *t = tcase_create("netlists");
    tcase_set_timeout(t, 3600);
    if (getenv("SOFA_NETLIST"))
        tcase_add_test(t, job_from_unknown_flops);
    else if (!test_fast()) {
        tcase_add_loop_test(t, messages, 0, sizeof wrong / sizeof wrong[0]);
        tcase_add_test(t, cells_as_verilog);
        tcase_add_loop_test(t, few_lines_in_cells, 0, sizeof libraries / sizeof libraries[0]);
    }
    suite_add_tcase(s, t);
    return s;
}
