/* SPDX-License-Identifier: Apache-2.0 */
/* The section "Tokens" of docs/arithmetic.md, word for word. */
#include "naive.h"

#include <stdlib.h>

static long long floor_shift(long long x, unsigned n)
{
    long long step = 1LL << n;
    return x >= 0 ? x / step : -((step - 1 - x) / step);
}

static int clamp(long long x, unsigned bits)
{
    long long top = (1LL << (bits - 1)) - 1;
    return (int)(x > top ? top : x < -top - 1 ? -top - 1 : x);
}

/* floor: the largest power not above |w|. nearest: the power of 2 .. 128 that is nearest, the larger of two. */
int naive_weight_code(int weight, int nearest)
{
    int size = abs(weight), code = 1;
    if (size == 0)
        return 0;
    for (int c = 2; c <= 7; c++) {
        int power = nearest ? 1 << c : 1 << (c - 1), best = nearest ? 1 << code : 0;
        if (nearest ? abs(power - size) <= abs(best - size) : power <= size)
            code = c;
    }
    return code;
}

static int code_value(const struct sofa_config *c, int weight)
{
    int code = naive_weight_code(weight, c->predict.weight_rounding == SOFA_ROUND_NEAREST);
    int power = code ? 1 << (code - 1) : 0;
    return weight < 0 ? -power : power;
}

static void make_key(const struct naive_keys *keys, const struct sofa_config *c, const struct sofa_trace *t,
                     const struct sofa_job *j, size_t key, unsigned i)
{
    const struct sofa_tokens *tokens = &t->tokens;
    long long khat = 0, k = tokens->bk ? tokens->bk[i] : 0, v = tokens->bv ? tokens->bv[i] : 0;
    unsigned d = c->head_dim;
    for (size_t h = 0; h < tokens->x.cols; h++) {
        long long x = tokens->x.value[key * tokens->x.cols + h];
        khat += x * code_value(c, tokens->wk.value[h * d + i]);
        k += x * tokens->wk.value[h * d + i];
        v += x * tokens->wv.value[h * d + i];
    }
    long long k_half = j->k_shift ? 1LL << (j->k_shift - 1) : 0, v_half = j->v_shift ? 1LL << (j->v_shift - 1) : 0;
    keys->khat[key * d + i] = clamp(floor_shift(khat, j->khat_shift), c->predict.operand_bits);
    keys->k[key * d + i] = clamp(floor_shift(k + k_half, j->k_shift), c->data.key_bits);
    keys->v[key * d + i] = clamp(floor_shift(v + v_half, j->v_shift), c->data.value_bits);
}

static long long rounded_shift(long long x, unsigned n)
{
    return floor_shift(x + (1LL << (n - 1)), n);
}

/* Dimensions i and i + d/2 of a key, turned. */
static void turn(int *a, int *b, long long cos, long long sin, unsigned fraction, unsigned bits)
{
    long long x = *a, y = *b;
    *a = clamp(rounded_shift(x * cos - y * sin, fraction), bits);
    *b = clamp(rounded_shift(x * sin + y * cos, fraction), bits);
}

static void turn_keys(const struct naive_keys *keys, const struct sofa_config *c, const struct sofa_trace *t)
{
    size_t half = c->head_dim / 2;
    for (size_t key = 0; key < t->k.rows; key++)
        for (size_t i = 0; i < half; i++) {
            size_t low = key * c->head_dim + i, high = low + half;
            long long cos = t->tokens.cos[key * half + i], sin = t->tokens.sin[key * half + i];
            turn(&keys->k[low], &keys->k[high], cos, sin, 14, c->data.key_bits);
            turn(&keys->khat[low], &keys->khat[high], rounded_shift(cos, 8), rounded_shift(sin, 8), 6,
                 c->predict.operand_bits);
        }
}

