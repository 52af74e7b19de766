/* SPDX-License-Identifier: Apache-2.0 */
/* Emission into directories: gen/write.c. */
#include "tests.h"

#include "../cmodel/parse.h"
#include "../gen/emit.h"
#include "../gen/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct gen_files three_files(const char *text)
{
    struct gen_files files = {0};
    gen_buffer_puts(gen_files_add(&files, "rtl/a/x.v"), text);
    gen_files_add(&files, "rtl/b/empty.v");
    gen_buffer_puts(gen_files_add(&files, GEN_MANIFEST),
                    "{\"generator\": \"sofagen\", \"files\": [{\"path\": \"rtl/a/x.v\"}, {\"path\": \"rtl/b/empty.v\"}]}");
    return files;
}

/* The parent holds this many entries: nothing was left behind. */
static void expect_entries(const char *directory, int count)
{
    char command[400];
    snprintf(command, sizeof command, "test $(ls -A '%s' | wc -l) = %d", directory, count);
    ck_assert_msg(system(command) == 0, "%s", command);
}

static void expect_content(const char *directory, const char *want)
{
    char path[400], *text;
    size_t length;
    struct sofa_error e;
    snprintf(path, sizeof path, "%s/rtl/a/x.v", directory);
    ck_assert_msg(sofa_read_file(&text, &length, path, 1000, &e) == SOFA_OK, "%s", e.text);
    ck_assert_str_eq(text, want);
    free(text);
}

static void write_text(const char *directory, const char *name, const char *text)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static void expect_written(const char *text, const char *directory)
{
    struct gen_files files = three_files(text);
    struct sofa_error e;
    ck_assert_msg(gen_write_files(&files, directory, &e) == SOFA_OK, "%s", e.text);
    gen_files_free(&files);
}

static void expect_refused(const char *directory, const char *why)
{
    struct gen_files files = three_files("refused");
    struct sofa_error e = {{0}};
    ck_assert_int_eq(gen_write_files(&files, directory, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, why) != NULL, "%s", e.text);
    gen_files_free(&files);
}

START_TEST(write_and_replace)
{
    char root[256], out[300];
    test_directory(root);
    snprintf(out, sizeof out, "%s/out//", root);
    expect_written("one", out);
    expect_content(out, "one");
    expect_written("two", out);
    expect_content(out, "two");
    expect_entries(root, 1);
    snprintf(out, sizeof out, "%s/empty", root);
    ck_assert_int_eq(mkdir(out, 0777), 0);
    expect_written("three", out);
    expect_content(out, "three");
    expect_entries(root, 2);
    test_remove_directory(root);
}
END_TEST

START_TEST(foreign_files_survive)
{
    char root[256], out[300], mine[320];
    test_directory(root);
    snprintf(out, sizeof out, "%s/out", root);
    snprintf(mine, sizeof mine, "%s/rtl/a", out);
    expect_written("one", out);
    write_text(mine, "mine.v", "x");
    expect_refused(out, "rtl/a/mine.v");
    expect_content(out, "one");
    expect_entries(mine, 2);
    expect_entries(root, 1);
    write_text(root, "thesis.txt", "x");
    expect_refused(root, "which sofagen did not write");
    write_text(root, GEN_MANIFEST, "{\"generator\": \"another\"}");
    expect_refused(root, "which sofagen did not write");
    write_text(root, GEN_MANIFEST, "not JSON");
    expect_refused(root, "which sofagen did not write");
    test_remove_directory(root);
}
END_TEST

START_TEST(bad_directories)
{
    char root[256], path[300];
    test_directory(root);
    write_text(root, "file", "x");
    snprintf(path, sizeof path, "%s/file", root);
    expect_refused(path, "not a directory");
    snprintf(path, sizeof path, "%s/file/below", root);
    expect_refused(path, "Not a directory");
    snprintf(path, sizeof path, "%s/absent/below", root);
    expect_refused(path, "No such file");
    expect_refused("", "not a name");
    expect_refused("/proc/sofagen", "/proc/sofagen");
    expect_entries(root, 1);
    test_remove_directory(root);
}
END_TEST

/* A name that cannot be written, after others were: nothing stays. */
START_TEST(failure_leaves_nothing)
{
    char root[256], out[300], name[300];
    struct sofa_error e;
    test_directory(root);
    snprintf(out, sizeof out, "%s/out", root);
    expect_written("one", out);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct gen_files files = three_files("two");
    gen_files_add(&files, name);
    ck_assert_int_eq(gen_write_files(&files, out, &e), SOFA_BAD_INPUT);
    expect_content(out, "one");
    expect_entries(root, 1);
    gen_files_free(&files);
    test_remove_directory(root);
}
END_TEST

Suite *write_suite(void)
{
    Suite *suite = suite_create("write");
    TCase *directories = tcase_create("directories");
    tcase_add_test(directories, write_and_replace);
    tcase_add_test(directories, foreign_files_survive);
    tcase_add_test(directories, bad_directories);
    tcase_add_test(directories, failure_leaves_nothing);
    suite_add_tcase(suite, directories);
    return suite;
}
