/* SPDX-License-Identifier: Apache-2.0 */
/* The edits that `make mutate` tries still apply to the sources, and what they make of templates is rendered, so that the lists do not
 * rot; faults in netlists are switches, and SAT tells those that nobody can see. */
#include "tests.h"

#include <stdio.h>
#include <string.h>

START_TEST(edits_apply)
{
    char said[2048], programs[512], command[640];
    test_programs(programs);
    snprintf(command, sizeof command, "python3 -B tests/mutate/run.py --check --sofagen '%s/sofagen' 2>&1", programs);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(said, 1, sizeof said - 1, f);
    said[n] = '\0';
    ck_assert_msg(pclose(f) == 0, "%s", said);
    ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(faults_in_netlists)
{
    char text[TEST_TEXT];
    ck_assert_msg(test_shell(text, "python3 -B tests/mutate/check_netlist.py 2>&1") == 0, "%s", text);
}
END_TEST

Suite *mutants_suite(void)
{
    Suite *suite = suite_create("mutants");
    TCase *lists = tcase_create("lists");
    tcase_set_timeout(lists, 900);
    tcase_add_test(lists, edits_apply);
    if (!test_fast())
        tcase_add_test(lists, faults_in_netlists);
    suite_add_tcase(suite, lists);
    return suite;
}
