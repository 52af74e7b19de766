/* SPDX-License-Identifier: Apache-2.0 */
#include "instances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct gen_file *gen_instances_module(const struct gen_files *files, const char *name)
{
    size_t length = strlen(name);
    for (unsigned i = 0; i < files->count; i++) {
        const char *slash = strrchr(files->file[i].path, '/');
        if (slash && strncmp(slash + 1, name, length) == 0 && strcmp(slash + 1 + length, ".v") == 0)
            return &files->file[i];
    }
    return NULL;
}

const struct gen_parameter *gen_instances_parameter(const struct gen_instance *i, const char *name)
{
    for (unsigned p = 0; p < i->parameters; p++)
        if (strcmp(i->parameter[p].name, name) == 0)
            return &i->parameter[p];
    return NULL;
}

/* After "(": what follows its ")"; NULL if there is none. */
static const char *skip_parentheses(const char *s)
{
    char word[GEN_TOKEN_ROOM];
    for (unsigned depth = 1; *s && depth > 0;) {
        s = gen_token(s, word);
        depth += word[0] == '(';
        depth -= word[0] == ')';
        if (depth == 0)
            return s;
    }
    return NULL;
}

/* After "#(": .NAME(VALUE), ... up to ")"; what follows it, NULL if it reads otherwise. */
static const char *read_parameters(struct gen_instance *i, const char *s)
{
    char word[GEN_TOKEN_ROOM];
    for (;;) {
        s = gen_token(s, word);
        if (word[0] == ')')
            return s;
        if (word[0] == ',')
            continue;
        if (word[0] != '.' || i->parameters == GEN_PARAMETERS)
            return NULL;
        struct gen_parameter *p = &i->parameter[i->parameters++];
        s = gen_token(s, p->name);
        s = gen_token(s, word);
        p->text = s;
        s = word[0] == '(' ? skip_parentheses(s) : NULL;
        if (!s)
            return NULL;
        p->length = (size_t)(s - 1 - p->text);
    }
}

/* After the module's name: "#(...) NAME (". NULL if it is no instance. */
static const char *read_instance(struct gen_instance *i, const char *s)
{
    char word[GEN_TOKEN_ROOM];
    s = gen_token(s, i->name);
    if (i->name[0] == '#') {
        s = gen_token(s, word);
        s = word[0] == '(' ? read_parameters(i, s) : NULL;
        if (s)
            s = gen_token(s, i->name);
    }
    if (!s || !gen_token_is_word(i->name))
        return NULL;
    s = gen_token(s, word);
    return word[0] == '(' ? s : NULL;
}

#define BEFORE 9

/* The last words, the newest first: "LABEL : begin ) ] BIT [ PARAMETER ( if" makes a condition. */
static void read_condition(struct gen_instance *i, char before[BEFORE + 1][GEN_TOKEN_ROOM])
{
    static const char *const pattern[BEFORE + 1] = {NULL, ":", "begin", ")", "]", NULL, "[", NULL, "(", "if"};
    for (unsigned n = 0; n <= BEFORE; n++)
        if (pattern[n] && strcmp(before[n], pattern[n]) != 0)
            return;
    strcpy(i->condition, before[7]);
    i->condition_bit = (unsigned)strtoul(before[5], NULL, 10);
}

static enum sofa_status append(struct gen_instance **list, unsigned *count, const struct gen_instance *i, struct sofa_error *e)
{
    if ((*count & (*count - 1)) == 0) { /* room for powers of two */
        struct gen_instance *more = realloc(*list, (*count ? 2 * *count : 1) * sizeof **list);
        if (!more)
            return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", i->name);
        *list = more;
    }
    (*list)[(*count)++] = *i;
    return SOFA_OK;
}

enum sofa_status gen_instances_read(struct gen_instance **list, unsigned *count, const struct gen_file *file,
                                    const struct gen_files *files, struct sofa_error *e)
{
    char before[BEFORE + 1][GEN_TOKEN_ROOM] = {""}, word[GEN_TOKEN_ROOM];
    enum sofa_status status = SOFA_OK;
    *list = NULL;
    *count = 0;
    for (const char *s = file->text.data; *s && status == SOFA_OK;) {
        s = gen_token(s, word);
        const struct gen_file *module = gen_token_is_word(word) && strcmp(before[0], "module") != 0 ? gen_instances_module(files, word) : NULL;
        if (module) {
            struct gen_instance i = {.module = module};
            const char *after = read_instance(&i, s);
            if (!after)
                return sofa_fail(e, SOFA_BAD_INPUT, "%s: not an instance: %.40s", file->path, s);
            read_condition(&i, before);
            status = append(list, count, &i, e);
            s = after;
        }
        memmove(before[1], before[0], sizeof before - sizeof before[0]);
        strcpy(before[0], word);
    }
    return status;
}
