/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FTS *walk_of(const char *root)
{
    char *const roots[] = {(char *)(size_t)root, NULL};
    return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
}

static const char *name_below(const char *root, const FTSENT *at)
{
    return at->fts_level > 0 ? at->fts_path + strlen(root) + 1 : "";
}

static int is_unreadable(const FTSENT *at)
{
    return at->fts_info == FTS_DNR || at->fts_info == FTS_ERR || at->fts_info == FTS_NS;
}

enum sofa_status gen_tree_check(const char *root, const json_t *ours, struct sofa_error *e)
{
    FTS *walk = walk_of(root);
    if (!walk)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.400s: %s", root, strerror(errno));
    enum sofa_status status = SOFA_OK;
    for (FTSENT *at; status == SOFA_OK && (at = fts_read(walk)) != NULL;) {
        const char *name = name_below(root, at);
        if (is_unreadable(at))
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.400s: %s", at->fts_path, strerror(at->fts_errno));
        else if (at->fts_info != FTS_D && at->fts_info != FTS_DP && !json_object_get(ours, name))
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.200s: holds %.200s, which sofagen did not write: choose another directory",
                               root, name);
    }
    fts_close(walk);
    return status;
}

/* ours NULL: everything. What cannot be removed stays, and so do the directories above it. */
static void remove_below(const char *root, const json_t *ours)
{
    FTS *walk = walk_of(root);
    for (FTSENT *at; walk && (at = fts_read(walk)) != NULL;) {
        if (at->fts_info == FTS_DP)
            (void)rmdir(at->fts_path);
        else if (at->fts_info != FTS_D && !is_unreadable(at) && (!ours || json_object_get(ours, name_below(root, at))))
            (void)unlink(at->fts_path);
    }
    if (walk)
        fts_close(walk);
}

void gen_tree_remove_ours(const char *root, const json_t *ours)
{
    if (ours)
        remove_below(root, ours);
    else
        (void)rmdir(root);
}

void gen_tree_remove(const char *root)
{
    remove_below(root, NULL);
}

static int is_directory(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

int gen_tree_make_parents(char *path, size_t root)
{
    for (char *slash = path + root; *slash && (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        int made = mkdir(path, 0777) == 0, error = errno;
        made = made || is_directory(path);
        *slash = '/';
        if (!made) {
            errno = error == EEXIST ? ENOTDIR : error;
            return 0;
        }
    }
    return 1;
}
