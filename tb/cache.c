/* SPDX-License-Identifier: Apache-2.0 */
#include "cache.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define WORK_PREFIX "work-"
#define STALE_SECONDS (24 * 3600)

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
    if (status == SOFA_OK)
        status = tb_make_directories(path, e);
    if (status != SOFA_OK)
        return status;
    char *real = realpath(path, NULL);
    if (!real)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: %s", path, strerror(errno));
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

enum sofa_status tb_cache_work(char *work, const char *root, struct sofa_error *e)
{
    remove_leftovers(root);
    enum sofa_status status = tb_path(work, e, "%s/" WORK_PREFIX "XXXXXX", root);
    if (status == SOFA_OK && !mkdtemp(work))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot create a directory: %s", root, strerror(errno));
    return status;
}

enum sofa_status tb_cache_publish(const char *work, const char *root, const char *name, struct sofa_error *e)
{
    char path[TB_PATH_MAX];
    enum sofa_status status = tb_path(path, e, "%s/%s", root, name);
    if (status != SOFA_OK)
        return status;
    if (rename(work, path) == 0)
        return SOFA_OK;
    if (errno != EEXIST && errno != ENOTEMPTY)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: cannot rename: %s", path, strerror(errno));
    tb_remove_tree(work);
    return SOFA_OK;
}
