/* SPDX-License-Identifier: Apache-2.0 */
/* Emitted names begin with the configuration's prefix, so that two cores fit one design, one C file and one Verilog file. */
#include "tests.h"

#include "../cmodel/config/prefix.h"
#include "../gen/emit.h"
#include "../gen/library.h"
#include "../gen/rename.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sofa_error error;

static void load(struct sofa_config *c, const char *prefix, const char *mode)
{
    const char *set[] = {prefix, mode, "memory.port_bits=32", "query_block=4", "head_dim=8", "tile.keys=8", "hidden_max=32"};
    ck_assert_msg(sofa_config_load(c, NULL, set, sizeof set / sizeof set[0], &error) == SOFA_OK, "%s", error.text);
}

/* ---- what a prefix may be ---- */

START_TEST(legal)
{
    static const char *const good[] = {"a_", "a", "Acme_2_", "x__", "abcdefghijklmnopqrstuvwxyz012345"};
    struct sofa_config small, c;
    sofa_config_default(&small);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        c = small;
        snprintf(c.prefix, sizeof c.prefix, "%s", good[i]);
        ck_assert_msg(sofa_config_check(&c, &error) == SOFA_OK, "%s", error.text);
        ck_assert_uint_eq(sofa_config_hash(&c), sofa_config_hash(&small));
    }
}
END_TEST

START_TEST(illegal)
{
    static const char *const bad[] = {"", "_a", "1a", "a-", "a b", "a$", "\303\244_", "abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(sofa_prefix_check(bad[i], &error), SOFA_BAD_INPUT);
        ck_assert_msg(strstr(error.text, "must be 1 to 32 letters, digits or '_', the first a letter") != NULL, "%s", error.text);
    }
}
END_TEST

/* Keywords that end like a module; every template is looked at. */
START_TEST(keywords)
{
    static const char *const words[] = {"covergroup", "endgroup", "wait_order", "defparam", "localparam", "specparam", "aliasparam",
                                        "program", "endprogram", "endtable", "endtask", "endcase", "reg", "wire", "table", "repeat",
                                        "release", "deassign", "force", "forever", "macromodule", "pulldown", "unsigned", "showcancelled",
                                        "endclocking", "endinterface", "endpackage", "endproperty", "endsequence", "restrict", "within",
                                        "register", "restrict", "volatile", "continue", "typedef"};
    struct gen_library library;
    unsigned found = 0;
    ck_assert_int_eq(gen_library_open(&library, NULL, &error), SOFA_OK);
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        for (unsigned i = 0; i < library.count; i++) {
            const char *name = strrchr(library.template[i].name, '/') + 1 + strlen("sofa_");
            size_t length = strlen(name) - strlen(".v"), word = strlen(words[w]);
            char prefix[32];
            if (word <= length || strncmp(words[w] + word - length, name, length) != 0)
                continue;
            snprintf(prefix, sizeof prefix, "%.*s", (int)(word - length), words[w]);
            ck_assert_msg(sofa_prefix_check(prefix, &error) == SOFA_BAD_INPUT, "%s", words[w]);
            ck_assert_msg(strstr(error.text, "choose another") != NULL, "%s", error.text);
            found++;
        }
    gen_library_close(&library);
    ck_assert_uint_eq(found, 9);
}
END_TEST

/* ---- where it goes ---- */

START_TEST(renamed_words)
{
    static const struct gen_template templates[] = {{"top/sofa_core.v", ""}, {"memory/sofa_read.v", ""}};
    const struct gen_library library = {.template = templates, .count = 2};
    struct gen_buffer out = {0};
    struct sofa_config c;
    load(&c, "prefix=b2_", "mode=kv");
    gen_rename(&out, "sofa_core u_sofa_core(.sofa_reader(sofa_read)); // sofa_read's sofa_core: sofa_read(), sofa_cor top/sofa_core.v sofa_",
               &c, &library);
    ck_assert_str_eq(out.data, "b2_core u_sofa_core(.sofa_reader(b2_read)); // b2_read's b2_core: sofa_read(), sofa_cor top/b2_core.v sofa_");
    gen_buffer_free(&out);
}
END_TEST

START_TEST(names)
{
    struct sofa_config c;
    char out[SOFA_NAME_ROOM];
    load(&c, "prefix=Acme__", "mode=kv");
    ck_assert_str_eq(sofa_prefix_name(out, &c, "core"), "Acme__core");
    ck_assert_str_eq(sofa_prefix_macro(out, &c, "REG_id"), "ACME__REG_id");
    ck_assert_str_eq(sofa_prefix_file(out, &c, ".f"), "Acme.f");
    load(&c, "prefix=x", "mode=kv");
    ck_assert_str_eq(sofa_prefix_file(out, &c, ".f"), "x.f");
}
END_TEST

/* Code of an emitted file; comments may speak of sofa_model_run(). */
static void expect_no_sofa(const struct gen_file *file)
{
    for (const char *s = file->text.data; (s = strstr(s, "sofa_")) != NULL; s++) {
        const char *line = s, *end = s;
        while (line > file->text.data && line[-1] != '\n')
            line--;
        while (isalnum((unsigned char)*end) || *end == '_')
            end++;
        const char *comment = strstr(line, "//");
        ck_assert_msg(comment && comment < s, "%s: %.60s", file->path, line);
    }
}

