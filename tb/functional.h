/* SPDX-License-Identifier: Apache-2.0 */
/* Functional coverage: with SOFA_FUNCTIONAL=DIR each job that a bench has run is a line of DIR/jobs.txt, words NAME=VALUE. tests/coverage/functional.py
 * counts them. */
#ifndef TB_FUNCTIONAL_H
#define TB_FUNCTIONAL_H

#include "../cmodel/trace/job.h"

/* error: with which the job has ended; queued: it came from a queue. */
void tb_functional_note(const struct sofa_config *c, const struct sofa_job *j, int random_memory, int queued, unsigned error);

#endif
