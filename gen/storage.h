/* SPDX-License-Identifier: Apache-2.0 */
/* Every memory of an emitted core, found by walking its instances. */
#ifndef GEN_STORAGE_H
#define GEN_STORAGE_H

#include "../cmodel/base/error.h"
#include "files.h"
#include "token.h"
#include "values.h"

struct gen_storage {
    const char *kind;              /* "ram", "fifo", ...: the module of memory/ that it is one of; "table": a read-only table */
    char top[GEN_TOKEN_ROOM];      /* sofa_core, or what stands around it */
    char module[GEN_TOKEN_ROOM];   /* in which it stands */
    char instance[GEN_TOKEN_ROOM]; /* its name there; of a table the signal */
    unsigned words, bits;          /* of one */
    unsigned parts;                /* separate memories that together have these bits */
    unsigned count;                /* of such in the top */
};

/* In the order of the walk. The caller frees *list. */
enum sofa_status gen_storage_find(struct gen_storage **list, unsigned *count, const struct gen_files *files,
                                  const struct gen_values *v, const struct gen_facts *facts, struct sofa_error *e);

#endif
