/* SPDX-License-Identifier: Apache-2.0 */
/* Codes, biases and weights of mode tokens as they stand in the core's memory; docs/arithmetic.md "Packed weights". */
#ifndef SOFA_PACK_H
#define SOFA_PACK_H

#include "../config/cut.h"
#include "../trace/trace.h"

/* Cosines and sines of predicted keys, for a job with tiles of `tile` keys: those of the tile at key b stand b * stride
 * bytes from the begin, a group of predict.keys keys after the other. */
struct sofa_turns {
    uint32_t stride;
    uint64_t bytes; /* of the image */
};
struct sofa_turns sofa_pack_turns_shape(const struct sofa_config *c, size_t keys, unsigned tile);
void sofa_pack_turns(uint8_t *out, const struct sofa_config *c, const struct sofa_tokens *t, unsigned tile);
/* The row of a generated key: {sine, cosine} of every pair, 16 bits each, the cosine first. */
void sofa_pack_rotary(uint8_t *out, const struct sofa_tokens *t, size_t key, size_t d);

/* Fill images of p->code_bytes and p->weight_bytes. */
void sofa_pack_codes(uint8_t *out, const struct sofa_config *c, const struct sofa_tokens *t);
void sofa_pack_weights(uint8_t *out, const struct sofa_config *c, const struct sofa_tokens *t);

#endif
