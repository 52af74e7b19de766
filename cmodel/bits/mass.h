/* SPDX-License-Identifier: Apache-2.0 */
/* Selection by mass: the keys that seem to have at least a share of what a row gives to the keys it has met;
 * docs/arithmetic.md "Selection by mass". */
#ifndef SOFA_MASS_H
#define SOFA_MASS_H

#include "../trace/job.h"

/* What a row of a block knows of the tiles it has met. */
struct sofa_mass {
    int met;
    int32_t most; /* largest score */
    uint64_t sum; /* of 2^(whole octaves of a score - whole octaves of most), SOFA_SUM_FRACTION bits of fraction */
};

/* Right shift that turns a full score into octaves of SOFA_OCTAVE_FRACTION bits, for a row of exponent e_row; negative: left. */
static inline int sofa_octave_shift(unsigned octave_shift, unsigned e_row)
{
    return (octave_shift > e_row ? (int)(octave_shift - e_row) : 0) - (int)SOFA_OCTAVE_FRACTION;
}
/* floor(16 log2) of a sum >= 2^SOFA_SUM_FRACTION in units of 2^SOFA_SUM_FRACTION, by its leading one and the bits below it. */
int32_t sofa_sum_log2(uint64_t sum);
/* Bound on |sofa_sum_log2(sum) / 16 - log2 of the exact sum|, in octaves, after `keys` keys in `tiles` tiles: what the sum
 * loses and what its logarithm loses. */
double sofa_sum_log2_bound(double keys, double tiles);
/* Takes a tile's visible scores score[low .. high-1] into `m`; writes the kept keys' numbers in the tile, ascending, to key[]
 * (room for one more than the tile) and returns how many. No key is visible: low >= high. mass: register MASS. */
unsigned sofa_mass_select(struct sofa_mass *m, uint16_t *key, const int32_t *score, unsigned low, unsigned high, unsigned mass);

#endif
