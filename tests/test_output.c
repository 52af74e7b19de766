/* SPDX-License-Identifier: Apache-2.0 */
/* Output files and standard streams: whole or not at all, and never silently lost. */
#include "tests.h"

#include "../cmodel/base/output.h"
#include "../cmodel/base/parse.h"
#include "../cmodel/trace/npz.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[256], at[300];

static void begin(void)
{
    test_directory(root);
}

static void end(void)
{
    test_remove_directory(root);
}

static const char *in(const char *name)
{
    snprintf(at, sizeof at, "%s/%s", root, name);
    return at;
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(in(name), "wb");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static void expect(const char *name, const char *want)
{
    char *text;
    size_t length;
    struct sofa_error e;
    ck_assert_msg(sofa_read_file(&text, &length, in(name), 1000, &e) == SOFA_OK, "%s", e.text);
    ck_assert_str_eq(text, want);
    free(text);
}

static void expect_entries(int count)
{
    char text[TEST_TEXT];
    test_shell(text, "ls -A %s | wc -l", root);
    ck_assert_int_eq(atoi(text), count);
}

static void save(const char *name, const char *text)
{
    struct sofa_error e;
    ck_assert_msg(sofa_output_save(in(name), text, strlen(text), &e) == SOFA_OK, "%s", e.text);
}

static void refuse(const char *path, const char *why)
{
    struct sofa_error e = {""};
    struct sofa_output o;
    ck_assert_int_eq(sofa_output_check(path, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, why) != NULL, "%s", e.text);
    ck_assert_int_eq(sofa_output_save(path, "x", 1, &e), SOFA_BAD_INPUT);
    ck_assert_int_eq(sofa_output_open(&o, path, &e), SOFA_BAD_INPUT);
}

START_TEST(files)
{
    struct stat s;
    mode_t mask = umask(027);
    save("new", "one");
    ck_assert_int_eq(stat(in("new"), &s), 0);
    ck_assert_uint_eq(s.st_mode & 07777, 0640);
    ck_assert_int_eq(chmod(at, 0604), 0);
    save("new", "two");
    expect("new", "two");
    ck_assert_int_eq(stat(in("new"), &s), 0);
    ck_assert_uint_eq(s.st_mode & 07777, 0604);
    umask(mask);
    expect_entries(1);
}
END_TEST

START_TEST(links)
{
    char target[300];
    struct stat s;
    ck_assert_int_eq(mkdir(in("d"), 0777), 0);
    put("d/file", "old");
    ck_assert_int_eq(symlink("d/second", in("first")), 0);
    snprintf(target, sizeof target, "%s/d/file", root);
    ck_assert_int_eq(symlink(target, in("d/second")), 0);
    save("first", "new");
    expect("d/file", "new");
    ck_assert(lstat(in("first"), &s) == 0 && S_ISLNK(s.st_mode));
    ck_assert(lstat(in("d/second"), &s) == 0 && S_ISLNK(s.st_mode));
    ck_assert_int_eq(symlink("d/absent", in("dangling")), 0);
    save("dangling", "made");
    expect("d/absent", "made");
    ck_assert_int_eq(symlink("round", in("round")), 0);
    refuse(in("round"), "symbolic links");
}
END_TEST

START_TEST(refused)
{
    char path[600];
    put("file", "x");
    refuse(root, "Is a directory");
    refuse("", "not a name");
    refuse(in("absent/file"), "No such file");
    refuse(in("file/below"), "Not a directory");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    refuse(path, "too long");
    expect_entries(1);
    ck_assert_int_eq(sofa_output_check(NULL, NULL), SOFA_OK);
    ck_assert_int_eq(sofa_output_check(in("new"), NULL), SOFA_OK);
    expect_entries(1);
}
END_TEST

/* A disk that is full: a file may grow to 10 bytes. */
START_TEST(nothing_half_written)
{
    const struct rlimit few = {10, RLIM_INFINITY};
    struct sofa_error e;
    struct sofa_output o;
    put("file", "old");
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &few), 0);
    ck_assert_int_eq(sofa_output_save(in("file"), "more than ten bytes", 19, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "too large"));
    expect("file", "old");
    expect_entries(1);
    ck_assert_int_eq(sofa_output_save("/dev/full", "x", 1, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "No space left"));
    ck_assert_int_eq(sofa_output_open(&o, in("file"), &e), SOFA_OK);
    expect_entries(2);
    sofa_output_discard(&o);
    expect("file", "old");
    expect_entries(1);
}
END_TEST

