/* SPDX-License-Identifier: Apache-2.0 */
#include "npz.h"

#include "../base/output.h"
#include "npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zip.h>

struct sofa_npz {
    zip_t *zip;
    char path[256]; /* for messages */
    size_t members;
    unsigned char *read; /* of each member: 1 after sofa_npz_read */
};

enum sofa_status sofa_npz_open(struct sofa_npz **out, const char *path, struct sofa_error *e)
{
    int code;
    *out = NULL;
    struct sofa_npz *z = calloc(1, sizeof *z);
    if (!z)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", path);
    snprintf(z->path, sizeof z->path, "%s", path);
    z->zip = zip_open(path, ZIP_RDONLY, &code);
    if (!z->zip) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        sofa_fail(e, SOFA_BAD_INPUT, "%.300s: not a readable .npz file: %.150s", path, zip_error_strerror(&error));
        zip_error_fini(&error);
        free(z);
        return SOFA_BAD_INPUT;
    }
    z->members = (size_t)zip_get_num_entries(z->zip, 0);
    z->read = calloc(z->members + 1, 1);
    if (!z->read) {
        sofa_npz_close(z);
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: out of memory", path);
    }
    *out = z;
    return SOFA_OK;
}

void sofa_npz_close(struct sofa_npz *z)
{
    if (!z)
        return;
    zip_discard(z->zip);
    free(z->read);
    free(z);
}

static zip_int64_t locate(const struct sofa_npz *z, const char *name)
{
    char file[SOFA_ARRAY_NAME_ROOM + 8];
    snprintf(file, sizeof file, "%s.npy", name);
    for (size_t i = z->members; i-- > 0;) {
        const char *member = zip_get_name(z->zip, i, 0);
        if (member && strcmp(member, file) == 0)
            return (zip_int64_t)i;
    }
    return -1;
}

/* The name as users know it. */
static void copy_name(char name[SOFA_ARRAY_NAME_ROOM], const char *member)
{
    snprintf(name, SOFA_ARRAY_NAME_ROOM, "%s", member);
    size_t length = strlen(name);
    if (length > 4 && strcmp(name + length - 4, ".npy") == 0)
        name[length - 4] = '\0';
    for (char *p = name; *p; p++)
        if (*p <= ' ' || *p > '~')
            *p = '?';
}

/* A later member has its name. */
static int outdated(const struct sofa_npz *z, size_t i, const char *member)
{
    for (size_t later = i + 1; later < z->members; later++) {
        const char *other = zip_get_name(z->zip, later, 0);
        if (other && strcmp(other, member) == 0)
            return 1;
    }
    return 0;
}

int sofa_npz_unread(const struct sofa_npz *z, size_t *i, char name[SOFA_ARRAY_NAME_ROOM])
{
    while (*i < z->members) {
        size_t at = (*i)++;
        const char *member = zip_get_name(z->zip, at, 0);
        if (member && !z->read[at] && !outdated(z, at, member)) {
            copy_name(name, member);
            return 1;
        }
    }
    return 0;
}

int sofa_npz_has(const struct sofa_npz *z, const char *name)
{
    return locate(z, name) >= 0;
}

/* zip_fread may return less than asked for; returns 1 when all came. */
static int read_all(zip_file_t *f, void *to, size_t n)
{
    unsigned char *p = to;
    while (n > 0) {
        zip_int64_t got = zip_fread(f, p, n);
        if (got <= 0)
            return 0;
        p += got;
        n -= (size_t)got;
    }
    return 1;
}

static enum sofa_status read_header(zip_file_t *f, struct sofa_npy *n, struct sofa_error *why)
{
    unsigned char prefix[SOFA_NPY_PREFIX];
    char text[SOFA_NPY_HEADER];
    size_t start, length;
    if (!read_all(f, prefix, 10) || (prefix[6] > 1 && !read_all(f, prefix + 10, 2)))
        return sofa_fail(why, SOFA_BAD_INPUT, "it is truncated or corrupt");
    const char *wrong = sofa_npy_prefix(prefix, prefix[6] > 1 ? 12 : 10, &start, &length);
    if (wrong)
        return sofa_fail(why, SOFA_BAD_INPUT, "%s", wrong);
    if (!read_all(f, text, length))
        return sofa_fail(why, SOFA_BAD_INPUT, "it is truncated or corrupt");
    return sofa_npy_parse(n, text, length, why);
}

