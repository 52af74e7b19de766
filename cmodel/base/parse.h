/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and whole files from users' text. */
#ifndef SOFA_PARSE_H
#define SOFA_PARSE_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* Decimal digits only, up to `limit`; returns 1 and *value, or 0. */
int sofa_parse_unsigned(const char *text, uint64_t limit, uint64_t *value);
/* A finite real number or "inf", >= 0; returns 1 and *value, or 0. */
int sofa_parse_real(const char *text, double *value);
/* "A:B" with A < B; either may be missing: 0 and SIZE_MAX. Returns 1 or 0. */
int sofa_parse_range(const char *text, size_t *first, size_t *end);
/* The N of --head. */
enum sofa_status sofa_parse_head(size_t *head, const char *text, struct sofa_error *e);
/* Reads a file of at most `limit` bytes; a NUL follows them. The caller frees *data. */
enum sofa_status sofa_read_file(char **data, size_t *length, const char *path, size_t limit, struct sofa_error *e);

#endif