/* SOFA_ASSERT turns the assertions of all cores on. */
static void expect_no_macro(const struct gen_file *file)
{
    for (const char *s = file->text.data; (s = strstr(s, "SOFA_")) != NULL; s++)
        ck_assert_msg(strncmp(s, "SOFA_ASSERT", 11) == 0 && !isalnum((unsigned char)s[11]) && s[11] != '_', "%s: %.60s", file->path, s);
}

START_TEST(everything_named)
{
    static const char *const modes[] = {"mode=kv", "mode=tokens"};
    struct sofa_config c, plain;
    struct gen_files files, others;
    load(&c, "prefix=q_", modes[_i]);
    load(&plain, "prefix=sofa_", modes[_i]);
    ck_assert_msg(gen_emit_files(&files, &c, NULL, &error) == SOFA_OK, "%s", error.text);
    ck_assert_msg(gen_emit_files(&others, &plain, NULL, &error) == SOFA_OK, "%s", error.text);
    ck_assert_uint_eq(files.count, others.count);
    for (unsigned i = 0; i < files.count; i++) {
        const char *path = files.file[i].path, *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        int fixed = strcmp(name, "registers.md") == 0 || strcmp(name, "manifest.json") == 0;
        ck_assert_msg(fixed || strncmp(name, "q_", 2) == 0 || strncmp(name, "q.", 2) == 0, "%s", path);
        expect_no_macro(&files.file[i]);
        expect_no_sofa(&files.file[i]);
    }
    static const char *const wanted[] = {"q.f", "q.core", "q_regs.h", "q_regs.vh", "rtl/top/q_core.v", "manifest.json"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        ck_assert_msg(gen_files_find(&files, wanted[i]) != NULL, "%s", wanted[i]);
    ck_assert_ptr_nonnull(strstr(gen_files_find(&files, "manifest.json")->text.data, "\"top\": \"q_core\""));
    ck_assert_ptr_nonnull(strstr(gen_files_find(&files, "q.core")->text.data, "toplevel: q_core\n"));
    gen_files_free(&files);
    gen_files_free(&others);
}
END_TEST

/* ---- two in one ---- */

/* Emits the two cores of two_cores.v into `directory`. */
static void emit_two(const char *directory)
{
    static const char *const sets[][3] = {{"a", "prefix=a_", "mode=kv"}, {"b", "prefix=b_", "mode=tokens"}};
    for (size_t i = 0; i < 2; i++) {
        char out[300];
        struct sofa_config c;
        load(&c, sets[i][1], sets[i][2]);
        snprintf(out, sizeof out, "%s/%s", directory, sets[i][0]);
        ck_assert_msg(gen_emit(&c, out, &error) == SOFA_OK, "%s", error.text);
    }
}

START_TEST(two_in_one)
{
    static const char *const commands[] = {
        "cc -std=c11 -Wall -Wextra -Wpedantic -Werror -Ia -Ib \"$T/two_headers.c\" -o headers && ./headers",
        "verilator --lint-only -Wall --top-module two_cores -F a/a.f -F b/b.f -Ia -Ib \"$T/two_cores.v\"",
        "iverilog -g2005 -Wall -t null -s two_cores -Ia -Ib \"$T/two_cores.v\" $(find a b -name '*.v')",
        "yosys -q -p \"read_verilog -Ia -Ib $T/two_cores.v $(find a b -name '*.v' | tr '\\n' ' ');"
        " hierarchy -check -top two_cores; proc; check -assert\"",
        "iverilog -g2005 -DSOFA_ASSERT -o bench -s two_cores_bench -Ia -Ib \"$T/two_cores.v\" \"$T/two_cores_bench.v\" $(find a b -name '*.v') &&"
        " vvp -n bench | grep -qx pass",
    };
    char directory[256], command[2048], line[512];
    test_directory(directory);
    emit_two(directory);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        snprintf(command, sizeof command, "T=$PWD/tests/prefix; cd '%s' && { %s; } 2>&1", directory, commands[i]);
        FILE *f = popen(command, "r");
        ck_assert_ptr_nonnull(f);
        if (!fgets(line, sizeof line, f))
            line[0] = '\0';
        int status = pclose(f);
        ck_assert_msg(line[0] == '\0' && status == 0, "%s: status %d: %s", commands[i], status, line);
    }
    test_remove_directory(directory);
}
END_TEST

Suite *prefix_suite(void)
{
    Suite *suite = suite_create("prefix");
    TCase *t = tcase_create("names");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, legal);
    tcase_add_test(t, illegal);
    tcase_add_test(t, keywords);
    tcase_add_test(t, renamed_words);
    tcase_add_test(t, names);
    tcase_add_loop_test(t, everything_named, 0, 2);
    if (!test_fast())
        tcase_add_test(t, two_in_one);
    suite_add_tcase(suite, t);
    return suite;
}
