/* SPDX-License-Identifier: Apache-2.0 */
/* The header of one .npy array, and its data made native; for npz.c and its tests. */
#ifndef SOFA_NPY_H
#define SOFA_NPY_H

#include "../base/error.h"
#include "array.h"

#define SOFA_NPY_PREFIX 12u   /* bytes that tell how long the header is, at most */
#define SOFA_NPY_HEADER 8192u /* longest header text accepted */

/* What a header says. Data that are not as struct sofa_array wants them are turned after reading. */
struct sofa_npy {
    struct sofa_array array; /* without data */
    int fortran;             /* the first index runs fastest */
    int swapped;             /* big-endian */
};

/* From the first SOFA_NPY_PREFIX bytes (fewer if the file ends): where the header text starts and how long it is.
 * Returns NULL or what is wrong. */
const char *sofa_npy_prefix(const unsigned char *bytes, size_t length, size_t *start, size_t *text);
/* Reads a header text of `length` characters. The error says what is wrong, without file and array. */
enum sofa_status sofa_npy_parse(struct sofa_npy *n, const char *text, size_t length, struct sofa_error *why);
/* A version 1.0 header for a, padded as numpy does; returns its length (<= 256). */
size_t sofa_npy_write(char header[256], const struct sofa_array *a);

#endif
