/* SPDX-License-Identifier: Apache-2.0 */
/* Emission into directories: gen/write.c. */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../gen/emit.h"
#include "../gen/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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
    char path[600];
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
    expect_refused("", "not a name");
    expect_refused("/proc/sofagen", "/proc/sofagen");
    expect_entries(root, 1);
    test_remove_directory(root);
}
END_TEST

START_TEST(missing_parents_are_made)
{
    static const char *const names[] = {"a/b/c", "d//e/", "f/.", "g/../h"};
    char root[256], out[300];
    test_directory(root);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(out, sizeof out, "%s/%s", root, names[i]);
        expect_written("one", out);
        expect_content(out, "one");
    }
    expect_entries(root, 5); /* a, d, f, g, h */
    snprintf(out, sizeof out, "%s/a/b", root);
    expect_entries(out, 1);
    test_remove_directory(root);
}
END_TEST

/* A directory as a killed process leaves it. */
static void leave(const char *out, long process, const char *end)
{
    char path[500];
    snprintf(path, sizeof path, "%s.sofagen-%ld-%s", out, process, end);
    ck_assert_int_eq(mkdir(path, 0777), 0);
    write_text(path, "half.v", "x");
}

#define DEAD 999999999L /* no process has such a number */

START_TEST(abandoned_directories_go)
{
    char root[256], out[300], other[300], path[500];
    test_directory(root);
    snprintf(out, sizeof out, "%s/out", root);
    leave(out, DEAD, "0");
    leave(out, DEAD, "1-old");
    leave(out, (long)getpid(), "7"); /* another's, of whom this process has the number */
    expect_written("one", out);
    expect_entries(root, 1);
    expect_written("two", out);
    leave(out, (long)getppid(), "0"); /* alive */
    leave(out, DEAD, "x");
    leave(out, DEAD, "0-older");
    leave(out, DEAD, "2");
    snprintf(path, sizeof path, "%s.sofagen-%ld-2", out, DEAD);
    int lock = open(path, O_RDONLY | O_DIRECTORY); /* as a process of another machine or container does */
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    snprintf(other, sizeof other, "%s/out2", root);
    leave(other, DEAD, "0");
    expect_written("three", out);
    expect_entries(root, 6);
    close(lock);
    expect_written("four", out);
    expect_entries(root, 5);
    test_remove_directory(root);
}
END_TEST

/* Sets of 1 to 40 files; all files of a set say its number. */
static struct gen_files numbered_files(unsigned number)
{
    struct gen_files files = {0};
    struct gen_buffer manifest = {0};
    char name[32];
    gen_buffer_puts(&manifest, "{\"generator\": \"sofagen\", \"files\": [{\"path\": \"number\"}");
    gen_buffer_printf(gen_files_add(&files, "number"), "%u", number);
    for (unsigned i = 0; i < 1 + number % 40; i++) {
        snprintf(name, sizeof name, "rtl/%u/%u.v", i % 3, number * 100 + i);
        gen_buffer_printf(gen_files_add(&files, name), "%u", number);
        gen_buffer_printf(&manifest, ", {\"path\": \"%s\"}", name);
    }
    gen_buffer_puts(&manifest, "]}");
    *gen_files_add(&files, GEN_MANIFEST) = manifest;
    return files;
}

static void write_often(const char *out, unsigned writer)
{
    for (unsigned i = 0; i < 40; i++) {
        struct gen_files files = numbered_files(writer * 1000 + i);
        struct sofa_error e = {{0}};
        if (gen_write_files(&files, out, &e) != SOFA_OK) {
            fprintf(stderr, "%s\n", e.text);
            _exit(1);
        }
        gen_files_free(&files);
    }
    _exit(0);
}

START_TEST(one_of_several_wins)
{
    char root[256], out[300], path[400], *text;
    size_t length;
    struct sofa_error e;
    pid_t writer[6];
    test_directory(root);
    snprintf(out, sizeof out, "%s/out", root);
    for (unsigned i = 0; i < 6; i++) {
        writer[i] = fork();
        if (writer[i] == 0)
            write_often(out, i + 1);
        ck_assert_int_gt(writer[i], 0);
    }
    for (unsigned i = 0; i < 6; i++) {
        int state;
        ck_assert_int_eq(waitpid(writer[i], &state, 0), writer[i]);
        ck_assert_int_eq(state, 0);
    }
    expect_entries(root, 1);
    snprintf(path, sizeof path, "%s/number", out);
    ck_assert_msg(sofa_read_file(&text, &length, path, 100, &e) == SOFA_OK, "%s", e.text);
    struct gen_files files = numbered_files((unsigned)atoi(text));
    free(text);
    for (unsigned i = 0; i < files.count; i++) {
        snprintf(path, sizeof path, "%s/%s", out, files.file[i].path);
        ck_assert_msg(sofa_read_file(&text, &length, path, 10000, &e) == SOFA_OK, "%s", e.text);
        ck_assert_str_eq(text, files.file[i].text.data);
        free(text);
    }
    snprintf(path, sizeof path, "test $(find '%s' -type f | wc -l) = %u", out, files.count);
    ck_assert_int_eq(system(path), 0);
    gen_files_free(&files);
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
    tcase_add_test(directories, missing_parents_are_made);
    tcase_add_test(directories, abandoned_directories_go);
    tcase_set_timeout(directories, 60);
    tcase_add_test(directories, one_of_several_wins);
    suite_add_tcase(suite, directories);
    return suite;
}
