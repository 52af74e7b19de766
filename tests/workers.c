/* SPDX-License-Identifier: Apache-2.0 */
#include "workers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SUITES_MAX 128u

struct counts {
    int run, failures, errors, ended;
};

struct worker {
    pid_t process; /* 0: not started, or reaped */
    FILE *said;
    struct timespec start;
};

static void count(struct counts *c, SRunner *runner)
{
    int failed = srunner_ntests_failed(runner);
    TestResult **result = srunner_failures(runner);
    c->run = srunner_ntests_run(runner);
    for (int i = 0; i < failed; i++)
        if (tr_rtype(result[i]) == CK_FAILURE)
            c->failures++;
        else
            c->errors++;
    free(result);
    c->ended = 1;
}

static void __attribute__((noreturn)) work(const struct named_suite *suite, FILE *said, struct counts *c)
{
    if (dup2(fileno(said), 1) < 0 || dup2(fileno(said), 2) < 0)
        _exit(2);
    SRunner *runner = srunner_create(suite->make());
    srunner_run_all(runner, CK_NORMAL);
    count(c, runner);
    srunner_free(runner);
    exit(0);
}

static void start(struct worker *w, const struct named_suite *suite, struct counts *c)
{
    fflush(stdout);
    w->said = tmpfile();
    clock_gettime(CLOCK_MONOTONIC, &w->start);
    w->process = w->said ? fork() : -1;
    if (w->process == 0)
        work(suite, w->said, c);
    if (w->process < 0) {
        perror("sofatest");
        exit(2);
    }
}

static void report(struct worker *w, const struct named_suite *suite, struct counts *c)
{
    char text[4096];
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    rewind(w->said);
    for (size_t n; (n = fread(text, 1, sizeof text, w->said)) > 0;)
        fwrite(text, 1, n, stdout);
    fclose(w->said);
    printf("  %s: %.0f s\n", suite->name,
           (double)(end.tv_sec - w->start.tv_sec) + (double)(end.tv_nsec - w->start.tv_nsec) * 1e-9);
    if (!c->ended) {
        printf("  %s: the process of the suite ended early\n", suite->name);
        c->errors++;
        c->run++;
    }
    w->process = 0;
}

/* Waits for one of the workers. */
static void reap(struct worker *w, const struct named_suite *const *suites, unsigned count, struct counts *c)
{
    pid_t ended = waitpid(-1, NULL, 0);
    for (unsigned i = 0; i < count; i++)
        if (ended > 0 && w[i].process == ended)
            report(&w[i], suites[i], &c[i]);
}

int test_run_suites(const struct named_suite *const *suites, unsigned count, unsigned jobs)
{
    struct worker worker[SUITES_MAX] = {{0}};
    struct counts all = {0};
    struct counts *c = mmap(NULL, SUITES_MAX * sizeof *c, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c == MAP_FAILED || count > SUITES_MAX) {
        fprintf(stderr, "sofatest: no room for %u suites\n", count);
        exit(2);
    }
    unsigned started = 0, ended = 0;
    while (ended < count) {
        for (; started < count && started - ended < jobs; started++)
            start(&worker[started], suites[started], &c[started]);
        reap(worker, suites, started, c);
        ended++;
    }
    for (unsigned i = 0; i < count; i++) {
        all.run += c[i].run;
        all.failures += c[i].failures;
        all.errors += c[i].errors;
    }
    munmap(c, SUITES_MAX * sizeof *c);
    int failed = all.failures + all.errors;
    printf("%d%%: Checks: %d, Failures: %d, Errors: %d\n", all.run ? 100 * (all.run - failed) / all.run : 0, all.run, all.failures,
           all.errors);
    return failed;
}
