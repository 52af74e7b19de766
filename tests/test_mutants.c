/* SPDX-License-Identifier: Apache-2.0 */
/* The edits that `make mutate` tries still apply to the sources, so that the lists do not rot. */
#include "tests.h"

#include <stdio.h>
#include <string.h>

START_TEST(edits_apply)
{
    char said[2048];
    FILE *f = popen("python3 -B tests/mutate/run.py --check 2>&1", "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(said, 1, sizeof said - 1, f);
    said[n] = '\0';
    ck_assert_msg(pclose(f) == 0, "%s", said);
    ck_assert_str_eq(said, "");
}
END_TEST

Suite *mutants_suite(void)
{
    Suite *suite = suite_create("mutants");
    TCase *lists = tcase_create("lists");
    tcase_set_timeout(lists, 60);
    tcase_add_test(lists, edits_apply);
    suite_add_tcase(suite, lists);
    return suite;
}
