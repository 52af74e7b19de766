/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include "../cmodel/parse.h"
#include "../cmodel/prefix.h"
#include "../gen/emit.h"
#include "cache.h"
#include "runtime.h"
#include "shim_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "core.so"
#define BUILD_LOG "build.log"
#define FILE_LIMIT ((size_t)256 << 20)

/* How a core is compiled; part of the cache's key. With -O2 `wide` takes 235 s of processor time instead of 136 s and runs at
 * 8.9 kHz instead of 6.9; `small` runs no faster. */
static const char *const verilator_flags[] = {
    "-O3", "--x-assign", "fast", "--x-initial", "unique", "--noassert", "--output-split", "20000"};
static const char make_fast[] = "OPT_FAST=-O1", make_slow[] = "OPT_SLOW=-O0", make_global[] = "OPT_GLOBAL=-O2";
static const char make_quick[] = "OPT_FAST=-O0";
#define COMPILER_FLAGS "-fPIC -fvisibility=hidden -fno-gnu-unique -I.."
#define LINKER_FLAGS "-shared -Wl,-Bsymbolic"
#define FLAGS (sizeof verilator_flags / sizeof verilator_flags[0])

/* What is compiled with the shim that knows its pins; the class and its makefile have the same name whatever the top is called. */
struct design {
    char top[SOFA_NAME_ROOM];
    const char *class, *makefile;
    const char *shim, *shim_end;
};

static struct design design_of(const struct sofa_config *c, const struct tb_core_options *o)
{
    struct design core = {"", "Vsofa_core", "Vsofa_core.mk", tb_shim_cpp, tb_shim_cpp_end};
    struct design board = {"", "Vsofa_soc", "Vsofa_soc.mk", tb_board_shim_cpp, tb_board_shim_cpp_end};
    struct design *design = o->board ? &board : &core;
    sofa_prefix_name(design->top, c, o->board ? "soc" : "core");
    return *design;
}

struct hash {
    uint64_t word;
};

static void hash_bytes(struct hash *h, const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++)
        h->word = (h->word ^ (unsigned char)data[i]) * 0x100000001B3u;
    h->word = (h->word ^ length) * 0x100000001B3u;
}

/* Lines that are comments do not count: the same RTL under another configuration name is found again. */
static void hash_source(struct hash *h, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n"), blank = strspn(text, " \t");
        if (strncmp(text + blank, "//", 2) != 0)
            hash_bytes(h, text, length);
        text += length + (text[length] == '\n');
    }
}

static enum sofa_status hash_file(struct hash *h, const char *dir, const char *name, struct sofa_error *e)
{
    char path[TB_PATH_MAX], *text = NULL;
    size_t length;
    enum sofa_status status = tb_path(path, e, "%s/%s", dir, name);
    if (status == SOFA_OK)
        status = sofa_read_file(&text, &length, path, FILE_LIMIT, e);
    if (status == SOFA_OK)
        hash_source(h, text);
    free(text);
    return status;
}

static enum sofa_status hash_design(struct hash *h, const char *rtl, const struct sofa_config *c, struct sofa_error *e)
{
    char path[TB_PATH_MAX], name[SOFA_NAME_ROOM], *list = NULL, *rest;
    size_t length;
    enum sofa_status status = tb_path(path, e, "%s/%s", rtl, sofa_prefix_file(name, c, ".f"));
    if (status == SOFA_OK)
        status = sofa_read_file(&list, &length, path, FILE_LIMIT, e);
    if (status != SOFA_OK)
        return status;
    for (char *line = strtok_r(list, "\n", &rest); line && status == SOFA_OK; line = strtok_r(NULL, "\n", &rest)) {
        hash_bytes(h, line, strlen(line));
        if (*line != '+' && *line != '-' && *line != '/' && *line != '#')
            status = hash_file(h, rtl, line, e);
    }
    free(list);
    return status;
}

/* Everything else that the shared object depends on. */
static enum sofa_status hash_tools(struct hash *h, const char *work, const struct design *design, struct sofa_error *e)
{
    static const char *const command[] = {"verilator", "--version", NULL};
    char log[TB_PATH_MAX];
    enum sofa_status status = tb_path(log, e, "%s/version", work);
    if (status == SOFA_OK)
        status = tb_run(command, work, log, e);
    if (status == SOFA_OK)
        status = hash_file(h, work, "version", e);
    for (size_t i = 0; i < FLAGS; i++)
        hash_bytes(h, verilator_flags[i], strlen(verilator_flags[i]));
    hash_bytes(h, make_fast, strlen(make_fast));
    hash_bytes(h, make_slow, strlen(make_slow));
    hash_bytes(h, make_global, strlen(make_global));
    hash_bytes(h, COMPILER_FLAGS LINKER_FLAGS, strlen(COMPILER_FLAGS LINKER_FLAGS));
    hash_bytes(h, design->shim, (size_t)(design->shim_end - design->shim));
    hash_bytes(h, tb_shim_h, (size_t)(tb_shim_h_end - tb_shim_h));
    return status;
}

static enum sofa_status write_shim(const char *work, const struct design *design, struct sofa_error *e)
{
    char path[TB_PATH_MAX];
    enum sofa_status status = tb_path(path, e, "%s/shim.cpp", work);
    if (status == SOFA_OK)
        status = tb_write_file(path, design->shim, (size_t)(design->shim_end - design->shim), e);
    if (status == SOFA_OK)
        status = tb_path(path, e, "%s/shim.h", work);
    if (status == SOFA_OK)
        status = tb_write_file(path, tb_shim_h, (size_t)(tb_shim_h_end - tb_shim_h), e);
    return status;
}

