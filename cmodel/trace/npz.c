/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays by name, wherever they stand. */
#include "npz.h"

#include "npz_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum sofa_status sofa_npz_new(struct sofa_npz **out, const struct sofa_npz_kind *kind, void *source, size_t members, const char *path,
                              struct sofa_error *e)
{
    struct sofa_npz empty = {.kind = kind, .source = source, .members = members}, *z = malloc(sizeof *z);
    unsigned char *read = calloc(members + 1, 1);
    *out = z;
    if (!z || !read) {
        kind->close(&empty);
        free(z);
        free(read);
        *out = NULL;
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: out of memory", path);
    }
    *z = empty;
    z->read = read;
    snprintf(z->path, sizeof z->path, "%s", path);
    return SOFA_OK;
}

void sofa_npz_close(struct sofa_npz *z)
{
    if (!z)
        return;
    z->kind->close(z);
    free(z->read);
    free(z);
}

const char *sofa_npz_path(const struct sofa_npz *z)
{
    return z->path;
}

/* The member that has an array; as many as there are if none has. */
static size_t locate(const struct sofa_npz *z, const char *name)
{
    char file[SOFA_ARRAY_NAME_ROOM + 8];
    snprintf(file, sizeof file, "%s%s", name, z->kind->suffix);
    for (size_t i = z->members; i-- > 0;) {
        const char *member = z->kind->name(z, i);
        if (member && strcmp(member, file) == 0)
            return i;
    }
    return z->members;
}

/* The name as users know it. */
static void copy_name(char name[SOFA_ARRAY_NAME_ROOM], const struct sofa_npz *z, const char *member)
{
    const char *suffix = z->kind->suffix;
    snprintf(name, SOFA_ARRAY_NAME_ROOM, "%s", member);
    size_t length = strlen(name), end = strlen(suffix);
    if (end > 0 && length > end && strcmp(name + length - end, suffix) == 0)
        name[length - end] = '\0';
    for (char *p = name; *p; p++)
        if (*p <= ' ' || *p > '~')
            *p = '?';
}

/* A later member has its name. */
static int outdated(const struct sofa_npz *z, size_t i, const char *member)
{
    for (size_t later = i + 1; later < z->members; later++) {
        const char *other = z->kind->name(z, later);
        if (other && strcmp(other, member) == 0)
            return 1;
    }
    return 0;
}

int sofa_npz_unread(const struct sofa_npz *z, size_t *i, char name[SOFA_ARRAY_NAME_ROOM])
{
    while (*i < z->members) {
        size_t at = (*i)++;
        const char *member = z->kind->name(z, at);
        if (member && !z->read[at] && !outdated(z, at, member)) {
            copy_name(name, z, member);
            return 1;
        }
    }
    return 0;
}

int sofa_npz_has(const struct sofa_npz *z, const char *name)
{
    return locate(z, name) < z->members;
}

static enum sofa_status read_member(struct sofa_npz *z, const char *name, const struct sofa_wanted *wanted, struct sofa_array *a,
                                    struct sofa_error *e)
{
    struct sofa_error why;
    size_t member = locate(z, name);
    *a = (struct sofa_array){0};
    if (member == z->members)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: array '%s' is missing", z->path, name);
    enum sofa_status status = z->kind->read(z, member, wanted, a, &why);
    if (status != SOFA_OK) {
        sofa_array_free(a);
        return sofa_fail(e, status, "%s: array '%s': %.150s", z->path, name, why.text);
    }
    z->read[member] |= (unsigned char)wanted->data;
    return SOFA_OK;
}

enum sofa_status sofa_npz_read(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e)
{
    return sofa_npz_read_part(z, name, 0, 1, a, e);
}

enum sofa_status sofa_npz_shape(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e)
{
    const struct sofa_wanted wanted = {.data = 0, .parts = 1};
    return read_member(z, name, &wanted, a, e);
}

enum sofa_status sofa_npz_read_part(struct sofa_npz *z, const char *name, size_t part, size_t parts, struct sofa_array *a,
                                    struct sofa_error *e)
{
    const struct sofa_wanted wanted = {.data = 1, .part = part, .parts = parts};
    return read_member(z, name, &wanted, a, e);
}

enum sofa_status sofa_npz_verify(struct sofa_npz *z, struct sofa_error *e)
{
    return z->kind->verify(z, e);
}
