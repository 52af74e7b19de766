/* SPDX-License-Identifier: Apache-2.0 */
/* The bit-exact reference: runs a job block by block and tile by tile, as docs/arithmetic.md specifies. */
#ifndef SOFA_MODEL_H
#define SOFA_MODEL_H

#include "../trace/job.h"
#include "result.h"

/* keep_tiles: fill result->tile and result->block (needed by the cycle model and the bench). */
enum sofa_status sofa_model_run(struct sofa_result *result, const struct sofa_config *c, const struct sofa_trace *t,
                                const struct sofa_job *j, int keep_tiles, struct sofa_error *e);

#endif