static enum sofa_status verilate(const char *work, const char *list, const struct design *design, unsigned channels,
                                 int waves, const char *log, struct sofa_error *e)
{
    char flags[256];
    const char *argv[32 + FLAGS] = {"verilator", "--cc", "--exe", "--prefix", design->class, "--top-module",
                                    design->top, "--Mdir", "obj", "-o", "../" LIBRARY};
    size_t n = 11;
    snprintf(flags, sizeof flags, COMPILER_FLAGS " -DSOFA_READ_CHANNELS=%u%s", channels, waves ? " -DSOFA_WAVES" : "");
    for (size_t i = 0; i < FLAGS; i++)
        argv[n++] = verilator_flags[i];
    argv[n++] = "-CFLAGS";
    argv[n++] = flags;
    argv[n++] = "-LDFLAGS";
    argv[n++] = LINKER_FLAGS;
    if (waves)
        argv[n++] = "--trace-fst";
    argv[n++] = "-F";
    argv[n++] = list;
    argv[n++] = "shim.cpp";
    argv[n] = NULL;
    return tb_run(argv, work, log, e);
}

static enum sofa_status compile(const char *work, const char *runtime, const char *list, const struct sofa_config *c,
                                const struct tb_core_options *o, struct sofa_error *e)
{
    const struct design design = design_of(c, o);
    const char *const make[] = {"make", "-C", "obj", "-f", design.makefile, "-j", "2",
                                o->quick ? make_quick : make_fast, make_slow, make_global, "VM_PARALLEL_BUILDS=1", NULL};
    char log[TB_PATH_MAX], obj[TB_PATH_MAX];
    enum sofa_status status = tb_path(log, e, "%s/" BUILD_LOG, work);
    if (status == SOFA_OK)
        status = tb_path(obj, e, "%s/obj", work);
    if (status == SOFA_OK)
        status = write_shim(work, &design, e);
    if (status == SOFA_OK)
        status = verilate(work, list, &design, c->memory.read_channels, o->waves != NULL, log, e);
    if (status == SOFA_OK) {
        if (!o->waves) /* with waves the runtime is another */
            tb_runtime_take(runtime, obj);
        status = tb_run(make, work, log, e);
    }
    if (status == SOFA_OK) {
        if (!o->waves)
            tb_runtime_keep(runtime, obj);
        tb_remove_tree(obj);
    }
    return status;
}

/* Emits into work/rtl, unless the user brings RTL. */
static enum sofa_status emit(char *rtl, const char *work, const struct sofa_config *c, struct sofa_error *e)
{
    const char *own = getenv("SOFA_RTL");
    if (own && *own) {
        char *real = realpath(own, NULL);
        if (!real)
            return sofa_fail(e, SOFA_BAD_INPUT, "SOFA_RTL: no directory %s", own);
        enum sofa_status status = tb_path(rtl, e, "%s", real);
        free(real);
        return status;
    }
    enum sofa_status status = tb_path(rtl, e, "%s/rtl", work);
    return status == SOFA_OK ? gen_emit(c, rtl, e) : status;
}

/* Ends with the library in root/name, whoever made it. work is used up. */
static enum sofa_status make_library(char *library, const char *work, const char *root, const char *rtl,
                                     const char *name, uint64_t tools, const struct sofa_config *c,
                                     const struct tb_core_options *o, struct sofa_error *e)
{
    char list[TB_PATH_MAX], runtime[TB_PATH_MAX], file[SOFA_NAME_ROOM];
    enum sofa_status status = tb_path(library, e, "%s/%s/" LIBRARY, root, name);
    if (status != SOFA_OK || access(library, R_OK) == 0)
        return status;
    status = tb_path(list, e, "%s/%s", rtl, sofa_prefix_file(file, c, ".f"));
    if (status == SOFA_OK)
        status = tb_path(runtime, e, "%s/runtime-%016llx", root, (unsigned long long)tools);
    if (status == SOFA_OK)
        status = compile(work, runtime, list, c, o, e);
    return status == SOFA_OK ? tb_cache_publish(work, root, name, e) : status;
}

enum sofa_status tb_build(char *library, const struct sofa_config *c, const struct tb_core_options *o,
                          struct sofa_error *e)
{
    char root[TB_PATH_MAX], work[TB_PATH_MAX] = "", rtl[TB_PATH_MAX], name[64];
    struct hash h = {0xCBF29CE484222325u};
    const struct design design = design_of(c, o);
    enum sofa_status status = tb_cache_root(root, e);
    if (status == SOFA_OK)
        status = tb_cache_work(work, root, e);
    if (status != SOFA_OK)
        return status;
    status = emit(rtl, work, c, e);
    if (status == SOFA_OK)
        status = hash_tools(&h, work, &design, e);
    uint64_t tools = h.word;
    if (status == SOFA_OK)
        status = hash_design(&h, rtl, c, e);
    snprintf(name, sizeof name, "%08x-%016llx%s%s%s", (unsigned)sofa_config_hash(c), (unsigned long long)h.word,
             o->board ? "-board" : "", o->waves ? "-waves" : "", o->quick ? "-quick" : "");
    if (status == SOFA_OK) {
        char made[TB_PATH_MAX];
        if (o->verbose && tb_path(made, NULL, "%s/%s/" LIBRARY, root, name) == SOFA_OK && access(made, R_OK) != 0)
            fprintf(stderr, "compiling the RTL of '%s' (kept in %s)\n", c->name, root);
        status = make_library(library, work, root, rtl, name, tools, c, o, e);
    }
    tb_remove_tree(work);
    return status;
}
