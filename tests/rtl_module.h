/* SPDX-License-Identifier: Apache-2.0 */
/* Single modules of the generator and the benches around them, without a core: emitted, linted, run in Icarus Verilog. */
#ifndef SOFA_RTL_MODULE_H
#define SOFA_RTL_MODULE_H

#include "../cmodel/config/config.h"

#include <stddef.h>
#include <stdint.h>

/* Of settings such as "head_dim=8", which end with NULL, and those that stand in a text made as by printf, blanks between them. */
void test_configure(struct sofa_config *c, struct sofa_derived *d, const char *const *settings, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Renders the templates whose names (ENGINE/NAME.v) begin with one of `names`, which ends with NULL, into `directory`.
 * `from` NULL: those of the generator; else those of a folder. */
void test_emit(const struct sofa_config *c, const char *from, const char *const *names, const char *directory);
/* Verilator, Icarus and Yosys have nothing to say about module `top`. */
void test_lint(const char *directory, const char *top);
/* Bits at .. at + bits - 1 of a word of zeros, least significant byte first. */
void test_put(uint8_t *word, unsigned at, uint64_t value, unsigned bits);
/* Words for $readmemh: `bits` bits each, `bytes` bytes apart, least significant byte first. */
void test_write_hex(const char *directory, const char *name, const uint8_t *words, unsigned bits, size_t bytes,
                    size_t count);
/* Runs module `top` of what stands in `directory` with "-P..." parameters; its first line must begin with "pass", and
 * stands in `line` afterwards. */
void test_run_bench(const char *directory, const char *top, const char *parameters, char line[256]);

#endif
