/* SPDX-License-Identifier: Apache-2.0 */
#include "project.h"

#include "arith.h"
#include "keys.h"
#include "rotary.h"

#include <math.h>
#include <stdlib.h>

/* Column by column, so that a dot product runs along H in both operands. */
static int16_t *transpose(const int16_t *weight, size_t hidden, size_t d)
{
    int16_t *column = malloc(hidden * d * sizeof *column);
    for (size_t h = 0; column && h < hidden; h++)
        for (size_t i = 0; i < d; i++)
            column[i * hidden + h] = weight[h * d + i];
    return column;
}

enum sofa_status sofa_project(int32_t **out, const struct sofa_tensor *x, const int16_t *weight, const int32_t *bias,
                              size_t d, struct sofa_error *e)
{
    size_t keys = x->rows, hidden = x->cols, whole = keys / 4 * 4;
    int16_t *column = transpose(weight, hidden, d);
    int32_t *sum = malloc(keys * d * sizeof *sum);
    *out = sum;
    if (!column || !sum) {
        free(column);
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu tokens", keys);
    }
    for (size_t key = 0; key < whole; key += 4)
        for (size_t i = 0; i < d; i++) {
            int32_t four[4];
            sofa_dot_four(four, x->value + key * hidden, column + i * hidden, hidden);
            for (size_t n = 0; n < 4; n++)
                sum[(key + n) * d + i] = four[n] + (bias ? bias[i] : 0);
        }
    for (size_t key = whole; key < keys; key++)
        for (size_t i = 0; i < d; i++)
            sum[key * d + i] = sofa_dot(x->value + key * hidden, column + i * hidden, hidden) + (bias ? bias[i] : 0);
    free(column);
    return SOFA_OK;
}

unsigned sofa_choose_shift(const int32_t *sum, size_t n, unsigned bits, int half)
{
    int32_t low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = sum[i] < low ? sum[i] : low;
        high = sum[i] > high ? sum[i] : high;
    }
    for (unsigned shift = 0;; shift++) {
        int64_t a = half ? sofa_round_shift(low, shift) : low >> shift;
        int64_t b = half ? sofa_round_shift(high, shift) : high >> shift;
        if (sofa_saturate(a, bits) == a && sofa_saturate(b, bits) == b)
            return shift;
    }
}

/* K^ has no bias of its own: without rotation q.bk is the same for all keys of a row, so it changes no selection. */
static enum sofa_status predict_keys(struct sofa_tokens *t, const struct sofa_config *c, struct sofa_error *e)
{
    enum sofa_rounding rounding = (enum sofa_rounding)c->predict.weight_rounding;
    size_t count = t->wk.rows * t->wk.cols;
    t->power = malloc(count * sizeof *t->power);
    if (!t->power)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu codes", count);
    sofa_encode_weights(t->power, t->wk.value, count, rounding);
    t->khat_step = t->k_step * sofa_weight_unit(rounding);
    return sofa_project(&t->khat_sum, &t->x, t->power, NULL, c->head_dim, e);
}

/* The smallest shifts that saturate no element before or after it is turned. */
static void choose_key_shifts(struct sofa_tokens *t, size_t d, unsigned key_bits, unsigned operand_bits)
{
    size_t count = t->x.rows * d;
    t->khat_shift = sofa_choose_shift(t->khat_sum, count, operand_bits, 0);
    t->k_shift = sofa_choose_shift(t->k_sum, count, key_bits, 1);
    while (t->cos && !sofa_rotary_fits(t, d, t->khat_shift, operand_bits, 1))
        t->khat_shift++;
    while (t->cos && !sofa_rotary_fits(t, d, t->k_shift, key_bits, 0))
        t->k_shift++;
}

static void choose_steps(struct sofa_trace *trace, const struct sofa_config *c)
{
    struct sofa_tokens *t = &trace->tokens;
    size_t keys = t->x.rows, d = c->head_dim;
    choose_key_shifts(t, d, c->data.key_bits, c->predict.operand_bits);
    t->v_shift = sofa_choose_shift(t->v_sum, keys * d, c->data.value_bits, 1);
    trace->k.step = ldexp(t->k_step, (int)t->k_shift);
    trace->v.step = ldexp(t->v_step, (int)t->v_shift);
}

enum sofa_status sofa_tokens_project(struct sofa_trace *trace, const struct sofa_config *c, struct sofa_error *e)
{
    struct sofa_tokens *t = &trace->tokens;
    size_t d = c->head_dim;
    t->k_step = t->x.step * t->wk.step;
    t->v_step = t->x.step * t->wv.step;
    enum sofa_status status = sofa_project(&t->k_sum, &t->x, t->wk.value, t->bk, d, e);
    if (status == SOFA_OK)
        status = sofa_project(&t->v_sum, &t->x, t->wv.value, t->bv, d, e);
    if (status == SOFA_OK)
        status = predict_keys(t, c, e);
    if (status == SOFA_OK)
        choose_steps(trace, c);
    return status;
}
