/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

void sofa_trace_note_ranges(struct sofa_trace *t)
{
    t->has_ranges = 0;
    for (size_t r = 0; r < t->q.rows; r++)
        if (t->first[r] != 0 || t->visible[r] != t->k.rows)
            t->has_ranges = 1;
}

enum sofa_status sofa_trace_rows(struct sofa_trace *t, size_t a, size_t b, struct sofa_error *e)
{
    size_t rows = t->q.rows, end = b == SIZE_MAX ? rows : b;
    if (a >= end || end > rows)
        return sofa_fail(e, SOFA_BAD_INPUT, "--rows: must be A:B with 0 <= A < B <= %zu", rows);
    size_t n = end - a;
    memmove(t->q.value, t->q.value + a * t->q.cols, n * t->q.cols * sizeof *t->q.value);
    if (t->q.given)
        memmove(t->q.given, t->q.given + a * t->q.cols, n * t->q.cols * sizeof *t->q.given);
    memmove(t->first, t->first + a, n * sizeof *t->first);
    memmove(t->visible, t->visible + a, n * sizeof *t->visible);
    t->q.rows = n;
    sofa_trace_note_ranges(t);
    return SOFA_OK;
}

void sofa_trace_see_all(struct sofa_trace *t)
{
    for (size_t r = 0; r < t->q.rows; r++) {
        t->first[r] = 0;
        t->visible[r] = (uint32_t)t->k.rows;
    }
    t->has_ranges = 0;
}

void sofa_tensor_free(struct sofa_tensor *t)
{
    free(t->value);
    free(t->given);
    *t = (struct sofa_tensor){0};
}

void sofa_tokens_free(struct sofa_tokens *t)
{
    sofa_tensor_free(&t->x);
    sofa_tensor_free(&t->wk);
    sofa_tensor_free(&t->wv);
    free(t->bk_given);
    free(t->bv_given);
    free(t->bk);
    free(t->bv);
    free(t->cos);
    free(t->sin);
    free(t->power);
    free(t->khat_sum);
    free(t->k_sum);
    free(t->v_sum);
    *t = (struct sofa_tokens){0};
}

void sofa_trace_free(struct sofa_trace *t)
{
    sofa_tensor_free(&t->q);
    sofa_tensor_free(&t->k);
    sofa_tensor_free(&t->v);
    free(t->first);
    free(t->visible);
    free(t->v_column);
    sofa_tokens_free(&t->tokens);
    *t = (struct sofa_trace){0};
}
