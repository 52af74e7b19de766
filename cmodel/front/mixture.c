/* SPDX-License-Identifier: Apache-2.0 */
#include "mixture.h"

#include <string.h>

void sofa_mixture_open(struct sofa_mixture *m, double *out, size_t d)
{
    m->out = out;
    m->d = d;
    m->total = 0;
    m->held = 0;
    memset(out, 0, d * sizeof *out);
}

static void add_four(double *restrict out, const double *w, const double (*v)[SOFA_HEAD_DIM_MAX], size_t d)
{
    for (size_t i = 0; i < d; i++)
        out[i] += (w[0] * v[0][i] + w[1] * v[1][i]) + (w[2] * v[2][i] + w[3] * v[3][i]);
}

void sofa_mixture_add(struct sofa_mixture *m, double weight)
{
    m->total += weight;
    m->weight[m->held++] = weight;
    if (m->held < SOFA_MIXTURE_ROWS)
        return;
    add_four(m->out, m->weight, (const double(*)[SOFA_HEAD_DIM_MAX])m->value, m->d);
    m->held = 0;
}

void sofa_mixture_close(struct sofa_mixture *m)
{
    for (unsigned n = 0; n < m->held; n++)
        for (size_t i = 0; i < m->d; i++)
            m->out[i] += m->weight[n] * m->value[n][i];
    for (size_t i = 0; m->total > 0 && i < m->d; i++)
        m->out[i] /= m->total;
}
