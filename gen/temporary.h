/* SPDX-License-Identifier: Apache-2.0 */
/* The directory in which files are written before they take their place: PATH.sofagen-PID-N, beside it and so on its file system. While its
 * process lives, it is locked. */
#ifndef GEN_TEMPORARY_H
#define GEN_TEMPORARY_H

#include "../cmodel/base/error.h"

#include <limits.h>

#define GEN_TEMPORARY_ROOM 64u /* bytes that its name and "-old" are longer than PATH */

struct gen_temporary {
    char path[PATH_MAX];
    int lock; /* file descriptor */
};

/* Makes one beside `path`, which has at most PATH_MAX - GEN_TEMPORARY_ROOM - 1 bytes. The caller closes it, unless this fails. */
enum sofa_status gen_temporary_make(struct gen_temporary *t, const char *path, struct sofa_error *e);
void gen_temporary_close(struct gen_temporary *t);

/* Removes what processes that are no more have left beside `path`. */
void gen_temporary_clean(const char *path);

#endif
