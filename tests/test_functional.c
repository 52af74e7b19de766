/* SPDX-License-Identifier: Apache-2.0 */
/* Functional coverage: what benches write of a job, and that what no job has met is an error. */
#include "tests.h"

#include "../cmodel/config/regs.h"
#include "../tb/functional.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note_all(const char *directory)
{
    struct sofa_config c;
    ck_assert_int_eq(setenv("SOFA_FUNCTIONAL", directory, 1), 0);
    sofa_config_default(&c);
    for (unsigned source = 0; source < 3; source++)
        for (unsigned n = 0; n < 5 * 5 * 3 * 2 * 2 * 2 * 4; n++) {
            const uint32_t rows[5] = {1, c.query_block - 1, c.query_block, c.query_block + 1, 2 * c.query_block}, keys[5] = {1, 7, 8, 9, 16};
            const unsigned ends[4] = {SOFA_ERROR_NONE, SOFA_ERROR_READ_BUS, SOFA_ERROR_WRITE_BUS, SOFA_ERROR_ABORTED};
            unsigned rest = n / 25;
            struct sofa_job j = {.rows = rows[n % 5], .keys = keys[n / 5 % 5], .tile = 8, .order = (enum sofa_order)(rest % 3),
                                 .policy = rest / 3 % 2 ? SOFA_POLICY_MASS : SOFA_POLICY_RANK, .has_ranges = (int)(rest / 6 % 2)};
            j.keep = source == 2 && j.has_ranges;
            c.mode = source == 2 ? SOFA_MODE_TOKENS : SOFA_MODE_KV;
            c.predict.source = source == 1 ? SOFA_SOURCE_ROWS : SOFA_SOURCE_PLANE;
            tb_functional_note(&c, &j, (int)(rest / 12 % 2), (int)(rest / 6 % 2), ends[(n + rest) % 4]);
        }
    unsetenv("SOFA_FUNCTIONAL");
}

START_TEST(every_kind_of_job_is_wanted)
{
    static const char command[] = "python3 -B tests/coverage/functional.py --jobs %s/jobs.txt --out %s %s 2>&1";
    char directory[256], text[TEST_TEXT];
    test_directory(directory);
    note_all(directory);
    ck_assert_msg(test_shell(text, command, directory, directory, "") == 0, "%s", text);
    ck_assert_int_eq(test_shell(text, "grep -c 'source=rows policy=mass order=own memory=random' %s/jobs.txt", directory), 0);
    ck_assert_int_eq(test_shell(text, "sed -i '/source=tokens policy=mass order=own/d' %s/jobs.txt", directory), 0);
    ck_assert_int_eq(test_shell(text, command, directory, directory, ""), 1);
    ck_assert_msg(strstr(text, "no job with {'source': 'tokens', 'policy': 'mass', 'order': 'own'}") != NULL, "%s", text);
    ck_assert_int_eq(test_shell(text, command, directory, directory, "--least 99"), 0);
    ck_assert_int_eq(test_shell(text, "grep -q 'class=\"open\"' %s/functional.html", directory), 0);
    test_remove_directory(directory);
}
END_TEST

Suite *functional_suite(void)
{
    Suite *suite = suite_create("functional");
    TCase *tcase = tcase_create("jobs");
    tcase_add_test(tcase, every_kind_of_job_is_wanted);
    suite_add_tcase(suite, tcase);
    return suite;
}
