/* SPDX-License-Identifier: Apache-2.0 */
/* RTL against model on compiled cores: every content and view; and the program that does it. */
#include "tests.h"

#include "../tb/process.h"
#include "cores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sofa_error error;


/* Mode tokens: shifts that no host would choose, so that K^, K and V saturate. */
static void overdrive(struct fixture *f, struct head *h)
{
    h->job.khat_shift /= 2;
    h->job.k_shift /= 2;
    h->job.v_shift /= 2;
    model_again(h, f);
}

START_TEST(every_view_and_content)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < TB_CONTENTS * 2; n++) {
        enum tb_content content = (enum tb_content)(n % TB_CONTENTS);
        enum tb_view view = (enum tb_view)(n % TB_VIEWS);
        struct sofa_options o = {.radius = n % 3 == 1 ? 2 : -1, .carry = (int)(n & 1), .order_given = 1, .own_offset = 7 * n};
        o.order = (enum sofa_order)(n / 2 % SOFA_ORDERS);
        struct head h;
        char what[80];
        snprintf(what, sizeof what, "%s, %s", tb_content_name(content), tb_view_name(view));
        o.tile = n % 4 == 3 ? f.config.tile.keys - 1 : 0;
        o.kept = n % 5 == 4 ? 1 : 0;
        make_head(&h, &f, tb_random_between(&f.random, 1, 3 * f.config.query_block),
                  tb_random_between(&f.random, 1, 90), content, view, &o);
        if (f.config.mode == SOFA_MODE_TOKENS && n % 4 == 2)
            overdrive(&f, &h);
        run_exact(&f, &h, 0, what);
        run_exact(&f, &h, 1, what);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

/* Whatever a host may ask for: many blocks, any tile, kept, radius and carry; every other head with memory that waits. */
START_TEST(random_heads)
{
    static const double radius[] = {-1, 0.5, 2, 8};
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 48; n++) {
        enum tb_content content = n % 3 == 0 ? TB_SPARSE : (enum tb_content)tb_random_below(&f.random, TB_CONTENTS);
        enum tb_view view = (enum tb_view)tb_random_below(&f.random, TB_VIEWS);
        struct sofa_options o = {.radius = radius[tb_random_below(&f.random, 4)], .carry = (int)tb_random_below(&f.random, 2)};
        struct head h;
        char what[80];
        o.tile = tb_random_between(&f.random, 1, f.config.tile.keys);
        o.kept = tb_random_between(&f.random, 1, o.tile < f.config.tile.kept_max ? o.tile : f.config.tile.kept_max);
        make_head(&h, &f, tb_random_between(&f.random, 1, 6 * f.config.query_block), tb_random_between(&f.random, 1, 90), content, view,
                  &o);
        snprintf(what, sizeof what, "head %u, %s, %s", n, tb_content_name(content), tb_view_name(view));
        run_exact(&f, &h, (int)(n & 1), what);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

/* Elements of -1, 0 and 1: the exponent of a row is 0, and a zero is as far from it as a one. */
START_TEST(rows_of_small_queries)
{
    struct fixture f;
    struct head h;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 5 * f.config.query_block, 40, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    for (size_t i = 0; i < h.trace.q.rows * h.trace.q.cols; i++)
        h.trace.q.value[i] = (int16_t)(h.trace.q.value[i] % 3 - h.trace.q.value[i] % 2);
    model_again(&h, &f);
    run_exact(&f, &h, 0, "queries of -1, 0 and 1");
    free_head(&h);
    close_design(&f);
}
END_TEST

/* Rows of any size from the largest down to 1: exponents, codes of small elements, weights and sums of all magnitudes. */
START_TEST(rows_of_every_size)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 4; n++) {
        struct head h;
        make_head(&h, &f, 3 * f.config.query_block, 60, TB_RANDOM_VALUES, (enum tb_view)(n % TB_VIEWS), &plain);
        for (size_t row = 0; row < h.trace.q.rows; row++) {
            unsigned shift = tb_random_below(&f.random, f.config.data.query_bits);
            for (size_t i = 0; i < h.trace.q.cols; i++) {
                int16_t *value = &h.trace.q.value[row * h.trace.q.cols + i];
                *value = (int16_t)(*value >> shift);
            }
        }
        model_again(&h, &f);
        run_exact(&f, &h, (int)(n & 1), "rows of every size");
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

/* What the engines say of their own time follows from the work of the job. */
START_TEST(engines_count_their_time)
{
    struct fixture f;
    struct head h;
    struct tb_outcome o;
    struct tb_comparison cmp;
    struct sofa_derived d;
    uint64_t views = 0;
    open_design(&f, (size_t)_i);
    sofa_config_derive(&f.config, &d);
    make_head(&h, &f, 2 * f.config.query_block, 40, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    CHECK_OK(tb_bench_run(f.driver, &h.trace, &h.job, &h.result, &(struct tb_run_options){.output = NULL}, &o, &cmp, &error));
    for (size_t i = 0; i < h.result.tiles; i++)
        views += h.result.tile[i].views;
    uint64_t busy = tb_counter(&o, "ATTEND_BUSY"), lanes = f.config.attend.lanes;
    ck_assert_uint_eq(tb_counter(&o, "SELECT_BUSY"), views);
    ck_assert_uint_eq(tb_counter(&o, "PREDICT_BUSY"), views * d.slices);
    ck_assert_uint_eq(busy, h.result.counters.pairs * d.beats);
    ck_assert_uint_eq(tb_counter(&o, "ATTEND_STARVED"), lanes * o.cycles - busy);
    ck_assert_uint_gt(tb_counter(&o, "PREDICT_STARVED"), 0);
    ck_assert_uint_lt(tb_counter(&o, "PREDICT_STARVED") + tb_counter(&o, "PREDICT_BLOCKED"), o.cycles);
    if (f.config.mode == SOFA_MODE_TOKENS) {
        uint64_t steps = (uint64_t)h.result.words * d.project_steps * 2 * d.project_blocks;
        ck_assert_uint_eq(tb_counter(&o, "KVGEN_BUSY"), h.result.counters.generated * steps);
        if (h.job.hidden > d.slice_words * f.config.predict.dims) /* weights pass by */
            ck_assert_uint_gt(tb_counter(&o, "KVGEN_STARVED"), 0);
        ck_assert_uint_lt(tb_counter(&o, "KVGEN_STARVED") + tb_counter(&o, "KVGEN_BUSY"), o.cycles);
    }
    free_head(&h);
    close_design(&f);
}
END_TEST

static void program(char *path, const char *name)
{
    ssize_t n = readlink("/proc/self/exe", path, TB_PATH_MAX - 32);
    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    for (int up = 0; up < 2; up++)
        *strrchr(path, '/') = '\0';
    strcat(strcat(path, "/bin/"), name);
}

static int status_of(const char *const *argv)
{
    int state;
    pid_t child = fork();
    if (child == 0) {
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
        execv(argv[0], (char *const *)(size_t)argv);
        _exit(126);
    }
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

START_TEST(program_exit_status)
{
    char path[TB_PATH_MAX];
    program(path, "sofacosim");
    const char *const usage[][8] = {
        {path, NULL},
        {path, "configs/small.yaml", "no-such-trace.npz", NULL},
        {path, "configs/small.yaml", "data/demo.npz", "--set", "head_dim=64", "--memory", "slow", NULL},
        {path, "configs/small.yaml", "data/demo.npz", "--set", "head_dim=64", "--seed", "-1", NULL},
        {path, "configs/small.yaml", "data/demo.npz", "--set", "head_dim=64", "--nonsense", NULL},
        {path, "configs/small.yaml", "data/demo.npz", NULL}, /* head_dim is 32 */
    };
    for (size_t i = 0; i < sizeof usage / sizeof usage[0]; i++)
        ck_assert_int_eq(status_of(usage[i]), 2);
    const char *const help[] = {path, "--help", NULL};
    ck_assert_int_eq(status_of(help), 0);
}
END_TEST

Suite *cosim_suite(void)
{
    Suite *suite = suite_create("co-simulation");
    TCase *tcase = tcase_create("programs");
    tcase_add_test(tcase, program_exit_status);
    suite_add_tcase(suite, tcase);
    if (test_fast())
        return suite;
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    add_designs(rtl, every_view_and_content, 0);
    add_designs(rtl, random_heads, 0);
    add_designs(rtl, rows_of_small_queries, 0);
    add_designs(rtl, rows_of_every_size, 0);
    add_designs(rtl, engines_count_their_time, 0);
    suite_add_tcase(suite, rtl);
    return suite;
}
