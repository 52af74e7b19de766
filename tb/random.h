/* SPDX-License-Identifier: Apache-2.0 */
/* Reproducible random numbers (splitmix64): one state word, the same sequence everywhere. */
#ifndef TB_RANDOM_H
#define TB_RANDOM_H

#include <stdint.h>

struct tb_random {
    uint64_t state;
};

static inline uint64_t tb_random_next(struct tb_random *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* 0 .. n-1, n > 0 */
static inline unsigned tb_random_below(struct tb_random *r, unsigned n)
{
    return (unsigned)((tb_random_next(r) >> 32) * n >> 32);
}

/* low .. high */
static inline unsigned tb_random_between(struct tb_random *r, unsigned low, unsigned high)
{
    return low + tb_random_below(r, high - low + 1);
}

#endif