/* What of a member is wanted. */
struct wanted {
    int data; /* 0: type and shape only */
    size_t part, parts;
    int stored; /* the member is not compressed */
};

/* Forward; a failed seek would spoil the file for reading. */
static int skip(zip_file_t *f, size_t bytes, int stored)
{
    char waste[1 << 14];
    if (bytes == 0 || stored)
        return bytes == 0 || zip_fseek(f, (zip_int64_t)bytes, SEEK_CUR) == 0;
    for (; bytes > 0; bytes -= bytes < sizeof waste ? bytes : sizeof waste)
        if (!read_all(f, waste, bytes < sizeof waste ? bytes : sizeof waste))
            return 0;
    return 1;
}

/* Memory grows with the data that really come, so a lying header costs nothing. */
static const char *read_bytes(zip_file_t *f, struct sofa_array *a, size_t size)
{
    size_t room = 0, used = 0;
    while (used < size) {
        room = room < 1 << 20 ? 1 << 20 : 2 * room;
        room = room < size ? room : size;
        void *more = realloc(a->data, room);
        if (!more)
            return "out of memory";
        a->data = more;
        if (!read_all(f, (char *)a->data + used, room - used))
            return "it is truncated or corrupt";
        used = room;
    }
    return NULL;
}

/* The last read makes libzip check the CRC. */
static const char *read_end(zip_file_t *f)
{
    char extra;
    zip_int64_t rest = zip_fread(f, &extra, 1);
    return rest > 0 ? "it is longer than its shape says" : rest < 0 ? "it is corrupt" : NULL;
}

static enum sofa_status read_native(zip_file_t *f, struct sofa_npy *n, const struct wanted *wanted, struct sofa_error *why)
{
    struct sofa_array *a = &n->array;
    size_t size = a->count * sofa_type_size(a->type), piece = size / wanted->parts;
    int turned = n->fortran && a->dims > 1, whole = wanted->parts == 1 || turned;
    if (!whole && !skip(f, wanted->part * piece, wanted->stored))
        return sofa_fail(why, SOFA_BAD_INPUT, "it is truncated or corrupt");
    const char *wrong = read_bytes(f, a, whole ? size : piece);
    if (!wrong && whole)
        wrong = read_end(f);
    if (wrong)
        return sofa_fail(why, SOFA_BAD_INPUT, "%s", wrong);
    if (turned && !sofa_array_transpose(a))
        return sofa_fail(why, SOFA_BAD_INPUT, "out of memory");
    if (whole && wanted->parts > 1)
        memmove(a->data, (char *)a->data + wanted->part * piece, piece);
    a->count /= wanted->parts;
    if (n->swapped)
        sofa_array_swap(a);
    return SOFA_OK;
}

