#include "attend.h"

#include <string.h>

static int64_t dot(const int16_t *q, const int16_t *k, size_t d)
{
    int64_t s = 0;
    for (size_t i = 0; i < d; i++)
        s += (int32_t)q[i] * k[i];
    return s;
}

/* O and l are shifted by a raise in the same pass that adds the new term. The product fits 32 bits with its rounding. */
static void accumulate(int64_t *o, const int16_t *v, size_t d, int32_t p, unsigned raise, unsigned shift)
{
    int32_t half = (int32_t)1 << (shift - 1);
    if (raise)
        for (size_t i = 0; i < d; i++)
            o[i] >>= raise;
    for (size_t i = 0; i < d; i++)
        o[i] += (p * v[i] + half) >> shift;
}

int sofa_attend_pair(const struct sofa_attend *a, struct sofa_attend_row *row, const int16_t *q, const int16_t *k,
                     const int16_t *v)
{
    size_t d = a->config->head_dim;
    unsigned raise;
    int raised;
    int32_t t = sofa_scale_score(dot(q, k, d), a->job->scale_mantissa, a->job->scale_shift);
    int64_t x = sofa_reference_step(&row->reference, t, &raise, &raised);
    uint32_t p = sofa_exp2(&a->tables, x);
    row->l = (row->l >> raise) + p;
    accumulate(row->o, v, d, (int32_t)p, raise, a->config->data.value_bits - 6);
    return raised;
}

void sofa_attend_finish(const struct sofa_attend *a, struct sofa_attend_row *row, int16_t *out)
{
    size_t d = a->config->head_dim;
    if (row->reference.started) {
        uint32_t y = sofa_recip(&a->tables, row->l);
        for (size_t i = 0; i < d; i++)
            out[i] = sofa_normalise(row->o[i], row->l, y);
    } else {
        memset(out, 0, d * sizeof *out);
    }
    memset(row->o, 0, d * sizeof *row->o);
    row->l = 0;
    row->reference = (struct sofa_reference){0};
}
