/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs of the driver: descriptor, start, progress, counters. */
#include "../cmodel/host/pack.h"
#include "driver.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_CLOCKS 16u    /* after done, before the bus is asked whether it is empty */
#define SILENT_WATCHDOGS 4u /* watchdog periods without a handshake or done: the core hangs */
#define LOOK_CLOCKS 1024u   /* between looks at the wall clock */
#define FIRST_LINE_SECONDS 5.0
#define LINE_SECONDS 2.0

static void find_places(struct sofa_place place[SOFA_PLACES], const struct sofa_config *c, const struct sofa_job *j,
                        const struct tb_layout *l)
{
    for (unsigned k = 0; k < SOFA_PLACES; k++)
        place[k] = (struct sofa_place){l->region[k].base, k < SOFA_PLACE_CODE || k == SOFA_PLACE_ROTARY ? l->region[k].stride : 0};
    if (c->kvgen.rotary)
        place[SOFA_PLACE_TURN].stride = sofa_pack_turns_shape(c, j->keys, j->tile).stride;
}

enum sofa_status tb_load_queue(struct tb_driver *d, const struct sofa_job *const *job, const uint32_t *flags, unsigned jobs,
                               const struct tb_layout *l, struct sofa_error *e)
{
    const struct tb_region *ring = &l[jobs].region[TB_JOBS];
    enum sofa_status status = SOFA_OK;
    for (unsigned i = 0; i < jobs && status == SOFA_OK; i++) {
        struct sofa_place place[SOFA_PLACES];
        find_places(place, d->config, job[i], &l[i]);
        status = sofa_driver_descriptor(ring->bytes + (size_t)i * ring->stride, d->config, job[i], place, TB_WATCHDOG, flags[i], e);
    }
    return status;
}

enum sofa_status tb_load_job(struct tb_driver *d, const struct sofa_job *j, const struct tb_layout *l,
                             struct sofa_error *e)
{
    const struct sofa_bus bus = tb_bus(d);
    struct sofa_place place[SOFA_PLACES];
    find_places(place, d->config, j, l);
    return sofa_driver_describe(&bus, d->config, j, place, TB_WATCHDOG, e);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct progress {
    double start, next;
    uint64_t first_clock;
    uint64_t blocks; /* in all */
    int terminal, shown;
};

static enum sofa_status show(struct tb_driver *d, struct progress *p, struct sofa_error *e)
{
    uint32_t blocks;
    enum sofa_status status = tb_read(d, "BLOCKS_LO", &blocks, e);
    if (status != SOFA_OK)
        return status;
    fprintf(stderr, "%s%llu cycles, %u of %llu blocks%s", p->terminal ? "\r" : "", (unsigned long long)(d->clocks - p->first_clock),
            (unsigned)blocks, (unsigned long long)p->blocks, p->terminal ? "" : "\n");
    p->shown = 1;
    p->next = now() + LINE_SECONDS;
    return SOFA_OK;
}

static int hangs(const struct tb_driver *d, const struct tb_wait *wait, uint64_t start)
{
    if (wait->max_clocks && d->clocks - start >= wait->max_clocks)
        return 1;
    return d->memory.now - d->memory.last_activity > (uint64_t)SILENT_WATCHDOGS * TB_WATCHDOG;
}

static enum sofa_status wait_done(struct tb_driver *d, const struct tb_wait *wait, struct tb_outcome *o,
                                  struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    uint64_t start = d->clocks;
    struct progress p = {.start = now(), .first_clock = start, .blocks = wait->progress, .terminal = isatty(STDERR_FILENO)};
    int aborted = 0;
    p.next = p.start + (p.terminal ? LINE_SECONDS : FIRST_LINE_SECONDS);
    d->memory.last_activity = d->memory.now;
    while (!d->out.irq && !hangs(d, wait, start) && status == SOFA_OK) {
        tb_step(d);
        uint64_t passed = d->clocks - start;
        if (wait->abort_after && passed >= wait->abort_after && !aborted) {
            status = tb_write(d, "CONTROL", SOFA_CONTROL_ABORT, e);
            aborted = 1;
        } else if (d->out.failure)
            status = sofa_fail(e, SOFA_BAD_RESULT, "%s", d->out.failure);
        else if (passed % LOOK_CLOCKS == 0 && tb_core_waves_error(&d->core))
            status = sofa_fail(e, SOFA_BAD_INPUT, "the waves cannot be written: %s", strerror(tb_core_waves_error(&d->core)));
        else if (wait->progress && passed % LOOK_CLOCKS == 0 && now() > p.next)
            status = show(d, &p, e);
    }
    if (p.terminal && p.shown)
        fputc('\n', stderr);
    o->finished = d->out.irq;
    o->clocks = d->clocks - start;
    o->seconds = now() - p.start;
    return status;
}

/* To the end, which the interrupt says, and what the core then says. */
static enum sofa_status finish(struct tb_driver *d, const struct tb_wait *wait, struct tb_outcome *o, struct sofa_error *e)
{
    const struct sofa_bus bus = tb_bus(d);
    uint32_t state = 0;
    enum sofa_status status = wait_done(d, wait, o, e);
    for (unsigned i = 0; i < DRAIN_CLOCKS; i++)
        tb_step(d);
    o->idle_after = tb_memory_idle(&d->memory);
    if (status == SOFA_OK)
        status = tb_read(d, "STATUS", &state, e);
    o->error = state >> SOFA_STATUS_ERROR_SHIFT & 0xFF;
    if (status == SOFA_OK)
        status = sofa_driver_counters(&bus, &o->counts, e);
    o->cycles = tb_counter(o, "CYCLES");
    if (status == SOFA_OK)
        status = tb_write(d, "CONTROL", SOFA_CONTROL_CLEAR, e);
    return status;
}

enum sofa_status tb_execute(struct tb_driver *d, const struct tb_wait *wait, struct tb_outcome *o,
                            struct sofa_error *e)
{
    *o = (struct tb_outcome){0};
    enum sofa_status status = tb_write(d, "CONTROL", SOFA_CONTROL_START, e);
    return status == SOFA_OK ? finish(d, wait, o, e) : status;
}

enum sofa_status tb_execute_queue(struct tb_driver *d, unsigned count, unsigned tail, const struct tb_layout *ring,
                                  const struct tb_wait *wait, struct tb_outcome *o, struct sofa_error *e)
{
    const struct sofa_bus bus = tb_bus(d);
    *o = (struct tb_outcome){0};
    enum sofa_status status = sofa_driver_ring(&bus, d->config, ring->region[TB_JOBS].base, count, e);
    if (status == SOFA_OK)
        status = tb_write(d, "IRQ_ENABLE", 1, e);
    if (status == SOFA_OK)
        status = tb_write(d, "JOBS_TAIL", tail, e);
    return status == SOFA_OK ? finish(d, wait, o, e) : status;
}

uint64_t tb_counter(const struct tb_outcome *o, const char *name)
{
    return sofa_count_of(&o->counts, name);
}