static enum sofa_status read_member(struct sofa_npz *z, const char *name, const struct wanted *wanted, struct sofa_array *a, struct sofa_error *e)
{
    struct sofa_npy n = {.fortran = 0};
    struct sofa_error why;
    *a = (struct sofa_array){0};
    zip_int64_t index = locate(z, name);
    if (index < 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: array '%s' is missing", z->path, name);
    zip_file_t *f = zip_fopen_index(z->zip, (zip_uint64_t)index, 0);
    if (!f)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: array '%s': %.150s", z->path, name, zip_strerror(z->zip));
    enum sofa_status status = read_header(f, &n, &why);
    if (status == SOFA_OK && wanted->data)
        status = read_native(f, &n, wanted, &why);
    zip_fclose(f);
    if (status != SOFA_OK) {
        sofa_array_free(&n.array);
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: array '%s': %.150s", z->path, name, why.text);
    }
    *a = n.array;
    z->read[index] |= (unsigned char)wanted->data;
    return SOFA_OK;
}

enum sofa_status sofa_npz_read(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e)
{
    return sofa_npz_read_part(z, name, 0, 1, a, e);
}

enum sofa_status sofa_npz_shape(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e)
{
    const struct wanted wanted = {.data = 0, .parts = 1};
    return read_member(z, name, &wanted, a, e);
}

enum sofa_status sofa_npz_read_part(struct sofa_npz *z, const char *name, size_t part, size_t parts, struct sofa_array *a,
                                    struct sofa_error *e)
{
    zip_stat_t about;
    zip_int64_t index = locate(z, name);
    struct wanted wanted = {.data = 1, .part = part, .parts = parts};
    if (parts > 1 && index >= 0 && zip_stat_index(z->zip, (zip_uint64_t)index, 0, &about) == 0)
        wanted.stored = (about.valid & ZIP_STAT_COMP_METHOD) && about.comp_method == ZIP_CM_STORE;
    return read_member(z, name, &wanted, a, e);
}

enum sofa_status sofa_npz_verify(struct sofa_npz *z, struct sofa_error *e)
{
    char waste[1 << 14];
    zip_int64_t got = 0;
    for (size_t i = 0; i < z->members; i++) {
        zip_file_t *f = zip_fopen_index(z->zip, i, 0);
        while (f && (got = zip_fread(f, waste, sizeof waste)) > 0)
            continue;
        if (f)
            zip_fclose(f);
        if (!f || got < 0)
            return sofa_fail(e, SOFA_BAD_INPUT, "%s: member %zu is truncated or corrupt", z->path, i);
    }
    return SOFA_OK;
}

/* The zip source owns the copy. */
static int add_member(zip_t *zip, const struct sofa_member *m)
{
    char header[256], file[80];
    size_t start = sofa_npy_write(header, &m->array), size = m->array.count * sofa_type_size(m->array.type);
    unsigned char *copy = malloc(start + size);
    if (!copy)
        return 0;
    memcpy(copy, header, start);
    if (size > 0)
        memcpy(copy + start, m->array.data, size);
    zip_source_t *source = zip_source_buffer(zip, copy, start + size, 1);
    if (!source) {
        free(copy);
        return 0;
    }
    snprintf(file, sizeof file, "%s.npy", m->name);
    zip_int64_t index = zip_file_add(zip, file, source, ZIP_FL_OVERWRITE);
    if (index < 0) {
        zip_source_free(source);
        return 0;
    }
    struct tm first = {.tm_year = 80, .tm_mday = 1}; /* as numpy: the same arrays make the same file */
    return zip_file_set_mtime(zip, (zip_uint64_t)index, mktime(&first), 0) == 0 &&
           zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 1) == 0;
}

/* The archive as bytes in memory. Returns NULL or what is wrong; the caller frees *data, also then. */
static const char *read_archive(zip_source_t *source, unsigned char **data, size_t *length)
{
    zip_stat_t info;
    if (zip_source_stat(source, &info) != 0 || !(info.valid & ZIP_STAT_SIZE))
        return "no archive was made";
    *length = (size_t)info.size;
    *data = malloc(*length + 1);
    if (!*data)
        return "out of memory";
    if (zip_source_open(source) != 0)
        return "no archive was made";
    zip_int64_t n = zip_source_read(source, *data, *length);
    zip_source_close(source);
    return n == (zip_int64_t)*length ? NULL : "no archive was made";
}

static const char *make_archive(zip_source_t *source, const struct sofa_member *members, unsigned count)
{
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    int ok = 1;
    if (!zip)
        return "out of memory";
    zip_source_keep(source); /* closing the archive gives its own hold back */
    for (unsigned i = 0; i < count && ok; i++)
        ok = add_member(zip, &members[i]);
    if (ok && zip_close(zip) == 0)
        return NULL;
    zip_discard(zip);
    return "out of memory";
}

enum sofa_status sofa_npz_write(const char *path, const struct sofa_member *members, unsigned count,
                                struct sofa_error *e)
{
    unsigned char *data = NULL;
    size_t length = 0;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    const char *wrong = source ? make_archive(source, members, count) : "out of memory";
    if (!wrong)
        wrong = read_archive(source, &data, &length);
    if (source)
        zip_source_free(source);
    enum sofa_status status = wrong ? sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write: %s", path, wrong)
                                    : sofa_output_save(path, data, length, e);
    free(data);
    return status;
}
