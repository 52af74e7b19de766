/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled core, loaded into this process. */
#ifndef TB_CORE_H
#define TB_CORE_H

#include "build.h"
#include "shim.h"
#include "waves.h"

struct tb_core {
    void *library, *handle;
    tb_shim_cycle_fn *cycle;
    tb_shim_destroy_fn *destroy;
    tb_waves_error_fn *waves_error; /* NULL: the core has no waves */
};

enum sofa_status tb_core_open(struct tb_core *core, const struct sofa_config *c, const struct tb_core_options *o,
                              struct sofa_error *e);
/* 0, or the errno of the first write that failed to a file of waves. */
int tb_core_waves_error(const struct tb_core *core);
/* The same, after the last write. */
int tb_core_close(struct tb_core *core);

#endif
