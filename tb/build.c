/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include "../cmodel/base/parse.h"
#include "../cmodel/config/prefix.h"
#include "../gen/emit.h"
#include "cache.h"
#include "runtime.h"
#include "shim_text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILD_LOG "build.log"
#define FAILED_LOG "failed.log"
#define RTL "rtl" /* in the directory of work: tools see no path but this one, whatever the cache is called */
#define FILE_LIMIT ((size_t)256 << 20)
#define WHOLE_BYTES ((off_t)3 << 20)

/* How a core is compiled; part of the cache's key. With -O2 `wide` takes 235 s of processor time instead of 136 s and runs at
 * 8.9 kHz instead of 6.9; `small` runs no faster. */
static const char *const verilator_flags[] = {
    "-O3", "--x-assign", "fast", "--x-initial", "unique", "--noassert", "-DSOFA_ASSERT", "--output-split", "20000"};
static const char make_fast[] = "OPT_FAST=-O1", make_slow[] = "OPT_SLOW=-O0", make_global[] = "OPT_GLOBAL=-O2";
static const char make_quick[] = "OPT_FAST=-O0", make_quick_global[] = "OPT_GLOBAL=-O0";
#define ASSERTION_FLAGS " -DVL_USER_FINISH -DVL_PRINTF=tb_assertion_print -include assertion.h"
#define COMPILER_FLAGS "-fPIC -fvisibility=hidden -fno-gnu-unique -I.." ASSERTION_FLAGS
#define LINKER_FLAGS "-shared -Wl,-Bsymbolic"
#define WRAP(name) " -Wl,--wrap=" #name
#define WAVES_FLAGS WRAP(fwrite) WRAP(fputc) WRAP(fflush) WRAP(fclose) WRAP(fseeko) WRAP(gzwrite) WRAP(gzclose) WRAP(tmpfile) WRAP(mmap)
#define FLAGS (sizeof verilator_flags / sizeof verilator_flags[0])

/* SOFA_COVERAGE: a directory into which cores write what was reached of them when they go (make coverage-rtl). */
static const char *const coverage_flags[] = {"--coverage-line", "--coverage-toggle", "-CFLAGS", "-DSOFA_COVERAGE"};
#define COVERAGE_FLAGS (sizeof coverage_flags / sizeof coverage_flags[0])

static size_t coverage_flag_count(void)
{
    const char *directory = getenv("SOFA_COVERAGE");
    return directory && *directory ? COVERAGE_FLAGS : 0;
}

/* What is compiled with the shim that knows its pins; the class and its makefile have the same name whatever the top is called. */
struct design {
    char top[SOFA_NAME_ROOM];
    char list[SOFA_NAME_ROOM + sizeof RTL "/"]; /* of its files, in the directory of work */
    const char *class, *makefile;
    const char *shim, *shim_end;
};

static struct design design_of(const struct sofa_config *c, const struct tb_core_options *o)
{
    const struct design core = {"", "", "Vsofa_core", "Vsofa_core.mk", tb_shim_cpp, tb_shim_cpp_end};
    const struct design board = {"", "", "Vsofa_soc", "Vsofa_soc.mk", tb_board_shim_cpp, tb_board_shim_cpp_end};
    struct design design = o->board ? board : core;
    char file[SOFA_NAME_ROOM];
    sofa_prefix_name(design.top, c, o->board ? "soc" : "core");
    snprintf(design.list, sizeof design.list, RTL "/%s", sofa_prefix_file(file, c, ".f"));
    return design;
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
static enum sofa_status hash_tools(struct hash *h, const char *work, const struct design *design, int waves,
                                   struct sofa_error *e)
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
    for (size_t i = 0; i < coverage_flag_count(); i++)
        hash_bytes(h, coverage_flags[i], strlen(coverage_flags[i]));
    hash_bytes(h, make_fast, strlen(make_fast));
    hash_bytes(h, make_slow, strlen(make_slow));
    hash_bytes(h, make_global, strlen(make_global));
    hash_bytes(h, COMPILER_FLAGS LINKER_FLAGS, strlen(COMPILER_FLAGS LINKER_FLAGS));
    hash_bytes(h, design->shim, (size_t)(design->shim_end - design->shim));
    hash_bytes(h, tb_shim_h, (size_t)(tb_shim_h_end - tb_shim_h));
    hash_bytes(h, tb_assertion_h, (size_t)(tb_assertion_h_end - tb_assertion_h));
    hash_bytes(h, tb_assertion_cpp, (size_t)(tb_assertion_cpp_end - tb_assertion_cpp));
    if (waves) {
        hash_bytes(h, WAVES_FLAGS, strlen(WAVES_FLAGS));
        hash_bytes(h, tb_waves_cpp, (size_t)(tb_waves_cpp_end - tb_waves_cpp));
    }
    return status;
}

