/* SPDX-License-Identifier: Apache-2.0 */
/* Campaigns of the bus: an error of every read beat and of every response; a memory that stops at every request, beat and response. */
#include "tests.h"

#include "campaign.h"

#include <stdio.h>

#define PATIENCE 600u /* WATCHDOG */

static uint64_t read_beats(const struct attempt *a)
{
    return a->whole.done[TB_STOP_READ];
}

static int fail_read(struct campaign *c, const struct attempt *a, uint64_t place)
{
    struct tb_memory_options m = a->memory;
    m.fault_read = place + 1;
    campaign_count(c, tb_kind_name(fail_bus(&c->f, a->head, &m, SOFA_ERROR_READ_BUS)));
    return 1;
}

START_TEST(read_errors)
{
    struct campaign c;
    campaign_open(&c, "read_errors", (size_t)_i);
    campaign_run(&c, read_beats, fail_read);
    campaign_close(&c);
}
END_TEST

static uint64_t responses(const struct attempt *a)
{
    return a->whole.done[TB_STOP_ANSWERS];
}

static int fail_response(struct campaign *c, const struct attempt *a, uint64_t place)
{
    struct tb_memory_options m = a->memory;
    m.fault_write = place + 1;
    campaign_count(c, tb_kind_name(fail_bus(&c->f, a->head, &m, SOFA_ERROR_WRITE_BUS)));
    return 1;
}

START_TEST(write_errors)
{
    struct campaign c;
    campaign_open(&c, "write_errors", (size_t)_i);
    campaign_run(&c, responses, fail_response);
    campaign_close(&c);
}
END_TEST

/* Of all kinds, one kind behind the other. */
static uint64_t stops(const struct attempt *a)
{
    uint64_t sum = 0;
    for (unsigned k = TB_STOP_NOTHING + 1; k < TB_STOPS; k++)
        sum += a->whole.done[k];
    return sum;
}

static int stop(struct campaign *c, const struct attempt *a, uint64_t place)
{
    static const char *const name[TB_STOPS] = {"", "read request", "read beat", "write request", "beat written", "response"};
    struct tb_memory_options m = a->memory;
    unsigned what = TB_STOP_NOTHING + 1;
    while (place >= a->whole.done[what])
        place -= a->whole.done[what++];
    m.stop = (enum tb_stop)what;
    m.stop_after = place;
    int failed = stop_memory(&c->f, a->head, &m, PATIENCE, (int)(place & 1));
    campaign_count(c, failed ? name[what] : "went on in time");
    return failed;
}

START_TEST(silence)
{
    struct campaign c;
    campaign_open(&c, "silence", (size_t)_i);
    campaign_run(&c, stops, stop);
    campaign_close(&c);
}
END_TEST

Suite *campaign_bus_suite(void)
{
    Suite *suite = campaign_suite("campaign_bus");
    if (!test_fast()) {
        campaign_add(suite, "read_errors", read_errors, 0, DESIGNS);
        campaign_add(suite, "write_errors", write_errors, 0, DESIGNS);
        campaign_add(suite, "silence", silence, 0, DESIGNS);
    }
    return suite;
}
