/* SPDX-License-Identifier: Apache-2.0 */
/* The proofs of tests/formal: every fault of their list applies; some proofs, and faults that they notice, with the Yosys of the
 * distribution. make formal and make formal-faults run all of them with SymbiYosys. */
#include "tests.h"

static void run_proofs(const char *options)
{
    char text[TEST_TEXT], directory[256];
    test_directory(directory);
    int code = test_shell(text, "python3 -B tests/formal/run.py --build \"$B/..\" --place '%s/formal' %s 2>&1", directory, options);
    ck_assert_msg(code == 0, "%s", text);
    test_remove_directory(directory);
}

START_TEST(faults_apply)
{
    run_proofs("--check");
}
END_TEST

START_TEST(proofs)
{
    run_proofs("--plain --only '^(fifo:two|fifo:registered_two|queue:two|gather:|beats:near|axi_read:)'");
}
END_TEST

START_TEST(faults)
{
    run_proofs("--plain --faults --only 'formal_(fifo_idle|fifo_skips|queue_forgets|gather_row_free|beats_part|axi_read_error)'");
}
END_TEST

Suite *formal_suite(void)
{
    Suite *suite = suite_create("formal");
    TCase *some = tcase_create("some proofs");
    tcase_set_timeout(some, 240);
    tcase_add_test(some, faults_apply);
    if (!test_fast()) {
        tcase_add_test(some, proofs);
        tcase_add_test(some, faults);
    }
    suite_add_tcase(suite, some);
    return suite;
}
