/* SPDX-License-Identifier: Apache-2.0 */
/* A whole trace over a bus, in parts that fit the memory. */
#include "wait.h"

static enum sofa_status judge(struct sofa_load *r, uint32_t state, struct sofa_error *e)
{
    unsigned code = state >> SOFA_STATUS_ERROR_SHIFT & 0xFF;
    if (!(state & SOFA_STATUS_DONE))
        return sofa_fail(e, SOFA_BAD_RESULT, "STATUS is 0x%08X: neither busy nor done; was the board reset during the job?",
                         (unsigned)state);
    r->ran->error = code;
    if (code == 0)
        return SOFA_OK;
    const char *text = sofa_error_code_text(code);
    return sofa_fail(e, SOFA_BAD_RESULT, "the job ended with error %u (%s)", code, text ? text : "unknown code");
}

static enum sofa_status run_part(struct sofa_load *r, size_t first, size_t rows, int16_t *output, struct sofa_error *e)
{
    struct sofa_job job = *r->job;
    struct sofa_counts counts;
    double start = sofa_wait_now();
    job.rows = (unsigned)rows;
    job.own_offset = (unsigned)((job.own_offset + first) % r->keys);
    job.keep = r->config->mode == SOFA_MODE_TOKENS && first > 0;
    enum sofa_status status = sofa_load_rows(r, first, rows, e);
    double loaded = sofa_wait_now();
    if (status == SOFA_OK)
        status = sofa_driver_put(r->bus, "CONTROL", SOFA_CONTROL_CLEAR, e);
    if (status == SOFA_OK)
        status = sofa_driver_describe(r->bus, r->config, &job, r->place, r->how->watchdog, e);
    if (status == SOFA_OK)
        status = sofa_driver_put(r->bus, "CONTROL", SOFA_CONTROL_START, e);
    uint32_t state = 0;
    if (status == SOFA_OK)
        status = sofa_wait_end(r, sofa_wait_limit(r->how), first, r->trace->q.rows, &state, e);
    if (status == SOFA_OK)
        status = judge(r, state, e);
    double done = sofa_wait_now();
    if (status == SOFA_OK)
        status = sofa_load_output(r, first, rows, output, e);
    if (status == SOFA_OK)
        status = sofa_driver_counters(r->bus, &counts, e);
    if (status == SOFA_OK)
        sofa_counts_add(&r->ran->counts, &counts);
    r->ran->load_seconds += loaded - start;
    r->ran->run_seconds += done - loaded;
    r->ran->read_seconds += sofa_wait_now() - done;
    r->ran->parts++;
    return status;
}

enum sofa_status sofa_driver_run(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_trace *t,
                                 const struct sofa_job *j, const struct sofa_run *how, int16_t *output,
                                 struct sofa_ran *ran, struct sofa_error *e)
{
    struct sofa_load r = {.bus = bus, .config = c, .trace = t, .job = j, .how = how, .ran = ran};
    double start = sofa_wait_now();
    *ran = (struct sofa_ran){0};
    sofa_load_open(&r);
    enum sofa_status status = sofa_load_place(&r, e);
    if (status == SOFA_OK)
        status = sofa_wait_old_job(bus, e);
    if (status == SOFA_OK)
        status = sofa_load_shared(&r, e);
    ran->load_seconds = sofa_wait_now() - start;
    for (size_t first = 0; first < t->q.rows && status == SOFA_OK; first += r.part_rows) {
        size_t left = t->q.rows - first;
        status = run_part(&r, first, left < r.part_rows ? left : r.part_rows, output, e);
    }
    ran->seconds = sofa_wait_now() - start;
    return status;
}
