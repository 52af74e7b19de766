/* SPDX-License-Identifier: Apache-2.0 */
/* Lints a directory of emitted RTL; any message of a tool is an error. The checks stand in lint/gate.mk. */
#ifndef TB_LINT_H
#define TB_LINT_H

#include "../cmodel/config/config.h"
#include "process.h"

/* The directory of the newest tools, which make lint fills, beside the directory of the program. Returns 0 if they are not there. */
int tb_lint_tools(char tools[TB_PATH_MAX]);

/* directory holds what was emitted for c; work is a directory for logs; tools: of tb_lint_tools(), or NULL: those of the system
 * alone. The text of an error begins with the check that had something to say. */
enum sofa_status tb_lint(const char *directory, const struct sofa_config *c, const char *work, const char *tools,
                         struct sofa_error *e);

#endif
