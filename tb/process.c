/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"

#include "../cmodel/base/parse.h"
#include "ending.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_LIMIT ((size_t)16 << 20)

/* In the child. A make that started us must not hand its job server on. */
static void become(const char *const *argv, const char *dir, const char *log)
{
    int out = open(log ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (out >= 0 && out <= 2) /* a caller's closed stream */
        out = fcntl(out, F_DUPFD_CLOEXEC, 3);
    if (in >= 0 && in <= 2)
        in = fcntl(in, F_DUPFD_CLOEXEC, 3);
    if (out < 0 || in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || chdir(dir) != 0)
        _exit(127);
    unsetenv("MAKEFLAGS");
    unsetenv("MFLAGS");
    unsetenv("MAKELEVEL");
    execvp(argv[0], (char *const *)(size_t)argv);
    _exit(127);
}

static int looks_like_error(const char *line)
{
    static const char *const telling[] = {"error", "%Warning", "cannot ", "No such file", "not found", "No space left", "***"};
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++)
        if (strcasestr(line, telling[i]))
            return 1;
    return 0;
}

/* The first telling line of a log, or its last, without its newline. */
static void first_error(char *out, size_t size, const char *log)
{
    char *text = NULL, *rest;
    size_t length;
    snprintf(out, size, "no message");
    if (!log || sofa_read_file(&text, &length, log, LOG_LIMIT, NULL) != SOFA_OK)
        return;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        snprintf(out, size, "%s", line);
        if (looks_like_error(line))
            break;
    }
    free(text);
}

enum sofa_status tb_run(const char *const *argv, const char *dir, const char *log, struct sofa_error *e)
{
    int state;
    pid_t child = tb_ending_fork();
    if (child < 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "cannot start %s: %s", argv[0], strerror(errno));
    if (child == 0)
        become(argv, dir, log);
    pid_t ended;
    do
        ended = waitpid(child, &state, 0);
    while (ended < 0 && errno == EINTR);
    tb_ending_reaped();
    if (ended < 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "cannot wait for %s: %s", argv[0], strerror(errno));
    if (WIFEXITED(state) && WEXITSTATUS(state) == 0)
        return SOFA_OK;
    if (WIFEXITED(state) && WEXITSTATUS(state) == 127)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s cannot be started; is it installed?", argv[0]);
    if (WIFSIGNALED(state))
        return sofa_fail(e, SOFA_BAD_INPUT, "%s was ended by a signal: %s", argv[0], strsignal(WTERMSIG(state)));
    char line[300];
    first_error(line, sizeof line, log);
    return sofa_fail(e, SOFA_BAD_INPUT, "%s failed: %s", argv[0], line);
}

enum sofa_status tb_path(char *out, struct sofa_error *e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, TB_PATH_MAX, format, args);
    va_end(args);
    if (n < 0 || n >= (int)TB_PATH_MAX)
        return sofa_fail(e, SOFA_BAD_INPUT, "path is too long: %.200s...", out);
    return SOFA_OK;
}

enum sofa_status tb_make_directories(const char *path, struct sofa_error *e)
{
    char part[TB_PATH_MAX];
    enum sofa_status status = tb_path(part, e, "%s", path);
    if (status != SOFA_OK)
        return status;
    for (char *slash = strchr(part + 1, '/'); ; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot create directory: %s", part, strerror(errno));
        if (!slash)
            return SOFA_OK;
        *slash = '/';
    }
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    remove(path);
    return 0;
}

void tb_remove_tree(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

enum sofa_status tb_write_file(const char *path, const char *data, size_t length, struct sofa_error *e)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot write: %s", path, strerror(errno));
    size_t written = fwrite(data, 1, length, f);
    if (fclose(f) != 0 || written != length)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot write: %s", path, strerror(errno));
    return SOFA_OK;
}
