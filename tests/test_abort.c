/* SPDX-License-Identifier: Apache-2.0 */
/* CONTROL.abort in any cycle: the core asks for nothing more, takes what it is owed, ends as soon as the bus is empty and says error
 * 10; or the job had ended before, and everything of it is right. The next job is bit-exact. */
#include "tests.h"

#include "disturb.h"

#define THOROUGH ((uint64_t)1 << 40)
#define EDGE 12u    /* cycles at begin and end of a job that are tried one by one */

/* Every cycle of a short job, or every n-th and all near its begin and end. Ideal memory. budget: cycles of all these jobs. */
static void sweep(struct fixture *f, uint64_t budget)
{
    struct head h;
    struct undisturbed u;
    unsigned block = f->config.query_block, ended = 0;
    make_head(&h, f, block < 8 ? block + 1 : 3, f->config.tile.keys + 2, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_undisturbed(f, &h, &(struct tb_memory_options){0}, &u);
    uint64_t stride = u.clocks * u.clocks / budget + 1;
    for (uint64_t after = 1; after < u.clocks + 4; after += after < EDGE || after + EDGE + stride > u.clocks ? 1 : stride) {
        unsigned code = abort_at(f, &h, after, &(struct tb_memory_options){0}, &u);
        ck_assert_msg(!ended || code == SOFA_ERROR_NONE, "an abort after the end of the job is not ignored");
        ended += code == SOFA_ERROR_NONE;
        run_exact(f, &h, 0, "the job after an abort");
    }
    ck_assert_uint_gt(ended, 0);
    free_head(&h);
}

START_TEST(any_cycle_of_a_short_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    sweep(&f, _i == 1 || _i == DESIGN_WHOLE ? THOROUGH : 60000);
    close_design(&f);
}
END_TEST

/* Long jobs, both memories. */
START_TEST(any_time_of_a_long_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 12; n++) {
        struct head h;
        struct undisturbed u;
        make_head(&h, &f, 3 * f.config.query_block, 90, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
        run_undisturbed(&f, &h, &(struct tb_memory_options){0}, &u);
        uint64_t after = tb_random_between(&f.random, 1, n < 4 ? 60 : (unsigned)u.cycles - 2 * EDGE);
        ck_assert_uint_eq(abort_at(&f, &h, after, &(struct tb_memory_options){.random = (int)(n & 1), .seed = n}, &u),
                          SOFA_ERROR_ABORTED);
        free_head(&h);
        run_good(&f);
    }
    close_design(&f);
}
END_TEST

Suite *abort_suite(void)
{
    Suite *suite = suite_create("abort");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        add_designs(rtl, any_cycle_of_a_short_job, 0);
        tcase_add_loop_test(rtl, any_time_of_a_long_job, 0, 2);
        add_designs(rtl, any_time_of_a_long_job, DESIGN_FAR);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
