/* SPDX-License-Identifier: Apache-2.0 */
/* A job of a random configuration or a corner on its compiled core; for the sweep and the tests. */
#ifndef TB_CASE_RUN_H
#define TB_CASE_RUN_H

#include "driver.h"
#include "random_case.h"

/* Draws a job; disturbs it first by an abort or a bus error, then runs it with both memories; mode tokens: also jobs that keep what
 * is left of it. SOFA_BAD_RESULT and the job in words if RTL and model differ in anything. */
enum sofa_status tb_case_run(struct tb_driver *d, struct tb_case *c, struct sofa_error *e);

#endif
