/* SPDX-License-Identifier: Apache-2.0 */
/* Every source of the repository, and every file that sofagen writes, says in its first lines under which licence it may be used. */
#include "tests.h"

#include "../cmodel/base/version.h"
#include "../gen/emit.h"

#include <fnmatch.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

static int is_source(const char *name)
{
    static const char *const patterns[] = {"*.[chv]", "*.cpp", "*.py", "*.sh", "*.mk", "*.yaml", "*.yml", "*.awk", "*.tcl", "*.abc",
                                           "*.xdc", "*.pcf", "*.lpf", "*.cst", "*.dot", "*.gvpr", "Makefile", "requirements*.txt"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (fnmatch(patterns[i], name, 0) == 0)
            return 1;
    return 0;
}

/* In the first bytes of a file: after a line such as #!/bin/sh. */
static int says_licence(const char *path)
{
    char text[161];
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s", path);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return strstr(text, SOFA_LICENCE) != NULL;
}

START_TEST(sources)
{
    static char *const roots[] = {".ci", ".github", "Makefile", "cmodel", "configs", "docs", "fpga", "gen", "python", "rtl_templates", "tb", "tests", NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    unsigned found = 0;
    ck_assert_ptr_nonnull(walk);
    for (FTSENT *at; (at = fts_read(walk)) != NULL;) {
        if (at->fts_info != FTS_F || (!is_source(at->fts_name) && strcmp(at->fts_path, ".ci/run") != 0))
            continue;
        ck_assert_msg(says_licence(at->fts_path), "%s: does not begin with %s", at->fts_path, SOFA_LICENCE);
        found++;
    }
    fts_close(walk);
    ck_assert_uint_gt(found, 300);
}
END_TEST

START_TEST(emitted_files)
{
    static const char *const overrides[][2] = {{"mode=kv", "memory.port_bits=128"}, {"mode=tokens", "board.memory_kib=64"}};
    struct sofa_config c;
    struct gen_files files;
    struct sofa_error e;
    ck_assert_msg(sofa_config_load(&c, NULL, overrides[_i], 2, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(gen_emit_files(&files, &c, NULL, &e) == SOFA_OK, "%s", e.text);
    for (unsigned i = 0; i < files.count; i++) {
        const char *said = strstr(files.file[i].text.data, SOFA_LICENCE);
        ck_assert_msg(said && said - files.file[i].text.data < 160, "%s", files.file[i].path);
    }
    gen_files_free(&files);
}
END_TEST

Suite *licence_suite(void)
{
    Suite *suite = suite_create("licence");
    TCase *lines = tcase_create("lines");
    tcase_add_test(lines, sources);
    tcase_add_loop_test(lines, emitted_files, 0, 2);
    suite_add_tcase(suite, lines);
    return suite;
}
