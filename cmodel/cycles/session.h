/* SPDX-License-Identifier: Apache-2.0 */
/* The session that the engines run, from a reset to the next; and what they know of its jobs. */
#ifndef SOFA_CYCLES_SESSION_H
#define SOFA_CYCLES_SESSION_H

#include "machine.h"

/* A job begins with its ranges and queries in this cycle: the first of a session, or one that joins it. */
static inline int sofa_job_starts(const struct sofa_machine *m)
{
    return m->now.control.starts || m->now.jobs.joining;
}
/* Of the two jobs at hand, that one. */
static inline size_t sofa_starting_job(const struct sofa_machine *m)
{
    return m->now.jobs.number[m->now.jobs.oldest ^ (unsigned)m->now.jobs.joining];
}
/* The first block of its job. */
static inline int sofa_opens_job(const struct sofa_machine *m, size_t block)
{
    return block == 0 || m->block_job[block] != m->block_job[block - 1];
}
/* Of the two that a session's blocks take in turn. */
static inline unsigned sofa_bank(const struct sofa_machine *m, size_t block)
{
    return (unsigned)(block - m->first_block) & 1u;
}

/* Nobody may ask the memory; copies of the reset come a cycle later. */
static inline int sofa_is_halted(const struct sofa_machine *m)
{
    const struct sofa_control_state *now = &m->now.control;
    return now->state == CONTROL_FLUSH || now->state == CONTROL_JUDGE || now->done || (now->done_before && m->d.copied_registers);
}

/* The status of a job is being written, in more than one beat. */
static inline int sofa_report_holds(const struct sofa_machine *m)
{
    return m->now.report.beat > 0;
}

/* As after a flush; what comes next of all blocks and tiles stays. */
void sofa_reset_engines(const struct sofa_machine *m, struct sofa_registers_now *r);
/* The engines are reset; the next cycle is that of the start pulse, with this one of the two jobs at hand. */
void sofa_begin_session(struct sofa_machine *m, unsigned oldest);

#endif
