/* SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include "read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static enum sofa_status convert_bounds(uint32_t *bound, const struct sofa_array *a, size_t keys,
                                       const struct sofa_origin *origin, struct sofa_error *e)
{
    for (size_t r = 0; r < a->count; r++) {
        double x = sofa_array_get(a, r);
        if (!(x >= 0 && x <= (double)keys) || x != floor(x))
            return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': row %zu is %g, must be a whole number, 0 to %zu",
                             origin->source->path, origin->name, r, x, keys);
        bound[r] = (uint32_t)x;
    }
    return SOFA_OK;
}

/* One bound per row; `absent` when the array is not there. */
static enum sofa_status read_bounds(uint32_t **out, size_t rows, size_t keys, uint32_t absent,
                                    const struct sofa_origin *origin, struct sofa_error *e)
{
    struct sofa_array a = {0};
    int given = sofa_origin_has(origin);
    enum sofa_status status = given ? sofa_read_array(&a, origin, 1, e) : SOFA_OK;
    if (status != SOFA_OK)
        return status;
    uint32_t *bound = malloc(rows * sizeof *bound);
    *out = bound;
    if (!bound)
        status = sofa_origin_fail(origin, "out of memory", e);
    else if (given && a.count != rows)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': must have shape (%zu,), one for each row of q",
                           origin->source->path, origin->name, rows);
    else if (given)
        status = convert_bounds(bound, &a, keys, origin, e);
    for (size_t r = 0; r < rows && bound && !given; r++)
        bound[r] = absent;
    sofa_array_free(&a);
    return status;
}

static enum sofa_status check_sizes(const struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                    struct sofa_error *e)
{
    if (t->k.rows > c->keys_max)
        return sofa_too_many_keys(path, "k", t->k.rows, c, e);
    if (t->v.rows != t->k.rows)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array 'v': has %zu rows, must have as many as k, %zu", path,
                         t->v.rows, t->k.rows);
    return SOFA_OK;
}

static enum sofa_status read_keys(struct sofa_trace *t, const struct sofa_source *s, const struct sofa_config *c,
                                  const struct sofa_trace_choice *choice, struct sofa_error *e)
{
    int floats = choice->given || choice->balance != SOFA_BALANCE_OFF;
    const struct sofa_columns columns = sofa_head_columns(c);
    const struct sofa_origin k = {s, "k"}, v = {s, "v"}, x = {s, "x"};
    if (!sofa_origin_has(&k) && sofa_origin_has(&x))
        return sofa_origin_fail(&k, "is missing; a trace of tokens needs mode: tokens (--set mode=tokens)", e);
    enum sofa_status status = sofa_read_tensor(&t->k, &k, &columns, c->data.key_bits, floats, e);
    if (status == SOFA_OK)
        status = sofa_read_tensor(&t->v, &v, &columns, c->data.value_bits, choice->given, e);
    return status == SOFA_OK ? check_sizes(t, s->path, c, e) : status;
}

static enum sofa_status read_rows(struct sofa_trace *t, const struct sofa_source *s, struct sofa_error *e)
{
    const struct sofa_origin first = {s, "first"}, visible = {s, "visible"};
    if (t->q.rows > UINT32_MAX)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array 'q': has %zu rows, must have 1 to %u", s->path, t->q.rows,
                         UINT32_MAX);
    enum sofa_status status = read_bounds(&t->first, t->q.rows, t->k.rows, 0, &first, e);
    if (status == SOFA_OK)
        status = read_bounds(&t->visible, t->q.rows, t->k.rows, (uint32_t)t->k.rows, &visible, e);
    return status;
}

/* Arrays that nobody asked for: of the other mode, a scale of floats, or what these programs do not know. */
static void warn_unused(const struct sofa_source *s, const struct sofa_config *c, struct sofa_warnings *warnings)
{
    char name[SOFA_ARRAY_NAME_ROOM], list[300] = "";
    size_t used = 0, i = 0;
    while (sofa_npz_unread(s->z, &i, name) && used < sizeof list - 1)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", name);
    if (list[0])
        sofa_warn(warnings, "%.150s: not used in mode %s: %s", s->path, sofa_mode_name(c->mode), list);
}

static enum sofa_status read_trace(struct sofa_trace *t, const struct sofa_source *s, const struct sofa_trace_choice *choice,
                                   const struct sofa_config *c, struct sofa_error *e)
{
    const struct sofa_columns columns = sofa_head_columns(c);
    const struct sofa_origin q = {s, "q"}, scale = {s, "scale"};
    int floats = choice->given || choice->balance != SOFA_BALANCE_OFF;
    enum sofa_status status = sofa_read_tensor(&t->q, &q, &columns, c->data.query_bits, floats || choice->octaves, e);
    if (status == SOFA_OK)
        status = c->mode == SOFA_MODE_TOKENS ? sofa_trace_read_tokens(t, s, c, floats, e)
                                             : read_keys(t, s, c, choice, e);
    if (status == SOFA_OK)
        status = read_rows(t, s, e);
    t->scale = 1 / sqrt(c->head_dim);
    if (status == SOFA_OK && sofa_origin_has(&scale))
        status = sofa_read_scalar(&scale, &t->scale, e);
    if (status == SOFA_OK) {
        sofa_trace_note_ranges(t);
        warn_unused(s, c, choice->warnings);
    }
    return status;
}

enum sofa_status sofa_trace_heads(size_t *heads, const char *path, struct sofa_error *e)
{
    struct sofa_source s = {.path = path};
    enum sofa_status status = sofa_npz_open(&s.z, path, e);
    if (status != SOFA_OK)
        return status;
    status = sofa_source_heads(&s, e);
    *heads = s.heads;
    if (status == SOFA_OK && s.heads > 1)
        status = sofa_npz_verify(s.z, e);
    sofa_npz_close(s.z);
    return status;
}

static enum sofa_status choose_head(struct sofa_source *s, size_t head, struct sofa_error *e)
{
    s->head = head == SIZE_MAX ? 0 : head;
    if (head == SIZE_MAX && s->heads > 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array 'q': holds %zu heads; choose one, --head 0 to %zu", s->path,
                         s->heads, s->heads - 1);
    if (s->head >= s->heads)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: --head is %zu, must be 0 to %zu", s->path, head, s->heads - 1);
    return SOFA_OK;
}

enum sofa_status sofa_trace_read(struct sofa_trace *t, struct sofa_npz *z, const struct sofa_trace_choice *choice,
                                 const struct sofa_config *c, struct sofa_error *e)
{
    struct sofa_source s = {.z = z, .path = sofa_npz_path(z)};
    *t = (struct sofa_trace){.has_ranges = 0};
    enum sofa_status status = sofa_source_heads(&s, e);
    if (status == SOFA_OK)
        status = choose_head(&s, choice->head, e);
    if (status == SOFA_OK)
        status = read_trace(t, &s, choice, c, e);
    if (status != SOFA_OK)
        sofa_trace_free(t);
    return status;
}
