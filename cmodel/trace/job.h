/* SPDX-License-Identifier: Apache-2.0 */
/* A job: what the registers of sofa_core say, and the tensors they point at. */
#ifndef SOFA_JOB_H
#define SOFA_JOB_H

#include "pairing.h"

/* In which order a block meets its tiles of keys. */
enum sofa_order {
    SOFA_ORDER_ASCENDING,
    SOFA_ORDER_NEAREST, /* from the block's last visible key down */
    SOFA_ORDER_OWN,     /* from the position of the block's last row down if some row sees it, then from the last visible key down */
    SOFA_ORDERS
};

/* What a user may choose per run. Zero / negative means "the configuration's value". */
struct sofa_options {
    unsigned kept;  /* N per row and tile; 0: min(kept_max, tile) */
    unsigned tile;  /* keys of a tile; 0: tile.keys */
    double mass;    /* share of a row's weight that a key must seem to have, 0 < mass < 1; 0: policy rank */
    double radius;  /* softmax units (natural logarithm); INFINITY or < 0: none */
    int carry;      /* the maximum is carried over tiles */
    int order_given; /* else ascending; with mass, or with radius and carry, what fits what rows see */
    enum sofa_order order;
    size_t own_offset; /* position of the trace's first row among the keys; modulo the keys */
    enum sofa_balance_wish balance; /* of the trace */
    enum sofa_pairing pairing; /* of blocks of the trace's rows */
};

/* Run-time registers (docs/arithmetic.md). */
struct sofa_job {
    unsigned rows, keys, tile, kept;
    int carry, has_ranges;
    enum sofa_order order;
    unsigned own_offset;   /* order own: position of the job's first row among the keys, below keys */
    int keep;              /* mode tokens: pairs that earlier jobs have generated are used */
    const uint8_t *valid;  /* with keep, for the model and the benches: which keys these are (keys of them); NULL: none */
    unsigned hidden;       /* H; mode tokens, else 0 */
    uint32_t radius;       /* score units at row exponent 0; UINT32_MAX: none */
    unsigned score_shift;  /* 0..15 */
    enum sofa_policy policy; /* rank or mass */
    unsigned mass;         /* policy mass: -16 log2 of the share, 0..SOFA_SHARE_MAX */
    unsigned octave_shift; /* policy mass, 0..63: score / 2^(octave_shift - row exponent) is in octaves */
    unsigned khat_shift, k_shift, v_shift; /* 0..31; mode tokens */
    unsigned scale_mantissa, scale_shift; /* t = s * mantissa * 2^-shift, in 2^-12 octaves */
};

/* Real worth of one step of K^. */
double sofa_khat_step(const struct sofa_config *c, const struct sofa_trace *t);
/* OCTAVE_SHIFT where a step of q times a step of K^ is worth so many octaves: the power of two that is 0.84 to 1.68 times as
 * much, the power itself if it is one. */
unsigned sofa_octave_shift_of(const struct sofa_config *c, double worth);

/* Registers for a trace. Errors: kept or tile out of range, scale not representable. */
enum sofa_status sofa_job_make(struct sofa_job *j, const struct sofa_config *c, const struct sofa_trace *t,
                               const struct sofa_options *o, struct sofa_error *e);

/* 1 if two jobs of a queue may be in the machine together: they differ in nothing but rows, scales and addresses
 * (sofa_register_apart). */
int sofa_jobs_alike(const struct sofa_job *one, const struct sofa_job *other);

#endif
