/* SPDX-License-Identifier: Apache-2.0 */
/* The templates and the Lua functions that they share: those embedded at build time, or those of a directory while they are being
 * written. */
#ifndef GEN_LIBRARY_H
#define GEN_LIBRARY_H

#include "../cmodel/base/error.h"

struct gen_template {
    const char *name; /* "predict/sofa_column.v", "lib/basics.lua" */
    const char *text;
};

/* Written by gen/embed/embed.c; sorted by name. */
extern const struct gen_template gen_embedded_templates[], gen_embedded_functions[];
extern const unsigned gen_embedded_count, gen_embedded_function_count;

struct gen_library {
    const struct gen_template *template, *function; /* sorted by name */
    unsigned count, functions;
    struct gen_template *owned, *owned_function; /* NULL: the embedded ones */
};

/* directory: holds ENGINE/NAME.v, and lib/NAME.lua unless the embedded functions do; NULL: all embedded. */
enum sofa_status gen_library_open(struct gen_library *library, const char *directory, struct sofa_error *e);
void gen_library_close(struct gen_library *library);

#endif
