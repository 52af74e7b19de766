/* SPDX-License-Identifier: Apache-2.0 */
#include "kvgen.h"

#include "arith.h"
#include "rotary.h"

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

static int32_t dot(const int16_t *x, const int16_t *w, size_t hidden)
{
    int32_t sum = 0;
    for (size_t h = 0; h < hidden; h++)
        sum += x[h] * w[h];
    return sum;
}

/* Four keys at a time, so that a column is read once for all. */
static void dot_four(int32_t sum[4], const int16_t *x, const int16_t *w, size_t hidden)
{
    const int16_t *x1 = x + hidden, *x2 = x1 + hidden, *x3 = x2 + hidden;
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (size_t h = 0; h < hidden; h++) {
        s0 += x[h] * w[h];
        s1 += x1[h] * w[h];
        s2 += x2[h] * w[h];
        s3 += x3[h] * w[h];
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
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
            dot_four(four, x->value + key * hidden, column + i * hidden, hidden);
            for (size_t n = 0; n < 4; n++)
                sum[(key + n) * d + i] = four[n] + (bias ? bias[i] : 0);
        }
    for (size_t key = whole; key < keys; key++)
        for (size_t i = 0; i < d; i++)
            sum[key * d + i] = dot(x->value + key * hidden, column + i * hidden, hidden) + (bias ? bias[i] : 0);
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

void sofa_generate(int16_t *out, const int32_t *sum, size_t n, unsigned shift, unsigned bits)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (int16_t)sofa_saturate(sofa_round_shift(sum[i], shift), bits);
}

void sofa_generate_key(int16_t *out, const struct sofa_tokens *t, size_t key, size_t d, unsigned shift, unsigned bits)
{
    sofa_generate(out, t->k_sum + key * d, d, shift, bits);
    sofa_rotate_key(out, t, key, d, bits);
}

enum sofa_status sofa_kvgen_open(struct sofa_kvgen *g, const struct sofa_trace *t, unsigned key_bits, unsigned value_bits,
                                 struct sofa_error *e)
{
    size_t keys = t->k.rows, d = t->k.cols;
    *g = (struct sofa_kvgen){.trace = t, .key_bits = key_bits, .value_bits = value_bits};
    g->k = malloc(keys * d * sizeof *g->k);
    g->v = malloc(keys * d * sizeof *g->v);
    g->valid = calloc(keys, 1);
    if (!g->k || !g->v || !g->valid)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu generated keys", keys);
    return SOFA_OK;
}

void sofa_kvgen_keep(struct sofa_kvgen *g, const uint8_t *valid)
{
    for (size_t key = 0; key < g->trace->k.rows; key++)
        if (valid[key])
            sofa_kvgen_need(g, key);
}

int sofa_kvgen_need(struct sofa_kvgen *g, size_t key)
{
    size_t d = g->trace->k.cols;
    const struct sofa_tokens *t = &g->trace->tokens;
    if (g->valid[key])
        return 0;
    sofa_generate_key(g->k + key * d, t, key, d, g->k_shift, g->key_bits);
    sofa_generate(g->v + key * d, t->v_sum + key * d, d, g->v_shift, g->value_bits);
    g->valid[key] = 1;
    return 1;
}

void sofa_kvgen_close(struct sofa_kvgen *g)
{
    free(g->k);
    free(g->v);
    free(g->valid);
    *g = (struct sofa_kvgen){0};
}

void sofa_tokens_free(struct sofa_tokens *t)
{
    sofa_tensor_free(&t->x);
    sofa_tensor_free(&t->wk);
    sofa_tensor_free(&t->wv);
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