/* What is no file is written in place, by both ways. */
START_TEST(pipes_and_devices)
{
    int ends[2];
    char path[40], got[8] = "";
    struct sofa_error e;
    struct sofa_output o;
    ck_assert_int_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    ck_assert_msg(sofa_output_save(path, "abc", 3, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_output_open(&o, path, &e) == SOFA_OK, "%s", e.text);
    FILE *f = fopen(o.temporary, "wb");
    ck_assert_ptr_nonnull(f);
    fputs("def", f);
    fclose(f);
    ck_assert_msg(sofa_output_commit(&o, &e) == SOFA_OK, "%s", e.text);
    ck_assert_int_ne(access(o.temporary, F_OK), 0);
    ck_assert_int_eq(read(ends[0], got, sizeof got), 6);
    ck_assert_str_eq(got, "abcdef");
    ck_assert_int_eq(sofa_output_save("/dev/null", "abc", 3, &e), SOFA_OK);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* Every program, whatever it prints. */
START_TEST(full_standard_output)
{
    static const char *const commands[] = {
        "sofamodel --help", "sofamodel --version", "sofamodel configs/small.yaml data/demo.npz --set head_dim=64 --rows 0:4",
        "sofamodel configs/small.yaml data/demo.npz --set head_dim=64 --rows 0:4 --json", "sofagen --help", "sofagen --registers",
        "sofagen configs/small.yaml --check --json", "sofacosim --help", "sofacosim --version", "sofasweep --help", "sofasweep --version",
        "sofahost --help", "sofahost --version", "sofaboard --help", "sofaboard --version"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char text[TEST_TEXT];
        ck_assert_msg(test_shell(text, "$B/%s 2>&1 >/dev/full", commands[i]) == 2, "%s: %s", commands[i], text);
        ck_assert_msg(strstr(text, "standard output: cannot be written") && strchr(text, '\n') == strrchr(text, '\n'), "%s: %s",
                      commands[i], text);
        ck_assert_msg(test_shell(text, "$B/%s 2>&1 >&-", commands[i]) == 2, "closed: %s: %s", commands[i], text);
        ck_assert_msg(test_shell(text, "$B/%s <&- 2>&- >/dev/null", commands[i]) == 0, "%s", commands[i]);
    }
}
END_TEST

/* A file of the program must not become standard error or output. */
START_TEST(closed_streams)
{
    static const char model[] = "$B/sofamodel configs/small.yaml data/demo.npz --set head_dim=64 --rows 0:4";
    char text[TEST_TEXT];
    ck_assert_int_eq(test_shell(text, "%s -o %s/want.npz", model, root), 0);
    ck_assert_int_eq(test_shell(text, "%s -o %s/got.npz <&- >&- 2>&-; cmp %s/want.npz %s/got.npz 2>&1", model, root, root, root), 0);
    ck_assert_int_eq(test_shell(text, "%s -o /dev/stdout | head -c $(stat -c %%s %s/want.npz) | cmp - %s/want.npz 2>&1", model, root, root),
                     0);
    ck_assert_int_eq(test_shell(text, "%s -o /dev/stdout >%s/both; head -c $(stat -c %%s %s/want.npz) %s/both | cmp - %s/want.npz 2>&1",
                                model, root, root, root, root), 0);
}
END_TEST

/* Directories with characters that shells, make and glob read as signs. */
START_TEST(odd_names)
{
    char text[TEST_TEXT];
    ck_assert_int_eq(setenv("D", root, 1), 0);
    ck_assert_msg(test_shell(text, "cd $D && mkdir 'a b:[c]*$' && cp -r \"$OLDPWD/rtl_templates\" 'a b:[c]*$/t' && "
                                   "cp \"$OLDPWD/configs/small.yaml\" 'a b:[c]*$/c.yaml' && cd 'a b:[c]*$' && "
                                   "\"$B/sofagen\" c.yaml -o \"$PWD/o\" --templates \"$PWD/t\" 2>&1 && ls o") == 0, "%s", text);
    ck_assert_msg(strstr(text, "manifest.json") != NULL, "%s", text);
}
END_TEST

/* Told before anything is read, let alone compiled. */
START_TEST(bad_outputs_first)
{
    static const char *const options[] = {"-o", "--waves"};
    char text[TEST_TEXT];
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(test_shell(text, "SOFA_CACHE=%s/cache $B/sofacosim no.yaml no.npz %s /no/such/file 2>&1", root, options[i]), 2);
        ck_assert_msg(strstr(text, "/no/such/file: cannot write") != NULL, "%s", text);
    }
    ck_assert_int_eq(test_shell(text, "$B/sofamodel no.yaml no.npz -o /no/such/file 2>&1"), 2);
    ck_assert_msg(strstr(text, "/no/such/file: cannot write") != NULL, "%s", text);
    ck_assert_int_eq(test_shell(text, "$B/sofamodel data/demo_tokens.npz --encode-weights /dev/full 2>&1"), 2);
    ck_assert_msg(strstr(text, "/dev/full: cannot write") != NULL, "%s", text);
}
END_TEST

/* --no-selected leaves that out, and nothing else is changed. */
START_TEST(without_selected)
{
    static const char model[] = "$B/sofamodel configs/small.yaml data/demo.npz --set head_dim=64 --rows 0:4";
    static const char *const names[] = {"o", "o_int", "o_scale"};
    struct sofa_npz *whole, *part;
    struct sofa_error e = {""};
    char text[TEST_TEXT];
    ck_assert_int_eq(test_shell(text, "%s -o %s/whole.npz && %s --no-selected -o %s/part.npz", model, root, model, root), 0);
    ck_assert_msg(sofa_npz_open(&whole, in("whole.npz"), &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_npz_open(&part, in("part.npz"), &e) == SOFA_OK, "%s", e.text);
    for (size_t i = 0; i < 3; i++) {
        struct sofa_array a, b;
        ck_assert_msg(sofa_npz_read(whole, names[i], &a, &e) == SOFA_OK && sofa_npz_read(part, names[i], &b, &e) == SOFA_OK, "%s", e.text);
        ck_assert(a.count == b.count && a.type == b.type && memcmp(a.data, b.data, a.count * sofa_type_size(a.type)) == 0);
        sofa_array_free(&a);
        sofa_array_free(&b);
    }
    ck_assert(sofa_npz_has(whole, "selected") && !sofa_npz_has(part, "selected"));
    sofa_npz_close(whole);
    sofa_npz_close(part);
}
END_TEST

Suite *output_suite(void)
{
    Suite *s = suite_create("output");
    TCase *t = tcase_create("files"), *programs = tcase_create("programs");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, files);
    tcase_add_test(t, links);
    tcase_add_test(t, refused);
    tcase_add_test(t, nothing_half_written);
    tcase_add_test(t, pipes_and_devices);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(programs, begin, end);
    tcase_set_timeout(programs, 120);
    tcase_add_test(programs, full_standard_output);
    tcase_add_test(programs, closed_streams);
    tcase_add_test(programs, bad_outputs_first);
    tcase_add_test(programs, odd_names);
    tcase_add_test(programs, without_selected);
    suite_add_tcase(s, programs);
    return s;
}
