/* SPDX-License-Identifier: Apache-2.0 */
/* The instances of modules in an emitted module, read from its text. */
#ifndef GEN_INSTANCES_H
#define GEN_INSTANCES_H

#include "../cmodel/base/error.h"
#include "files.h"
#include "token.h"

#define GEN_PARAMETERS 10u

struct gen_parameter {
    char name[GEN_TOKEN_ROOM];
    const char *text; /* of its value, in the module's text */
    size_t length;
};

struct gen_instance {
    const struct gen_file *module; /* of which it is one */
    char name[GEN_TOKEN_ROOM];
    struct gen_parameter parameter[GEN_PARAMETERS];
    unsigned parameters;
    char condition[GEN_TOKEN_ROOM]; /* a parameter of the module around: there only if this bit of it is set; "": always */
    unsigned condition_bit;
};

/* The instances in `file` of modules that are among files, in order. The caller frees *list. files and their texts must outlive it. */
enum sofa_status gen_instances_read(struct gen_instance **list, unsigned *count, const struct gen_file *file,
                                    const struct gen_files *files, struct sofa_error *e);

/* The file rtl/ENGINE/NAME.v; NULL if there is none. */
const struct gen_file *gen_instances_module(const struct gen_files *files, const char *name);

/* NULL: it is not given. */
const struct gen_parameter *gen_instances_parameter(const struct gen_instance *i, const char *name);

#endif
