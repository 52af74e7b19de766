/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of one head, out of files that may hold several. */
#include "read.h"

#include <stdio.h>
#include <string.h>

static void print_shape(char text[160], const struct sofa_array *a)
{
    size_t used = (size_t)snprintf(text, 160, "(");
    for (unsigned i = 0; i < a->dims; i++)
        used += (size_t)snprintf(text + used, 160 - used, "%zu%s", a->shape[i],
                                 a->dims == 1 ? "," : i + 1 < a->dims ? ", " : "");
    snprintf(text + used, 160 - used, ")");
}

static void drop_axis(struct sofa_array *a)
{
    memmove(a->shape, a->shape + 1, --a->dims * sizeof a->shape[0]);
}

static void drop_ones(struct sofa_array *a, unsigned rank)
{
    while (a->dims > rank && a->shape[0] == 1)
        drop_axis(a);
}

static enum sofa_status wrong_shape(const struct sofa_array *a, const struct sofa_origin *origin, unsigned rank,
                                    struct sofa_error *e)
{
    static const char *const what[] = {"one number", "1 dimension", "2 dimensions: rows and columns"};
    char shape[160];
    print_shape(shape, a);
    if (a->dims > rank + 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': has shape %s, must have %s, before them at most the heads (a "
                         "batch of one)", origin->source->path, origin->name, shape, what[rank]);
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': has shape %s, must have %s", origin->source->path, origin->name,
                     shape, what[rank]);
}

static enum sofa_status wrong_heads(size_t n, const struct sofa_origin *origin, struct sofa_error *e)
{
    size_t heads = origin->source->heads;
    if (heads == 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': holds %zu heads, q one; save the one that belongs to q",
                         origin->source->path, origin->name, n);
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': holds %zu heads, must be as many as q, %zu, or a divisor of that",
                     origin->source->path, origin->name, n, heads);
}

enum sofa_status sofa_source_heads(struct sofa_source *source, struct sofa_error *e)
{
    const struct sofa_origin q = {source, "q"};
    struct sofa_array a;
    enum sofa_status status = sofa_npz_shape(source->z, "q", &a, e);
    if (status != SOFA_OK)
        return status;
    drop_ones(&a, 2);
    if (a.dims < 2 || a.dims > 3 || (a.dims == 3 && a.shape[0] == 0))
        return wrong_shape(&a, &q, 2, e);
    source->heads = a.dims == 3 ? a.shape[0] : 1;
    return SOFA_OK;
}

/* The shape of a head's part, and which part of how many it is. */
static enum sofa_status cut_head(struct sofa_array *a, size_t *part, size_t *parts, const struct sofa_origin *origin,
                                 unsigned rank, struct sofa_error *e)
{
    const struct sofa_source *s = origin->source;
    *part = 0;
    *parts = 1;
    drop_ones(a, rank);
    if (a->dims == rank)
        return SOFA_OK;
    if (a->dims != rank + 1 || (rank == 0 && s->heads == 1))
        return wrong_shape(a, origin, rank, e);
    size_t n = a->shape[0];
    if (n == 0 || s->heads % n != 0)
        return wrong_heads(n, origin, e);
    *parts = n;
    *part = s->head / (s->heads / n);
    drop_axis(a);
    return SOFA_OK;
}

enum sofa_status sofa_read_array(struct sofa_array *a, const struct sofa_origin *origin, unsigned rank, struct sofa_error *e)
{
    struct sofa_array shape;
    size_t part, parts;
    *a = (struct sofa_array){0};
    enum sofa_status status = sofa_npz_shape(origin->source->z, origin->name, &shape, e);
    if (status == SOFA_OK)
        status = cut_head(&shape, &part, &parts, origin, rank, e);
    if (status == SOFA_OK)
        status = sofa_npz_read_part(origin->source->z, origin->name, part, parts, a, e);
    if (status != SOFA_OK)
        return status;
    a->dims = shape.dims;
    memcpy(a->shape, shape.shape, sizeof a->shape);
    return SOFA_OK;
}
