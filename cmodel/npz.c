/* SPDX-License-Identifier: Apache-2.0 */
#include "npz.h"

#include "npy.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are used as they stand in the file");

struct sofa_npz {
    zip_t *zip;
    char path[256]; /* for messages */
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
    *out = z;
    return SOFA_OK;
}

void sofa_npz_close(struct sofa_npz *z)
{
    if (!z)
        return;
    zip_discard(z->zip);
    free(z);
}

static zip_int64_t locate(const struct sofa_npz *z, const char *name)
{
    char file[80];
    snprintf(file, sizeof file, "%s.npy", name);
    return zip_name_locate(z->zip, file, 0);
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

/* Returns NULL or what is wrong. */
static const char *read_header(zip_file_t *f, struct sofa_array *a)
{
    unsigned char prefix[SOFA_NPY_PREFIX];
    char text[SOFA_NPY_HEADER];
    size_t start, length;
    if (!read_all(f, prefix, 10) || (prefix[6] > 1 && !read_all(f, prefix + 10, 2)))
        return "it is truncated or corrupt";
    const char *wrong = sofa_npy_prefix(prefix, prefix[6] > 1 ? 12 : 10, &start, &length);
    if (wrong)
        return wrong;
    if (!read_all(f, text, length))
        return "it is truncated or corrupt";
    return sofa_npy_parse(text, length, a);
}

/* Memory grows with the data that really come, so a lying header costs nothing. The last read makes libzip check the
 * CRC. */
static const char *read_data(zip_file_t *f, struct sofa_array *a)
{
    size_t size = a->count * sofa_type_size(a->type), room = 0, used = 0;
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
    char extra;
    zip_int64_t rest = zip_fread(f, &extra, 1);
    return rest > 0 ? "it is longer than its shape says" : rest < 0 ? "it is corrupt" : NULL;
}

enum sofa_status sofa_npz_read(struct sofa_npz *z, const char *name, struct sofa_array *a, struct sofa_error *e)
{
    *a = (struct sofa_array){0};
    zip_int64_t index = locate(z, name);
    if (index < 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: array '%s' is missing", z->path, name);
    zip_file_t *f = zip_fopen_index(z->zip, (zip_uint64_t)index, 0);
    if (!f)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: array '%s': %.150s", z->path, name, zip_strerror(z->zip));
    const char *wrong = read_header(f, a);
    if (!wrong)
        wrong = read_data(f, a);
    zip_fclose(f);
    if (!wrong)
        return SOFA_OK;
    sofa_array_free(a);
    return sofa_fail(e, SOFA_BAD_INPUT, "%s: array '%s': %s", z->path, name, wrong);
}

void sofa_array_free(struct sofa_array *a)
{
    free(a->data);
    *a = (struct sofa_array){0};
}

static double half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double sign = bits >> 15 ? -1.0 : 1.0;
    if (exponent == 31)
        return fraction ? (double)NAN : sign * (double)INFINITY;
    return exponent == 0 ? sign * ldexp(fraction, -24) : sign * ldexp(1024 + fraction, exponent - 25);
}

double sofa_array_get(const struct sofa_array *a, size_t i)
{
    switch (a->type) {
    case SOFA_F16: return half_value(((const uint16_t *)a->data)[i]);
    case SOFA_F32: return (double)((const float *)a->data)[i];
    case SOFA_F64: return ((const double *)a->data)[i];
    case SOFA_I8: return ((const int8_t *)a->data)[i];
    case SOFA_U8: return ((const uint8_t *)a->data)[i];
    case SOFA_I16: return ((const int16_t *)a->data)[i];
    case SOFA_I32: return ((const int32_t *)a->data)[i];
    case SOFA_I64: return (double)((const int64_t *)a->data)[i];
    }
    return 0;
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
    return zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 1) == 0;
}

enum sofa_status sofa_npz_write(const char *path, const struct sofa_member *members, unsigned count,
                                struct sofa_error *e)
{
    int code = 0, ok = 1;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write: %.150s", path, zip_error_strerror(&error));
        zip_error_fini(&error);
        return SOFA_BAD_INPUT;
    }
    for (unsigned i = 0; i < count && ok; i++)
        ok = add_member(zip, &members[i]);
    if (ok && zip_close(zip) == 0) /* libzip writes a temporary file and renames it */
        return SOFA_OK;
    sofa_fail(e, SOFA_BAD_INPUT, "%.300s: cannot write: %.150s", path, ok ? zip_strerror(zip) : "out of memory");
    zip_discard(zip);
    return SOFA_BAD_INPUT;
}
