/* SPDX-License-Identifier: Apache-2.0 */
/* Campaigns of the control: an abort in every cycle of a job, a reset in every cycle. */
#include "tests.h"

#include "campaign.h"

#define BEGIN 8u       /* cycles in which an abort refuses the job */
#define BEHIND 4u      /* cycles behind the end of the job */
#define LEAST_RESET 2u /* cycles */

static uint64_t cycles(const struct attempt *a)
{
    return a->whole.clocks + BEHIND;
}

static int abort_job(struct campaign *c, const struct attempt *a, uint64_t place)
{
    unsigned code = abort_at(&c->f, a->head, place + 1, &a->memory, &a->whole);
    campaign_count(c, code == SOFA_ERROR_NONE ? "too late" : "aborted");
    return code != SOFA_ERROR_NONE && place >= BEGIN;
}

START_TEST(aborts)
{
    struct campaign c;
    campaign_open(&c, "aborts", (size_t)_i);
    campaign_run(&c, cycles, abort_job);
    campaign_close(&c);
}
END_TEST

/* As short as it may be, or longer. */
static int reset_job(struct campaign *c, const struct attempt *a, uint64_t place)
{
    reset_at(&c->f, a->head, place + 1, LEAST_RESET + tb_random_below(&c->f.random, 3), &a->memory);
    campaign_count(c, place + 1 >= a->whole.clocks ? "after the end" : "while the job ran");
    return 1;
}

START_TEST(resets)
{
    struct campaign c;
    campaign_open(&c, "resets", (size_t)_i);
    campaign_run(&c, cycles, reset_job);
    campaign_close(&c);
}
END_TEST

Suite *campaign_control_suite(void)
{
    Suite *suite = campaign_suite("campaign_control");
    if (!test_fast()) {
        campaign_add(suite, "aborts", aborts, 0, DESIGNS);
        campaign_add(suite, "resets", resets, 0, DESIGNS);
    }
    return suite;
}
