/* SPDX-License-Identifier: Apache-2.0 */
/* .npz files byte by byte, as numpy and others write them: any dtype, order and shape, and several members of one name. */
#ifndef SOFA_RAW_NPZ_H
#define SOFA_RAW_NPZ_H

#include <stddef.h>

#define RAW_MEMBERS 16u

struct raw_npz {
    struct {
        char name[40];
        unsigned char *bytes; /* of the .npy file */
        size_t length;
    } member[RAW_MEMBERS];
    unsigned members;
};

/* Appends NAME.npy; shape as Python writes it, "(2, 3)". */
void raw_add(struct raw_npz *z, const char *name, const char *descr, int fortran, const char *shape, const void *data,
             size_t bytes);
/* Writes the archive (members stored) and forgets them. */
void raw_write(struct raw_npz *z, const char *path);

#endif
