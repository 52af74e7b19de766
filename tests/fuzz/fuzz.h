/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzzing targets share. Each is LLVMFuzzerTestOneInput of a file of its name; a finding ends the program. */
#ifndef SOFA_FUZZ_H
#define SOFA_FUZZ_H

#include "../../cmodel/base/error.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with a message unless the condition holds. */
void fuzz_require(int condition, const char *what);
/* An error has one line of text; success has whatever it wants. */
void fuzz_check(enum sofa_status status, const struct sofa_error *e);
/* Bytes as a file that has a name, in memory; the same one for every call. */
const char *fuzz_file(const void *data, size_t size);

#endif
