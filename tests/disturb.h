/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that something ends before their time: an abort, a bus error, a memory that stops, a reset. Each of these fails the test if the core does
 * not end as it must, leaves something on the bus, or has written anything but right bytes into its buffers. */
#ifndef SOFA_TESTS_DISTURB_H
#define SOFA_TESTS_DISTURB_H

#include "cores.h"

/* What an undisturbed job takes. */
struct undisturbed {
    uint64_t clocks, cycles;  /* to the interrupt; register CYCLES */
    uint64_t done[TB_STOPS];  /* of the memory */
};
void run_undisturbed(struct fixture *f, const struct head *h, const struct tb_memory_options *m, struct undisturbed *u);

/* CONTROL.abort `after` clocks after the start, at least 1. Returns the error code: SOFA_ERROR_NONE if the job had ended, and all of it is right. */
unsigned abort_at(struct fixture *f, const struct head *h, uint64_t after, const struct tb_memory_options *m, const struct undisturbed *u);
/* m says which beat or response has the error. Returns of what it was. */
enum tb_kind fail_bus(struct fixture *f, const struct head *h, const struct tb_memory_options *m, unsigned want);
/* m says when the memory stops; the watchdog's patience is `patience` cycles. resumes: the memory goes on before the second time that the
 * watchdog waits for has passed, and the bus runs empty; else core and memory are reset. Returns 0 if it
 * went on in time: what the core still had to do took so long, and all is right. */
int stop_memory(struct fixture *f, const struct head *h, const struct tb_memory_options *m, unsigned patience, int resumes);
/* A reset of `length` cycles, `after` clocks after the start: the core is idle. */
void reset_at(struct fixture *f, const struct head *h, uint64_t after, unsigned length, const struct tb_memory_options *m);

/* Nothing is asked for, nothing written; STATUS is 0. */
void expect_idle(struct fixture *f, const char *event);
/* Every byte of O (mode tokens: of K and V) is as it was, or right. */
void expect_rows(const struct fixture *f, const struct head *h, const struct tb_layout *l, const char *event);

#endif
