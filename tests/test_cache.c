/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of compiled cores, and what is left of a program that a signal ends. */
#include "tests.h"

#include "../tb/cache.h"
#include "../tb/core.h"
#include "../tb/driver.h"
#include "../tb/ending.h"
#include "../tb/runtime.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char root[TB_PATH_MAX], home[256];

static void begin(void)
{
    struct sofa_error e;
    char odd[300];
    test_directory(home);
    snprintf(odd, sizeof odd, "%s/a b:c'd", home);
    ck_assert_int_eq(setenv("SOFA_CACHE", odd, 1), 0);
    ck_assert_msg(tb_cache_root(root, &e) == SOFA_OK, "%s", e.text);
}

static void end(void)
{
    test_remove_directory(home);
}

static void put(const char *dir, const char *name, const char *text)
{
    char path[TB_PATH_MAX];
    struct sofa_error e;
    ck_assert_int_eq(tb_path(path, &e, "%s/%s", dir, name), SOFA_OK);
    ck_assert_msg(tb_write_file(path, text, strlen(text), &e) == SOFA_OK, "%s", e.text);
}

static void publish(const char *content)
{
    char work[TB_PATH_MAX];
    struct sofa_error e;
    ck_assert_msg(tb_cache_work(work, root, &e) == SOFA_OK, "%s", e.text);
    put(work, TB_CACHE_LIBRARY, content);
    ck_assert_msg(tb_cache_publish(work, root, "entry", &e) == SOFA_OK, "%s", e.text);
    tb_cache_drop(work);
}

static enum tb_seal_state state(void)
{
    char library[TB_PATH_MAX];
    enum tb_seal_state found;
    struct sofa_error e;
    ck_assert_msg(tb_cache_find(library, &found, root, "entry", &e) == SOFA_OK, "%s", e.text);
    return found;
}

static void shell(const char *command)
{
    char text[TEST_TEXT];
    ck_assert_int_eq(setenv("E", root, 1), 0);
    ck_assert_msg(test_shell(text, "cd \"$E\" && %s", command) == 0, "%s: %s", command, text);
}

/* Whatever became of an entry, it is noticed, and the next one takes its place. */
START_TEST(damaged_entries)
{
    static const char *const damage[] = {"rm entry/core.so", ": > entry/core.so", "printf 012 > entry/core.so", "printf x >> entry/core.so",
                                         "printf x0123456789 > entry/core.so", "rm entry/sums", ": > entry/sums", "rm -r entry; : > entry"};
    ck_assert_int_eq(state(), TB_SEAL_NONE);
    publish("0123456789");
    ck_assert_int_eq(state(), TB_SEAL_GOOD);
    publish("another"); /* a second run: the first one's stays */
    shell("grep -q 0123456789 entry/core.so");
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        shell(damage[i]);
        ck_assert_msg(state() == TB_SEAL_DAMAGED, "%s", damage[i]);
        publish("0123456789");
        ck_assert_msg(state() == TB_SEAL_GOOD, "after %s", damage[i]);
    }
    shell("test $(ls -A | wc -l) = 1");
}
END_TEST

/* Two runs that compile the same core at the same time: both get it, nothing is left over. */
START_TEST(concurrent_runs)
{
    char work[2][TB_PATH_MAX];
    struct sofa_error e;
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(tb_cache_work(work[i], root, &e) == SOFA_OK, "%s", e.text);
        put(work[i], TB_CACHE_LIBRARY, i ? "second" : "first");
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(tb_cache_publish(work[i], root, "entry", &e) == SOFA_OK, "%s", e.text);
        tb_cache_drop(work[i]);
        ck_assert_int_eq(state(), TB_SEAL_GOOD);
    }
    shell("test \"$(ls -A)\" = entry && grep -q first entry/core.so");
}
END_TEST

START_TEST(permissions)
{
    struct stat s;
    char path[TB_PATH_MAX];
    mode_t mask = umask(022);
    publish("x");
    umask(mask);
    ck_assert_int_eq(tb_path(path, NULL, "%s/entry", root), SOFA_OK);
    ck_assert_int_eq(stat(path, &s), 0);
    ck_assert_uint_eq(s.st_mode & 07777, 0755);
    ck_assert_int_eq(setenv("SOFA_CACHE", "/proc/none", 1), 0);
    struct sofa_error e = {""};
    ck_assert_int_eq(tb_cache_root(path, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "/proc/none") && strstr(e.text, "SOFA_CACHE"), "%s", e.text);
}
END_TEST

