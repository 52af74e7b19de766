/* SPDX-License-Identifier: Apache-2.0 */
#include "temporary.h"

#include "manifest.h"
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".sofagen-"

enum holder { FREE, HELD, UNKNOWN };

/* Locks a directory; FREE: it was free and is ours, *lock is open. A file system that has no locks: UNKNOWN. */
static enum holder take(const char *path, int *lock)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*lock < 0)
        return UNKNOWN;
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return FREE;
    enum holder holder = errno == EWOULDBLOCK ? HELD : UNKNOWN;
    close(*lock);
    *lock = -1;
    return holder;
}

/* The directory may have been removed by another's cleaning between its making and its locking. */
static int still_there(const char *path, int lock)
{
    struct stat named, locked;
    return stat(path, &named) == 0 && (lock < 0 || (fstat(lock, &locked) == 0 && named.st_ino == locked.st_ino));
}

enum sofa_status gen_temporary_make(struct gen_temporary *t, const char *path, struct sofa_error *e)
{
    for (unsigned i = 0; i < 1000; i++) {
        int n = snprintf(t->path, sizeof t->path, "%.*s" MARK "%ld-%u", (int)(PATH_MAX - GEN_TEMPORARY_ROOM), path, (long)getpid(), i);
        if (n > 0 && mkdir(t->path, 0777) == 0) {
            if (take(t->path, &t->lock) != HELD && still_there(t->path, t->lock))
                return SOFA_OK;
            gen_temporary_close(t);
        } else if (errno != EEXIST) {
            break;
        }
    }
    return sofa_fail(e, SOFA_BAD_INPUT, "%.400s: %s", path, strerror(errno));
}

void gen_temporary_close(struct gen_temporary *t)
{
    if (t->lock >= 0)
        close(t->lock);
    t->lock = -1;
}

/* "NAME.sofagen-PID-N" or that with "-old", which has been moved aside: 1, its process, and its length without "-old". */
static int is_temporary(const char *entry, const char *name, long *process, size_t *length)
{
    unsigned number;
    int end = 0;
    size_t n = strlen(name);
    if (strncmp(entry, name, n) != 0 || strncmp(entry + n, MARK, strlen(MARK)) != 0 ||
        sscanf(entry + n, MARK "%9ld-%9u%n", process, &number, &end) != 2 || *process <= 0)
        return 0;
    *length = n + (size_t)end;
    return strcmp(entry + *length, "") == 0 || strcmp(entry + *length, "-old") == 0;
}

/* Its process is no more (a process of the same number, were it this one, may be another), and nobody has locked it. */
static int is_abandoned(const char *path, long process)
{
    int lock;
    if (process != (long)getpid() && !(kill((pid_t)process, 0) != 0 && errno == ESRCH))
        return 0;
    enum holder holder = take(path, &lock);
    if (lock >= 0)
        close(lock);
    return holder != HELD;
}

void gen_temporary_clean(const char *path)
{
    char parent[PATH_MAX], found[2 * PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    snprintf(parent, sizeof parent, "%.*s", (int)(name - path), path);
    DIR *directory = opendir(*parent ? parent : ".");
    for (const struct dirent *at; directory && (at = readdir(directory)) != NULL;) {
        long process;
        size_t length;
        if (!is_temporary(at->d_name, name, &process, &length))
            continue;
        snprintf(found, sizeof found, "%s%.*s", parent, (int)length, at->d_name);
        if (!is_abandoned(found, process))
            continue;
        snprintf(found, sizeof found, "%s%s", parent, at->d_name);
        json_t *ours = gen_manifest_files(found); /* it was written to its end, or has been in the place of path */
        if (ours)
            gen_tree_remove_ours(found, ours);
        else
            gen_tree_remove(found);
        json_decref(ours);
    }
    if (directory)
        closedir(directory);
}
