/* SPDX-License-Identifier: Apache-2.0 */
#include "channels.h"

#include "requantise.h"

#include <math.h>

void sofa_channels_plain(struct sofa_channels *channels, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        channels->query[i] = channels->key[i] = 1;
        channels->middle[i] = 0;
    }
}

/* A channel that is 0 for all queries, or the same for all keys, changes no softmax: it is left out. */
static void choose_channel(struct sofa_channels *channels, size_t i, double query, double key, double middle)
{
    int counts = query > 0 && key > 0;
    channels->query[i] = counts ? cbrt(key / query * key) : 0;
    channels->key[i] = counts ? 1 / channels->query[i] : 0;
    channels->middle[i] = middle;
}

static void choose_alone(struct sofa_channels *channels, const struct sofa_trace *t)
{
    for (size_t i = 0; i < t->q.cols; i++) {
        struct sofa_range q = sofa_range_of(&t->q, i), k = sofa_range_of(&t->k, i);
        choose_channel(channels, i, sofa_range_most(&q), (k.high - k.low) / 2, (k.high + k.low) / 2);
    }
}

/* Channels that are turned into each other have one scale, and no middle: it would depend on the key. */
static void choose_pairs(struct sofa_channels *channels, const struct sofa_trace *t)
{
    size_t half = t->q.cols / 2;
    for (size_t i = 0; i < half; i++) {
        struct sofa_range q[2] = {sofa_range_of(&t->q, i), sofa_range_of(&t->q, i + half)};
        struct sofa_range k[2] = {sofa_range_of(&t->k, i), sofa_range_of(&t->k, i + half)};
        double query = fmax(sofa_range_most(&q[0]), sofa_range_most(&q[1])), key = fmax(sofa_range_most(&k[0]), sofa_range_most(&k[1]));
        choose_channel(channels, i, query, key, 0);
        choose_channel(channels, i + half, query, key, 0);
    }
}

void sofa_channels_choose(struct sofa_channels *channels, const struct sofa_trace *t)
{
    if (t->tokens.cos)
        choose_pairs(channels, t);
    else
        choose_alone(channels, t);
}
