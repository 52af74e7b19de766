/* SPDX-License-Identifier: Apache-2.0 */
#include "lint.h"

#include "../cmodel/parse.h"
#include "../cmodel/prefix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT ((size_t)16 << 20)

/* Silence is the only success. */
static enum sofa_status run_silent(const char *tool, const char *const *argv, const char *directory, const char *work,
                                   struct sofa_error *e)
{
    char log[TB_PATH_MAX], *text = NULL;
    size_t length = 0;
    enum sofa_status status = tb_path(log, e, "%s/%s.log", work, tool);
    if (status != SOFA_OK)
        return status;
    remove(log);
    struct sofa_error failure = {""};
    enum sofa_status ran = tb_run(argv, directory, log, &failure);
    status = sofa_read_file(&text, &length, log, TEXT_LIMIT, e);
    if (status == SOFA_OK && length > 0) {
        text[strcspn(text, "\n")] = '\0';
        status = sofa_fail(e, SOFA_BAD_RESULT, "%s: %.400s", tool, text);
    } else if (status == SOFA_OK && ran != SOFA_OK)
        status = sofa_fail(e, SOFA_BAD_RESULT, "%.500s", failure.text);
    free(text);
    return status;
}

static enum sofa_status run_yosys(const char *directory, const char *file, const char *top, const char *work, struct sofa_error *e)
{
    char path[TB_PATH_MAX], *list = NULL, *script;
    size_t length;
    enum sofa_status status = tb_path(path, e, "%s/%s", directory, file);
    if (status == SOFA_OK)
        status = sofa_read_file(&list, &length, path, TEXT_LIMIT, e);
    if (status != SOFA_OK)
        return status;
    size_t comment = strncmp(list, "//", 2) == 0 ? strcspn(list, "\n") : 0;
    for (size_t i = 0; i < length; i++)
        if (list[i] == '\n')
            list[i] = ' ';
    if (asprintf(&script, "read_verilog %s; hierarchy -check -top %s; proc; opt; check -assert", list + comment, top) < 0)
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory");
    else {
        const char *const argv[] = {"yosys", "-q", "-p", script, NULL};
        status = run_silent("yosys", argv, directory, work, e);
        free(script);
    }
    free(list);
    return status;
}

enum sofa_status tb_lint(const char *directory, const struct sofa_config *c, const char *work, struct sofa_error *e)
{
    char top[SOFA_NAME_ROOM], file[SOFA_NAME_ROOM];
    sofa_prefix_name(top, c, "core");
    sofa_prefix_file(file, c, ".f");
    const char *const verilator[] = {"verilator", "--lint-only", "-Wall", "--top-module", top, "-F", file, NULL};
    const char *const icarus[] = {"iverilog", "-g2005", "-Wall", "-t", "null", "-s", top, "-c", file, NULL};
    enum sofa_status status = run_silent("verilator", verilator, directory, work, e);
    if (status == SOFA_OK)
        status = run_silent("iverilog", icarus, directory, work, e);
    return status == SOFA_OK ? run_yosys(directory, file, top, work, e) : status;
}
