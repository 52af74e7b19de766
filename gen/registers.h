/* SPDX-License-Identifier: Apache-2.0 */
/* The register map for readers and programs. */
#ifndef GEN_REGISTERS_H
#define GEN_REGISTERS_H

#include "buffer.h"
#include "values.h"

/* v NULL: the map of every configuration, for docs/registers.md. */
void gen_registers_markdown(struct gen_buffer *b, const struct gen_values *v);
void gen_registers_c(struct gen_buffer *b, const struct gen_values *v);
void gen_registers_verilog(struct gen_buffer *b, const struct gen_values *v);

#endif
