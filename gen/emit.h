/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that sofagen writes for one configuration. */
#ifndef GEN_EMIT_H
#define GEN_EMIT_H

#include "../cmodel/config/config.h"
#include "files.h"

/* All files in memory: rtl/, sofa.f, sofa.core, sofa_regs.vh, sofa_regs.h, registers.md, manifest.json, with the configuration's prefix for
 * sofa_; the same bytes for the same configuration. templates: directory of templates, NULL: $SOFA_TEMPLATES or, if unset, the embedded ones.
 * The caller frees *files, also after an error. Requires a checked configuration. */
enum sofa_status gen_emit_files(struct gen_files *files, const struct sofa_config *c, const char *templates,
                                struct sofa_error *e);

/* Writes files into `directory`, which must be absent (directories above it are made), empty, or hold only what sofagen wrote before: then
 * it is replaced. What killed processes have left beside it is removed; of several at once, one's files are there in the end.
 * Whatever happens, `directory` holds what it held before or all of the new files. */
enum sofa_status gen_write_files(const struct gen_files *files, const char *directory, struct sofa_error *e);

/* A field of struct sofa_derived, and by how much it is changed. */
struct gen_change {
    const char *field;
    int by;
};
/* As gen_emit(), but templates see changed fields: RTL that the cycle model should not agree with, for tests. */
enum sofa_status gen_emit_changed(const struct sofa_config *c, const char *directory, const struct gen_change *change,
                                  unsigned changes, struct sofa_error *e);

/* Both. */
enum sofa_status gen_emit(const struct sofa_config *c, const char *directory, struct sofa_error *e);

#endif
