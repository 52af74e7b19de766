/* SPDX-License-Identifier: Apache-2.0 */
/* Templates name modules sofa_NAME; emitted text names them with the configuration's prefix. */
#ifndef GEN_RENAME_H
#define GEN_RENAME_H

#include "../cmodel/config/config.h"
#include "buffer.h"
#include "library.h"

/* Appends `text` to `out`. A word sofa_NAME is given the prefix if the library holds NAME's template, in comments too; before "()" it
 * is a C function of the model and stays. Errors stay in out->failed. */
void gen_rename(struct gen_buffer *out, const char *text, const struct sofa_config *c, const struct gen_library *library);

#endif
