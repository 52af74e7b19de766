/* SPDX-License-Identifier: Apache-2.0 */
#include "attend.h"

#include <string.h>

/* Exact in 32-bit sums: the bytes of k apart, each sum is below 2^31 for d <= 256. */
static int64_t dot(const int16_t *q, const int16_t *k, size_t d)
{
    int32_t high = 0, low = 0;
    for (size_t i = 0; i < d; i++) {
        int16_t kh = (int16_t)(k[i] >> 8), kl = (int16_t)(k[i] & 255);
        high += q[i] * kh;
        low += q[i] * kl;
    }
    return (int64_t)high * 256 + low;
}

static void flush(struct sofa_attend_row *row, size_t d, unsigned raise)
{
    for (size_t i = 0; i < d; i++) {
        row->o[i] = (row->o[i] + row->recent[i]) >> raise;
        row->recent[i] = 0;
    }
    row->recents = 0;
}

/* p has 16 bits, so p * v is put together from 16-bit products: 2 * (p >> 1) * v + (p & 1) * v. */
static void add_value(int32_t *recent, const int16_t *v, size_t d, uint32_t p, unsigned shift)
{
    int32_t half = (int32_t)1 << (shift - 1);
    int16_t major = (int16_t)(p >> 1), odd = (int16_t) - (int)(p & 1);
    for (size_t i = 0; i < d; i++) {
        int16_t rest = (int16_t)(v[i] & odd);
        recent[i] += (major * v[i] * 2 + rest + half) >> shift;
    }
}

int sofa_attend_pair(const struct sofa_attend *a, struct sofa_attend_row *row, const int16_t *q, const int16_t *k,
                     const int16_t *v)
{
    size_t d = a->config->head_dim;
    unsigned raise;
    int raised;
    int32_t t = sofa_scale_score(dot(q, k, d), a->job->scale_mantissa, a->job->scale_shift);
    row->saturated += t == INT32_MAX || t == INT32_MIN;
    int64_t x = sofa_reference_step(&row->reference, t, &raise, &raised);
    uint32_t p = sofa_exp2(&a->tables, x);
    row->l = (row->l >> raise) + p;
    if (raise || row->recents == SOFA_RECENT_MAX)
        flush(row, d, raise);
    add_value(row->recent, v, d, p, a->config->data.value_bits - 2 - SOFA_OUTPUT_FRACTION);
    row->recents++;
    return raised;
}

void sofa_attend_finish(const struct sofa_attend *a, struct sofa_attend_row *row, int16_t *out)
{
    size_t d = a->config->head_dim;
    flush(row, d, 0);
    if (row->reference.started) {
        uint32_t y = sofa_recip(&a->tables, row->l);
        for (size_t i = 0; i < d; i++)
            out[i] = sofa_normalise(row->o[i], row->l, y);
    } else {
        memset(out, 0, d * sizeof *out);
    }
    memset(row->o, 0, d * sizeof *row->o);
    row->l = 0;
    row->saturated = 0;
    row->reference = (struct sofa_reference){0};
}
