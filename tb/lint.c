/* SPDX-License-Identifier: Apache-2.0 */
#include "lint.h"

#include "../cmodel/base/parse.h"
#include "../cmodel/config/prefix.h"
#include "shim_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_LIMIT ((size_t)16 << 20)

int tb_lint_tools(char tools[TB_PATH_MAX])
{
    char path[TB_PATH_MAX], ready[TB_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(path, '/');
        if (!slash)
            return 0;
        *slash = '\0';
    }
    return tb_path(tools, NULL, "%s/lint", path) == SOFA_OK && tb_path(ready, NULL, "%s/tools", tools) == SOFA_OK &&
           access(ready, F_OK) == 0;
}

/* "TOPS=..." with the core and what stands around it. */
static enum sofa_status name_tops(char out[TB_PATH_MAX], const char *directory, const struct sofa_config *c, struct sofa_error *e)
{
    static const char *const around[] = {"soc", "axi_top"};
    char top[SOFA_NAME_ROOM], path[TB_PATH_MAX], tops[4 * SOFA_NAME_ROOM];
    int n = snprintf(tops, sizeof tops, "%s", sofa_prefix_name(top, c, "core"));
    for (unsigned i = 0; i < 2; i++) {
        enum sofa_status status = tb_path(path, e, "%s/rtl/top/%s.v", directory, sofa_prefix_name(top, c, around[i]));
        if (status != SOFA_OK)
            return status;
        if (access(path, F_OK) == 0)
            n += snprintf(tops + n, sizeof tops - (size_t)n, " %s", top);
    }
    return tb_path(out, e, "TOPS=%s", tops);
}

/* Silence is the only success. */
static enum sofa_status run_silent(const char *const *argv, const char *directory, const char *log, struct sofa_error *e)
{
    char *text = NULL;
    size_t length = 0;
    remove(log);
    struct sofa_error failure = {""};
    enum sofa_status ran = tb_run(argv, directory, log, &failure);
    enum sofa_status status = sofa_read_file(&text, &length, log, TEXT_LIMIT, e);
    if (status == SOFA_OK && length > 0) {
        text[strcspn(text, "\n")] = '\0';
        status = sofa_fail(e, SOFA_BAD_RESULT, "%.500s", text);
    } else if (status == SOFA_OK && ran != SOFA_OK)
        status = sofa_fail(e, SOFA_BAD_RESULT, "%.500s", failure.text);
    free(text);
    return status;
}

enum sofa_status tb_lint(const char *directory, const struct sofa_config *c, const char *work, const char *tools,
                         struct sofa_error *e)
{
    char gate[TB_PATH_MAX], log[TB_PATH_MAX], list[TB_PATH_MAX], core[TB_PATH_MAX], tops[TB_PATH_MAX], newest[TB_PATH_MAX];
    char jobs[16], file[SOFA_NAME_ROOM], top[SOFA_NAME_ROOM];
    snprintf(jobs, sizeof jobs, "-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
    enum sofa_status status = tb_path(gate, e, "%s/gate.mk", work);
    if (status == SOFA_OK)
        status = tb_path(log, e, "%s/lint.log", work);
    if (status == SOFA_OK)
        status = tb_path(list, e, "LIST=%s", sofa_prefix_file(file, c, ".f"));
    if (status == SOFA_OK)
        status = tb_path(core, e, "CORE=%s", sofa_prefix_name(top, c, "core"));
    if (status == SOFA_OK)
        status = tb_path(newest, e, "TOOLS=%s", tools ? tools : "");
    if (status == SOFA_OK)
        status = name_tops(tops, directory, c, e);
    if (status == SOFA_OK)
        status = tb_write_file(gate, tb_lint_gate, (size_t)(tb_lint_gate_end - tb_lint_gate), e);
    const char *const argv[] = {"make", "-s", "-k", "--output-sync=target", jobs, "-f", gate, list, core, tops, newest, NULL};
    return status == SOFA_OK ? run_silent(argv, directory, log, e) : status;
}
