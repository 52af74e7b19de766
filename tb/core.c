/* SPDX-License-Identifier: Apache-2.0 */
#include "core.h"

#include <dlfcn.h>
#include <string.h>

/* POSIX lets dlsym's pointer be a function; ISO C has no cast for that. */
static int symbol(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

enum sofa_status tb_core_open(struct tb_core *core, const struct sofa_config *c, const struct tb_core_options *o,
                              struct sofa_error *e)
{
    char path[TB_PATH_MAX];
    tb_shim_create_fn *create;
    *core = (struct tb_core){0};
    enum sofa_status status = tb_build(path, c, o, e);
    if (status != SOFA_OK)
        return status;
    core->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!core->library)
        return sofa_fail(e, SOFA_BAD_INPUT, "cannot load the compiled core: %s", dlerror());
    if (!symbol(core->library, TB_SHIM_CREATE, &create) || !symbol(core->library, TB_SHIM_CYCLE, &core->cycle) ||
        !symbol(core->library, TB_SHIM_DESTROY, &core->destroy) ||
        (o->waves && !symbol(core->library, TB_WAVES_ERROR, &core->waves_error)))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: not a compiled core", path);
    else if (o->waves)
        core->waves_error(1);
    if (status == SOFA_OK && !(core->handle = create(o->waves, o->seed ? (int)(o->seed % INT32_MAX) + 1 : 0)))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot write waves", o->waves ? o->waves : path);
    if (status != SOFA_OK)
        tb_core_close(core);
    return status;
}

int tb_core_waves_error(const struct tb_core *core)
{
    return core->waves_error ? core->waves_error(0) : 0;
}

int tb_core_close(struct tb_core *core)
{
    if (core->handle)
        core->destroy(core->handle);
    int waves = tb_core_waves_error(core);
    if (core->library)
        dlclose(core->library);
    *core = (struct tb_core){0};
    return waves;
}
