/* SPDX-License-Identifier: Apache-2.0 */
/* sofagen: Verilog of a configuration. */
#include "../cmodel/base/program.h"
#include "../cmodel/base/version.h"
#include "../cmodel/front/report.h"
#include "emit.h"
#include "manifest.h"
#include "registers.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERRIDES_MAX 128u

struct options {
    const char *config, *directory, *templates;
    const char *override[OVERRIDES_MAX];
    unsigned overrides;
    int check, json, registers, help, version;
};

static const char usage[] =
    "usage: sofagen CONFIG.yaml [--set KEY=VALUE]... [--check] [-o DIR]\n"
    "Writes the accelerator of a configuration into DIR: Verilog, file list (sofa.f), FuseSoC core file, register map\n"
    "(Verilog, C, Markdown) and manifest.json. DIR is created, or replaced if sofagen wrote all that it holds.\n"
    "Every name begins with sofa_, or what --set prefix=NAME_ gives: sofagen again with another to put two cores in one design.\n"
    "\n"
    "  --set KEY=VALUE   overrides a key of the configuration, e.g. --set tile.keys=128\n"
    "  --check           checks the configuration and writes nothing\n"
    "  -o, --output DIR  where to write\n"
    "  --json            prints what manifest.json holds (with --check: its configuration)\n"
    "  --registers       prints the register map of all configurations as Markdown\n"
    "  --templates DIR   takes the templates from DIR instead of those built in ($SOFA_TEMPLATES does the same)\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0, or 2 if usage, configuration or output is at fault.\n";

static enum sofa_status add_override(struct options *o, const char *text, struct sofa_error *e)
{
    if (o->overrides == OVERRIDES_MAX)
        return sofa_fail(e, SOFA_BAD_INPUT, "--set: given more than %u times", OVERRIDES_MAX);
    o->override[o->overrides++] = text;
    return SOFA_OK;
}

static enum sofa_status check_usage(const struct options *o, struct sofa_error *e)
{
    if (o->help || o->version || o->registers)
        return SOFA_OK;
    if (!o->config)
        return sofa_fail(e, SOFA_BAD_INPUT, "no configuration given (sofagen CONFIG.yaml -o DIR; see --help)");
    if (o->check && o->directory)
        return sofa_fail(e, SOFA_BAD_INPUT, "--check writes nothing: give either it or -o DIR");
    if (!o->check && !o->directory)
        return sofa_fail(e, SOFA_BAD_INPUT, "no directory given (-o DIR)");
    return SOFA_OK;
}

static enum sofa_status parse(struct options *o, int argc, char **argv, struct sofa_error *e)
{
    static const struct option known[] = {
        {"set", required_argument, NULL, 's'},       {"check", no_argument, NULL, 'c'},
        {"output", required_argument, NULL, 'o'},    {"json", no_argument, NULL, 'j'},
        {"registers", no_argument, NULL, 'r'},       {"templates", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},            {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    *o = (struct options){0};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":o:h", known, NULL)) != -1;) {
        switch (c) {
        case 's':
            if (add_override(o, optarg, e) != SOFA_OK)
                return SOFA_BAD_INPUT;
            break;
        case 'c': o->check = 1; break;
        case 'o': o->directory = optarg; break;
        case 'j': o->json = 1; break;
        case 'r': o->registers = 1; break;
        case 't': o->templates = optarg; break;
        case 'h': o->help = 1; break;
        case 'v': o->version = 1; break;
        case ':':
            return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: needs a value (see --help)", argv[optind - 1]);
        default:
            return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: unknown option (see --help)", argv[optind - 1]);
        }
    }
    if (argc - optind > 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: one configuration only (see --help)", argv[optind + 1]);
    o->config = argv[optind];
    return check_usage(o, e);
}

static enum sofa_status print(const char *text, struct sofa_error *e)
{
    fputs(text, stdout);
    return sofa_program_flush(e);
}

static enum sofa_status print_registers(struct sofa_error *e)
{
    struct gen_buffer b = {0};
    gen_registers_markdown(&b, NULL);
    enum sofa_status status =
        b.failed ? sofa_fail(e, SOFA_BAD_INPUT, "the register map: out of memory") : print(b.data, e);
    gen_buffer_free(&b);
    return status;
}

/* Releases the object. */
static enum sofa_status print_json(json_t *object, struct sofa_error *e)
{
    char *text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
    json_decref(object);
    enum sofa_status status = text ? print(text, e) : sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", GEN_MANIFEST);
    free(text);
    return status == SOFA_OK ? print("\n", e) : status;
}

static enum sofa_status print_configuration(const struct sofa_config *c, const struct sofa_warnings *warnings,
                                            struct sofa_error *e)
{
    struct gen_values v;
    json_t *root;
    gen_values_init(&v, c);
    enum sofa_status status = gen_manifest_configuration(&root, &v, e);
    if (status != SOFA_OK)
        return status;
    json_object_set_new(root, "warnings", sofa_warnings_json(warnings));
    return print_json(root, e);
}

/* The manifest as it was written, and what it does not hold: the warnings of this run. */
static enum sofa_status print_manifest(const char *text, const struct sofa_warnings *warnings, struct sofa_error *e)
{
    json_t *root = json_loads(text, 0, NULL);
    if (root)
        json_object_set_new(root, "warnings", sofa_warnings_json(warnings));
    return print_json(root, e);
}

static enum sofa_status generate(const struct options *o, const struct sofa_config *c, const struct sofa_warnings *warnings,
                                 struct sofa_error *e)
{
    struct gen_files files;
    enum sofa_status status = gen_emit_files(&files, c, o->templates, e);
    if (status == SOFA_OK)
        status = gen_write_files(&files, o->directory, e);
    const struct gen_file *manifest = gen_files_find(&files, GEN_MANIFEST);
    if (status == SOFA_OK && o->json && manifest)
        status = print_manifest(manifest->text.data, warnings, e);
    gen_files_free(&files);
    return status;
}

static enum sofa_status run(const struct options *o, struct sofa_error *e)
{
    struct sofa_config c;
    struct sofa_warnings warnings = {.count = 0};
    if (o->help)
        return print(usage, e);
    if (o->version)
        return print("sofagen " SOFA_VERSION "\n", e);
    if (o->registers)
        return print_registers(e);
    enum sofa_status status = sofa_config_load_warned(&c, o->config, o->override, o->overrides, &warnings, e);
    if (status != SOFA_OK)
        return status;
    sofa_print_warnings("sofagen", &warnings);
    if (!o->check)
        return generate(o, &c, &warnings, e);
    return o->json ? print_configuration(&c, &warnings, e) : SOFA_OK;
}

int main(int argc, char **argv)
{
    struct sofa_error e = {{0}};
    struct options o;
    sofa_program_begin();
    enum sofa_status status = parse(&o, argc, argv, &e);
    if (status == SOFA_OK)
        status = run(&o, &e);
    return sofa_program_end("sofagen", status, &e);
}
