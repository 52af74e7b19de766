/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a set of files into a directory in one step: they are written beside it, then the directories change places. Another process may do
 * the same at the same time: then what it has put there is looked at again and replaced as a whole. */
#include "emit.h"
#include "manifest.h"
#include "temporary.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 1000u /* of a directory that others keep replacing */

struct target {
    char path[PATH_MAX]; /* resolved if it exists; no / at its end */
    struct gen_temporary temporary;
    json_t *ours; /* files to replace; NULL: absent or empty */
    int exchanged; /* the temporary directory holds what was there before */
};

static enum sofa_status system_error(struct sofa_error *e, const char *path)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.400s: %s", path, strerror(errno));
}

/* ---- what is there ---- */

/* Makes the directories above it if it is absent. */
static enum sofa_status resolve(struct target *t, const char *directory, struct sofa_error *e)
{
    struct stat s;
    size_t n = strlen(directory);
    if (n == 0 || n >= PATH_MAX - GEN_TEMPORARY_ROOM)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.100s: not a name for a directory", n ? directory : "''");
    if (stat(directory, &s) != 0) {
        while (n > 1 && directory[n - 1] == '/')
            n--;
        snprintf(t->path, sizeof t->path, "%.*s", (int)n, directory);
        if (errno != ENOENT || !gen_tree_make_parents(t->path, 0))
            return system_error(e, directory);
        if (stat(directory, &s) != 0) /* it is there now if its name ends with "/." */
            return SOFA_OK;
    }
    if (!S_ISDIR(s.st_mode))
        return sofa_fail(e, SOFA_BAD_INPUT, "%.400s: exists and is not a directory", directory);
    return realpath(directory, t->path) ? SOFA_OK : system_error(e, directory);
}

/* 0 if there is none. */
static ino_t number_of(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 ? s.st_ino : 0;
}

/* Decides whether the directory may be replaced. It is open meanwhile: no other one gets its number when it is removed. */
static enum sofa_status examine(struct target *t, struct sofa_error *e)
{
    for (unsigned i = 0;; i++) {
        struct stat s;
        int held = open(t->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ino_t number = held >= 0 && fstat(held, &s) == 0 ? s.st_ino : number_of(t->path);
        json_decref(t->ours);
        t->ours = number ? gen_manifest_files(t->path) : NULL;
        enum sofa_status status = number ? gen_tree_check(t->path, t->ours, e) : SOFA_OK;
        int settled = status == SOFA_OK || i == TRIES || number_of(t->path) == number;
        if (held >= 0)
            close(held);
        if (settled)
            return status;
    }
}

/* ---- writing ---- */

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
    if (snprintf(path, sizeof path, "%s/%s", t->temporary.path, file->path) >= (int)sizeof path)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: path too long", file->path);
    if (gen_tree_make_parents(path, strlen(t->temporary.path)) && write_text(path, &file->text))
        return SOFA_OK;
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s/%.150s: %s", t->path, file->path, strerror(errno));
}

/* ---- changing places ---- */

/* CHANGED: another process was faster, look again; FAILED: errno says why; LOST: so, and the old directory is not where it was. */
enum swap { SWAPPED, CHANGED, FAILED, LOST };

static enum swap outcome(int renamed)
{
    int another = errno == EEXIST || errno == ENOTEMPTY || errno == ENOENT;
    return renamed ? SWAPPED : another ? CHANGED : FAILED;
}

static void drop(const char *replaced)
{
    json_t *ours = gen_manifest_files(replaced);
    gen_tree_remove_ours(replaced, ours);
    json_decref(ours);
}

/* Where directories cannot be exchanged, the old one steps aside first. */
static enum swap step_aside(const struct target *t)
{
    char aside[PATH_MAX + 8];
    snprintf(aside, sizeof aside, "%s-old", t->temporary.path);
    enum swap swap = outcome(rename(t->path, aside) == 0);
    if (swap != SWAPPED)
        return swap;
    swap = outcome(rename(t->temporary.path, t->path) == 0);
    if (swap != FAILED)
        drop(aside);
    else if (rename(aside, t->path) != 0)
        return LOST;
    return swap;
}

/* What has come here may hold a file that was not there before: then it goes back. */
static enum sofa_status drop_exchanged(struct target *t, struct sofa_error *e)
{
    json_t *ours = gen_manifest_files(t->temporary.path);
    enum sofa_status status = gen_tree_check(t->temporary.path, ours, e);
    if (status == SOFA_OK)
        gen_tree_remove_ours(t->temporary.path, ours);
    else
        t->exchanged = renameat2(AT_FDCWD, t->temporary.path, AT_FDCWD, t->path, RENAME_EXCHANGE) != 0;
    json_decref(ours);
    return status;
}

static enum sofa_status replace(struct target *t, struct sofa_error *e)
{
    for (unsigned i = 0; i < TRIES; i++) {
        enum swap swap;
        enum sofa_status status = examine(t, e);
        if (status != SOFA_OK)
            return status;
        if (!t->ours) {
            swap = outcome(rename(t->temporary.path, t->path) == 0); /* replaces an empty directory, too */
        } else if (renameat2(AT_FDCWD, t->temporary.path, AT_FDCWD, t->path, RENAME_EXCHANGE) == 0) {
            return drop_exchanged(t, e);
        } else {
            swap = errno == EINVAL || errno == ENOSYS ? step_aside(t) : outcome(0);
        }
        if (swap == LOST)
            return sofa_fail(e, SOFA_BAD_INPUT, "%.200s: cannot be replaced; its files are now in %.200s-old", t->path, t->temporary.path);
        if (swap == FAILED)
            return system_error(e, t->path);
        if (swap == SWAPPED)
            return SOFA_OK;
    }
    return sofa_fail(e, SOFA_BAD_INPUT, "%.400s: other processes replace it all the time", t->path);
}

enum sofa_status gen_write_files(const struct gen_files *files, const char *directory, struct sofa_error *e)
{
    struct target t = {.ours = NULL};
    enum sofa_status status = resolve(&t, directory, e);
    if (status == SOFA_OK)
        status = examine(&t, e);
    if (status == SOFA_OK)
        status = gen_temporary_make(&t.temporary, t.path, e);
    if (status == SOFA_OK) {
        for (unsigned i = 0; status == SOFA_OK && i < files->count; i++)
            status = write_file(&t, &files->file[i], e);
        if (status == SOFA_OK)
            status = replace(&t, e);
        if (status == SOFA_OK)
            gen_temporary_clean(t.path);
        else if (!t.exchanged)
            gen_tree_remove(t.temporary.path);
        gen_temporary_close(&t.temporary);
    }
    json_decref(t.ours);
    return status;
}