/* A second user: reads what the first one made, and is told of what he may not use. Only root can try that. */
START_TEST(two_users)
{
    char library[TB_PATH_MAX], work[TB_PATH_MAX];
    enum tb_seal_state found;
    struct sofa_error e = {""};
    if (getuid() != 0)
        return;
    ck_assert_int_eq(chmod(home, 0755), 0);
    umask(022);
    publish("x");
    shell("chmod 755 .");
    int own = setegid(12345) == 0 && seteuid(12345) == 0;
    ck_assert(own);
    ck_assert_int_eq(state(), TB_SEAL_GOOD);
    ck_assert_msg(tb_cache_work(work, root, &e) == SOFA_OK, "%s", e.text); /* for emitting; elsewhere */
    ck_assert_ptr_ne(strstr(work, root), work);
    tb_cache_drop(work);
    ck_assert_int_eq(tb_cache_writable(root, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "cannot be written") && strstr(e.text, "SOFA_CACHE"), "%s", e.text);
    ck_assert(seteuid(0) == 0 && setegid(0) == 0);
    shell("chmod 700 entry");
    ck_assert(setegid(12345) == 0 && seteuid(12345) == 0);
    ck_assert_int_eq(tb_cache_find(library, &found, root, "entry", &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "entry: cannot be read") && strstr(e.text, "SOFA_CACHE"), "%s", e.text);
    ck_assert(seteuid(0) == 0 && setegid(0) == 0);
}
END_TEST

START_TEST(runtime_objects)
{
    char kept[TB_PATH_MAX], obj[TB_PATH_MAX];
    ck_assert_int_eq(tb_path(kept, NULL, "%s/kept", root), SOFA_OK);
    ck_assert_int_eq(tb_path(obj, NULL, "%s/work/obj", root), SOFA_OK);
    shell("mkdir -p work/obj && printf 1 > work/obj/verilated.o && printf 2 > work/obj/verilated_threads.o");
    ck_assert(!tb_runtime_take(kept, obj));
    tb_runtime_keep(kept, obj);
    shell("rm work/obj/*");
    ck_assert(tb_runtime_take(kept, obj));
    shell("grep -q 1 work/obj/verilated.o && grep -q 2 work/obj/verilated_threads.o");
    shell("printf x > kept/verilated_threads.o && printf 3 > work/obj/verilated.o");
    ck_assert(!tb_runtime_take(kept, obj));
    shell("printf 1 > work/obj/verilated.o; printf 2 > work/obj/verilated_threads.o");
    tb_runtime_keep(kept, obj);
    ck_assert(tb_runtime_take(kept, obj));
    shell("test \"$(ls -A work)\" = obj");
}
END_TEST

static int exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* A program with a directory of work, a file, and a child that has children. */
static void work_until_ended(const char *work, const char *file)
{
    static const char *const argv[] = {"sh", "-c", "sleep 60 & sleep 60 & echo $! > started; wait", NULL};
    tb_ending_begin();
    tb_ending_remember(work);
    tb_ending_remember(file);
    tb_run(argv, work, NULL, NULL);
    _exit(0);
}

START_TEST(ended_by_a_signal)
{
    static const int number[] = {SIGTERM, SIGINT, SIGHUP};
    const struct timespec nap = {0, 10000000};
    char work[300], started[320], file[300], text[TEST_TEXT];
    int how;
    snprintf(work, sizeof work, "%s/work", home);
    snprintf(started, sizeof started, "%s/started", work);
    snprintf(file, sizeof file, "%s/file", home);
    ck_assert_int_eq(mkdir(work, 0777), 0);
    put(home, "file", "x");
    pid_t program = fork();
    ck_assert_int_ge(program, 0);
    if (program == 0) {
        signal(number[_i], SIG_DFL); /* nohup, or a shell in the background, may ignore it */
        work_until_ended(work, file);
    }
    struct stat s;
    while (stat(started, &s) != 0 || s.st_size == 0)
        nanosleep(&nap, NULL);
    test_shell(text, "cat %s", started);
    pid_t grandchild = (pid_t)atoi(text);
    ck_assert_int_gt(grandchild, 1);
    ck_assert_int_eq(kill(program, number[_i]), 0);
    ck_assert_int_eq(waitpid(program, &how, 0), program);
    ck_assert(WIFSIGNALED(how) && WTERMSIG(how) == number[_i]);
    ck_assert(!exists(work) && !exists(file));
    test_shell(text, "ps -o stat= -p %ld", (long)grandchild);
    ck_assert_msg(text[0] == '\0' || text[0] == 'Z', "%s", text);
}
END_TEST

