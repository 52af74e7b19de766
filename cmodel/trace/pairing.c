/* SPDX-License-Identifier: Apache-2.0 */
#include "pairing.h"

#include <stdlib.h>
#include <string.h>

size_t sofa_paired_row(size_t rows, unsigned block, size_t row)
{
    size_t blocks = rows / block, at = row / block;
    if (at >= blocks)
        return row;
    size_t from = at % 2 == 0 ? blocks - 1 - at / 2 : at / 2;
    return from * block + row % block;
}

enum direction { PAIR, UNPAIR };

static enum sofa_status move_rows(void *data, size_t rows, size_t bytes, unsigned block, enum direction direction, struct sofa_error *e)
{
    char *to = data, *from = malloc(rows * bytes + 1);
    if (!from)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", rows);
    memcpy(from, to, rows * bytes);
    for (size_t r = 0; r < rows; r++) {
        size_t own = sofa_paired_row(rows, block, r);
        memcpy(to + (direction == PAIR ? r : own) * bytes, from + (direction == PAIR ? own : r) * bytes, bytes);
    }
    free(from);
    return SOFA_OK;
}

enum sofa_status sofa_trace_pair_blocks(struct sofa_trace *t, unsigned block, struct sofa_error *e)
{
    size_t rows = t->q.rows, cols = t->q.cols;
    enum sofa_status status = move_rows(t->q.value, rows, cols * sizeof *t->q.value, block, PAIR, e);
    if (status == SOFA_OK && t->q.given)
        status = move_rows(t->q.given, rows, cols * sizeof *t->q.given, block, PAIR, e);
    if (status == SOFA_OK)
        status = move_rows(t->first, rows, sizeof *t->first, block, PAIR, e);
    if (status == SOFA_OK)
        status = move_rows(t->visible, rows, sizeof *t->visible, block, PAIR, e);
    t->paired = block;
    return status;
}

enum sofa_status sofa_unpair_rows(void *data, size_t rows, size_t bytes, unsigned block, struct sofa_error *e)
{
    return block ? move_rows(data, rows, bytes, block, UNPAIR, e) : SOFA_OK;
}
