/* SPDX-License-Identifier: Apache-2.0 */
/* Suites beside each other, a process each. */
#ifndef TESTS_WORKERS_H
#define TESTS_WORKERS_H

#include <check.h>

struct named_suite {
    const char *name;
    Suite *(*make)(void);
};

/* Runs the suites with at most `jobs` at a time, in their order; prints what each says when it ends, then Check's line for all.
 * Returns how many tests failed. */
int test_run_suites(const struct named_suite *const *suites, unsigned count, unsigned jobs);

#endif
