/* SPDX-License-Identifier: Apache-2.0 */
/* A set of files in memory. */
#ifndef GEN_FILES_H
#define GEN_FILES_H

#include "buffer.h"

#include <stdint.h>

struct gen_file {
    char *path; /* relative, "rtl/predict/sofa_column.v" */
    struct gen_buffer text;
};

struct gen_files {
    struct gen_file *file;
    unsigned count, capacity;
};

/* The text of a new, empty file; NULL if there is no memory. Valid until the next file is added. */
struct gen_buffer *gen_files_add(struct gen_files *files, const char *path);
void gen_files_drop_last(struct gen_files *files);
const struct gen_file *gen_files_find(const struct gen_files *files, const char *path);
void gen_files_free(struct gen_files *files);

/* CRC-32 (as in zip and gzip) of some bytes, continued from `crc` (0 at the start). */
uint32_t gen_crc32(uint32_t crc, const char *data, size_t length);
/* Of all paths and texts: equal sets of files have equal values. */
uint32_t gen_files_crc(const struct gen_files *files);

#endif
