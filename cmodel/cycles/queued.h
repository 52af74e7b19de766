/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOFA_QUEUED_H
#define SOFA_QUEUED_H

#include "../bits/result.h"
#include "../trace/job.h"

/* A job of a queue; flags: SOFA_FLAG_NOTIFY, SOFA_FLAG_STOP. */
struct sofa_queued {
    const struct sofa_job *job;
    const struct sofa_result *result;
    uint32_t flags;
};

#endif
