/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "../bits/arith.h"
#include "../bits/rotary.h"
#include "mixture.h"

#include <math.h>

/* Rotated by the cosines and sines that the core has. */
static int64_t turned_score(const struct sofa_tokens *t, const int16_t *q, size_t key, size_t d)
{
    size_t half = d / 2;
    int64_t sum = 0;
    for (size_t i = 0; i < half; i++) {
        int64_t cos = t->cos[key * half + i], sin = t->sin[key * half + i];
        int64_t a = t->k_sum[key * d + i], b = t->k_sum[key * d + i + half];
        sum += q[i] * sofa_round_shift(a * cos - b * sin, SOFA_ROTARY_FRACTION);
        sum += q[i + half] * sofa_round_shift(a * sin + b * cos, SOFA_ROTARY_FRACTION);
    }
    return sum;
}

/* Generated keys are taken before they are rounded to data.key_bits. */
static int64_t exact_score(const struct sofa_trace *t, const int16_t *q, size_t key)
{
    size_t d = t->q.cols;
    int64_t sum = 0;
    if (t->tokens.cos)
        return turned_score(&t->tokens, q, key, d);
    if (t->tokens.k_sum) {
        const int32_t *k = t->tokens.k_sum + key * d;
        for (size_t i = 0; i < d; i++)
            sum += (int64_t)q[i] * k[i];
    } else {
        const int16_t *k = t->k.value + key * d;
        for (size_t i = 0; i < d; i++)
            sum += (int32_t)q[i] * k[i];
    }
    return sum;
}

double sofa_reference_unit(const struct sofa_trace *t)
{
    return t->q.step * (t->tokens.k_sum ? t->tokens.k_step : t->k.step) * t->scale;
}

/* In steps of the trace: the sum is scaled once. */
static void take_value(double *to, const struct sofa_trace *t, size_t key)
{
    size_t d = t->q.cols;
    if (t->tokens.v_sum)
        for (size_t i = 0; i < d; i++)
            to[i] = t->tokens.v_sum[key * d + i];
    else
        for (size_t i = 0; i < d; i++)
            to[i] = t->v.value[key * d + i];
}

void sofa_reference_scores(int64_t *score, const struct sofa_trace *t, size_t row)
{
    size_t d = t->q.cols;
    const int16_t *q = t->q.value + row * d;
    for (size_t key = t->first[row]; key < t->visible[row]; key++)
        score[key] = exact_score(t, q, key);
}

void sofa_reference_attend(double *out, double *weight, const int64_t *score, const struct sofa_keys *keys,
                           const struct sofa_trace *t)
{
    double unit = sofa_reference_unit(t), step = t->tokens.v_sum ? t->tokens.v_step : t->v.step;
    struct sofa_mixture m;
    int64_t most = INT64_MIN;
    sofa_mixture_open(&m, out, t->q.cols);
    for (size_t n = 0; n < keys->count; n++)
        most = score[keys->key[n]] > most ? score[keys->key[n]] : most;
    for (size_t n = 0; n < keys->count; n++) {
        weight[n] = exp((double)(score[keys->key[n]] - most) * unit);
        if (weight[n] == 0)
            continue;
        take_value(sofa_mixture_row(&m), t, keys->key[n]);
        sofa_mixture_add(&m, weight[n]);
    }
    sofa_mixture_close(&m);
    for (size_t i = 0; i < t->q.cols; i++)
        out[i] *= step;
}
