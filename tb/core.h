/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled core, loaded into this process. */
#ifndef TB_CORE_H
#define TB_CORE_H

#include "build.h"
#include "shim.h"

struct tb_core {
    void *library, *handle;
    tb_shim_cycle_fn *cycle;
    tb_shim_destroy_fn *destroy;
};

enum sofa_status tb_core_open(struct tb_core *core, const struct sofa_config *c, const struct tb_core_options *o,
                              struct sofa_error *e);
void tb_core_close(struct tb_core *core);

#endif
