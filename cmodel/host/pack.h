/* SPDX-License-Identifier: Apache-2.0 */
/* Codes, biases and weights of mode tokens as they stand in the core's memory; docs/arithmetic.md "Packed weights". */
#ifndef SOFA_PACK_H
#define SOFA_PACK_H

#include "../trace/trace.h"

/* How a token of some length is cut, and what its weights take. */
struct sofa_pack {
    unsigned words;               /* of predict.dims hidden units */
    unsigned slices, words_last;  /* words of the last slice; the others have slice_words */
    uint64_t bias_beats, weight_beats, code_beats; /* port beats, over all slices */
    uint64_t code_bytes, weight_bytes; /* of the images; the one of the weights begins with the biases */
};
void sofa_pack_shape(struct sofa_pack *p, const struct sofa_config *c, size_t hidden);

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
