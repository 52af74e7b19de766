/* SPDX-License-Identifier: Apache-2.0 */
/* For config/ only. */
#ifndef SOFA_YAML_H
#define SOFA_YAML_H

#include "draft.h"

/* Reads a YAML file into the draft. */
enum sofa_status sofa_draft_read(struct sofa_draft *draft, const char *path, struct sofa_error *e);

#endif
