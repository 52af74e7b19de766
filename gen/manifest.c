/* SPDX-License-Identifier: Apache-2.0 */
#include "manifest.h"

#include "../cmodel/base/parse.h"
#include "../cmodel/base/version.h"
#include "../cmodel/config/prefix.h"
#include "ports.h"
#include "storage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GENERATOR "sofagen"
#define MANIFEST_BYTES_MAX ((size_t)4 << 20)

/* jansson's setters take NULL values and report them, so that one check of their sum is enough. */

static int add_key(json_t *configuration, const char *path, unsigned n)
{
    const char *dot = strchr(path, '.');
    if (!dot)
        return json_object_set_new(configuration, path, json_integer(n));
    char section[32];
    snprintf(section, sizeof section, "%.*s", (int)(dot - path), path);
    json_t *table = json_object_get(configuration, section);
    if (!table) {
        table = json_object();
        if (json_object_set_new(configuration, section, table))
            return -1;
    }
    return json_object_set_new(table, dot + 1, json_integer(n));
}

static json_t *configuration_object(const struct sofa_config *c)
{
    unsigned count;
    const struct sofa_config_key *key = sofa_config_keys(&count);
    json_t *o = json_object();
    int bad = json_object_set_new(o, "name", json_string(c->name));
    bad |= json_object_set_new(o, "prefix", json_string(c->prefix));
    bad |= json_object_set_new(o, "mode", json_string(sofa_mode_name(c->mode)));
    for (unsigned i = 0; i < count; i++)
        bad |= add_key(o, key[i].path, key[i].get(c));
    if (!bad)
        return o;
    json_decref(o);
    return NULL;
}

static json_t *derived_object(const struct sofa_derived *d)
{
    unsigned count;
    const struct gen_derived_field *field = gen_derived_fields(&count);
    json_t *o = json_object();
    int bad = 0;
    for (unsigned i = 0; i < count; i++)
        bad |= json_object_set_new(o, field[i].name, json_integer(gen_derived_get(d, &field[i])));
    if (!bad)
        return o;
    json_decref(o);
    return NULL;
}

enum sofa_status gen_manifest_configuration(json_t **root, const struct gen_values *v, struct sofa_error *e)
{
    char top[SOFA_NAME_ROOM];
    json_t *o = json_object();
    int bad = json_object_set_new(o, "generator", json_string(GENERATOR));
    bad |= json_object_set_new(o, "version", json_string(SOFA_VERSION));
    bad |= json_object_set_new(o, "vendor", json_string(SOFA_VENDOR));
    bad |= json_object_set_new(o, "license", json_string(SOFA_LICENCE));
    bad |= json_object_set_new(o, "name", json_string(v->config.name));
    bad |= json_object_set_new(o, "hash", json_sprintf("0x%08x", v->hash));
    bad |= json_object_set_new(o, "top", json_string(sofa_prefix_name(top, &v->config, GEN_TOP)));
    bad |= json_object_set_new(o, "configuration", configuration_object(&v->config));
    bad |= json_object_set_new(o, "derived", derived_object(&v->derived));
    *root = o;
    if (!bad)
        return SOFA_OK;
    json_decref(o);
    *root = NULL;
    return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", GEN_MANIFEST);
}

/* ---- what was emitted ---- */

static int add_ports(json_t *root, const struct gen_files *files, const struct sofa_config *c, struct sofa_error *e)
{
    char name[SOFA_NAME_ROOM], path[SOFA_NAME_ROOM + 16];
    snprintf(path, sizeof path, "rtl/top/%s.v", sofa_prefix_name(name, c, GEN_TOP));
    const struct gen_file *top = gen_files_find(files, path);
    json_t *list = json_array();
    int bad = json_object_set_new(root, "ports", list);
    if (!top || bad)
        return bad;
    struct gen_port *ports;
    unsigned count;
    bad = gen_ports_read(&ports, &count, top->text.data, name, e) != SOFA_OK;
    for (unsigned i = 0; !bad && i < count; i++)
        bad |= json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "name", ports[i].name, "direction",
                                                     ports[i].direction, "bits", (int)ports[i].bits));
    free(ports);
    return bad;
}

