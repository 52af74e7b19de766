/* SPDX-License-Identifier: Apache-2.0 */
/* Files and child processes of the benches. */
#ifndef TB_PROCESS_H
#define TB_PROCESS_H

#include "../cmodel/base/error.h"

#include <stddef.h>

#define TB_PATH_MAX 4096u

/* Runs argv (NULL at the end) in directory dir with output and errors appended to the file log (NULL: dropped).
 * Errors: cannot start, ends with other than 0 (the text names the program and the first line of the log that looks
 * like an error). */
enum sofa_status tb_run(const char *const *argv, const char *dir, const char *log, struct sofa_error *e);
/* snprintf that fails when the path does not fit. */
enum sofa_status tb_path(char *out, struct sofa_error *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum sofa_status tb_make_directories(const char *path, struct sofa_error *e);
/* A directory with everything in it; errors are ignored. */
void tb_remove_tree(const char *path);
enum sofa_status tb_write_file(const char *path, const char *data, size_t length, struct sofa_error *e);

#endif
