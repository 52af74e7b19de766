/* SPDX-License-Identifier: Apache-2.0 */
/* Where the largest of many numbers end. */
#ifndef SOFA_LARGEST_H
#define SOFA_LARGEST_H

#include <stddef.h>
#include <stdint.h>

/* The n-th largest (n >= 1) of count numbers, whose order changes. */
int64_t sofa_nth_largest(int64_t *x, size_t count, size_t n);

#endif
