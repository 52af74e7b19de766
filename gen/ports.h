/* SPDX-License-Identifier: Apache-2.0 */
/* The ports of an emitted module, read from its text. */
#ifndef GEN_PORTS_H
#define GEN_PORTS_H

#include "../cmodel/base/error.h"

struct gen_port {
    char name[64];
    char direction[8]; /* "input", "output", "inout" */
    unsigned bits;
};

/* Reads the ANSI port list of `module`. The caller frees *ports. Ranges must be [number:0] or [number-1:0]. */
enum sofa_status gen_ports_read(struct gen_port **ports, unsigned *count, const char *text, const char *module,
                                struct sofa_error *e);

#endif