static enum sofa_status write_source(const char *work, const char *name, const char *text, const char *end, struct sofa_error *e)
{
    char path[TB_PATH_MAX];
    enum sofa_status status = tb_path(path, e, "%s/%s", work, name);
    return status == SOFA_OK ? tb_write_file(path, text, (size_t)(end - text), e) : status;
}

static enum sofa_status write_shim(const char *work, const struct design *design, int waves, struct sofa_error *e)
{
    enum sofa_status status = write_source(work, "shim.cpp", design->shim, design->shim_end, e);
    if (status == SOFA_OK)
        status = write_source(work, "shim.h", tb_shim_h, tb_shim_h_end, e);
    if (status == SOFA_OK)
        status = write_source(work, "assertion.h", tb_assertion_h, tb_assertion_h_end, e);
    if (status == SOFA_OK)
        status = write_source(work, "assertion.cpp", tb_assertion_cpp, tb_assertion_cpp_end, e);
    if (status == SOFA_OK && waves)
        status = write_source(work, "waves.cpp", tb_waves_cpp, tb_waves_cpp_end, e);
    return status;
}

static enum sofa_status verilate(const char *work, const struct design *design, unsigned channels, int waves, const char *log,
                                 struct sofa_error *e)
{
    char flags[256];
    const char *argv[32 + FLAGS + COVERAGE_FLAGS] = {"verilator", "--cc", "--exe", "--prefix", design->class, "--top-module",
                                    design->top, "--Mdir", "obj", "-o", "../" TB_CACHE_LIBRARY};
    size_t n = 11;
    snprintf(flags, sizeof flags, COMPILER_FLAGS " -DSOFA_READ_CHANNELS=%u%s", channels, waves ? " -DSOFA_WAVES" : "");
    for (size_t i = 0; i < FLAGS; i++)
        argv[n++] = verilator_flags[i];
    for (size_t i = 0; i < coverage_flag_count(); i++)
        argv[n++] = coverage_flags[i];
    argv[n++] = "-CFLAGS";
    argv[n++] = flags;
    argv[n++] = "-LDFLAGS";
    argv[n++] = waves ? LINKER_FLAGS WAVES_FLAGS : LINKER_FLAGS;
    if (waves)
        argv[n++] = "--trace-fst";
    argv[n++] = "-F";
    argv[n++] = design->list;
    argv[n++] = "shim.cpp";
    argv[n++] = "assertion.cpp";
    if (waves)
        argv[n++] = "waves.cpp";
    argv[n] = NULL;
    return tb_run(argv, work, log, e);
}

/* Bytes of the generated C++. A small design is compiled as one file, as every file reads the same long headers: half the processor
 * time, and no longer on two cores. */
static off_t generated_bytes(const char *obj)
{
    off_t bytes = 0;
    DIR *dir = opendir(obj);
    if (!dir)
        return 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        struct stat s;
        if (fstatat(dirfd(dir), entry->d_name, &s, 0) == 0 && S_ISREG(s.st_mode))
            bytes += s.st_size;
    }
    closedir(dir);
    return bytes;
}

static enum sofa_status run_make(const char *work, const char *obj, const char *makefile, const struct tb_core_options *o,
                                 const char *log, struct sofa_error *e)
{
    int whole = generated_bytes(obj) < WHOLE_BYTES;
    const char *const make[] = {"make", "-C", "obj", "-f", makefile, "-j", "2",
                                o->quick ? make_quick : make_fast, make_slow,
                                o->quick && o->waves ? make_quick_global : make_global, /* else the runtime is kept */
                                whole ? "VM_PARALLEL_BUILDS=0" : "VM_PARALLEL_BUILDS=1",
                                "CURDIR=obj", /* the real one may hold spaces, which verilated.mk refuses; nothing uses it */
                                NULL};
    return tb_run(make, work, log, e);
}

