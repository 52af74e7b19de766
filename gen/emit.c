/* SPDX-License-Identifier: Apache-2.0 */
#include "emit.h"

#include "../cmodel/base/version.h"
#include "../cmodel/config/prefix.h"
#include "library.h"
#include "manifest.h"
#include "registers.h"
#include "render.h"

#include <stdlib.h>
#include <string.h>

static void put_file_list(struct gen_buffer *b, const struct gen_files *files)
{
    gen_buffer_puts(b, "// " SOFA_LICENCE "\n");
    for (unsigned i = 0; i < files->count; i++)
        if (strncmp(files->file[i].path, "rtl/", 4) == 0)
            gen_buffer_printf(b, "%s\n", files->file[i].path);
}

static void put_core(struct gen_buffer *b, const struct gen_values *v, const struct gen_files *files)
{
    char top[SOFA_NAME_ROOM], text[SOFA_NAME_ROOM];
    sofa_prefix_name(top, &v->config, GEN_TOP);
    gen_buffer_puts(b, "CAPI=2:\n");
    gen_put_header(b, v, "# ", sofa_prefix_file(text, &v->config, ".core"));
    gen_buffer_printf(b, "name: " SOFA_VENDOR "::%s-%s:%s\n", top, v->config.name, SOFA_VERSION);
    gen_buffer_puts(b, "description: Dynamic-sparse attention accelerator, Apache-2.0\n\nfilesets:\n  rtl:\n    files:\n");
    for (unsigned i = 0; i < files->count; i++)
        if (strncmp(files->file[i].path, "rtl/", 4) == 0)
            gen_buffer_printf(b, "      - %s\n", files->file[i].path);
    gen_buffer_printf(b, "    file_type: verilogSource-2005\n"
                         "  headers:\n    files:\n"
                         "      - %s: {is_include_file: true}\n"
                         "    file_type: verilogSource-2005\n\n",
                      sofa_prefix_name(text, &v->config, "regs.vh"));
    gen_buffer_printf(b, "targets:\n  default: &default\n    filesets: [rtl, headers]\n    toplevel: %s\n", top);
    gen_buffer_puts(b, "  lint:\n    <<: *default\n    default_tool: verilator\n"
                       "    tools:\n      verilator:\n        mode: lint-only\n        verilator_options: [-Wall]\n");
}

/* Adds a file with one of the writers above; `kind` tells which. */
enum kind { FILE_LIST, CORE, REGISTERS_VERILOG, REGISTERS_C, REGISTERS_MARKDOWN };

static enum sofa_status add(struct gen_files *files, const char *path, enum kind kind, const struct gen_values *v,
                            struct sofa_error *e)
{
    struct gen_buffer text = {0};
    switch (kind) {
    case FILE_LIST:
        put_file_list(&text, files);
        break;
    case CORE:
        put_core(&text, v, files);
        break;
    case REGISTERS_VERILOG:
        gen_registers_verilog(&text, v);
        break;
    case REGISTERS_C:
        gen_registers_c(&text, v);
        break;
    case REGISTERS_MARKDOWN:
        gen_registers_markdown(&text, v);
        break;
    }
    struct gen_buffer *out = text.failed ? NULL : gen_files_add(files, path);
    if (!out) {
        gen_buffer_free(&text);
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", path);
    }
    *out = text;
    return SOFA_OK;
}

static enum sofa_status add_all(struct gen_files *files, const struct gen_values *v, const struct gen_library *library,
                                struct sofa_error *e)
{
    static const struct {
        const char *name; /* after the prefix */
        const char *(*path)(char *out, const struct sofa_config *c, const char *name);
        enum kind kind;
    } others[] = {{".f", sofa_prefix_file, FILE_LIST},
                  {".core", sofa_prefix_file, CORE},
                  {"regs.vh", sofa_prefix_name, REGISTERS_VERILOG},
                  {"regs.h", sofa_prefix_name, REGISTERS_C},
                  {"registers.md", NULL, REGISTERS_MARKDOWN}};
    struct gen_facts *facts = malloc(sizeof *facts);
    if (!facts)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", v->config.name);
    enum sofa_status status = gen_render(files, facts, v, library, e);
    for (size_t i = 0; status == SOFA_OK && i < sizeof others / sizeof others[0]; i++) {
        char path[SOFA_NAME_ROOM];
        const char *name = others[i].path ? others[i].path(path, &v->config, others[i].name) : others[i].name;
        status = add(files, name, others[i].kind, v, e);
    }
    if (status == SOFA_OK)
        status = gen_manifest_add(files, v, facts, e);
    free(facts);
    return status;
}

static enum sofa_status emit_values(struct gen_files *files, const struct gen_values *v, const char *templates,
                                    struct sofa_error *e)
{
    struct gen_library library;
    *files = (struct gen_files){0};
    if (!templates)
        templates = getenv("SOFA_TEMPLATES");
    if (templates && !*templates)
        templates = NULL;
    enum sofa_status status = gen_library_open(&library, templates, e);
    if (status != SOFA_OK)
        return status;
    status = add_all(files, v, &library, e);
    gen_library_close(&library);
    return status;
}

enum sofa_status gen_emit_files(struct gen_files *files, const struct sofa_config *c, const char *templates,
                                struct sofa_error *e)
{
    struct gen_values v;
    gen_values_init(&v, c);
    return emit_values(files, &v, templates, e);
}

enum sofa_status gen_emit_changed(const struct sofa_config *c, const char *directory, const struct gen_change *change,
                                  unsigned changes, struct sofa_error *e)
{
    struct gen_values v;
    struct gen_files files = {0};
    enum sofa_status status = SOFA_OK;
    gen_values_init(&v, c);
    for (unsigned i = 0; i < changes && status == SOFA_OK; i++)
        if (!gen_derived_change(&v.derived, change[i].field, change[i].by))
            status = sofa_fail(e, SOFA_BAD_INPUT, "no derived value %.60s", change[i].field);
    if (status == SOFA_OK)
        status = emit_values(&files, &v, NULL, e);
    if (status == SOFA_OK)
        status = gen_write_files(&files, directory, e);
    gen_files_free(&files);
    return status;
}

enum sofa_status gen_emit(const struct sofa_config *c, const char *directory, struct sofa_error *e)
{
    struct gen_files files;
    enum sofa_status status = gen_emit_files(&files, c, NULL, e);
    if (status == SOFA_OK)
        status = gen_write_files(&files, directory, e);
    gen_files_free(&files);
    return status;
}
