/* SPDX-License-Identifier: Apache-2.0 */
/* Rotary position embedding of keys in mode tokens; docs/arithmetic.md "Rotation". Pairs are (i, i + d/2). */
#ifndef SOFA_ROTARY_H
#define SOFA_ROTARY_H

#include "../trace/trace.h"

#include <stdint.h>

#define SOFA_TURN_FRACTION 6u    /* of those of predicted keys */

/* The 8-bit cosine or sine of a predicted key. */
int sofa_turn_of(int16_t rotary);
/* Turn a K or K^ row of `key` in place and saturate it to `bits`; nothing happens if the trace has no rotation. */
void sofa_rotate_key(int16_t *row, const struct sofa_tokens *t, size_t key, size_t d, unsigned bits);
void sofa_rotate_khat(int16_t *row, const struct sofa_tokens *t, size_t key, size_t d, unsigned bits);
/* 1 if this shift saturates no element of K^ (predicted) or K before or after it is turned. */
int sofa_rotary_fits(const struct sofa_tokens *t, size_t d, unsigned shift, unsigned bits, int predicted);

#endif
