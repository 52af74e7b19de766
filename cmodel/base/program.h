/* SPDX-License-Identifier: Apache-2.0 */
/* What every program does first and last with its standard streams. */
#ifndef SOFA_PROGRAM_H
#define SOFA_PROGRAM_H

#include "error.h"

/* To be called before anything is opened: puts /dev/null in the place of a standard stream that was closed, so that no file
 * of the program gets its number and is written to as if it were the stream. Writing to a closed standard output stays an
 * error. */
void sofa_program_begin(void);

/* Fails when something that was printed did not arrive; to be asked between the lines of a long output. */
enum sofa_status sofa_program_flush(struct sofa_error *e);

/* Closes standard output, prints "NAME: TEXT" to standard error if something has failed, and returns the exit status. */
int sofa_program_end(const char *name, enum sofa_status status, const struct sofa_error *e);

#endif
