/* SPDX-License-Identifier: Apache-2.0 */
/* From a configuration to a shared object: emits the RTL, Verilates and compiles it; cached by content. */
#ifndef TB_BUILD_H
#define TB_BUILD_H

#include "../cmodel/config/config.h"
#include "process.h"

#include <stdint.h>

struct tb_core_options {
    const char *waves; /* an .fst file to write, or NULL */
    uint64_t seed;     /* of the registers before reset; 0: zeros */
    int verbose;       /* say on stderr that compiling takes a while */
    int board;         /* the top is sofa_soc, the shim board/board_shim.cpp */
    int quick;         /* compile fast rather than well: for cores that run once */
};

/* Writes the path of the shared object.
 * With $SOFA_RTL set, the RTL in that directory (its sofa.f) is taken instead of emitting. */
enum sofa_status tb_build(char *library, const struct sofa_config *c, const struct tb_core_options *o,
                          struct sofa_error *e);

#endif
