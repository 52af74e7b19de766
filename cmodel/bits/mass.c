/* SPDX-License-Identifier: Apache-2.0 */
#include "mass.h"

#include "arith.h"

#include <math.h>

int32_t sofa_sum_log2(uint64_t sum)
{
    unsigned e = sofa_log2_floor(sum);
    uint64_t below = sum >> (e - SOFA_SHARE_FRACTION) & ((1u << SOFA_SHARE_FRACTION) - 1);
    return (int32_t)((e - SOFA_SUM_FRACTION) << SOFA_SHARE_FRACTION | below);
}

/* The sum is at least 1: the largest key's. Keys more than SOFA_SUM_FRACTION octaves below it are left out, and a tile that raises
 * the largest score drops bits of the sum, each less than 2^-SOFA_SUM_FRACTION. log2(1 + x) is taken for x: at most 0.0861 too
 * low, and cut. */
double sofa_sum_log2_bound(double keys, double tiles)
{
    double unit = exp2(-(double)SOFA_SUM_FRACTION);
    return log2(1 + (keys + tiles) * unit) + 0.0861 + exp2(-(double)SOFA_SHARE_FRACTION);
}

/* Sums 2^(octaves of a score - octaves of the largest). */
static uint64_t add_up(const int32_t *score, unsigned low, unsigned high, int32_t octave)
{
    uint64_t sum = 0;
    for (unsigned k = low; k < high; k++) {
        unsigned below = (unsigned)(octave - (score[k] >> SOFA_OCTAVE_FRACTION));
        sum += below <= SOFA_SUM_FRACTION ? (uint64_t)1 << SOFA_SUM_FRACTION >> below : 0;
    }
    return sum;
}

unsigned sofa_mass_select(struct sofa_mass *m, uint16_t *key, const int32_t *score, unsigned low, unsigned high, unsigned mass)
{
    const int32_t drop = SOFA_SHARE_FRACTION - SOFA_OCTAVE_FRACTION;
    unsigned count = 0;
    if (low >= high)
        return 0;
    int32_t most = score[low];
    for (unsigned k = low + 1; k < high; k++)
        most = score[k] > most ? score[k] : most;
    if (m->met && m->most > most)
        most = m->most;
    int32_t octave = most >> SOFA_OCTAVE_FRACTION;
    int32_t raise = m->met ? octave - (m->most >> SOFA_OCTAVE_FRACTION) : 0;
    m->sum = (raise < 64 ? m->sum >> raise : 0) + add_up(score, low, high, octave);
    m->most = most;
    m->met = 1;
    mass = mass < SOFA_SHARE_MAX ? mass : SOFA_SHARE_MAX;
    int32_t share = octave * (1 << SOFA_SHARE_FRACTION) + sofa_sum_log2(m->sum) - (int32_t)mass;
    int32_t least = (share + (1 << drop) - 1) >> drop; /* rounded up */
    least = least < most ? least : most;
    for (unsigned k = low; k < high; k++) {
        key[count] = (uint16_t)k;
        count += score[k] >= least;
    }
    return count;
}
