/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors and ranges of a job as bytes in the core's memory. */
#ifndef SOFA_IMAGE_H
#define SOFA_IMAGE_H

#include "../trace/trace.h"

#define SOFA_RANGE_BYTES 8u

/* K and V of mode tokens are the cache that the core fills; only that mode has what follows the plane. */
enum sofa_place_kind {
    SOFA_PLACE_Q,
    SOFA_PLACE_K,
    SOFA_PLACE_V,
    SOFA_PLACE_O,
    SOFA_PLACE_RANGE,
    SOFA_PLACE_KHAT,   /* the plane of packed keys, by cmodel/host/plane.h; mode kv with predict.source plane */
    SOFA_PLACE_X,
    SOFA_PLACE_CODE,   /* packed by cmodel/host/pack.h */
    SOFA_PLACE_WEIGHT, /* likewise */
    SOFA_PLACE_ROTARY, /* these two with kvgen.rotary */
    SOFA_PLACE_TURN,   /* packed */
    SOFA_PLACES
};

struct sofa_place {
    uint64_t base;
    uint32_t stride; /* ranges: SOFA_RANGE_BYTES; codes and weights: 0 */
};

/* Rows first to first+rows-1, the first of them at out[0]; bytes between rows stay as they are. */
void sofa_image_tensor(uint8_t *out, uint32_t stride, const struct sofa_tensor *t, unsigned bits, size_t first,
                       size_t rows);
void sofa_image_ranges(uint8_t *out, const struct sofa_trace *t, size_t first, size_t rows);
/* One element of an O row. */
int16_t sofa_image_output(const uint8_t *row, size_t dim);

#endif
