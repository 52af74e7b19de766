/* SPDX-License-Identifier: Apache-2.0 */
/* Lints a directory of emitted RTL: Verilator -Wall, Icarus -g2005 -Wall, Yosys check -assert; any message is an error. */
#ifndef TB_LINT_H
#define TB_LINT_H

#include "../cmodel/config.h"
#include "process.h"

/* directory holds what was emitted for c; work is a directory for logs. */
enum sofa_status tb_lint(const char *directory, const struct sofa_config *c, const char *work, struct sofa_error *e);

#endif