static enum sofa_status compile(const char *work, const char *runtime, const struct sofa_config *c,
                                const struct tb_core_options *o, struct sofa_error *e)
{
    const struct design design = design_of(c, o);
    char log[TB_PATH_MAX], obj[TB_PATH_MAX];
    enum sofa_status status = tb_path(log, e, "%s/" BUILD_LOG, work);
    if (status == SOFA_OK)
        status = tb_path(obj, e, "%s/obj", work);
    if (status == SOFA_OK)
        status = write_shim(work, &design, o->waves != NULL, e);
    if (status == SOFA_OK)
        status = verilate(work, &design, c->memory.read_channels, o->waves != NULL, log, e);
    if (status != SOFA_OK)
        return status;
    int taken = o->waves || tb_runtime_take(runtime, obj); /* with waves the runtime is another */
    status = run_make(work, obj, design.makefile, o, log, e);
    if (status == SOFA_OK) {
        if (!taken)
            tb_runtime_keep(runtime, obj);
        tb_remove_tree(obj);
    }
    return status;
}

/* Emits into work/rtl, unless the user brings RTL: then work/rtl leads there. */
static enum sofa_status emit(char *rtl, const char *work, const struct sofa_config *c, struct sofa_error *e)
{
    const char *own = getenv("SOFA_RTL");
    enum sofa_status status = tb_path(rtl, e, "%s/" RTL, work);
    if (status != SOFA_OK || !own || !*own)
        return status == SOFA_OK ? gen_emit(c, rtl, e) : status;
    char *real = realpath(own, NULL);
    if (!real)
        return sofa_fail(e, SOFA_BAD_INPUT, "SOFA_RTL: no directory %s", own);
    if (symlink(real, rtl) != 0)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: %s", rtl, strerror(errno));
    free(real);
    return status;
}

/* The log of a compilation that failed outlives its directory. */
static enum sofa_status keep_log(const char *work, const char *root, enum sofa_status status, struct sofa_error *e)
{
    char log[TB_PATH_MAX], kept[TB_PATH_MAX];
    struct sofa_error why = *e;
    if (tb_path(log, NULL, "%s/" BUILD_LOG, work) != SOFA_OK || tb_path(kept, NULL, "%s/" FAILED_LOG, root) != SOFA_OK ||
        rename(log, kept) != 0)
        return status;
    return sofa_fail(e, status, "%.320s (all messages: %.160s)", why.text, kept);
}

static enum sofa_status compile_and_publish(const char *work, const char *root, const char *name, uint64_t tools,
                                            const struct sofa_config *c, const struct tb_core_options *o, struct sofa_error *e)
{
    char runtime[TB_PATH_MAX];
    struct sofa_error why = {""};
    enum sofa_status status = tb_path(runtime, e, "%s/runtime-%016llx", root, (unsigned long long)tools);
    if (status != SOFA_OK)
        return status;
    status = compile(work, runtime, c, o, &why);
    if (status != SOFA_OK)
        return sofa_fail(e, keep_log(work, root, status, &why), "%s", why.text);
    return tb_cache_publish(work, root, name, e);
}

/* Ends with a good library in root/name, whoever made it. */
static enum sofa_status make_library(char *library, const char *work, const char *root, const char *name, uint64_t tools,
                                     const struct sofa_config *c, const struct tb_core_options *o, struct sofa_error *e)
{
    enum tb_seal_state state;
    enum sofa_status status = tb_cache_find(library, &state, root, name, e);
    if (status != SOFA_OK || state == TB_SEAL_GOOD)
        return status;
    status = tb_cache_writable(root, e);
    if (status != SOFA_OK)
        return status;
    if (o->verbose)
        fprintf(stderr, "compiling the RTL of '%s' %s(kept in %s)\n", c->name, state == TB_SEAL_DAMAGED ? "again, as it is damaged " : "",
                root);
    int lock = tb_cache_lock(root, name);
    status = tb_cache_find(library, &state, root, name, e); /* another run may have been at it */
    if (status == SOFA_OK && state != TB_SEAL_GOOD)
        status = compile_and_publish(work, root, name, tools, c, o, e);
    tb_cache_unlock(lock, root, name);
    return status;
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
        status = hash_tools(&h, work, &design, o->waves != NULL, e);
    uint64_t tools = h.word;
    if (status == SOFA_OK)
        status = hash_design(&h, rtl, c, e);
    snprintf(name, sizeof name, "%08x-%016llx%s%s%s", (unsigned)sofa_config_hash(c), (unsigned long long)h.word,
             o->board ? "-board" : "", o->waves ? "-waves" : "", o->quick ? "-quick" : "");
    if (status == SOFA_OK)
        status = make_library(library, work, root, name, tools, c, o, e);
    tb_cache_drop(work);
    return status;
}
