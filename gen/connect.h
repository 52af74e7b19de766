/* SPDX-License-Identifier: Apache-2.0 */
/* What a template leaves to the ports of the modules that it instantiates, as .* does in SystemVerilog:
 *
 *     wire .*;
 *     sofa_blocks u_blocks (.rst(reset), .i_stored(row_stored), .*);
 *
 * connects every port of sofa_blocks: to the signal of the same name if one is declared, else i_row and o_row to row, unless another
 * connection is named. The connection of a port that the module does not have in this configuration is left out, and so is the instance
 * of a module that is not there. "wire .*;" declares
 * the signals that such instances drive and nothing else declares, as wide as the ports. Ranges of their ports are [number:0] or [number-1:0]. */
#ifndef GEN_CONNECT_H
#define GEN_CONNECT_H

#include "../cmodel/base/error.h"
#include "buffer.h"

/* Text of a module; NULL if the configuration does not have it. *known: 0 if no configuration does. */
struct gen_modules {
    const char *(*text)(const void *context, const char *name, int *known);
    const void *context;
};

/* Appends the text of module `name`, written out. */
enum sofa_status gen_connect(struct gen_buffer *out, const char *name, const char *text, const struct gen_modules *modules,
                             struct sofa_error *e);

#endif
