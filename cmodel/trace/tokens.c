/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and projections of a trace. */
#include "read.h"

#include <math.h>
#include <stdlib.h>

/* One projection: wk with bk or wv with bv. */
struct projection {
    struct sofa_origin weight, bias;
    struct sofa_tensor *tensor;
    double **bias_given;
    int32_t **bias_steps;
};

/* x, then both weights with as many rows as x has columns. */
static enum sofa_status read_tensors(struct sofa_tokens *t, const struct projection *p, const struct sofa_source *s,
                                     const struct sofa_config *c, int given, struct sofa_error *e)
{
    const struct sofa_columns hidden = {1, c->hidden_max, "hidden_max", 1, SOFA_HIDDEN_MAX}, dims = sofa_head_columns(c);
    const struct sofa_origin x = {s, "x"}, k = {s, "k"};
    if (!sofa_origin_has(&x) && sofa_origin_has(&k))
        return sofa_origin_fail(&x, "is missing; a trace of keys needs mode: kv (--set mode=kv)", e);
    enum sofa_status status = sofa_read_tensor(&t->x, &x, &hidden, c->data.token_bits, given, e);
    if (status == SOFA_OK && t->x.rows > c->keys_max)
        return sofa_too_many_keys(s->path, "x", t->x.rows, c, e);
    for (unsigned i = 0; i < 2 && status == SOFA_OK; i++) {
        struct sofa_tensor *w = p[i].tensor;
        status = sofa_read_tensor(w, &p[i].weight, &dims, c->data.weight_bits, given, e);
        if (status == SOFA_OK && w->rows != t->x.cols)
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': has %zu rows, must have as many as x has columns, %zu",
                               s->path, p[i].weight.name, w->rows, t->x.cols);
    }
    return status;
}

double sofa_bias_limit(const struct sofa_config *c)
{
    return ldexp(1, (int)(15 + sofa_clog2(c->hidden_max)));
}

size_t sofa_bias_steps(int32_t *steps, const double *bias, double step, const struct sofa_config *c)
{
    for (size_t i = 0; i < c->head_dim; i++) {
        double x = rint(bias[i] / step);
        if (!(fabs(x) < sofa_bias_limit(c)))
            return i;
        steps[i] = (int32_t)x;
    }
    return c->head_dim;
}

static enum sofa_status take_bias(double *bias, const struct sofa_array *a, const struct sofa_origin *origin,
                                  const struct sofa_config *c, struct sofa_error *e)
{
    if (a->count != c->head_dim)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': must have shape (%u,), head_dim", origin->source->path,
                         origin->name, c->head_dim);
    for (size_t i = 0; i < a->count; i++) {
        bias[i] = sofa_array_get(a, i);
        if (!isfinite(bias[i]))
            return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': element %zu is not finite", origin->source->path,
                             origin->name, i);
    }
    return SOFA_OK;
}

/* Real numbers, and in steps of the sum. */
static enum sofa_status read_bias(const struct projection *p, double step, const struct sofa_config *c,
                                  struct sofa_error *e)
{
    struct sofa_array a;
    if (!sofa_origin_has(&p->bias))
        return SOFA_OK;
    enum sofa_status status = sofa_read_array(&a, &p->bias, 1, e);
    if (status != SOFA_OK)
        return status;
    double *bias = *p->bias_given = calloc(c->head_dim, sizeof *bias);
    int32_t *steps = *p->bias_steps = calloc(c->head_dim, sizeof *steps);
    status = bias && steps ? take_bias(bias, &a, &p->bias, c, e) : sofa_origin_fail(&p->bias, "out of memory", e);
    sofa_array_free(&a);
    size_t bad = status == SOFA_OK ? sofa_bias_steps(steps, bias, step, c) : c->head_dim;
    if (bad < c->head_dim)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': element %zu is %g, must be less than %g for these x and %s",
                           p->bias.source->path, p->bias.name, bad, bias[bad], sofa_bias_limit(c) * step, p->weight.name);
    return status;
}

/* Cosines or sines, a row for each key. */
static enum sofa_status read_turns(int16_t **out, const struct sofa_origin *origin, size_t keys, size_t half,
                                   struct sofa_error *e)
{
    struct sofa_array a;
    enum sofa_status status = sofa_read_array(&a, origin, 2, e);
    if (status != SOFA_OK)
        return status;
    if (a.shape[0] != keys || a.shape[1] != half)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': must have shape (%zu, %zu): keys, head_dim / 2",
                           origin->source->path, origin->name, keys, half);
    else if (!(*out = malloc(keys * half * sizeof **out)))
        status = sofa_origin_fail(origin, "out of memory", e);
    for (size_t i = 0; status == SOFA_OK && i < a.count; i++) {
        double x = sofa_array_get(&a, i);
        if (!(fabs(x) <= 1))
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': element %zu is %g, must be -1 to 1",
                               origin->source->path, origin->name, i, x);
        else
            (*out)[i] = (int16_t)rint(ldexp(x, SOFA_ROTARY_FRACTION));
    }
    sofa_array_free(&a);
    return status;
}

static enum sofa_status read_rotation(struct sofa_tokens *t, const struct sofa_source *s, const struct sofa_config *c,
                                      struct sofa_error *e)
{
    const struct sofa_origin cosines = {s, "cos"}, sines = {s, "sin"};
    size_t half = c->head_dim / 2;
    int given = sofa_origin_has(&cosines) || sofa_origin_has(&sines);
    if (!c->kvgen.rotary && given)
        return sofa_origin_fail(sofa_origin_has(&cosines) ? &cosines : &sines,
                               "keys of this trace are rotated by position; that needs --set kvgen.rotary=1", e);
    if (!c->kvgen.rotary)
        return SOFA_OK;
    if (!given)
        return sofa_origin_fail(&cosines, "is missing; kvgen.rotary: 1 needs 'cos' and 'sin' of every key (or --set kvgen.rotary=0)",
                               e);
    enum sofa_status status = read_turns(&t->cos, &cosines, t->x.rows, half, e);
    return status == SOFA_OK ? read_turns(&t->sin, &sines, t->x.rows, half, e) : status;
}

enum sofa_status sofa_trace_read_tokens(struct sofa_trace *trace, const struct sofa_source *s, const struct sofa_config *c,
                                        int given, struct sofa_error *e)
{
    struct sofa_tokens *t = &trace->tokens;
    const struct projection p[2] = {
        {{s, "wk"}, {s, "bk"}, &t->wk, &t->bk_given, &t->bk},
        {{s, "wv"}, {s, "bv"}, &t->wv, &t->bv_given, &t->bv},
    };
    enum sofa_status status = read_tensors(t, p, s, c, given, e);
    for (unsigned i = 0; i < 2 && status == SOFA_OK; i++)
        status = read_bias(&p[i], t->x.step * p[i].tensor->step, c, e);
    if (status == SOFA_OK)
        status = read_rotation(t, s, c, e);
    if (status == SOFA_OK && given)
        status = sofa_trace_make_given(trace, s, e);
    trace->k.rows = trace->v.rows = t->x.rows;
    trace->k.cols = trace->v.cols = c->head_dim;
    return status;
}
