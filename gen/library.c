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

/* Reads what glob has found and sorted. */
static enum sofa_status read_all(struct gen_template **owned, unsigned *count, const char *directory, const glob_t *found,
                                 struct sofa_error *e)
{
    *owned = calloc(found->gl_pathc, sizeof **owned);
    if (!*owned)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", directory);
    for (size_t i = 0; i < found->gl_pathc; i++) {
        ++*count;
        enum sofa_status status = read_template(&(*owned)[i], found->gl_pathv[i], strlen(directory), e);
        if (status != SOFA_OK)
            return status;
    }
    return SOFA_OK;
}

/* Every file `rest` below directory, whatever characters stand in its name. */
static int make_pattern(char *pattern, size_t size, const char *directory, const char *rest)
{
    size_t n = 0, length = strlen(rest) + 1;
    for (const char *at = directory; *at; at++) {
        if (n + 2 + length > size)
            return 0;
        if (strchr("*?[\\", *at))
            pattern[n++] = '\\';
        pattern[n++] = *at;
    }
    memcpy(pattern + n, rest, length);
    return 1;
}

/* *count is 0 if there are none. */
static enum sofa_status read_files(struct gen_template **owned, unsigned *count, const char *directory, const char *rest,
                                   struct sofa_error *e)
{
    char pattern[4096];
    glob_t found = {0};
    if (!make_pattern(pattern, sizeof pattern, directory, rest))
        return sofa_fail(e, SOFA_BAD_INPUT, "%.100s...: path too long", directory);
    enum sofa_status status = SOFA_OK;
    if (glob(pattern, 0, NULL, &found) == 0)
        status = read_all(owned, count, directory, &found, e);
    globfree(&found);
    return status;
}

enum sofa_status gen_library_open(struct gen_library *library, const char *directory, struct sofa_error *e)
{
    *library = (struct gen_library){.template = gen_embedded_templates, .count = gen_embedded_count,
                                    .function = gen_embedded_functions, .functions = gen_embedded_function_count};
    if (!directory)
        return SOFA_OK;
    library->count = 0;
    unsigned functions = 0;
    enum sofa_status status = read_files(&library->owned, &library->count, directory, "/*/*.v", e);
    if (status == SOFA_OK && library->count == 0)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: holds no templates (ENGINE/NAME.v)", directory);
    if (status == SOFA_OK)
        status = read_files(&library->owned_function, &functions, directory, "/lib/*.lua", e);
    library->template = library->owned;
    if (library->owned_function) {
        library->function = library->owned_function;
        library->functions = functions;
    }
    if (status != SOFA_OK)
        gen_library_close(library);
    return status;
}

static void free_all(struct gen_template *owned, unsigned count)
{
    for (unsigned i = 0; owned && i < count; i++) {
        free((char *)(size_t)owned[i].name);
        free((char *)(size_t)owned[i].text);
    }
    free(owned);
}

void gen_library_close(struct gen_library *library)
{
    free_all(library->owned, library->count);
    free_all(library->owned_function, library->functions);
    *library = (struct gen_library){0};
}
