/* SPDX-License-Identifier: Apache-2.0 */
/* Output files. What stands under a name is replaced by all of the new file or stays as it was: the file is written beside it
 * and renamed. A symbolic link stays, the file behind it is written; an existing file keeps its permissions. What is no file
 * (a pipe, a terminal, /dev/null, /dev/stdout), or stands in a directory that takes no new file, is written in place. */
#ifndef SOFA_OUTPUT_H
#define SOFA_OUTPUT_H

#include "error.h"

#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

struct sofa_output {
    char target[PATH_MAX];    /* behind symbolic links */
    char temporary[PATH_MAX]; /* to be written */
    struct stat replaced;     /* st_mode 0: no file is */
    int in_place;             /* the target is written by copying */
};

/* For writers that take a path: creates the temporary file. Then one of the two below ends it.
 * Errors: the target is a directory or cannot be written. */
enum sofa_status sofa_output_open(struct sofa_output *o, const char *path, struct sofa_error *e);
/* What stands in the temporary file becomes the target's content; on an error the target is as before and nothing is left. */
enum sofa_status sofa_output_commit(struct sofa_output *o, struct sofa_error *e);
void sofa_output_discard(struct sofa_output *o);

/* All at once; signals that would end the program wait meanwhile. */
enum sofa_status sofa_output_save(const char *path, const void *data, size_t length, struct sofa_error *e);

/* Whether a file can be written there, as far as that can be known before; changes nothing. path NULL: good. */
enum sofa_status sofa_output_check(const char *path, struct sofa_error *e);

#endif
