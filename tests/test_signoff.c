/* SPDX-License-Identifier: Apache-2.0 */
/* The sign-off sheet (tests/signoff/): what has not been run is said with its command, and stages follow from results. */
#include "tests.h"

#include <string.h>

/* Results of an engine that is through with all, as far as this can be said of a single module. */
#define GOOD_AREA "{\"name\": \"wide\", \"node\": 28, \"command\": \"make ppa\", \"engines\": {\"schedule\": {\"logic_mm2\": 0.5, \"memory_mm2\": 0.25, \"path_ns\": 0.75}}}"
#define GOOD_COVERAGE "[{\"folder\": \"schedule\", \"lines\": 9, \"lines %%\": 99.5, \"bits\": 9, \"toggles %%\": 96.0}]"
#define MUTANT(killed) "[{\"name\": \"m\", \"file\": \"rtl_templates/schedule/sofa_need.v\", \"equivalent\": null, \"killed_by\": " killed "}]"
#define NETLIST(result) "{\"mutants\": [{\"core\": \"both\", \"number\": 3, \"engine\": \"schedule\", \"result\": \"" result "\"}]}"
#define PROOF(result) "[{\"block\": \"window\", \"proof\": \"few\", \"configuration\": \"small\", \"method\": \"pdr\", \"result\": \"" result "\", \"seconds\": 1}]"
#define FAULT(result) "[{\"fault\": \"f\", \"file\": \"x\", \"proof\": \"window:few\", \"result\": \"" result "\"}]"

static const struct {
    const char *area, *coverage, *mutants, *netlists, *proofs, *faults, *row;
} sheets[] = {
    {GOOD_AREA, GOOD_COVERAGE, MUTANT("\"cosim\""), NETLIST("killed"), PROOF("proven"), FAULT("noticed"),
     "| D3 | V3 | 1 of 1 | 99.5, 96.0 | 1 of 1 | 1 of 1 | 0.5000 + 0.2500 mm2, 0.75 ns |"},
    {GOOD_AREA, GOOD_COVERAGE, MUTANT("\"cosim\""), NETLIST("killed"), PROOF("FAIL"), FAULT("noticed"),
     "| D3 | V2 | 0 of 1 | 99.5, 96.0 | 1 of 1 | 1 of 1 | 0.5000 + 0.2500 mm2, 0.75 ns |"},
    {GOOD_AREA, GOOD_COVERAGE, MUTANT("\"cosim\""), NETLIST("killed"), PROOF("proven"), FAULT("PASS"),
     "| D3 | V2 | 1 of 1 | 99.5, 96.0 | 1 of 1 | 1 of 1 | 0.5000 + 0.2500 mm2, 0.75 ns |"},
    {GOOD_AREA, GOOD_COVERAGE, MUTANT("\"cosim\""), NETLIST("survives"), PROOF("proven"), FAULT("noticed"),
     "| D3 | V1 | 1 of 1 | 99.5, 96.0 | 1 of 1 | 0 of 1 | 0.5000 + 0.2500 mm2, 0.75 ns |"},
    {GOOD_AREA, GOOD_COVERAGE, MUTANT("null"), NETLIST("killed"), PROOF("proven"), FAULT("noticed"),
     "| D3 | - | 1 of 1 | 99.5, 96.0 | 0 of 1 | 1 of 1 | 0.5000 + 0.2500 mm2, 0.75 ns |"},
    {"", GOOD_COVERAGE, MUTANT("\"cosim\""), "", PROOF("proven"), FAULT("noticed"),
     "| D1 | V1 | 1 of 1 | 99.5, 96.0 | 1 of 1 | not run: `make mutate-netlist` | not run: `make ppa CONFIG=configs/wide.yaml LIBERTY=FILE.lib` |"},
};

static void put(const char *directory, const char *name, const char *text)
{
    char said[TEST_TEXT];
    if (*text)
        ck_assert_int_eq(test_shell(said, "cd '%s' && mkdir -p $(dirname %s) && printf '%s' > %s", directory, name, text, name), 0);
}

/* The row of an engine, its number of modules apart. */
static void row_of(char row[TEST_TEXT], const char *directory)
{
    char line[TEST_TEXT];
    ck_assert_int_eq(test_shell(line, "python3 -B tests/signoff/signoff.py --build '%s' | grep '^| schedule'", directory), 0);
    line[strcspn(line, "\n")] = '\0';
    ck_assert_int_eq(test_shell(row, "echo '%s' | tr -d '\\n' | sed -E 's/^. schedule (. [^ ]+ . [^ ]+) . [0-9]+ /\\1 /'", line), 0);
}

START_TEST(stages_follow_from_results)
{
    char directory[256], row[TEST_TEXT];
    test_directory(directory);
    put(directory, "ppa/wide.json", sheets[_i].area);
    put(directory, "coverage-rtl/rtl.json", sheets[_i].coverage);
    put(directory, "mutate/mutants.json", sheets[_i].mutants);
    put(directory, "mutate-netlist/netlists.json", sheets[_i].netlists);
    put(directory, "formal/proofs.json", sheets[_i].proofs);
    put(directory, "formal/faults.json", sheets[_i].faults);
    row_of(row, directory);
    ck_assert_str_eq(row, sheets[_i].row);
    test_remove_directory(directory);
}
END_TEST

START_TEST(damaged_result)
{
    char directory[256], said[TEST_TEXT];
    test_directory(directory);
    put(directory, "formal/proofs.json", "[{");
    ck_assert_int_eq(test_shell(said, "python3 -B tests/signoff/signoff.py --build '%s' 2>&1", directory), 2);
    ck_assert_ptr_nonnull(strstr(said, "formal/proofs.json: no JSON"));
    ck_assert_ptr_nonnull(strstr(said, ": make formal makes it again\n"));
    test_remove_directory(directory);
}
END_TEST

Suite *signoff_suite(void)
{
    Suite *s = suite_create("signoff");
    TCase *t = tcase_create("sheet");
    tcase_set_timeout(t, 900);
    if (!test_fast()) {
        tcase_add_loop_test(t, stages_follow_from_results, 0, sizeof sheets / sizeof sheets[0]);
        tcase_add_test(t, damaged_result);
    }
    suite_add_tcase(s, t);
    return s;
}
