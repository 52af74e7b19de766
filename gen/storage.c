/* SPDX-License-Identifier: Apache-2.0 */
#include "storage.h"

#include "../cmodel/config/prefix.h"
#include "instances.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    const struct gen_files *files;
    const struct gen_facts *facts;
    const struct sofa_config *config;
    struct gen_instance **instance; /* of each file, read when first visited */
    unsigned *instances;
    const char *top;
    struct gen_storage *list;
    unsigned count;
    struct sofa_error *e;
};

static void name_of(char name[GEN_TOKEN_ROOM], const struct gen_file *file)
{
    const char *base = strrchr(file->path, '/') + 1;
    snprintf(name, GEN_TOKEN_ROOM, "%.*s", (int)(strlen(base) - strlen(".v")), base);
}

/* ---- modules that store ---- */

/* A number, or a parameter of the module around that is one. */
static int term(unsigned *n, const char *text, const struct gen_instance *around)
{
    const struct gen_parameter *p = around && gen_token_is_word(text) ? gen_instances_parameter(around, text) : NULL;
    char *end;
    *n += (unsigned)strtoul(p ? p->text : text, &end, 10);
    return p ? end == p->text + p->length : end != text && *end == '\0';
}

/* A parameter of an instance: a sum of terms. */
static enum sofa_status number(unsigned *n, const struct gen_instance *i, const char *name, const struct gen_instance *around,
                               struct sofa_error *e)
{
    const struct gen_parameter *p = gen_instances_parameter(i, name);
    char word[GEN_TOKEN_ROOM] = "+";
    int good = p != NULL;
    *n = 0;
    for (const char *s = good ? p->text : ""; good && s < p->text + p->length && word[0] == '+';) {
        s = gen_token(s, word);
        good = term(n, word, around);
        s = gen_token(s, word);
    }
    return good && word[0] == ')' ? SOFA_OK
                                  : sofa_fail(e, SOFA_BAD_INPUT, "%s: %s of %s is not a number", i->module->path, name, i->name);
}

static void plain(struct gen_storage *s, const unsigned n[3])
{
    s->words = n[0];
    s->bits = n[1];
}

static void spread(struct gen_storage *s, const unsigned n[3])
{
    unsigned part = (n[1] + n[2] - 1) / n[2];
    plain(s, n);
    s->parts = (n[1] + part - 1) / part;
}

static void beats(struct gen_storage *s, const unsigned n[3])
{
    s->words = n[0];
    s->bits = n[1] * n[2];
    s->parts = n[2];
}

static void slices(struct gen_storage *s, const unsigned n[3])
{
    s->words = n[0] * n[2] < 2 ? 2 : n[0] * n[2];
    s->bits = n[1];
}

/* What their parameters mean is said in rtl_templates/. */
static const struct kind {
    const char *module, *parameter[3];
    void (*shape)(struct gen_storage *s, const unsigned n[3]);
} kinds[] = {
    {"ram", {"DEPTH", "WIDTH", NULL}, plain},        {"fifo", {"DEPTH", "WIDTH", NULL}, plain},
    {"queue", {"DEPTH", "WIDTH", NULL}, plain},      {"soc_ram", {"DEPTH", "WIDTH", NULL}, plain},
    {"spread", {"DEPTH", "WIDTH", "PARTS"}, spread}, {"beats", {"DEPTH", "BEAT", "BEATS"}, beats},
    {"slices", {"DEPTH", "WORD", "HALVES"}, slices},
};

static const struct kind *kind_of(const struct walk *w, const struct gen_file *module)
{
    char name[GEN_TOKEN_ROOM];
    name_of(name, module);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(name + strlen(w->config->prefix), kinds[i].module) == 0)
            return &kinds[i];
    return NULL;
}

/* ---- the list ---- */

/* One more of its kind at its place. */
static enum sofa_status add(struct walk *w, const struct gen_storage *s)
{
    for (unsigned i = 0; i < w->count; i++) {
        struct gen_storage *known = &w->list[i];
        if (strcmp(known->top, s->top) == 0 && strcmp(known->module, s->module) == 0 && strcmp(known->instance, s->instance) == 0 &&
            known->words == s->words && known->bits == s->bits) {
            known->count++;
            return SOFA_OK;
        }
    }
    struct gen_storage *list = realloc(w->list, (w->count + 1) * sizeof *list);
    if (!list)
        return sofa_fail(w->e, SOFA_BAD_INPUT, "%s: out of memory", s->instance);
    w->list = list;
    list[w->count++] = *s;
    return SOFA_OK;
}

