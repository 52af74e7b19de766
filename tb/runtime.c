/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime.h"

#include "process.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const objects[] = {"verilated.o", "verilated_threads.o"};
#define OBJECTS (sizeof objects / sizeof objects[0])

void tb_runtime_take(const char *kept, const char *obj)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        char from[TB_PATH_MAX], to[TB_PATH_MAX];
        if (tb_path(from, NULL, "%s/%s", kept, objects[i]) != SOFA_OK ||
            tb_path(to, NULL, "%s/%s", obj, objects[i]) != SOFA_OK || link(from, to) != 0)
            return;
        utimensat(AT_FDCWD, to, NULL, 0); /* newer than the generated makefile, on which it depends */
    }
}

void tb_runtime_keep(const char *kept, const char *obj)
{
    if (mkdir(kept, 0777) != 0)
        return; /* kept already */
    for (size_t i = 0; i < OBJECTS; i++) {
        char from[TB_PATH_MAX], to[TB_PATH_MAX];
        if (tb_path(from, NULL, "%s/%s", obj, objects[i]) != SOFA_OK ||
            tb_path(to, NULL, "%s/%s", kept, objects[i]) != SOFA_OK || link(from, to) != 0)
            return;
    }
}
