/* SPDX-License-Identifier: Apache-2.0 */
/* A job: what the registers of sofa_core say, and the tensors they point at. */
#ifndef SOFA_JOB_H
#define SOFA_JOB_H

#include "trace.h"

/* What a user may choose per run. Zero / negative means "the configuration's value". */
struct sofa_options {
    unsigned kept;  /* N per row and tile; 0: min(kept_max, tile) */
    unsigned tile;  /* keys of a tile; 0: tile.keys */
    double radius;  /* softmax units (natural logarithm); INFINITY or < 0: none */
    int carry;      /* the maximum is carried over tiles */
};

/* Run-time registers (docs/arithmetic.md). */
struct sofa_job {
    unsigned rows, keys, tile, kept;
    int carry, has_ranges;
    int keep;              /* mode tokens: pairs that earlier jobs have generated are used */
    const uint8_t *valid;  /* with keep, for the model and the benches: which keys these are (keys of them); NULL: none */
    unsigned hidden;       /* H; mode tokens, else 0 */
    uint32_t radius;       /* score units at row exponent 0; UINT32_MAX: none */
    unsigned score_shift;  /* 0..15 */
    unsigned khat_shift, k_shift, v_shift; /* 0..31; mode tokens */
    unsigned scale_mantissa, scale_shift; /* t = s * mantissa * 2^-shift, in 2^-12 octaves */
};

/* Registers for a trace. Errors: kept or tile out of range, scale not representable. */
enum sofa_status sofa_job_make(struct sofa_job *j, const struct sofa_config *c, const struct sofa_trace *t,
                               const struct sofa_options *o, struct sofa_error *e);

#endif
