/* SPDX-License-Identifier: Apache-2.0 */
/* The plane of packed keys as it stands in the core's memory: K^ of a few bits, from which mode kv predicts;
 * docs/arithmetic.md "Packed keys". */
#ifndef SOFA_PLANE_H
#define SOFA_PLANE_H

#include "../trace/trace.h"

/* Rows of d.khat_keys keys, each of whole port beats. */
struct sofa_plane {
    unsigned keys;      /* in a row */
    size_t rows;
    uint32_t row_bytes; /* of what a row holds at most, without the padding of its last beat */
};
struct sofa_plane sofa_plane_shape(const struct sofa_config *c, size_t keys);
/* K^ of keys 0 to keys - 1 of `k`, rows `stride` bytes apart; padding stays as it is. */
void sofa_plane_pack(uint8_t *out, uint32_t stride, const struct sofa_config *c, const struct sofa_tensor *k, size_t keys);

#endif
