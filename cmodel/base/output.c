/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LINKS_MAX 40
#define NAMES_MAX 1000u
#define NAME_KEPT 200 /* of a file's name, in that of its temporary file */
#define COPY_BYTES 65536u

static enum sofa_status cannot_write(const char *path, int code, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write: %s", path, strerror(code ? code : EIO));
}

/* ---- what stands under a name ---- */

/* Links in /proc lead to open files, not to names. */
static int is_descriptor(const char *link)
{
    struct statfs where;
    int file = open(link, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int found = file >= 0 && fstatfs(file, &where) == 0 && where.f_type == PROC_SUPER_MAGIC;
    if (file >= 0)
        close(file);
    return found;
}

/* Puts in the place of a link's name what it holds. 0 and errno on failure. */
static int follow(char *path)
{
    char held[PATH_MAX];
    ssize_t n = readlink(path, held, sizeof held - 1);
    if (n < 0)
        return 0;
    held[n] = '\0';
    const char *slash = strrchr(path, '/');
    size_t directory = held[0] == '/' || !slash ? 0 : (size_t)(slash - path) + 1;
    if (directory + (size_t)n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memcpy(path + directory, held, (size_t)n + 1);
    return 1;
}

/* Fills all but the name of the temporary file. */
static enum sofa_status resolve(struct sofa_output *o, const char *path, struct sofa_error *e)
{
    struct stat s;
    *o = (struct sofa_output){.in_place = 0};
    if (*path == '\0')
        return sofa_fail(e, SOFA_BAD_INPUT, "'': not a name for a file");
    if (snprintf(o->target, sizeof o->target, "%s", path) >= (int)sizeof o->target)
        return cannot_write(path, ENAMETOOLONG, e);
    for (int links = 0; lstat(o->target, &s) == 0; links++) {
        if (S_ISDIR(s.st_mode))
            return cannot_write(path, EISDIR, e);
        o->in_place = !S_ISREG(s.st_mode);
        o->replaced = S_ISREG(s.st_mode) ? s : (struct stat){.st_mode = 0};
        if (!S_ISLNK(s.st_mode) || is_descriptor(o->target))
            return SOFA_OK;
        if (links == LINKS_MAX)
            return cannot_write(path, ELOOP, e);
        if (!follow(o->target))
            return cannot_write(path, errno, e);
    }
    o->in_place = 0;
    return errno == ENOENT ? SOFA_OK : cannot_write(path, errno, e);
}

/* ---- writing ---- */

/* A new file DIRECTORY/NAME.sofa-PID-N; -1 and errno. */
static int create_beside(struct sofa_output *o, const char *directory, int length, const char *name)
{
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        if (snprintf(o->temporary, sizeof o->temporary, "%.*s%.*s.sofa-%ld-%u", length, directory, NAME_KEPT, name,
                     (long)getpid(), i) >= (int)sizeof o->temporary) {
            errno = ENAMETOOLONG;
            break;
        }
        int file = open(o->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

static int create_temporary(struct sofa_output *o)
{
    const char *slash = strrchr(o->target, '/'), *root = getenv("TMPDIR");
    if (!o->in_place) {
        int file = create_beside(o, o->target, slash ? (int)(slash - o->target) + 1 : 0, slash ? slash + 1 : o->target);
        if (file >= 0 || o->replaced.st_mode == 0 || faccessat(AT_FDCWD, o->target, W_OK, AT_EACCESS) != 0)
            return file;
        o->in_place = 1;
    } else if (faccessat(AT_FDCWD, o->target, W_OK, AT_EACCESS) != 0)
        return -1;
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s/", root && *root ? root : "/tmp");
    return create_beside(o, directory, (int)strlen(directory), "output");
}

/* 0 and errno on failure. */
static int write_all(int file, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(file, data, length);
        if (n < 0 && errno != EINTR)
            return 0;
        if (n > 0) {
            data += n;
            length -= (size_t)n;
        }
    }
    return 1;
}

static int close_written(int file, int good)
{
    int code = errno;
    if (close(file) != 0 && good)
        return 0;
    errno = code;
    return good;
}

/* A descriptor for writing in place. /dev/stdout is the very descriptor: opened again, it would begin at the file's start. */
static int open_in_place(const struct sofa_output *o)
{
    unsigned number;
    char end;
    const char *slash = strrchr(o->target, '/');
    if (o->replaced.st_mode == 0 && slash && is_descriptor(o->target) && sscanf(slash + 1, "%u%c", &number, &end) == 1)
        return fcntl((int)number, F_DUPFD_CLOEXEC, 3);
    return open(o->target, O_WRONLY | O_NOCTTY | O_CLOEXEC);
}

/* Room first, so that a file is not overwritten in part. */
static int begin_in_place(const struct sofa_output *o, off_t length)
{
    int file = open_in_place(o);
    if (file < 0 || o->replaced.st_mode == 0 || length == 0)
        return file;
    int code = posix_fallocate(file, 0, length);
    if (code == 0 || code == EOPNOTSUPP || code == EINVAL)
        return file;
    close(file);
    errno = code;
    return -1;
}

static int end_in_place(const struct sofa_output *o, int file, int good, off_t length)
{
    if (good && o->replaced.st_mode != 0 && ftruncate(file, length) != 0)
        good = 0;
    return close_written(file, good);
}

static int copy_in_place(const struct sofa_output *o)
{
    char buffer[COPY_BYTES];
    struct stat s;
    int from = open(o->temporary, O_RDONLY | O_CLOEXEC), good = 0;
    if (from < 0)
        return 0;
    if (fstat(from, &s) == 0) {
        int to = begin_in_place(o, s.st_size);
        ssize_t n = 0;
        good = to >= 0;
        while (good && (n = read(from, buffer, sizeof buffer)) > 0)
            good = write_all(to, buffer, (size_t)n);
        if (to >= 0)
            good = end_in_place(o, to, good && n == 0, s.st_size);
    }
    close_written(from, 0);
    return good;
}

/* ---- the interface ---- */

enum sofa_status sofa_output_open(struct sofa_output *o, const char *path, struct sofa_error *e)
{
    enum sofa_status status = resolve(o, path, e);
    if (status != SOFA_OK)
        return status;
    int file = create_temporary(o);
    if (file < 0) {
        o->temporary[0] = '\0';
        return cannot_write(path, errno, e);
    }
    close(file);
    return SOFA_OK;
}

/* Owner (where that is allowed) and permissions of the file that is replaced go over to the new one. */
static int take_place(const struct sofa_output *o)
{
    const struct stat *s = &o->replaced;
    struct stat is;
    if (s->st_mode != 0) {
        if (stat(o->temporary, &is) != 0)
            return 0;
        if ((is.st_uid != s->st_uid || is.st_gid != s->st_gid) && chown(o->temporary, s->st_uid, s->st_gid) != 0 &&
            errno != EPERM)
            return 0;
        if (chmod(o->temporary, s->st_mode & 07777) != 0)
            return 0;
    }
    return rename(o->temporary, o->target) == 0;
}

enum sofa_status sofa_output_commit(struct sofa_output *o, struct sofa_error *e)
{
    int good = o->in_place ? copy_in_place(o) : take_place(o);
    int code = errno;
    if (good && !o->in_place)
        o->temporary[0] = '\0';
    sofa_output_discard(o);
    return good ? SOFA_OK : cannot_write(o->target, code, e);
}

void sofa_output_discard(struct sofa_output *o)
{
    if (o->temporary[0])
        unlink(o->temporary);
    o->temporary[0] = '\0';
}

static enum sofa_status save_beside(struct sofa_output *o, const void *data, size_t length, struct sofa_error *e)
{
    int file = create_temporary(o);
    if (file < 0)
        return cannot_write(o->target, errno, e);
    if (close_written(file, write_all(file, data, length)))
        return sofa_output_commit(o, e);
    int code = errno;
    sofa_output_discard(o);
    return cannot_write(o->target, code, e);
}

static enum sofa_status save_in_place(const struct sofa_output *o, const void *data, size_t length, struct sofa_error *e)
{
    int file = begin_in_place(o, (off_t)length);
    if (file >= 0 && end_in_place(o, file, write_all(file, data, length), (off_t)length))
        return SOFA_OK;
    return cannot_write(o->target, errno, e);
}

enum sofa_status sofa_output_save(const char *path, const void *data, size_t length, struct sofa_error *e)
{
    struct sofa_output o;
    sigset_t ending, before;
    enum sofa_status status = resolve(&o, path, e);
    if (status != SOFA_OK)
        return status;
    if (o.in_place)
        return save_in_place(&o, data, length, e);
    sigemptyset(&ending);
    sigaddset(&ending, SIGHUP);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, &before);
    status = save_beside(&o, data, length, e);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

enum sofa_status sofa_output_check(const char *path, struct sofa_error *e)
{
    struct sofa_output o;
    if (!path)
        return SOFA_OK;
    enum sofa_status status = sofa_output_open(&o, path, e);
    if (status == SOFA_OK)
        sofa_output_discard(&o);
    return status;
}