static int add_latencies(json_t *root, const struct gen_facts *facts)
{
    json_t *latencies = json_object();
    int bad = json_object_set_new(root, "latencies", latencies);
    for (unsigned i = 0; !bad && i < facts->latencies; i++)
        bad |= json_object_set_new(latencies, facts->latency[i].name, json_integer(facts->latency[i].cycles));
    return bad;
}

static int add_memories(json_t *root, const struct gen_files *files, const struct gen_values *v, const struct gen_facts *facts,
                        struct sofa_error *e)
{
    struct gen_storage *list;
    unsigned count;
    json_t *memories = json_array();
    int bad = json_object_set_new(root, "memories", memories);
    bad |= gen_storage_find(&list, &count, files, v, facts, e) != SOFA_OK;
    for (unsigned i = 0; !bad && i < count; i++)
        bad |= json_array_append_new(memories, json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "top", list[i].top, "module",
                                                         list[i].module, "instance", list[i].instance, "kind", list[i].kind,
                                                         "words", (int)list[i].words, "bits", (int)list[i].bits, "parts",
                                                         (int)list[i].parts, "count", (int)list[i].count));
    free(list);
    return bad;
}

static int add_files(json_t *root, const struct gen_files *files)
{
    json_t *list = json_array();
    int bad = json_object_set_new(root, "files", list);
    for (unsigned i = 0; !bad && i < files->count; i++) {
        const struct gen_buffer *text = &files->file[i].text;
        char crc[16];
        snprintf(crc, sizeof crc, "%08x", gen_crc32(0, text->data, text->length));
        bad |= json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "path", files->file[i].path, "bytes",
                                                     (json_int_t)text->length, "crc32", crc));
    }
    return bad;
}

enum sofa_status gen_manifest_add(struct gen_files *files, const struct gen_values *v, const struct gen_facts *facts,
                                  struct sofa_error *e)
{
    json_t *root;
    enum sofa_status status = gen_manifest_configuration(&root, v, e);
    if (status != SOFA_OK)
        return status;
    sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", GEN_MANIFEST);
    char *text = NULL;
    if (!add_ports(root, files, &v->config, e) && !add_latencies(root, facts) &&
        !add_memories(root, files, v, facts, e) && !add_files(root, files))
        text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    struct gen_buffer *out = text ? gen_files_add(files, GEN_MANIFEST) : NULL;
    if (out) {
        gen_buffer_puts(out, text);
        gen_buffer_puts(out, "\n");
    }
    free(text);
    if (!out || out->failed)
        return SOFA_BAD_INPUT;
    if (e)
        e->text[0] = '\0';
    return SOFA_OK;
}

json_t *gen_manifest_files(const char *directory)
{
    char path[4096], *text;
    size_t length, i;
    if (snprintf(path, sizeof path, "%s/" GEN_MANIFEST, directory) >= (int)sizeof path ||
        sofa_read_file(&text, &length, path, MANIFEST_BYTES_MAX, NULL) != SOFA_OK)
        return NULL;
    json_t *root = json_loadb(text, length, 0, NULL), *file, *set = NULL;
    free(text);
    const char *generator = json_string_value(json_object_get(root, "generator"));
    if (generator && strcmp(generator, GENERATOR) == 0) {
        set = json_object();
        int bad = json_object_set_new(set, GEN_MANIFEST, json_true());
        json_array_foreach(json_object_get(root, "files"), i, file) {
            const char *name = json_string_value(json_object_get(file, "path"));
            bad |= name && json_object_set_new(set, name, json_true());
        }
        if (bad) {
            json_decref(set);
            set = NULL;
        }
    }
    json_decref(root);
    return set;
}
