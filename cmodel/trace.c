/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include "kvgen.h"
#include "trace_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One bound per row; `absent` when the array is not there. */
static enum sofa_status read_bounds(uint32_t **out, size_t rows, size_t keys, uint32_t absent,
                                    const struct sofa_place *place, struct sofa_error *e)
{
    struct sofa_array a = {0};
    int given = sofa_npz_has(place->z, place->name);
    enum sofa_status status = given ? sofa_npz_read(place->z, place->name, &a, e) : SOFA_OK;
    if (status != SOFA_OK)
        return status;
    uint32_t *bound = malloc(rows * sizeof *bound);
    *out = bound;
    if (!bound)
        status = sofa_place_fail(place, "out of memory", e);
    else if (given && (a.dims != 1 || a.shape[0] != rows))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': must have shape (%zu,), one for each row of q",
                           place->path, place->name, rows);
    else if (given && a.type != SOFA_I32 && a.type != SOFA_I64)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': dtype is %s, must be int32", place->path, place->name,
                           sofa_type_name(a.type));
    for (size_t r = 0; r < rows && status == SOFA_OK; r++) {
        double x = given ? sofa_array_get(&a, r) : absent;
        if (x < 0 || x > (double)keys)
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': row %zu is %.0f, must be 0 to %zu", place->path,
                               place->name, r, x, keys);
        else
            bound[r] = (uint32_t)x;
    }
    sofa_array_free(&a);
    return status;
}

static enum sofa_status check_sizes(const struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                    struct sofa_error *e)
{
    if (t->k.rows > c->keys_max)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'k': has %zu rows, must have 1 to keys_max = %u", path,
                         t->k.rows, c->keys_max);
    if (t->v.rows != t->k.rows)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'v': has %zu rows, must have as many as k, %zu", path,
                         t->v.rows, t->k.rows);
    return SOFA_OK;
}

static enum sofa_status read_keys(struct sofa_trace *t, struct sofa_npz *z, const char *path,
                                  const struct sofa_config *c, struct sofa_error *e)
{
    const struct sofa_columns columns = {c->head_dim, c->head_dim, "head_dim"};
    struct sofa_place k = {z, path, "k"}, v = {z, path, "v"};
    if (!sofa_npz_has(z, "k") && sofa_npz_has(z, "x"))
        return sofa_place_fail(&k, "is missing; a trace of tokens needs mode: tokens", e);
    enum sofa_status status = sofa_read_tensor(&t->k, &k, &columns, c->data.key_bits, e);
    if (status == SOFA_OK)
        status = sofa_read_tensor(&t->v, &v, &columns, c->data.value_bits, e);
    return status == SOFA_OK ? check_sizes(t, path, c, e) : status;
}

static void note_ranges(struct sofa_trace *t)
{
    t->has_ranges = 0;
    for (size_t r = 0; r < t->q.rows; r++)
        if (t->first[r] != 0 || t->visible[r] != t->k.rows)
            t->has_ranges = 1;
}

static enum sofa_status read_trace(struct sofa_trace *t, struct sofa_npz *z, const char *path,
                                   const struct sofa_config *c, struct sofa_error *e)
{
    const struct sofa_columns columns = {c->head_dim, c->head_dim, "head_dim"};
    struct sofa_place q = {z, path, "q"}, first = {z, path, "first"}, visible = {z, path, "visible"};
    enum sofa_status status = sofa_read_tensor(&t->q, &q, &columns, c->data.query_bits, e);
    if (status == SOFA_OK)
        status = c->mode == SOFA_MODE_TOKENS ? sofa_trace_read_tokens(t, z, path, c, e)
                                             : read_keys(t, z, path, c, e);
    if (status == SOFA_OK && t->q.rows > UINT32_MAX)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'q': has %zu rows, must have 1 to %u", path, t->q.rows,
                           UINT32_MAX);
    if (status == SOFA_OK)
        status = read_bounds(&t->first, t->q.rows, t->k.rows, 0, &first, e);
    if (status == SOFA_OK)
        status = read_bounds(&t->visible, t->q.rows, t->k.rows, (uint32_t)t->k.rows, &visible, e);
    t->scale = 1 / sqrt(c->head_dim);
    if (status == SOFA_OK && sofa_npz_has(z, "scale"))
        status = sofa_read_scalar(z, path, "scale", &t->scale, e);
    if (status == SOFA_OK)
        note_ranges(t);
    return status;
}

enum sofa_status sofa_trace_load(struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                 struct sofa_error *e)
{
    struct sofa_npz *z;
    *t = (struct sofa_trace){0};
    enum sofa_status status = sofa_npz_open(&z, path, e);
    if (status != SOFA_OK)
        return status;
    status = read_trace(t, z, path, c, e);
    sofa_npz_close(z);
    if (status != SOFA_OK)
        sofa_trace_free(t);
    return status;
}

enum sofa_status sofa_trace_rows(struct sofa_trace *t, size_t a, size_t b, struct sofa_error *e)
{
    size_t rows = t->q.rows, end = b == SIZE_MAX ? rows : b;
    if (a >= end || end > rows)
        return sofa_fail(e, SOFA_BAD_INPUT, "--rows: must be A:B with 0 <= A < B <= %zu", rows);
    size_t n = end - a;
    memmove(t->q.value, t->q.value + a * t->q.cols, n * t->q.cols * sizeof *t->q.value);
    memmove(t->first, t->first + a, n * sizeof *t->first);
    memmove(t->visible, t->visible + a, n * sizeof *t->visible);
    t->q.rows = n;
    note_ranges(t);
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

void sofa_trace_free(struct sofa_trace *t)
{
    free(t->q.value);
    free(t->k.value);
    free(t->v.value);
    free(t->first);
    free(t->visible);
    sofa_tokens_free(&t->tokens);
    *t = (struct sofa_trace){0};
}