int naive_keys_make(struct naive_keys *keys, const struct sofa_config *c, const struct sofa_trace *t,
                    const struct sofa_job *j)
{
    size_t count = t->k.rows * c->head_dim;
    *keys = (struct naive_keys){malloc(count * sizeof(int)), malloc(count * sizeof(int)), malloc(count * sizeof(int))};
    if (!keys->khat || !keys->k || !keys->v) {
        naive_keys_free(keys);
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (c->mode == SOFA_MODE_TOKENS) {
            make_key(keys, c, t, j, i / c->head_dim, (unsigned)(i % c->head_dim));
            continue;
        }
        keys->k[i] = t->k.value[i];
        keys->v[i] = t->v.value[i];
        keys->khat[i] = (int)floor_shift(t->k.value[i], c->data.key_bits - c->predict.operand_bits);
    }
    if (c->mode == SOFA_MODE_TOKENS && c->kvgen.rotary)
        turn_keys(keys, c, t);
    return 1;
}

void naive_keys_free(struct naive_keys *keys)
{
    free(keys->khat);
    free(keys->k);
    free(keys->v);
    *keys = (struct naive_keys){0};
}

/* One column of codes of a word of hidden units. */
static int column_is_zero(const struct sofa_config *c, const struct sofa_tokens *t, size_t first, unsigned column)
{
    for (size_t h = first; h < first + c->predict.dims && h < t->x.cols; h++)
        if (t->wk.value[h * c->head_dim + column] != 0)
            return 0;
    return 1;
}

static int tokens_are_zero(const struct sofa_config *c, const struct sofa_tokens *t, const uint8_t *seen, size_t base,
                           size_t low, size_t high, size_t first)
{
    for (size_t key = low; key < high; key++)
        for (size_t h = first; seen[key - base] && h < first + c->predict.dims && h < t->x.cols; h++)
            if (t->x.value[key * t->x.cols + h] != 0)
                return 0;
    return 1;
}

/* The passes of a group of keys, a beat for every column that is not skipped. */
static uint64_t group_beats(const struct sofa_config *c, const struct sofa_tokens *t, const uint8_t *seen, size_t base,
                            size_t low, size_t high)
{
    struct sofa_derived d;
    uint64_t beats = 0;
    int begun = 0;
    sofa_config_derive(c, &d);
    for (size_t first = 0; first < t->x.cols; first += c->predict.dims) {
        size_t word = first / c->predict.dims;
        int last = first + c->predict.dims >= t->x.cols || word % d.slice_words == d.slice_words - 1, live = 0;
        for (unsigned column = 0; column < c->head_dim; column++)
            live += !column_is_zero(c, t, first, column);
        if (!last && tokens_are_zero(c, t, seen, base, low, high, first))
            continue;
        if (!last && begun && live == 0)
            continue;
        beats += last || !begun ? c->head_dim : (unsigned)live;
        begun = 1;
    }
    return beats;
}

void naive_count_tile(struct naive_result *r, const struct sofa_config *c, const struct sofa_trace *trace,
                      const uint8_t *seen, size_t base, size_t end)
{
    const struct sofa_tokens *t = &trace->tokens;
    size_t hidden = t->x.cols, d = c->head_dim, words = (hidden + c->predict.dims - 1) / c->predict.dims;
    for (size_t key = base; key < end; key++)
        for (size_t i = 0; seen[key - base] && i < hidden * d; i++)
            r->zero_terms += t->x.value[key * hidden + i / d] == 0 || t->wk.value[i] == 0;
    for (size_t low = base; low < end; low += c->predict.keys) {
        size_t high = low + c->predict.keys < end ? low + c->predict.keys : end, any = 0;
        for (size_t key = low; key < high; key++)
            any += seen[key - base];
        uint64_t beats = any > 0 ? group_beats(c, t, seen, base, low, high) : 0;
        r->key_groups += any > 0;
        r->khat_beats += beats;
        r->khat_beats_skipped += any > 0 ? words * d - beats : 0;
    }
}
