/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax weights, and value rows mixed by them, in float64: what both references of accuracy do. */
#ifndef SOFA_MIXTURE_H
#define SOFA_MIXTURE_H

#include "../config/config.h"

#include <stddef.h>

#define SOFA_MIXTURE_ROWS 4u /* added at once: a sum is then read and written a quarter as often */

struct sofa_mixture {
    double *out; /* d sums, from 0 */
    size_t d;
    double total; /* of all weights */
    unsigned held;
    double weight[SOFA_MIXTURE_ROWS];
    double value[SOFA_MIXTURE_ROWS][SOFA_HEAD_DIM_MAX]; /* rows not added yet */
};

void sofa_mixture_open(struct sofa_mixture *m, double *out, size_t d);
/* Where the next row's d values go; sofa_mixture_add says that they are there. */
static inline double *sofa_mixture_row(struct sofa_mixture *m)
{
    return m->value[m->held];
}
void sofa_mixture_add(struct sofa_mixture *m, double weight);
/* Divides by the total of the weights; no row: zeros. */
void sofa_mixture_close(struct sofa_mixture *m);

#endif
