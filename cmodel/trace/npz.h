/* SPDX-License-Identifier: Apache-2.0 */
/* .npz files: zip archives of .npy arrays, as numpy writes them; and arrays in memory in the place of such a file. */
#ifndef SOFA_NPZ_H
#define SOFA_NPZ_H

#include "../base/error.h"
#include "array.h"

#define SOFA_ARRAY_NAME_ROOM 80u

struct sofa_npz;
enum sofa_status sofa_npz_open(struct sofa_npz **z, const char *path, struct sofa_error *e);
void sofa_npz_close(struct sofa_npz *z);
const char *sofa_npz_path(const struct sofa_npz *z);

struct sofa_member {
    const char *name;
    struct sofa_array array; /* data is not changed */
};
/* What stands in memory, by name, as if a file held it; nothing is copied before it is read. path: for messages. */
enum sofa_status sofa_npz_of_members(struct sofa_npz **z, const char *path, const struct sofa_member *members, unsigned count,
                                     struct sofa_error *e);

/* 1 if there is such an array (NAME.npy of an archive). Of several with one name the last counts, as for numpy. */
int sofa_npz_has(const struct sofa_npz *z, const char *name);
/* The next array, from *i on in the order of the archive, that sofa_npz_read has not read: its name without .npy, unusual
 * characters as '?'. Returns 0 when there is no other. */
int sofa_npz_unread(const struct sofa_npz *z, size_t *i, char name[SOFA_ARRAY_NAME_ROOM]);
/* Errors name file and array. */
enum sofa_status sofa_npz_read(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e);
/* Piece `part` of `parts` equal ones in C order, which divide its elements; count says how many, shape is that of the whole. Pieces
 * are not checked against the archive's checksum. */
enum sofa_status sofa_npz_read_part(struct sofa_npz *z, const char *name, size_t part, size_t parts, struct sofa_array *a,
                                    struct sofa_error *e);
/* Reads through all members: an error if a checksum is wrong. */
enum sofa_status sofa_npz_verify(struct sofa_npz *z, struct sofa_error *e);
/* The same without data: type and shape only. */
enum sofa_status sofa_npz_shape(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e);

/* Whole or not at all (output.h). */
enum sofa_status sofa_npz_write(const char *path, const struct sofa_member *members, unsigned count,
                                struct sofa_error *e);

#endif
