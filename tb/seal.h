/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of the cache whose files are known by size and checksum, so that a damaged one is noticed before it is used. */
#ifndef TB_SEAL_H
#define TB_SEAL_H

#include "process.h"

/* Writes the sums of the named files, which stand in dir, into dir. */
enum sofa_status tb_seal(const char *dir, const char *const *names, size_t count, struct sofa_error *e);

enum tb_seal_state {
    TB_SEAL_NONE,     /* there is no such directory */
    TB_SEAL_GOOD,
    TB_SEAL_DAMAGED,  /* a file or the sums are missing or changed */
    TB_SEAL_FORBIDDEN /* it may not be read; e is filled */
};
/* *data: the file's bytes if the state is good, for the caller to free; may be NULL. */
enum tb_seal_state tb_sealed(const char *dir, const char *name, char **data, size_t *length, struct sofa_error *e);

#endif