static struct gen_storage place(const struct walk *w, const struct gen_file *module, const char *instance, const char *kind)
{
    struct gen_storage s = {.kind = kind, .parts = 1, .count = 1};
    snprintf(s.top, sizeof s.top, "%s", w->top);
    name_of(s.module, module);
    snprintf(s.instance, sizeof s.instance, "%s", instance);
    return s;
}

static enum sofa_status add_instance(struct walk *w, const struct gen_file *module, const struct gen_instance *around,
                                     const struct gen_instance *i, const struct kind *kind)
{
    unsigned n[3] = {0};
    struct gen_storage s = place(w, module, i->name, kind->module);
    for (size_t p = 0; p < 3 && kind->parameter[p]; p++)
        if (number(&n[p], i, kind->parameter[p], around, w->e) != SOFA_OK)
            return SOFA_BAD_INPUT;
    kind->shape(&s, n);
    return add(w, &s);
}

/* Tables say themselves how large they are: memory("exp2.entry", words, bits) in the template. */
static enum sofa_status add_tables(struct walk *w, const struct gen_file *module)
{
    char name[GEN_TOKEN_ROOM];
    enum sofa_status status = SOFA_OK;
    name_of(name, module);
    for (unsigned i = 0; i < w->facts->memories && status == SOFA_OK; i++) {
        const struct gen_memory *m = &w->facts->memory[i];
        const char *dot = strchr(m->name, '.'), *plain_name = name + strlen(w->config->prefix);
        if (!dot || strncmp(m->name, plain_name, (size_t)(dot - m->name)) != 0 || plain_name[dot - m->name] != '\0')
            continue;
        struct gen_storage s = place(w, module, dot + 1, "table");
        s.words = m->words;
        s.bits = m->bits;
        status = add(w, &s);
    }
    return status;
}

/* ---- the walk ---- */

/* Bit of a value such as 4'b0111; one that is not given is all ones. */
static int is_present(const struct gen_instance *i, const struct gen_instance *around)
{
    const struct gen_parameter *p = around && i->condition[0] ? gen_instances_parameter(around, i->condition) : NULL;
    return !p || i->condition_bit >= p->length || p->text[p->length - 1 - i->condition_bit] != '0';
}

static enum sofa_status visit(struct walk *w, const struct gen_file *module, const struct gen_instance *around)
{
    size_t index = (size_t)(module - w->files->file);
    char core[SOFA_NAME_ROOM], name[GEN_TOKEN_ROOM];
    enum sofa_status status = add_tables(w, module);
    if (status == SOFA_OK && !w->instance[index])
        status = gen_instances_read(&w->instance[index], &w->instances[index], module, w->files, w->e);
    sofa_prefix_name(core, w->config, "core");
    for (unsigned n = 0; status == SOFA_OK && n < w->instances[index]; n++) {
        const struct gen_instance *i = &w->instance[index][n];
        const struct kind *kind = kind_of(w, i->module);
        name_of(name, i->module);
        if (!is_present(i, around) || strcmp(name, core) == 0)
            continue;
        status = kind ? add_instance(w, module, around, i, kind) : visit(w, i->module, i);
    }
    return status;
}

enum sofa_status gen_storage_find(struct gen_storage **list, unsigned *count, const struct gen_files *files,
                                  const struct gen_values *v, const struct gen_facts *facts, struct sofa_error *e)
{
    static const char *const tops[] = {"core", "axi_top", "soc"};
    struct walk w = {.files = files, .facts = facts, .config = &v->config, .e = e};
    enum sofa_status status = SOFA_OK;
    w.instance = calloc(files->count, sizeof(struct gen_instance *));
    w.instances = calloc(files->count, sizeof(unsigned));
    if (!w.instance || !w.instances)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", v->config.name);
    for (size_t i = 0; i < sizeof tops / sizeof tops[0] && status == SOFA_OK; i++) {
        char name[SOFA_NAME_ROOM];
        w.top = sofa_prefix_name(name, &v->config, tops[i]);
        const struct gen_file *top = gen_instances_module(files, name);
        if (top)
            status = visit(&w, top, NULL);
    }
    for (unsigned i = 0; w.instance && i < files->count; i++)
        free(w.instance[i]);
    free(w.instance);
    free(w.instances);
    *list = w.list;
    *count = w.count;
    return status;
}
