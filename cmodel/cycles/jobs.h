/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOFA_CYCLES_JOBS_H
#define SOFA_CYCLES_JOBS_H

#include "machine.h"

/* All rows of the session are in memory, nothing is under way: it ends. */
int sofa_session_complete(const struct sofa_machine *m);

/* sofa_control, sofa_rows_left, and of a queue sofa_jobs, sofa_job_fetch, sofa_report; last of all steps. */
void sofa_step_jobs(struct sofa_machine *m);

#endif