/* Tools whose standard streams are closed, and what they say when they fail. */
START_TEST(tools)
{
    static const char *const good[] = {"sh", "-c", "read x; echo out; echo err >&2", NULL};
    static const char *const bad[] = {"sh", "-c", "echo hello; echo it is Not Found >&2; exit 3", NULL};
    static const char *const absent[] = {"no-such-tool", NULL};
    char log[TB_PATH_MAX];
    struct sofa_error e = {""};
    ck_assert_int_eq(tb_path(log, NULL, "%s/log", home), SOFA_OK);
    int streams[3];
    for (int i = 0; i < 3; i++) {
        streams[i] = dup(i);
        close(i);
    }
    enum sofa_status status = tb_run(good, home, log, &e);
    for (int i = 0; i < 3; i++)
        dup2(streams[i], i);
    ck_assert_msg(status == SOFA_OK, "%s", e.text);
    char text[TEST_TEXT];
    test_shell(text, "cat %s/log", home);
    ck_assert_str_eq(text, "out\nerr\n");
    ck_assert_int_eq(tb_run(bad, home, log, &e), SOFA_BAD_INPUT);
    ck_assert_str_eq(e.text, "sh failed: it is Not Found");
    ck_assert_int_eq(tb_run(absent, home, log, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "is it installed?"));
}
END_TEST

/* A core in a directory with an odd name; its waves on a disk that is full at the start, later, or not at all. */
START_TEST(waves)
{
    static const char *const set[] = {"query_block=2", "head_dim=8", "keys_max=33", "tile.keys=4", "tile.kept_max=1", "predict.keys=1",
                                      "predict.dims=1", "attend.lanes=1", "attend.width=1", "attend.window=1"};
    static const rlim_t room[] = {1000, 20000, RLIM_INFINITY};
    char path[300];
    struct sofa_config c;
    struct sofa_error e = {""};
    snprintf(path, sizeof path, "%s/w.fst", home);
    ck_assert_msg(sofa_config_load(&c, NULL, set, sizeof set / sizeof set[0], &e) == SOFA_OK, "%s", e.text);
    const struct tb_core_options options = {.waves = path, .quick = 1};
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < 3; i++) {
        struct tb_core core;
        struct tb_pins_in in = {.rst = 1};
        struct tb_pins_out out;
        struct rlimit limit = {room[i], RLIM_INFINITY};
        struct stat s;
        ck_assert_msg(tb_core_open(&core, &c, &options, &e) == SOFA_OK, "%s", e.text);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        for (unsigned n = 0; n < 2000; n++)
            core.cycle(core.handle, &in, &out);
        int failed = tb_core_close(&core);
        limit.rlim_cur = RLIM_INFINITY;
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        ck_assert_int_eq(failed, i < 2 ? EFBIG : 0);
        ck_assert(stat(path, &s) == 0 && (i < 2 || s.st_size > 1000));
    }
}
END_TEST

Suite *cache_suite(void)
{
    Suite *s = suite_create("cache");
    TCase *t = tcase_create("entries");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_test(t, damaged_entries);
    tcase_add_test(t, concurrent_runs);
    tcase_add_test(t, permissions);
    tcase_add_test(t, two_users);
    tcase_add_test(t, runtime_objects);
    tcase_add_loop_test(t, ended_by_a_signal, 0, 3);
    tcase_add_test(t, tools);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    if (!test_fast()) {
        TCase *core = tcase_create("core");
        tcase_add_checked_fixture(core, begin, end);
        tcase_set_timeout(core, 600);
        tcase_add_test(core, waves);
        suite_add_tcase(s, core);
    }
    return s;
}
