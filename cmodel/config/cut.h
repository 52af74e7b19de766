/* SPDX-License-Identifier: Apache-2.0 */
/* How tokens and their weights are cut for the core's memory; docs/arithmetic.md "Packed weights". */
#ifndef SOFA_CUT_H
#define SOFA_CUT_H

#include "config.h"

#include <stddef.h>

/* How a token of some length is cut, and what its weights take. */
struct sofa_pack {
    unsigned words;               /* of predict.dims hidden units */
    unsigned slices, words_last;  /* words of the last slice; the others have slice_words */
    uint64_t bias_beats, weight_beats, code_beats; /* port beats, over all slices */
    uint64_t code_bytes, weight_bytes; /* of the images; the one of the weights begins with the biases */
};
/* Port beats that hold so many bits; words of a slice. */
uint64_t sofa_whole_beats(uint64_t bits, unsigned port);
unsigned sofa_slice_size(const struct sofa_derived *d, const struct sofa_pack *p, unsigned slice);
void sofa_pack_shape(struct sofa_pack *p, const struct sofa_config *c, size_t hidden);

#endif
