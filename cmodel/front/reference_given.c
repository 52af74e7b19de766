/* SPDX-License-Identifier: Apache-2.0 */
/* float64 attention of the numbers that the user gave. */
#include "reference.h"

#include "mixture.h"

#include <math.h>
#include <stdlib.h>

/* The tensor's own floats, or floats of its integers. NULL: out of memory. */
static const float *numbers(const struct sofa_tensor *t, float **owned)
{
    if (t->given)
        return t->given;
    *owned = malloc(t->rows * t->cols * sizeof **owned);
    for (size_t i = 0; *owned && i < t->rows * t->cols; i++)
        (*owned)[i] = (float)(t->value[i] * t->step);
    return *owned;
}

enum sofa_status sofa_given_open(struct sofa_given *g, const struct sofa_trace *t, struct sofa_error *e)
{
    *g = (struct sofa_given){.d = t->q.cols, .scale = t->scale};
    if (t->tokens.x.value && !t->k.given)
        return sofa_fail(e, SOFA_BAD_INPUT, "the numbers of this trace were not kept");
    g->q = numbers(&t->q, &g->owned[0]);
    g->k = numbers(&t->k, &g->owned[1]);
    g->v = numbers(&t->v, &g->owned[2]);
    if (g->q && g->k && g->v)
        return SOFA_OK;
    sofa_given_close(g);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the numbers of %zu rows and %zu keys", t->q.rows, t->k.rows);
}

void sofa_given_close(struct sofa_given *g)
{
    for (unsigned i = 0; i < 3; i++)
        free(g->owned[i]);
    *g = (struct sofa_given){0};
}

int sofa_given_is_exact(const struct sofa_trace *t)
{
    return !t->q.given && !t->k.given && !t->v.given;
}

#define PARTS 8u /* sums side by side, which a compiler may compute at once */

static double dot(const double *q, const float *k, size_t d)
{
    double part[PARTS] = {0}, sum = 0;
    size_t whole = d / PARTS * PARTS;
    for (size_t i = 0; i < whole; i += PARTS)
        for (size_t n = 0; n < PARTS; n++)
            part[n] += q[i + n] * (double)k[i + n];
    for (size_t i = whole; i < d; i++)
        sum += q[i] * (double)k[i];
    for (size_t n = 0; n < PARTS; n++)
        sum += part[n];
    return sum;
}

void sofa_given_scores(double *score, const struct sofa_given *g, size_t row, size_t first, size_t visible)
{
    double q[SOFA_HEAD_DIM_MAX];
    for (size_t i = 0; i < g->d; i++)
        q[i] = (double)g->q[row * g->d + i];
    for (size_t key = first; key < visible; key++)
        score[key] = g->scale * dot(q, g->k + key * g->d, g->d);
}

void sofa_given_attend(double *out, double *weight, const double *score, const struct sofa_keys *keys,
                       const struct sofa_given *g)
{
    struct sofa_mixture m;
    double most = -INFINITY;
    sofa_mixture_open(&m, out, g->d);
    for (size_t n = 0; n < keys->count; n++)
        most = score[keys->key[n]] > most ? score[keys->key[n]] : most;
    for (size_t n = 0; n < keys->count; n++) {
        const float *v = g->v + keys->key[n] * g->d;
        weight[n] = exp(score[keys->key[n]] - most);
        if (weight[n] == 0)
            continue;
        for (size_t i = 0; i < g->d; i++)
            sofa_mixture_row(&m)[i] = (double)v[i];
        sofa_mixture_add(&m, weight[n]);
    }
    sofa_mixture_close(&m);
}
