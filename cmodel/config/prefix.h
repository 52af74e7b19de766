/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what sofagen emits. Modules, macros and files begin with the configuration's prefix, so that several cores fit one design:
 * "sofa_" gives sofa_core, SOFA_REGS_VH and sofa.f. */
#ifndef SOFA_PREFIX_H
#define SOFA_PREFIX_H

#include "config.h"

#define SOFA_NAME_ROOM 128u

/* SOFA_OK if names of Verilog and C can begin with it; else SOFA_BAD_INPUT and one line that says what can. */
enum sofa_status sofa_prefix_check(const char *prefix, struct sofa_error *e);

/* "core" gives "sofa_core"; returns out. name has at most SOFA_NAME_ROOM - SOFA_PREFIX_MAX - 1 characters, longer ones are cut. */
const char *sofa_prefix_name(char out[SOFA_NAME_ROOM], const struct sofa_config *c, const char *name);
/* The same for macros, with the prefix in upper case: "REGS_VH" gives "SOFA_REGS_VH". */
const char *sofa_prefix_macro(char out[SOFA_NAME_ROOM], const struct sofa_config *c, const char *name);
/* ".f" gives "sofa.f": without the underscores at the prefix's end. */
const char *sofa_prefix_file(char out[SOFA_NAME_ROOM], const struct sofa_config *c, const char *extension);

#endif
