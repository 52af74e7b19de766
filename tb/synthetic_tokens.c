/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens, weights and biases of synthetic heads. */
#include "../cmodel/bits/project.h"
#include "../cmodel/bits/rotary.h"
#include "synthetic.h"

#include <math.h>
#include <stdlib.h>

#define TOP 127 /* of 8 bits */

/* Zeros in a part of the rows and columns: what the array may skip. */
static void punch(struct sofa_tensor *t, struct tb_random *random)
{
    size_t row = tb_random_below(random, (unsigned)t->rows), rows = 1 + tb_random_below(random, (unsigned)t->rows);
    size_t col = tb_random_below(random, (unsigned)t->cols), cols = 1 + tb_random_below(random, (unsigned)t->cols);
    for (size_t r = row; r < row + rows && r < t->rows; r++)
        for (size_t i = col; i < col + cols && i < t->cols; i++)
            t->value[r * t->cols + i] = 0;
}

/* A hidden unit of all tokens, or a dimension of K, as often as the dice say. */
static void blank_columns(struct sofa_tensor *t, struct tb_random *random)
{
    unsigned often = 1 + tb_random_below(random, 8);
    for (size_t i = 0; i < t->cols; i++) {
        if (tb_random_below(random, 8) >= often)
            continue;
        for (size_t r = 0; r < t->rows; r++)
            t->value[r * t->cols + i] = 0;
    }
}

static void fill_sparse(struct sofa_tokens *k, struct tb_random *random)
{
    tb_fill_sparse(&k->x, 8, random);
    tb_fill_sparse(&k->wk, 8, random);
    tb_fill_sparse(&k->wv, 8, random);
    for (unsigned i = tb_random_below(random, 3); i > 0; i--) {
        punch(&k->x, random);
        punch(&k->wk, random);
    }
    if (tb_random_below(random, 2))
        blank_columns(&k->x, random);
    if (tb_random_below(random, 2))
        blank_columns(&k->wk, random);
}

static void fill(struct sofa_tokens *k, enum tb_content content, struct tb_random *random)
{
    int any = (int)tb_random_below(random, 256) - 128;
    tb_fill_random(&k->x, 8, random);
    tb_fill_random(&k->wk, 8, random);
    tb_fill_random(&k->wv, 8, random);
    switch (content) {
    case TB_RISING:
        tb_fill_ramp(&k->x, -TOP - 1, TOP);
        tb_fill_ramp(&k->wk, TOP, TOP);
        break;
    case TB_CONSTANT:
        tb_fill_ramp(&k->x, any, any);
        break;
    case TB_NEGATIVE:
        tb_fill_ramp(&k->x, TOP, TOP / 2);
        tb_fill_ramp(&k->wk, -TOP - 1, -TOP - 1);
        break;
    case TB_FULL_SCALE:
        tb_fill_ends(&k->x, 8, random);
        tb_fill_ends(&k->wk, 8, random);
        tb_fill_ends(&k->wv, 8, random);
        break;
    case TB_SPARSE:
        fill_sparse(k, random);
        break;
    default:
        break;
    }
}

/* As large as they may be, or as the sums are. */
static enum sofa_status make_bias(int32_t **bias, const struct sofa_config *c, enum tb_content content,
                                  struct tb_random *random, struct sofa_error *e)
{
    int32_t top = (int32_t)(((uint32_t)1 << (15 + sofa_clog2(c->hidden_max))) - 1);
    unsigned shift = content == TB_FULL_SCALE ? 0 : tb_random_below(random, 16);
    if (tb_random_below(random, 2))
        return SOFA_OK;
    *bias = malloc(c->head_dim * sizeof **bias);
    if (!*bias)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for a bias");
    for (unsigned i = 0; i < c->head_dim; i++) {
        int32_t value = content == TB_FULL_SCALE ? top : (int32_t)(tb_random_next(random) % ((uint64_t)top + 1));
        (*bias)[i] = (tb_random_below(random, 2) ? value : -value) >> shift;
    }
    return SOFA_OK;
}

/* Angles, or (what no rotation has) any two numbers. */
static enum sofa_status make_rotation(struct sofa_tokens *k, const struct sofa_config *c, enum tb_content content,
                                      struct tb_random *random, struct sofa_error *e)
{
    size_t count = k->x.rows * (c->head_dim / 2);
    int one = 1 << SOFA_ROTARY_FRACTION, ends = content == TB_FULL_SCALE;
    if (c->mode != SOFA_MODE_TOKENS || !c->kvgen.rotary)
        return SOFA_OK;
    k->cos = malloc(count * sizeof *k->cos);
    k->sin = malloc(count * sizeof *k->sin);
    if (!k->cos || !k->sin)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu angles", count);
    for (size_t i = 0; i < count; i++) {
        double angle = tb_random_below(random, 1u << 16) * (M_PI / (1 << 15));
        k->cos[i] = (int16_t)(ends ? (tb_random_below(random, 2) ? one : -one) : (int)lrint(one * cos(angle)));
        k->sin[i] = (int16_t)(ends ? (tb_random_below(random, 2) ? one : -one) : (int)lrint(one * sin(angle)));
    }
    return SOFA_OK;
}

/* Weights are worth what makes K and V as large as in mode kv. */
static void choose_worth(struct sofa_trace *t, double k_step, double v_step)
{
    struct sofa_tokens *k = &t->tokens;
    double of_k = k_step / t->k.step, of_v = v_step / t->v.step;
    k->wk.step *= of_k;
    k->k_step *= of_k;
    k->khat_step *= of_k;
    t->k.step = k_step;
    k->wv.step *= of_v;
    k->v_step *= of_v;
    t->v.step = v_step;
}

enum sofa_status tb_synthetic_tokens(struct sofa_trace *t, const struct sofa_config *c, size_t keys, enum tb_content content,
                                     double reach, struct tb_random *random, struct sofa_error *e)
{
    struct sofa_tokens *k = &t->tokens;
    size_t hidden = tb_random_below(random, 3) ? 1 + tb_random_below(random, c->hidden_max) : c->hidden_max;
    free(t->k.value);
    free(t->v.value);
    t->k.value = t->v.value = NULL;
    enum sofa_status status = tb_synthetic_allocate(&k->x, keys, hidden, e);
    if (status == SOFA_OK)
        status = tb_synthetic_allocate(&k->wk, hidden, c->head_dim, e);
    if (status == SOFA_OK)
        status = tb_synthetic_allocate(&k->wv, hidden, c->head_dim, e);
    if (status != SOFA_OK)
        return status;
    fill(k, content, random);
    status = make_bias(&k->bk, c, content, random, e);
    if (status == SOFA_OK)
        status = make_bias(&k->bv, c, content, random, e);
    if (status == SOFA_OK)
        status = make_rotation(k, c, content, random, e);
    if (status == SOFA_OK)
        status = sofa_tokens_project(t, c, e);
    if (status == SOFA_OK)
        choose_worth(t, reach / (1 << (c->data.key_bits - 1)), 1.0 / (1 << (c->data.value_bits - 1)));
    return status;
}
