/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime.h"

#include "seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const objects[] = {"verilated.o", "verilated_threads.o"};
#define OBJECTS (sizeof objects / sizeof objects[0])

/* A copy from a sealed directory. */
static int take(const char *kept, const char *obj, const char *name)
{
    char path[TB_PATH_MAX], *data = NULL;
    size_t length = 0;
    int taken = tb_sealed(kept, name, &data, &length, NULL) == TB_SEAL_GOOD && tb_path(path, NULL, "%s/%s", obj, name) == SOFA_OK;
    if (taken && tb_write_file(path, data, length, NULL) != SOFA_OK) {
        unlink(path);
        taken = 0;
    }
    free(data);
    return taken;
}

int tb_runtime_take(const char *kept, const char *obj)
{
    for (size_t i = 0; i < OBJECTS; i++)
        if (!take(kept, obj, objects[i]))
            return 0;
    return 1;
}

/* Hard links into a new directory. */
static int collect(const char *fresh, const char *obj)
{
    if (mkdir(fresh, 0777) != 0)
        return 0;
    for (size_t i = 0; i < OBJECTS; i++) {
        char from[TB_PATH_MAX], to[TB_PATH_MAX];
        if (tb_path(from, NULL, "%s/%s", obj, objects[i]) != SOFA_OK ||
            tb_path(to, NULL, "%s/%s", fresh, objects[i]) != SOFA_OK || link(from, to) != 0)
            return 0;
    }
    return tb_seal(fresh, objects, OBJECTS, NULL) == SOFA_OK;
}

void tb_runtime_keep(const char *kept, const char *obj)
{
    char fresh[TB_PATH_MAX], old[TB_PATH_MAX];
    if (tb_path(fresh, NULL, "%s/../runtime", obj) != SOFA_OK || tb_path(old, NULL, "%s/../runtime-old", obj) != SOFA_OK)
        return;
    if (collect(fresh, obj) && rename(fresh, kept) != 0 && rename(kept, old) == 0 && rename(fresh, kept) == 0)
        tb_remove_tree(old); /* it was damaged */
    tb_remove_tree(fresh);
}
