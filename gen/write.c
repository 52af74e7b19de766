/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a set of files into a directory in one step: they are written beside it, then the directories change places. */
#include "emit.h"

#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct target {
    char path[PATH_MAX]; /* resolved if it exists; no / at its end */
    char temporary[PATH_MAX];
    json_t *ours; /* files to replace; NULL: absent or empty */
};

static enum sofa_status system_error(struct sofa_error *e, const char *path)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.400s: %s", path, strerror(errno));
}

/* ---- what is there ---- */

enum visit { CHECK, REMOVE_OURS, REMOVE_ALL };

static int removed(const char *path, int directory)
{
    return (directory ? rmdir(path) : unlink(path)) == 0;
}

/* Visits everything below root. CHECK stops at a file that is not in `ours` and describes it; the others remove. */
static enum sofa_status visit(const char *root, enum visit what, const json_t *ours, struct sofa_error *e)
{
    char *const roots[] = {(char *)(size_t)root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk)
        return system_error(e, root);
    enum sofa_status status = SOFA_OK;
    for (FTSENT *at; status == SOFA_OK && (at = fts_read(walk)) != NULL;) {
        const char *name = at->fts_level > 0 ? at->fts_path + strlen(root) + 1 : "";
        int is_ours = json_object_get(ours, name) != NULL;
        if (at->fts_info == FTS_D)
            continue;
        if (at->fts_info == FTS_DNR || at->fts_info == FTS_ERR || at->fts_info == FTS_NS) {
            errno = at->fts_errno;
            status = what == CHECK ? system_error(e, at->fts_path) : SOFA_OK;
        } else if (at->fts_info == FTS_DP) {
            if (what != CHECK)
                removed(at->fts_path, 1); /* stays if a file in it does */
        } else if (what == CHECK && !is_ours) {
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.200s: holds %.200s, which sofagen did not write: choose another directory",
                               root, name);
        } else if (what == REMOVE_ALL || (what == REMOVE_OURS && is_ours)) {
            removed(at->fts_path, 0);
        }
    }
    fts_close(walk);
    return status;
}

/* Decides whether the directory may be replaced. */
static enum sofa_status examine(struct target *t, const char *directory, struct sofa_error *e)
{
    struct stat s;
    size_t n = strlen(directory);
    if (n == 0 || n >= PATH_MAX - 64)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.100s: not a name for a directory", n ? directory : "''");
    if (stat(directory, &s) != 0) {
        if (errno != ENOENT)
            return system_error(e, directory);
        while (n > 1 && directory[n - 1] == '/')
            n--;
        snprintf(t->path, sizeof t->path, "%.*s", (int)n, directory);
        return SOFA_OK;
    }
    if (!S_ISDIR(s.st_mode))
        return sofa_fail(e, SOFA_BAD_INPUT, "%.400s: exists and is not a directory", directory);
    if (!realpath(directory, t->path))
        return system_error(e, directory);
    t->ours = gen_manifest_files(t->path);
    return visit(t->path, CHECK, t->ours, e);
}

/* ---- writing ---- */

static int make_parents(char *path, size_t root)
{
    for (char *slash = path + root; (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        int made = mkdir(path, 0777) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made)
            return 0;
    }
    return 1;
}

/* 0 and errno on failure. */
static int write_text(const char *path, const struct gen_buffer *text)
{
    FILE *out = fopen(path, "wbx");
    if (!out)
        return 0;
    size_t written = text->length ? fwrite(text->data, 1, text->length, out) : 0;
    int failed = written != text->length ? errno : 0;
    if (fclose(out) != 0 && !failed)
        failed = errno;
    errno = failed;
    return !failed;
}

static enum sofa_status write_file(const struct target *t, const struct gen_file *file, struct sofa_error *e)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", t->temporary, file->path) >= (int)sizeof path)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: path too long", file->path);
    if (make_parents(path, strlen(t->temporary)) && write_text(path, &file->text))
        return SOFA_OK;
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s/%.150s: %s", t->path, file->path, strerror(errno));
}

/* A new directory beside the target, so that renaming stays within one file system. */
static enum sofa_status make_temporary(struct target *t, struct sofa_error *e)
{
    for (unsigned i = 0; i < 1000; i++) {
        int n = snprintf(t->temporary, sizeof t->temporary, "%.*s.sofagen-%ld-%u", PATH_MAX - 64, t->path,
                         (long)getpid(), i);
        if (n > 0 && mkdir(t->temporary, 0777) == 0)
            return SOFA_OK;
        if (errno != EEXIST)
            break;
    }
    return system_error(e, t->path);
}

/* Exchanges the two directories where the file system can; else the old one steps aside first. */
static enum sofa_status exchange(const struct target *t, struct sofa_error *e)
{
    char aside[PATH_MAX];
    if (renameat2(AT_FDCWD, t->temporary, AT_FDCWD, t->path, RENAME_EXCHANGE) == 0) {
        visit(t->temporary, REMOVE_OURS, t->ours, NULL);
        return SOFA_OK;
    }
    if (errno != EINVAL && errno != ENOSYS)
        return system_error(e, t->path);
    if (snprintf(aside, sizeof aside, "%s-old", t->temporary) >= (int)sizeof aside)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: path too long", t->path);
    if (rename(t->path, aside) != 0)
        return system_error(e, t->path);
    if (rename(t->temporary, t->path) != 0) {
        enum sofa_status status = system_error(e, t->path);
        if (rename(aside, t->path) != 0)
            return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: cannot be replaced; its files are now in %.200s", t->path, aside);
        return status;
    }
    visit(aside, REMOVE_OURS, t->ours, NULL);
    return SOFA_OK;
}

static enum sofa_status replace(const struct target *t, struct sofa_error *e)
{
    if (t->ours)
        return exchange(t, e);
    /* replaces an empty directory, too */
    return rename(t->temporary, t->path) == 0 ? SOFA_OK : system_error(e, t->path);
}

enum sofa_status gen_write_files(const struct gen_files *files, const char *directory, struct sofa_error *e)
{
    struct target t = {.ours = NULL};
    enum sofa_status status = examine(&t, directory, e);
    if (status == SOFA_OK)
        status = make_temporary(&t, e);
    if (status == SOFA_OK) {
        for (unsigned i = 0; status == SOFA_OK && i < files->count; i++)
            status = write_file(&t, &files->file[i], e);
        if (status == SOFA_OK)
            status = replace(&t, e);
        if (status != SOFA_OK)
            visit(t.temporary, REMOVE_ALL, NULL, NULL);
    }
    json_decref(t.ours);
    return status;
}
