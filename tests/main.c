/* SPDX-License-Identifier: Apache-2.0 */
/* Runs every suite, the last one of suites.h first, or those named on the command line. SOFA_SEED replays random tests; SOFA_JOBS=N runs
 * N suites at a time. */
#include "tests.h"
#include "workers.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

uint64_t test_seed(void)
{
    const char *text = getenv("SOFA_SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

uint64_t test_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

unsigned test_between(uint64_t *state, unsigned low, unsigned high)
{
    return low + (unsigned)(test_random(state) % ((uint64_t)high - low + 1));
}

void test_directory(char path[256])
{
    const char *root = getenv("TMPDIR");
    snprintf(path, 256, "%s/sofatest.XXXXXX", root ? root : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
}

static int remove_entry(const char *path, const struct stat *s, int type, struct FTW *f)
{
    (void)s, (void)type, (void)f;
    return remove(path);
}

void test_remove_directory(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void test_programs(char path[512])
{
    ssize_t n = readlink("/proc/self/exe", path, 400);
    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    for (int parts = 0; parts < 2; parts++)
        *strrchr(path, '/') = '\0';
    strcat(path, "/bin");
}

int test_shell(char text[TEST_TEXT], const char *format, ...)
{
    char command[4096], programs[512];
    size_t n = 0;
    va_list args;
    va_start(args, format);
    ck_assert_int_lt(vsnprintf(command, sizeof command, format, args), (int)sizeof command);
    va_end(args);
    test_programs(programs);
    ck_assert_int_eq(setenv("B", programs, 1), 0);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    for (size_t got; n < TEST_TEXT - 1 && (got = fread(text + n, 1, TEST_TEXT - 1 - n, f)) > 0;)
        n += got;
    text[n] = '\0';
    while (fgetc(f) != EOF)
        ;
    int state = pclose(f);
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

int test_fast(void)
{
    return getenv("SOFA_FAST") != NULL;
}

static const struct named_suite suites[] = {
#define SUITE(name) {#name, name##_suite},
#include "suites.h"
#undef SUITE
};

#define SUITES (sizeof suites / sizeof suites[0])

static const struct named_suite *find(const char *name)
{
    for (size_t i = 0; i < SUITES; i++)
        if (strcmp(suites[i].name, name) == 0)
            return &suites[i];
    fprintf(stderr, "sofatest: no suite '%s'\n", name);
    exit(2);
}

static int run_in_one_process(const struct named_suite *const *chosen, unsigned count)
{
    SRunner *runner = srunner_create(NULL);
    for (unsigned i = 0; i < count; i++)
        srunner_add_suite(runner, chosen[i]->make());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}

int main(int argc, char **argv)
{
    const struct named_suite *chosen[SUITES];
    const char *jobs = getenv("SOFA_JOBS");
    unsigned count = 0, at_once = jobs ? (unsigned)strtoul(jobs, NULL, 10) : 1;
    for (int i = 1; i < argc && count < SUITES; i++)
        chosen[count++] = find(argv[i]);
    for (size_t i = 0; argc < 2 && i < SUITES; i++)
        chosen[count++] = &suites[SUITES - 1 - i];
    setenv("CK_DEFAULT_TIMEOUT", "60", 0); /* seconds of a test that names none; the machine may be busy */
    printf("SOFA_SEED=%" PRIu64 "\n", test_seed());
    fflush(stdout);
    int failed = at_once > 1 ? test_run_suites(chosen, count, at_once) : run_in_one_process(chosen, count);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
