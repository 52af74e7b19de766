/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a core. */
#ifndef SOFA_WAIT_H
#define SOFA_WAIT_H

#include "load.h"

/* Seconds of a clock that only goes on. */
double sofa_wait_now(void);
/* Seconds that a job may take. */
double sofa_wait_limit(const struct sofa_run *how);
/* Until STATUS does not say busy, and what it says then. Tells rows: `first`, and those of the blocks so far, of `rows`. After `limit`
 * seconds the core is aborted: SOFA_BAD_RESULT. */
enum sofa_status sofa_wait_end(const struct sofa_load *l, double limit, uint64_t first, uint64_t rows, uint32_t *state,
                               struct sofa_error *e);
/* Aborts a job that somebody has left behind. */
enum sofa_status sofa_wait_old_job(const struct sofa_bus *bus, struct sofa_error *e);

#endif
