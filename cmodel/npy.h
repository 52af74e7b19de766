/* SPDX-License-Identifier: Apache-2.0 */
/* The header of one .npy array; for npz.c and its tests. */
#ifndef SOFA_NPY_H
#define SOFA_NPY_H

#include "npz.h"

#define SOFA_NPY_PREFIX 12u   /* bytes that tell how long the header is, at most */
#define SOFA_NPY_HEADER 8192u /* longest header text accepted */

/* From the first SOFA_NPY_PREFIX bytes (fewer if the file ends): where the header text starts and how long it is.
 * Returns NULL or what is wrong. */
const char *sofa_npy_prefix(const unsigned char *bytes, size_t length, size_t *start, size_t *text);
/* Fills type, dims, shape and count from a header text of `length` characters. Returns NULL or what is wrong. */
const char *sofa_npy_parse(const char *text, size_t length, struct sofa_array *a);
/* A version 1.0 header for a, padded as numpy does; returns its length (<= 256). */
size_t sofa_npy_write(char header[256], const struct sofa_array *a);

#endif
