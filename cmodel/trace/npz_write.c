/* SPDX-License-Identifier: Apache-2.0 */
#include "npz.h"

#include "../base/output.h"
#include "npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zip.h>

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
    int deflate = sofa_type_size(m->array.type) == 1; /* digits of wider numbers hardly shrink, and take long */
    struct tm first = {.tm_year = 80, .tm_mday = 1}; /* as numpy: the same arrays make the same file */
    return zip_file_set_mtime(zip, (zip_uint64_t)index, mktime(&first), 0) == 0 &&
           zip_set_file_compression(zip, (zip_uint64_t)index, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 1) == 0;
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
