/* SPDX-License-Identifier: Apache-2.0 */
/* A job as a right core would leave it: outputs, counters, and what crossed the bus, made from the model. Tests spoil one thing and
 * expect the comparison to name it. */
#ifndef SOFA_TESTS_PLAYED_H
#define SOFA_TESTS_PLAYED_H

#include "../tb/compare.h"
#include "../tb/synthetic.h"

struct played {
    struct sofa_config config;
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
    struct tb_layout layout;
    struct tb_memory *memory;
    struct tb_outcome outcome;
};

enum played_kind { PLAYED_KV, PLAYED_TOKENS, PLAYED_ROTARY, PLAYED_KINDS };

/* 40 rows, 50 keys; strides are longer than rows. The memory is random: no cycles are compared. */
void play(struct played *p, enum played_kind kind);
/* As if the memory were ideal: the cycles that the model predicts. */
void play_cycles(struct played *p);
void put_output(struct played *p, size_t row, size_t dim, int16_t value);
/* The comparison must name `text`; NULL: find nothing. Frees everything. */
void expect_difference(struct played *p, const char *text);

#endif
