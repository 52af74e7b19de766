/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of rows in pairs. In a causal head the first blocks are short for prediction and as long as others for attention, the last ones
 * the other way round: one of each in turn keeps both busy. A job's rows may stand in memory in any order; their ranges say what they see.
 * Whole blocks are moved, so each row's bits stay what they are. */
#ifndef SOFA_PAIRING_H
#define SOFA_PAIRING_H

#include "trace.h"

enum sofa_pairing { SOFA_PAIR_AUTO, SOFA_PAIR_OFF, SOFA_PAIR_ON };

/* The row that is worked on as number `row` of `rows`: of the last block of `block` rows, the first one, the last but one, the second ...
 * Rows that fill no block stay last. */
size_t sofa_paired_row(size_t rows, unsigned block, size_t row);
/* Brings q, first and visible into this order; t->paired becomes `block`. */
enum sofa_status sofa_trace_pair_blocks(struct sofa_trace *t, unsigned block, struct sofa_error *e);
/* Rows of `bytes` bytes in that order, back into the trace's own. */
enum sofa_status sofa_unpair_rows(void *data, size_t rows, size_t bytes, unsigned block, struct sofa_error *e);

#endif
