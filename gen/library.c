/* SPDX-License-Identifier: Apache-2.0 */
#include "library.h"

#include "../cmodel/base/parse.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE_BYTES_MAX ((size_t)1 << 20)

static enum sofa_status read_template(struct gen_template *t, const char *path, size_t directory, struct sofa_error *e)
{
    char *text, *name = strdup(path + directory + 1);
    size_t length;
    if (!name)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", path);
    t->name = name;
    enum sofa_status status = sofa_read_file(&text, &length, path, TEMPLATE_BYTES_MAX, e);
    if (status == SOFA_OK)
        t->text = text;
    return status;
}

/* glob has sorted the names. */
static enum sofa_status read_directory(struct gen_library *library, const char *directory, const glob_t *found,
                                       struct sofa_error *e)
{
    library->owned = calloc(found->gl_pathc, sizeof *library->owned);
    if (!library->owned)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", directory);
    library->template = library->owned;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        library->count++;
        enum sofa_status status = read_template(&library->owned[i], found->gl_pathv[i], strlen(directory), e);
        if (status != SOFA_OK)
            return status;
    }
    return SOFA_OK;
}

/* Every template below directory, whatever characters stand in its name. */
static int make_pattern(char *pattern, size_t size, const char *directory)
{
    static const char rest[] = "/*/*.v";
    size_t n = 0;
    for (const char *at = directory; *at; at++) {
        if (n + 2 + sizeof rest > size)
            return 0;
        if (strchr("*?[\\", *at))
            pattern[n++] = '\\';
        pattern[n++] = *at;
    }
    memcpy(pattern + n, rest, sizeof rest);
    return 1;
}

enum sofa_status gen_library_open(struct gen_library *library, const char *directory, struct sofa_error *e)
{
    *library = (struct gen_library){.template = gen_embedded_templates, .count = gen_embedded_count};
    if (!directory)
        return SOFA_OK;
    *library = (struct gen_library){0};
    char pattern[4096];
    if (!make_pattern(pattern, sizeof pattern, directory))
        return sofa_fail(e, SOFA_BAD_INPUT, "%.100s...: path too long", directory);
    glob_t found = {0};
    enum sofa_status status;
    if (glob(pattern, 0, NULL, &found) != 0)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: holds no templates (ENGINE/NAME.v)", directory);
    else
        status = read_directory(library, directory, &found, e);
    globfree(&found);
    if (status != SOFA_OK)
        gen_library_close(library);
    return status;
}

void gen_library_close(struct gen_library *library)
{
    for (unsigned i = 0; library->owned && i < library->count; i++) {
        free((char *)(size_t)library->owned[i].name);
        free((char *)(size_t)library->owned[i].text);
    }
    free(library->owned);
    *library = (struct gen_library){0};
}
