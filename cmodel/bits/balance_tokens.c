/* SPDX-License-Identifier: Apache-2.0 */
#include "balance_tokens.h"

#include "../trace/read.h"
#include "requantise.h"

#include <math.h>
#include <stdlib.h>

/* Hidden unit h is quantised as (x - middle[h]) * token[h], its weights times weight[h]. */
struct units {
    double *token, *weight, *middle; /* H */
};

static void close_units(struct units *u)
{
    free(u->token);
    free(u->weight);
    free(u->middle);
}

static enum sofa_status open_units(struct units *u, size_t hidden, struct sofa_error *e)
{
    u->token = malloc(hidden * sizeof *u->token);
    u->weight = malloc(hidden * sizeof *u->weight);
    u->middle = calloc(hidden, sizeof *u->middle);
    if (u->token && u->weight && u->middle)
        return SOFA_OK;
    close_units(u);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu hidden units", hidden);
}

/* The largest weight of each row, as a share of the tensor's largest; columns are scaled first. share[h] becomes the larger of it and
 * what it is. */
static void raise_shares(double *share, const struct sofa_tensor *w, const double *column)
{
    double most = 0;
    for (size_t i = 0; i < w->rows * w->cols; i++)
        most = fmax(most, fabs(sofa_tensor_given(w, i)) * column[i % w->cols]);
    for (size_t i = 0; i < w->rows * w->cols && most > 0; i++)
        share[i / w->cols] = fmax(share[i / w->cols], fabs(sofa_tensor_given(w, i)) * column[i % w->cols] / most);
}

/* The middle of a turned key's channel would depend on the key; so tokens of such heads keep theirs. */
static void choose_units(struct units *u, const struct sofa_tokens *t, const struct sofa_channels *channels)
{
    double value[SOFA_HEAD_DIM_MAX], *share = u->weight;
    for (size_t i = 0; i < t->wv.cols; i++) {
        struct sofa_range r = sofa_range_of(&t->wv, i);
        double most = sofa_range_most(&r);
        value[i] = most > 0 ? 1 / most : 0;
    }
    for (size_t h = 0; h < t->x.cols; h++)
        share[h] = 0;
    raise_shares(share, &t->wk, channels->key);
    raise_shares(share, &t->wv, value);
    for (size_t h = 0; h < t->x.cols; h++) {
        struct sofa_range x = sofa_range_of(&t->x, h);
        double size = t->cos ? sofa_range_most(&x) : (x.high - x.low) / 2;
        u->middle[h] = t->cos ? 0 : (x.high + x.low) / 2;
        u->token[h] = size > 0 && share[h] > 0 ? sqrt(share[h] / size) : 0;
        u->weight[h] = u->token[h] > 0 ? 1 / u->token[h] : 0;
    }
}

/* Columns of wv get one size; outputs are scaled back. */
static enum sofa_status choose_columns(struct sofa_trace *other, double *inverse, const struct sofa_tensor *wv, const double *weight,
                                       struct sofa_error *e)
{
    other->v_column = calloc(wv->cols, sizeof *other->v_column);
    if (!other->v_column)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu columns", wv->cols);
    for (size_t i = 0; i < wv->rows * wv->cols; i++) {
        double size = fabs(sofa_tensor_given(wv, i)) * weight[i / wv->cols];
        other->v_column[i % wv->cols] = fmax(other->v_column[i % wv->cols], size);
    }
    for (size_t i = 0; i < wv->cols; i++) {
        if (other->v_column[i] == 0)
            other->v_column[i] = 1;
        inverse[i] = 1 / other->v_column[i];
    }
    return SOFA_OK;
}

/* What the middles of the tokens add to each column. */
static void add_middles(double *sum, const struct sofa_tensor *w, const double *middle)
{
    for (size_t i = 0; i < w->rows * w->cols; i++)
        sum[i % w->cols] += middle[i / w->cols] * sofa_tensor_given(w, i);
}

/* *steps: NULL when there is neither a bias nor a middle. */
static enum sofa_status convert_bias(int32_t **steps, int *fits, const double *given, const double *middle, const double *column,
                                     double step, const struct sofa_config *c, struct sofa_error *e)
{
    double bias[SOFA_HEAD_DIM_MAX];
    int some = 0;
    for (size_t i = 0; i < c->head_dim; i++) {
        bias[i] = ((given ? given[i] : 0) + middle[i]) * column[i];
        some |= bias[i] != 0;
    }
    if (!some)
        return SOFA_OK;
    *steps = malloc(c->head_dim * sizeof **steps);
    if (!*steps)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %u biases", c->head_dim);
    *fits &= sofa_bias_steps(*steps, bias, step, c) == c->head_dim;
    return SOFA_OK;
}

static enum sofa_status convert_biases(struct sofa_trace *other, int *fits, const struct sofa_trace *t,
                                       const struct sofa_channels *channels, const double *inverse, const double *middle,
                                       const struct sofa_config *c, struct sofa_error *e)
{
    double k[SOFA_HEAD_DIM_MAX] = {0}, v[SOFA_HEAD_DIM_MAX] = {0};
    struct sofa_tokens *to = &other->tokens;
    add_middles(k, &t->tokens.wk, middle);
    add_middles(v, &t->tokens.wv, middle);
    for (size_t i = 0; i < c->head_dim; i++)
        k[i] -= channels->middle[i];
    enum sofa_status status = convert_bias(&to->bk, fits, t->tokens.bk_given, k, channels->key, to->x.step * to->wk.step, c, e);
    if (status == SOFA_OK)
        status = convert_bias(&to->bv, fits, t->tokens.bv_given, v, inverse, to->x.step * to->wv.step, c, e);
    return status;
}

static enum sofa_status quantise(struct sofa_trace *other, int *fits, const struct sofa_trace *t, const struct sofa_channels *channels,
                                 const struct units *u, const struct sofa_config *c, struct sofa_error *e)
{
    const struct sofa_tokens *from = &t->tokens;
    struct sofa_tokens *to = &other->tokens;
    double inverse[SOFA_HEAD_DIM_MAX];
    enum sofa_status status = choose_columns(other, inverse, &from->wv, u->weight, e);
    const struct sofa_scaling x = {.column = u->token, .middle = u->middle};
    const struct sofa_scaling wk = {.row = u->weight, .column = channels->key}, wv = {.row = u->weight, .column = inverse};
    if (status == SOFA_OK)
        status = sofa_requantise(&to->x, &from->x, &x, c->data.token_bits, e);
    if (status == SOFA_OK)
        status = sofa_requantise(&to->wk, &from->wk, &wk, c->data.weight_bits, e);
    if (status == SOFA_OK)
        status = sofa_requantise(&to->wv, &from->wv, &wv, c->data.weight_bits, e);
    return status == SOFA_OK ? convert_biases(other, fits, t, channels, inverse, u->middle, c, e) : status;
}

enum sofa_status sofa_balance_tokens(struct sofa_trace *other, int *fits, const struct sofa_trace *t,
                                     const struct sofa_channels *channels, const struct sofa_config *c, struct sofa_error *e)
{
    struct units units;
    enum sofa_status status = open_units(&units, t->tokens.x.cols, e);
    if (status != SOFA_OK)
        return status;
    choose_units(&units, &t->tokens, channels);
    status = quantise(other, fits, t, channels, &units, c, e);
    close_units(&units);
    return status;
}
