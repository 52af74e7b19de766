/* SPDX-License-Identifier: Apache-2.0 */
/* Heads as queues of jobs. */
#include "wait.h"

#include <stdlib.h>

struct queue {
    const struct sofa_bus *bus;
    const struct sofa_config *config;
    const struct sofa_driver_head *head;
    const struct sofa_run *how;
    struct sofa_ran *ran;
    struct sofa_load *load; /* of each head */
    struct sofa_derived d;
    uint64_t ring;          /* address of the descriptors */
};

/* Those of heads first, first + 1, ... that fit behind their ring; returns how many. */
static size_t place(struct queue *q, size_t first, size_t heads, struct sofa_error *e)
{
    uint64_t end = q->bus->base + q->bus->size, each = q->d.job_bytes;
    q->ring = (q->bus->base + each - 1) / each * each;
    uint64_t at = q->ring + (heads - first + 1) * each;
    size_t fit = 0;
    for (; first + fit < heads; fit++) {
        struct sofa_load *l = &q->load[first + fit];
        *l = (struct sofa_load){.bus = q->bus, .config = q->config, .trace = q->head[first + fit].trace, .job = q->head[first + fit].job,
                                .how = q->how, .ran = q->ran};
        sofa_load_open(l);
        at = sofa_load_place_whole(l, at);
        if (at > end)
            break;
    }
    if (fit == 0)
        sofa_fail(e, SOFA_BAD_INPUT, "head %zu and its descriptor need %llu bytes of memory, the board has %llu; run it alone, in parts",
                  first, (unsigned long long)(at - q->bus->base), (unsigned long long)q->bus->size);
    return fit;
}

static enum sofa_status load(struct queue *q, size_t first, size_t count, struct sofa_error *e)
{
    uint8_t bytes[SOFA_JOB_BYTES];
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < count && status == SOFA_OK; i++) {
        struct sofa_load *l = &q->load[first + i];
        status = sofa_load_shared(l, e);
        if (status == SOFA_OK)
            status = sofa_load_rows(l, 0, l->trace->q.rows, e);
        if (status == SOFA_OK)
            status = sofa_driver_descriptor(bytes, q->config, l->job, l->place, q->how->watchdog, 0, e);
        if (status == SOFA_OK)
            status = sofa_load_bytes(l, q->ring + i * q->d.job_bytes, bytes, sizeof bytes, e);
    }
    return status;
}

static enum sofa_status begin(const struct queue *q, size_t count, struct sofa_error *e)
{
    enum sofa_status status = sofa_driver_put(q->bus, "CONTROL", SOFA_CONTROL_CLEAR, e);
    if (status == SOFA_OK)
        status = sofa_driver_ring(q->bus, q->config, q->ring, (uint32_t)count + 1, e);
    return status == SOFA_OK ? sofa_driver_put(q->bus, "JOBS_TAIL", (uint32_t)count, e) : status;
}

/* What the core has written into the descriptors. */
static enum sofa_status judge(const struct queue *q, size_t first, size_t count, uint32_t state, struct sofa_error *e)
{
    uint8_t bytes[SOFA_JOB_BYTES];
    for (size_t i = 0; i < count; i++) {
        enum sofa_status status = q->bus->read(q->bus->user, q->ring + i * q->d.job_bytes, bytes, sizeof bytes, e);
        if (status != SOFA_OK)
            return status;
        uint32_t reported = sofa_driver_reported(bytes);
        unsigned code = (reported ? reported : state) >> SOFA_STATUS_ERROR_SHIFT & 0xFF;
        const char *text = sofa_error_code_text(code);
        if (reported == SOFA_STATUS_DONE)
            continue;
        q->ran->error = code;
        return sofa_fail(e, SOFA_BAD_RESULT, "head %zu ended with error %u (%s); STATUS is 0x%08X", first + i, code,
                         text ? text : "unknown code", (unsigned)state);
    }
    return SOFA_OK;
}

static enum sofa_status finish(struct queue *q, size_t first, size_t count, struct sofa_error *e)
{
    struct sofa_counts counts;
    uint32_t state;
    uint64_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += q->load[first + i].trace->q.rows;
    double start = sofa_wait_now(), limit = (double)count * sofa_wait_limit(q->how);
    enum sofa_status status = sofa_wait_end(&q->load[first], limit, 0, rows, &state, e);
    double done = sofa_wait_now();
    if (status == SOFA_OK)
        status = judge(q, first, count, state, e);
    for (size_t i = 0; i < count && status == SOFA_OK; i++) {
        struct sofa_load *l = &q->load[first + i];
        status = sofa_load_output(l, 0, l->trace->q.rows, q->head[first + i].output, e);
    }
    if (status == SOFA_OK)
        status = sofa_driver_counters(q->bus, &counts, e);
    if (status == SOFA_OK)
        sofa_counts_add(&q->ran->counts, &counts);
    q->ran->run_seconds += done - start;
    q->ran->read_seconds += sofa_wait_now() - done;
    q->ran->parts++;
    return status;
}

static enum sofa_status run(struct queue *q, size_t heads, struct sofa_error *e)
{
    enum sofa_status status = sofa_wait_old_job(q->bus, e);
    for (size_t first = 0, count; first < heads && status == SOFA_OK; first += count) {
        double start = sofa_wait_now();
        count = place(q, first, heads, e);
        status = count ? load(q, first, count, e) : SOFA_BAD_INPUT;
        q->ran->load_seconds += sofa_wait_now() - start;
        if (status == SOFA_OK)
            status = begin(q, count, e);
        if (status == SOFA_OK)
            status = finish(q, first, count, e);
    }
    return status;
}

enum sofa_status sofa_driver_run_queue(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_driver_head *head,
                                       size_t heads, const struct sofa_run *how, struct sofa_ran *ran, struct sofa_error *e)
{
    struct queue q = {.bus = bus, .config = c, .head = head, .how = how, .ran = ran};
    double start = sofa_wait_now();
    *ran = (struct sofa_ran){0};
    if (!c->jobs.queue)
        return sofa_fail(e, SOFA_BAD_INPUT, "'%s' has no queue of jobs", c->name);
    sofa_config_derive(c, &q.d);
    q.load = calloc(heads + 1, sizeof *q.load);
    enum sofa_status status = q.load ? run(&q, heads, e) : sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu heads", heads);
    free(q.load);
    ran->seconds = sofa_wait_now() - start;
    return status;
}
