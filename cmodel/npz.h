/* SPDX-License-Identifier: Apache-2.0 */
/* .npz files: zip archives of .npy arrays, as numpy writes them. Little endian, C order. */
#ifndef SOFA_NPZ_H
#define SOFA_NPZ_H

#include "error.h"

#include <stddef.h>

enum sofa_type { SOFA_F16, SOFA_F32, SOFA_F64, SOFA_I8, SOFA_U8, SOFA_I16, SOFA_I32, SOFA_I64 };
size_t sofa_type_size(enum sofa_type type);
const char *sofa_type_name(enum sofa_type type); /* "float16" */

#define SOFA_ARRAY_DIMS 4u
#define SOFA_ARRAY_BYTES ((size_t)1 << 32) /* largest array */

struct sofa_array {
    enum sofa_type type;
    unsigned dims;
    size_t shape[SOFA_ARRAY_DIMS];
    size_t count; /* elements */
    void *data;
};
/* Element i as a real number. */
double sofa_array_get(const struct sofa_array *a, size_t i);
void sofa_array_free(struct sofa_array *a);

struct sofa_npz;
enum sofa_status sofa_npz_open(struct sofa_npz **z, const char *path, struct sofa_error *e);
void sofa_npz_close(struct sofa_npz *z);
/* 1 if NAME.npy is in the archive. */
int sofa_npz_has(const struct sofa_npz *z, const char *name);
/* Errors name file and array. */
enum sofa_status sofa_npz_read(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e);

struct sofa_member {
    const char *name;
    struct sofa_array array; /* data is not changed */
};
/* Writes a temporary file next to `path`, then renames it. */
enum sofa_status sofa_npz_write(const char *path, const struct sofa_member *members, unsigned count,
                                struct sofa_error *e);

#endif
