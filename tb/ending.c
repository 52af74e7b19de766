/* SPDX-License-Identifier: Apache-2.0 */
#include "ending.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATHS 8u
#define PATH_BYTES 4200u
#define PATIENCE 300u /* looks, 10 ms apart, at compilers that remove their own files */

static const int signals[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM};
#define SIGNALS (sizeof signals / sizeof signals[0])

/* Signals have no other way to find it. Written while they are blocked. */
static struct {
    char path[PATHS][PATH_BYTES];
    pid_t group;
} unfinished;

static void block(sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, before);
}

/* ---- in the handler: only what POSIX allows there ---- */

static void end_group(pid_t group)
{
    const struct timespec nap = {0, 10000000};
    kill(-group, SIGTERM);
    for (unsigned i = 0; i < PATIENCE; i++) {
        waitpid(group, NULL, WNOHANG);
        if (kill(-group, 0) != 0)
            return;
        nanosleep(&nap, NULL);
    }
    kill(-group, SIGKILL);
    waitpid(group, NULL, 0);
}

static void remove_path(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(127);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static void end(int number)
{
    sigset_t one;
    if (unfinished.group > 0)
        end_group(unfinished.group);
    for (unsigned i = 0; i < PATHS; i++)
        if (unfinished.path[i][0])
            remove_path(unfinished.path[i]);
    signal(number, SIG_DFL);
    sigemptyset(&one);
    sigaddset(&one, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
}

/* ---- the interface ---- */

void tb_ending_begin(void)
{
    struct sigaction now, before;
    now = (struct sigaction){.sa_handler = end};
    sigemptyset(&now.sa_mask);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&now.sa_mask, signals[i]);
    for (size_t i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &now, NULL);
}

static void replace(const char *old, const char *by)
{
    sigset_t before;
    block(&before);
    for (unsigned i = 0; i < PATHS; i++)
        if (strcmp(unfinished.path[i], old) == 0) {
            snprintf(unfinished.path[i], PATH_BYTES, "%s", by);
            break;
        }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void tb_ending_remember(const char *path)
{
    if (strlen(path) < PATH_BYTES)
        replace("", path);
}

void tb_ending_forget(const char *path)
{
    if (*path)
        replace(path, "");
}

/* The child leads a group, gets signals as usual, and ends with its parent even if that is killed. */
static void begin_child(const sigset_t *mask, pid_t parent)
{
    setpgid(0, 0);
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction before;
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            signal(signals[i], SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, mask, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(127);
}

pid_t tb_ending_fork(void)
{
    sigset_t before;
    pid_t parent = getpid();
    block(&before);
    pid_t child = fork();
    if (child == 0) {
        begin_child(&before, parent);
        return 0;
    }
    int code = errno;
    if (child > 0) {
        setpgid(child, child); /* both do it: neither may come too late */
        unfinished.group = child;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = code;
    return child;
}

void tb_ending_reaped(void)
{
    sigset_t before;
    block(&before);
    unfinished.group = 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
}
