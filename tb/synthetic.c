/* SPDX-License-Identifier: Apache-2.0 */
#include "synthetic.h"

#include <math.h>
#include <stdlib.h>

enum sofa_status tb_synthetic_allocate(struct sofa_tensor *t, size_t rows, size_t cols, struct sofa_error *e)
{
    *t = (struct sofa_tensor){.rows = rows, .cols = cols, .step = 1};
    t->value = calloc(rows * cols + 1, sizeof *t->value);
    return t->value ? SOFA_OK : sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu x %zu values", rows, cols);
}

static int16_t any_value(unsigned bits, struct tb_random *random)
{
    return (int16_t)((int16_t)(tb_random_next(random) >> 48) >> (16 - bits));
}

/* Magnitudes of real tensors spread over octaves. */
static int16_t spread_value(unsigned bits, struct tb_random *random)
{
    return (int16_t)(any_value(bits, random) >> tb_random_below(random, bits > 8 ? 6 : 3));
}

void tb_fill_random(struct sofa_tensor *t, unsigned bits, struct tb_random *random)
{
    for (size_t i = 0; i < t->rows * t->cols; i++)
        t->value[i] = spread_value(bits, random);
}

void tb_fill_ends(struct sofa_tensor *t, unsigned bits, struct tb_random *random)
{
    int16_t top = (int16_t)((1 << (bits - 1)) - 1);
    for (size_t i = 0; i < t->rows * t->cols; i++)
        t->value[i] = tb_random_below(random, 2) ? top : (int16_t)(-top - 1);
}

void tb_fill_sparse(struct sofa_tensor *t, unsigned bits, struct tb_random *random)
{
    for (size_t row = 0; row < t->rows; row++) {
        unsigned density = tb_random_below(random, 3); /* 0: a row of zeros */
        for (size_t i = 0; i < t->cols; i++)
            if (tb_random_below(random, 8) < density)
                t->value[row * t->cols + i] = any_value(bits, random);
    }
}

/* Row n is a constant that grows from low to high over the rows. */
void tb_fill_ramp(struct sofa_tensor *t, int low, int high)
{
    for (size_t row = 0; row < t->rows; row++)
        for (size_t i = 0; i < t->cols; i++)
            t->value[row * t->cols + i] = (int16_t)(low + (int64_t)(high - low) * (int64_t)row / (int64_t)t->rows);
}

static void fill(struct sofa_trace *t, const struct sofa_config *c, enum tb_content content, struct tb_random *random)
{
    int q_top = (1 << (c->data.query_bits - 1)) - 1, k_top = (1 << (c->data.key_bits - 1)) - 1;
    int any = any_value(c->data.key_bits, random);
    tb_fill_random(&t->v, c->data.value_bits, random);
    tb_fill_random(&t->q, c->data.query_bits, random);
    switch (content) {
    case TB_RISING:
        tb_fill_ramp(&t->q, q_top, q_top);
        tb_fill_ramp(&t->k, -k_top - 1, k_top);
        break;
    case TB_CONSTANT:
        tb_fill_ramp(&t->q, q_top / 3, q_top / 3);
        tb_fill_ramp(&t->k, any, any);
        break;
    case TB_NEGATIVE:
        tb_fill_ramp(&t->q, q_top, q_top);
        tb_fill_ramp(&t->k, -k_top - 1, -k_top + k_top / 8);
        break;
    case TB_FULL_SCALE:
        tb_fill_ends(&t->q, c->data.query_bits, random);
        tb_fill_ends(&t->k, c->data.key_bits, random);
        tb_fill_ends(&t->v, c->data.value_bits, random);
        break;
    case TB_SPARSE:
        tb_fill_sparse(&t->q, c->data.query_bits, random);
        tb_fill_sparse(&t->k, c->data.key_bits, random);
        tb_fill_sparse(&t->v, c->data.value_bits, random);
        break;
    default:
        tb_fill_random(&t->k, c->data.key_bits, random);
    }
}

static uint32_t least(size_t a, size_t b)
{
    return (uint32_t)(a < b ? a : b);
}

void tb_synthetic_see(struct sofa_trace *t, enum tb_view view, struct tb_random *random)
{
    size_t rows = t->q.rows, keys = t->k.rows, head = view == TB_GROUPED ? (rows + 3) / 4 : rows;
    unsigned width = 1 + tb_random_below(random, (unsigned)keys);
    t->has_ranges = view != TB_SEE_ALL;
    for (size_t r = 0; r < rows; r++) {
        size_t past = (r % head + 1) * keys / head;
        t->first[r] = 0;
        t->visible[r] = view == TB_SEE_ALL ? (uint32_t)keys : least(past, keys);
        if (view == TB_WINDOW)
            t->first[r] = t->visible[r] > width ? t->visible[r] - width : 0;
        if (view == TB_ANY_RANGE) {
            t->first[r] = tb_random_below(random, (unsigned)keys + 1);
            t->visible[r] = tb_random_below(random, (unsigned)keys + 1);
        }
        if (view == TB_SCATTERED) {
            t->first[r] = tb_random_below(random, (unsigned)keys);
            t->visible[r] = least(t->first[r] + tb_random_below(random, 4), keys);
        }
        if (view == TB_BLIND)
            t->first[r] = t->visible[r];
    }
}

enum sofa_status tb_synthetic(struct sofa_trace *t, const struct sofa_config *c, size_t rows, size_t keys,
                              enum tb_content content, enum tb_view view, struct tb_random *random,
                              struct sofa_error *e)
{
    size_t d = c->head_dim;
    int tokens = c->mode == SOFA_MODE_TOKENS;
    *t = (struct sofa_trace){.scale = 1 / sqrt((double)d)};
    enum sofa_status status = tb_synthetic_allocate(&t->q, rows, d, e);
    if (status == SOFA_OK)
        status = tb_synthetic_allocate(&t->k, keys, d, e);
    if (status == SOFA_OK)
        status = tb_synthetic_allocate(&t->v, keys, d, e);
    t->first = calloc(rows + 1, sizeof *t->first);
    t->visible = calloc(rows + 1, sizeof *t->visible);
    if (status == SOFA_OK && (!t->first || !t->visible))
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu ranges", rows);
    if (status != SOFA_OK)
        return status;
    fill(t, c, content, random);
    tb_synthetic_see(t, view, random);
    /* largest logits of a few to some hundred: from soft to one-hot attention */
    double reach = ldexp(1, (int)tb_random_below(random, 5));
    t->q.step = reach / (1 << (c->data.query_bits - 1));
    t->k.step = reach / (1 << (c->data.key_bits - 1));
    t->v.step = 1.0 / (1 << (c->data.value_bits - 1));
    return tokens ? tb_synthetic_tokens(t, c, keys, content, reach, random, e) : SOFA_OK;
}

const char *tb_content_name(enum tb_content content)
{
    static const char *const name[TB_CONTENTS] = {"random", "rising", "constant", "negative", "full_scale", "sparse"};
    return name[content];
}

const char *tb_view_name(enum tb_view view)
{
    static const char *const name[TB_VIEWS] = {"all", "causal", "grouped", "window", "any_range", "scattered",
                                               "blind"};
    return name[view];
}
