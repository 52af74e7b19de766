/* From a configuration to a shared object: emits the RTL, Verilates and compiles it; cached by content. */
#ifndef TB_BUILD_H
#define TB_BUILD_H

#include "../cmodel/config.h"

#include "process.h"

/* Writes the path of the shared object. waves: with FST tracing. verbose: says so on stderr before compiling.
 * With $SOFA_RTL set, the RTL in that directory (its sofa.f) is taken instead of emitting. */
enum sofa_status tb_build(char *library, const struct sofa_config *c, int waves, int verbose, struct sofa_error *e);

#endif
