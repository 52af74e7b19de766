/* SPDX-License-Identifier: Apache-2.0 */
#include "cache.h"

#include "ending.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WORK_PREFIX "work-"
#define STALE_SECONDS (24 * 3600)
#define NAMES_MAX 1000u

static enum sofa_status choose(char *root, struct sofa_error *e)
{
    const char *chosen = getenv("SOFA_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (chosen && *chosen)
        return tb_path(root, e, "%s", chosen);
    if (xdg && *xdg)
        return tb_path(root, e, "%s/sofa", xdg);
    if (home && *home)
        return tb_path(root, e, "%s/.cache/sofa", home);
    return sofa_fail(e, SOFA_BAD_INPUT, "no place for the cache: set SOFA_CACHE or HOME");
}

enum sofa_status tb_cache_root(char *root, struct sofa_error *e)
{
    char path[TB_PATH_MAX];
    enum sofa_status status = choose(path, e);
    if (status != SOFA_OK)
        return status;
    struct sofa_error why = {""};
    if (tb_make_directories(path, &why) != SOFA_OK)
        return sofa_fail(e, SOFA_BAD_INPUT, "the cache: %.400s; set SOFA_CACHE to a directory of your own", why.text);
    char *real = realpath(path, NULL);
    if (!real)
        return sofa_fail(e, SOFA_BAD_INPUT, "the cache: %.300s: %s", path, strerror(errno));
    status = tb_path(root, e, "%s", real);
    free(real);
    return status;
}

static void remove_leftovers(const char *root)
{
    DIR *dir = opendir(root);
    if (!dir)
        return;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[TB_PATH_MAX];
        struct stat info;
        if (strncmp(entry->d_name, WORK_PREFIX, strlen(WORK_PREFIX)) == 0 &&
            tb_path(path, NULL, "%s/%s", root, entry->d_name) == SOFA_OK && stat(path, &info) == 0 &&
            time(NULL) - info.st_mtime > STALE_SECONDS)
            tb_remove_tree(path);
    }
    closedir(dir);
}

/* A directory that others may read as the umask says. */
static int make_new(char *work, const char *where)
{
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        if (tb_path(work, NULL, "%s/" WORK_PREFIX "%ld-%u", where, (long)getpid(), i) != SOFA_OK)
            return 0;
        if (mkdir(work, 0777) == 0) {
            tb_ending_remember(work);
            return 1;
        }
        if (errno != EEXIST)
            return 0;
    }
    return 0;
}

static enum sofa_status not_writable(const char *path, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "the cache %.300s cannot be written: %s; set SOFA_CACHE to a directory of your own", path,
                     strerror(errno));
}

enum sofa_status tb_cache_writable(const char *root, struct sofa_error *e)
{
    return faccessat(AT_FDCWD, root, W_OK | X_OK, AT_EACCESS) == 0 ? SOFA_OK : not_writable(root, e);
}

enum sofa_status tb_cache_work(char *work, const char *root, struct sofa_error *e)
{
    const char *elsewhere = getenv("TMPDIR");
    remove_leftovers(root);
    if (make_new(work, root))
        return SOFA_OK;
    struct sofa_error why;
    not_writable(root, &why);
    if (faccessat(AT_FDCWD, root, W_OK, AT_EACCESS) != 0 && make_new(work, elsewhere && *elsewhere ? elsewhere : "/tmp"))
        return SOFA_OK;
    return sofa_fail(e, SOFA_BAD_INPUT, "%s", why.text);
}

void tb_cache_drop(const char *work)
{
    tb_remove_tree(work);
    tb_ending_forget(work);
}

enum sofa_status tb_cache_find(char *library, enum tb_seal_state *state, const char *root, const char *name,
                               struct sofa_error *e)
{
    char entry[TB_PATH_MAX];
    enum sofa_status status = tb_path(entry, e, "%s/%s", root, name);
    if (status == SOFA_OK)
        status = tb_path(library, e, "%s/" TB_CACHE_LIBRARY, entry);
    if (status != SOFA_OK)
        return status;
    *state = tb_sealed(entry, TB_CACHE_LIBRARY, NULL, NULL, NULL);
    if (*state != TB_SEAL_FORBIDDEN)
        return SOFA_OK;
    return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot be read: %s; remove it, or set SOFA_CACHE to a directory of your own", entry,
                     strerror(EACCES));
}

static int lock_path(char *path, const char *root, const char *name)
{
    return tb_path(path, NULL, "%s/%s.lock", root, name) == SOFA_OK;
}

int tb_cache_lock(const char *root, const char *name)
{
    char path[TB_PATH_MAX];
    int file = lock_path(path, root, name) ? open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
    while (file >= 0 && flock(file, LOCK_EX) != 0 && errno == EINTR)
        ;
    return file; /* without it a design is compiled twice, no more */
}

void tb_cache_unlock(int lock, const char *root, const char *name)
{
    char path[TB_PATH_MAX];
    if (lock < 0)
        return;
    if (lock_path(path, root, name))
        unlink(path);
    close(lock);
}

/* The two change places where the file system can; else the damaged one steps aside first. */
static int replace_damaged(const char *work, const char *path)
{
    char aside[TB_PATH_MAX];
    if (renameat2(AT_FDCWD, work, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
        return 1;
    if ((errno != EINVAL && errno != ENOSYS) || tb_path(aside, NULL, "%s-damaged", work) != SOFA_OK)
        return 0;
    if (rename(path, aside) != 0 || rename(work, path) != 0)
        return 0;
    tb_remove_tree(aside);
    return 1;
}

enum sofa_status tb_cache_publish(const char *work, const char *root, const char *name, struct sofa_error *e)
{
    static const char *const library[] = {TB_CACHE_LIBRARY};
    char path[TB_PATH_MAX];
    enum sofa_status status = tb_path(path, e, "%s/%s", root, name);
    if (status == SOFA_OK)
        status = tb_seal(work, library, 1, e);
    if (status != SOFA_OK)
        return status;
    if (rename(work, path) == 0) {
        tb_ending_forget(work);
        return SOFA_OK;
    }
    if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot rename: %s", path, strerror(errno));
    if (tb_sealed(path, TB_CACHE_LIBRARY, NULL, NULL, NULL) != TB_SEAL_GOOD && !replace_damaged(work, path))
        status = sofa_fail(e, SOFA_BAD_INPUT,
                           "%.300s: is damaged and cannot be replaced: %s; remove it, or set SOFA_CACHE to a directory of your own",
                           path, strerror(errno));
    return status;
}
