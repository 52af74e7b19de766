/* SPDX-License-Identifier: Apache-2.0 */
#include "rtl_module.h"

#include "tests.h"

#include "../gen/connect.h"
#include "../gen/environment.h"
#include "../gen/library.h"
#include "../gen/template.h"
#include "../gen/values.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS_MAX 32u

void test_configure(struct sofa_config *c, struct sofa_derived *d, const char *const *settings, const char *format, ...)
{
    char text[512], *rest = text;
    const char *all[SETTINGS_MAX];
    unsigned count = 0;
    struct sofa_error e = {.text = ""};
    va_list args;
    va_start(args, format);
    ck_assert_int_lt(vsnprintf(text, sizeof text, format, args), (int)sizeof text);
    va_end(args);
    for (; *settings && count < SETTINGS_MAX; settings++)
        all[count++] = *settings;
    for (char *one; (one = strtok_r(rest, " ", &rest)) != NULL && count < SETTINGS_MAX;)
        all[count++] = one;
    ck_assert_msg(sofa_config_load(c, NULL, all, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(c, d);
}

/* The chosen templates; text of those that are not left out. */
struct emitted {
    const struct gen_library *library;
    const char *const *names;
    struct gen_buffer *text;
};

/* What assertions are made of goes with every module. */
static int chosen(const char *name, const char *const *names)
{
    if (strncmp(name, "assert/", 7) == 0)
        return 1;
    for (; *names; names++)
        if (strncmp(name, *names, strlen(*names)) == 0)
            return 1;
    return 0;
}

static void render(lua_State *L, const struct gen_template *t, struct gen_buffer *text)
{
    int left_out;
    struct sofa_error e = {.text = ""};
    ck_assert_msg(gen_environment_leaves_out(L, t->name, &left_out, &e) == SOFA_OK, "%s", e.text);
    if (left_out)
        lua_pop(L, 1);
    else
        ck_assert_msg(gen_template_render(L, t->name, t->text, strlen(t->text), text, &e) == SOFA_OK, "%s", e.text);
}

/* Of gen_modules: a template that is not chosen is unknown. */
static const char *module_text(const void *context, const char *name, int *known)
{
    const struct emitted *all = context;
    char file[128];
    snprintf(file, sizeof file, "%s.v", name);
    *known = 0;
    for (unsigned i = 0; i < all->library->count && !*known; i++) {
        const char *path = all->library->template[i].name;
        *known = strcmp(strrchr(path, '/') + 1, file) == 0 && chosen(path, all->names);
        if (*known)
            return all->text[i].data;
    }
    return NULL;
}

static void put_connected(const struct emitted *all, unsigned i, const char *directory)
{
    const struct gen_modules modules = {module_text, all};
    const char *name = all->library->template[i].name;
    struct gen_buffer b = {0};
    struct sofa_error e = {.text = ""};
    char path[512];
    ck_assert_msg(gen_connect(&b, name, all->text[i].data, &modules, &e) == SOFA_OK, "%s", e.text);
    snprintf(path, sizeof path, "%s/%s", directory, strrchr(name, '/') + 1);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(b.data, 1, b.length, f), b.length);
    ck_assert_int_eq(fclose(f), 0);
    gen_buffer_free(&b);
}

void test_emit(const struct sofa_config *c, const char *from, const char *const *names, const char *directory)
{
    struct gen_library library;
    struct sofa_error e = {.text = ""};
    struct gen_values v;
    struct gen_facts facts = {.latencies = 0};
    ck_assert_msg(gen_library_open(&library, from, &e) == SOFA_OK, "%s", e.text);
    gen_values_init(&v, c);
    lua_State *L = luaL_newstate();
    struct gen_buffer *text = calloc(library.count, sizeof *text);
    const struct emitted all = {&library, names, text};
    ck_assert(L != NULL && text != NULL);
    for (unsigned i = 0; i < library.count; i++) {
        if (!chosen(library.template[i].name, names))
            continue;
        gen_environment_push(L, &v, &facts, &library);
        render(L, &library.template[i], &text[i]);
    }
    for (unsigned i = 0; i < library.count; i++)
        if (text[i].data)
            put_connected(&all, i, directory);
    for (unsigned i = 0; i < library.count; i++)
        gen_buffer_free(&text[i]);
    free(text);
    lua_close(L);
    gen_library_close(&library);
}

/* The first line of what a command says; "" if it is silent. */
static void first_line(const char *command, char line[256])
{
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    if (!fgets(line, 256, f))
        line[0] = '\0';
    while (fgetc(f) != EOF)
        ;
    pclose(f);
    line[strcspn(line, "\n")] = '\0';
}

void test_lint(const char *directory, const char *top)
{
    static const char *const tools[] = {
        "verilator --lint-only -Wall --top-module '%s' sofa_*.v",
        "iverilog -g2005 -Wall -t null -s '%s' sofa_*.v",
        "yosys -q -p 'read_verilog sofa_*.v; hierarchy -check -top %s; proc; opt; check -assert'",
    };
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        char tool[256], command[1024], line[256];
        snprintf(tool, sizeof tool, tools[i], top);
        snprintf(command, sizeof command, "cd '%s' && %s 2>&1", directory, tool);
        first_line(command, line);
        ck_assert_msg(line[0] == '\0', "%s: %s", top, line);
    }
}

void test_put(uint8_t *word, unsigned at, uint64_t value, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        if (value >> i & 1)
            word[(at + i) / 8] = (uint8_t)(word[(at + i) / 8] | 1u << (at + i) % 8);
}

void test_write_hex(const char *directory, const char *name, const uint8_t *words, unsigned bits, size_t bytes,
                    size_t count)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    for (size_t w = 0; w < count; w++, words += bytes) {
        for (unsigned digit = (bits + 3) / 4; digit-- > 0;)
            fputc("0123456789abcdef"[words[digit / 2] >> digit % 2 * 4 & 15], f);
        fputc('\n', f);
    }
    ck_assert_int_eq(fclose(f), 0);
}

void test_run_bench(const char *directory, const char *top, const char *parameters, char line[256])
{
    char command[2048];
    snprintf(command, sizeof command, "cd '%s' && iverilog -g2005 -Wall -DSOFA_ASSERT -o bench -s %s %s *.v 2>&1 && vvp -n bench", directory,
             top, parameters);
    first_line(command, line);
    ck_assert_msg(strncmp(line, "pass", 4) == 0, "%s %s: %s", top, parameters, line);
}
