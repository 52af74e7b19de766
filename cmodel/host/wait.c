/* SPDX-License-Identifier: Apache-2.0 */
#include "wait.h"

#include <time.h>

#define DEFAULT_TIMEOUT 60.0
#define POLL_NS 1000000
#define ABORT_POLLS 1000u

double sofa_wait_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double sofa_wait_limit(const struct sofa_run *how)
{
    return how->timeout > 0 ? how->timeout : DEFAULT_TIMEOUT;
}

enum sofa_status sofa_wait_end(const struct sofa_load *r, double limit, uint64_t first, uint64_t rows, uint32_t *state, struct sofa_error *e)
{
    const struct timespec nap = {0, POLL_NS};
    double start = sofa_wait_now();
    uint32_t blocks = 0;
    *state = 0;
    for (;;) {
        enum sofa_status status = sofa_driver_get(r->bus, "STATUS", state, e);
        if (status == SOFA_OK && !(*state & SOFA_STATUS_BUSY))
            return SOFA_OK;
        if (status == SOFA_OK && r->how->progress)
            status = sofa_driver_get(r->bus, "BLOCKS_LO", &blocks, e);
        if (status != SOFA_OK)
            return status;
        sofa_load_tell(r, "run", first + (uint64_t)blocks * r->config->query_block, rows);
        if (sofa_wait_now() - start > limit) {
            sofa_driver_put(r->bus, "CONTROL", SOFA_CONTROL_ABORT, NULL);
            return sofa_fail(e, SOFA_BAD_RESULT, "the core does not end within %.0f s (STATUS 0x%08X); aborted", limit,
                             (unsigned)*state);
        }
        nanosleep(&nap, NULL);
    }
}

enum sofa_status sofa_wait_old_job(const struct sofa_bus *bus, struct sofa_error *e)
{
    const struct timespec nap = {0, POLL_NS};
    uint32_t state = 0;
    enum sofa_status status = sofa_driver_get(bus, "STATUS", &state, e);
    if (status == SOFA_OK && state & SOFA_STATUS_BUSY)
        status = sofa_driver_put(bus, "CONTROL", SOFA_CONTROL_ABORT, e);
    for (unsigned i = 0; i < ABORT_POLLS && status == SOFA_OK && state & SOFA_STATUS_BUSY; i++) {
        nanosleep(&nap, NULL);
        status = sofa_driver_get(bus, "STATUS", &state, e);
    }
    if (status == SOFA_OK && state & SOFA_STATUS_BUSY)
        return sofa_fail(e, SOFA_BAD_RESULT, "an earlier job does not end when aborted (STATUS 0x%08X); reset the board",
                         (unsigned)state);
    return status;
}
