/* SPDX-License-Identifier: Apache-2.0 */
/* K/V generation on demand (and the sums of key prediction); docs/arithmetic.md "Tokens". */
#ifndef SOFA_KVGEN_H
#define SOFA_KVGEN_H

#include "../trace/trace.h"

/* One generated row (or several): out = sat(round(sum >> shift)), n elements. */
void sofa_generate(int16_t *out, const int32_t *sum, size_t n, unsigned shift, unsigned bits);

/* The K row of a key, rotated if the trace says so. */
void sofa_generate_key(int16_t *out, const struct sofa_tokens *t, size_t key, size_t d, unsigned shift, unsigned bits);

/* The K/V cache of a job: a row is generated when first needed and fetched from then on. */
struct sofa_kvgen {
    const struct sofa_trace *trace;
    unsigned key_bits, value_bits, k_shift, v_shift;
    int16_t *k, *v; /* S x d */
    uint8_t *valid; /* S */
};
enum sofa_status sofa_kvgen_open(struct sofa_kvgen *g, const struct sofa_trace *t, unsigned key_bits, unsigned value_bits,
                                 struct sofa_error *e);
/* Keys that earlier jobs have generated (keys of them). */
void sofa_kvgen_keep(struct sofa_kvgen *g, const uint8_t *valid);
/* Makes k and v of a key valid; returns 1 when it had to generate them. */
int sofa_kvgen_need(struct sofa_kvgen *g, size_t key);
void sofa_kvgen_close(struct sofa_kvgen *g);

#endif
