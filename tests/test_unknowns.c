/* SPDX-License-Identifier: Apache-2.0 */
/* The core in a simulator that knows unknown values: none may reach control or the output (tests/unknowns_bench.v). */
#include "tests.h"

#include "../gen/emit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Key words of 8 hidden units, as tests/unknowns_bench.v has them. */
static const struct {
    unsigned count;
    const char *set[3], *define;
} kinds[] = {
    {0, {NULL}, ""},
    {2, {"mode=tokens", "hidden_max=64"}, "-DHIDDEN=50"},
    {3, {"mode=tokens", "hidden_max=64", "kvgen.slice=16"}, "-DHIDDEN=50"},
    {0, {NULL}, "-DBY_MASS"},
    {1, {"select.policy=mass"}, "-DBY_MASS"},
    {3, {"mode=tokens", "hidden_max=64", "select.policy=mass"}, "-DHIDDEN=50 -DBY_MASS"},
};

START_TEST(job_from_unknown_registers)
{
    struct sofa_config c;
    struct sofa_error e = {.text = ""};
    char directory[256], out[300], command[1024], line[256] = "", here[512];
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    test_directory(directory);
    snprintf(out, sizeof out, "%s/out", directory);
    ck_assert_msg(sofa_config_load(&c, NULL, kinds[_i].set, kinds[_i].count, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(gen_emit(&c, out, &e) == SOFA_OK, "%s", e.text);
    snprintf(command, sizeof command,
             "cd '%s' && iverilog -g2005 -DSOFA_ASSERT %s -s unknowns_bench -c sofa.f '%s/tests/unknowns_bench.v' -o bench 2>&1 && "
             "vvp -n bench 2>&1", out, kinds[_i].define, here);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
    pclose(f);
    ck_assert_str_eq(line, "good\n");
    test_remove_directory(directory);
}
END_TEST

Suite *unknowns_suite(void)
{
    Suite *s = suite_create("unknowns");
    TCase *t = tcase_create("icarus");
    tcase_set_timeout(t, 120);
    if (!test_fast())
        tcase_add_loop_test(t, job_from_unknown_registers, 0, sizeof kinds / sizeof kinds[0]);
    suite_add_tcase(s, t);
    return s;
}
