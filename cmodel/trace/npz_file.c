/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of a zip archive of .npy files. */
#include "npy.h"
#include "npz.h"
#include "npz_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

static const char *member_name(const struct sofa_npz *z, size_t member)
{
    return zip_get_name(z->source, member, 0);
}

static void close_archive(struct sofa_npz *z)
{
    zip_discard(z->source);
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

static enum sofa_status read_native(zip_file_t *f, struct sofa_npy *n, const struct sofa_wanted *wanted, int stored,
                                    struct sofa_error *why)
{
    struct sofa_array *a = &n->array;
    size_t size = a->count * sofa_type_size(a->type), piece = size / wanted->parts;
    int turned = n->fortran && a->dims > 1, whole = wanted->parts == 1 || turned;
    if (!whole && !skip(f, wanted->part * piece, stored))
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

static int is_stored(zip_t *zip, size_t member)
{
    zip_stat_t about;
    return zip_stat_index(zip, member, 0, &about) == 0 && (about.valid & ZIP_STAT_COMP_METHOD) && about.comp_method == ZIP_CM_STORE;
}

static enum sofa_status read_member(const struct sofa_npz *z, size_t member, const struct sofa_wanted *wanted, struct sofa_array *a,
                                    struct sofa_error *why)
{
    struct sofa_npy n = {.fortran = 0};
    zip_file_t *f = zip_fopen_index(z->source, member, 0);
    if (!f)
        return sofa_fail(why, SOFA_BAD_INPUT, "%.150s", zip_strerror(z->source));
    enum sofa_status status = read_header(f, &n, why);
    if (status == SOFA_OK && wanted->data)
        status = read_native(f, &n, wanted, wanted->parts > 1 && is_stored(z->source, member), why);
    zip_fclose(f);
    *a = n.array;
    return status;
}

static enum sofa_status verify(const struct sofa_npz *z, struct sofa_error *e)
{
    char waste[1 << 14];
    zip_int64_t got = 0;
    for (size_t i = 0; i < z->members; i++) {
        zip_file_t *f = zip_fopen_index(z->source, i, 0);
        while (f && (got = zip_fread(f, waste, sizeof waste)) > 0)
            continue;
        if (f)
            zip_fclose(f);
        if (!f || got < 0)
            return sofa_fail(e, SOFA_BAD_INPUT, "%s: member %zu is truncated or corrupt", z->path, i);
    }
    return SOFA_OK;
}

enum sofa_status sofa_npz_open(struct sofa_npz **out, const char *path, struct sofa_error *e)
{
    static const struct sofa_npz_kind archive = {".npy", member_name, read_member, verify, close_archive};
    int code;
    *out = NULL;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    if (zip)
        return sofa_npz_new(out, &archive, zip, (size_t)zip_get_num_entries(zip, 0), path, e);
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    sofa_fail(e, SOFA_BAD_INPUT, "%.300s: not a readable .npz file: %.150s", path, zip_error_strerror(&error));
    zip_error_fini(&error);
    return SOFA_BAD_INPUT;
}
