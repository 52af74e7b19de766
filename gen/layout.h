/* SPDX-License-Identifier: Apache-2.0 */
/* How emitted Verilog looks: a connection a line in instances, aligned; no line longer than GEN_COLUMNS. Words and their order stay. */
#ifndef GEN_LAYOUT_H
#define GEN_LAYOUT_H

#include "buffer.h"

#define GEN_COLUMNS 140u

/* Appends `text`, laid out. A single word that is longer than a line stays so. */
void gen_layout(struct gen_buffer *out, const char *text);

#endif
