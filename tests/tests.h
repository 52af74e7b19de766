/* SPDX-License-Identifier: Apache-2.0 */
/* Every test file includes this; the list of suites is in suites.h. */
#ifndef SOFA_TESTS_H
#define SOFA_TESTS_H

#include <check.h>

#include <stdint.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.h"
#undef SUITE

/* Seed of random tests: SOFA_SEED, else 1. It is printed when the tests start. */
uint64_t test_seed(void);
/* SplitMix64: advances *state. */
uint64_t test_random(uint64_t *state);
/* Uniform in low..high. */
unsigned test_between(uint64_t *state, unsigned low, unsigned high);
/* A new directory for a test's files (below TMPDIR); the caller's buffer holds its path. */
void test_directory(char path[256]);
/* Removes it with everything in it. */
void test_remove_directory(const char *path);
/* The directory of the programs that were built with this test. */
void test_programs(char path[512]);
/* Runs a shell command made as by printf, with $B as that directory; its output and messages go to text, cut if need be.
 * Returns its exit status, 128 + n when a signal n ended it. */
#define TEST_TEXT 4096u
int test_shell(char text[TEST_TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));
/* SOFA_FAST is set: skip tests that compile hardware. */
int test_fast(void);

#endif
