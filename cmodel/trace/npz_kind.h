/* SPDX-License-Identifier: Apache-2.0 */
/* Where the arrays of a struct sofa_npz stand; for npz*.c only. */
#ifndef SOFA_NPZ_KIND_H
#define SOFA_NPZ_KIND_H

#include "../base/error.h"
#include "array.h"

/* What of an array is wanted. */
struct sofa_wanted {
    int data; /* 0: type and shape only */
    size_t part, parts;
};

struct sofa_npz;
struct sofa_npz_kind {
    const char *suffix; /* of a member's name, behind that of its array */
    const char *(*name)(const struct sofa_npz *z, size_t member); /* NULL: it has none */
    /* An error says what is wrong with the array, without its name. */
    enum sofa_status (*read)(const struct sofa_npz *z, size_t member, const struct sofa_wanted *wanted, struct sofa_array *a,
                             struct sofa_error *why);
    enum sofa_status (*verify)(const struct sofa_npz *z, struct sofa_error *e);
    void (*close)(struct sofa_npz *z); /* what `source` holds */
};

struct sofa_npz {
    const struct sofa_npz_kind *kind;
    void *source;        /* the kind's own */
    char path[256];      /* for messages */
    size_t members;
    unsigned char *read; /* of each member: 1 after sofa_npz_read */
};

/* Errors name `path`; then the source is closed. */
enum sofa_status sofa_npz_new(struct sofa_npz **z, const struct sofa_npz_kind *kind, void *source, size_t members, const char *path,
                              struct sofa_error *e);

#endif
