/* SPDX-License-Identifier: Apache-2.0 */
#include "raw_npz.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

void raw_add(struct raw_npz *z, const char *name, const char *descr, int fortran, const char *shape, const void *data,
             size_t bytes)
{
    char header[256] = "\x93NUMPY\x01";
    int text = snprintf(header + 10, sizeof header - 10, "{'descr': %s%s%s, 'fortran_order': %s, 'shape': %s, }\n",
                        *descr == '[' ? "" : "'", descr, *descr == '[' ? "" : "'", fortran ? "True" : "False", shape);
    ck_assert_int_lt(text, 240);
    ck_assert_uint_lt(z->members, RAW_MEMBERS);
    header[8] = (char)text;
    size_t start = 10 + (size_t)text;
    unsigned char *copy = malloc(start + bytes);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, header, start);
    memcpy(copy + start, data, bytes);
    snprintf(z->member[z->members].name, sizeof z->member[0].name, "%s.npy", name);
    z->member[z->members].bytes = copy;
    z->member[z->members++].length = start + bytes;
}

static unsigned char *put(unsigned char *p, unsigned long value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *p++ = (unsigned char)(value >> 8 * i);
    return p;
}

/* What a local header and an entry of the directory have in common, from "version needed" to "extra length". */
static unsigned char *put_common(unsigned char *p, const struct raw_npz *z, unsigned i)
{
    size_t length = z->member[i].length;
    p = put(p, 20, 2);
    p = put(p, 0, 2);          /* flags */
    p = put(p, 0, 2);          /* stored */
    p = put(p, 0x58210000, 4); /* time and date */
    p = put(p, crc32(0, z->member[i].bytes, (unsigned)length), 4);
    p = put(p, length, 4);
    p = put(p, length, 4);
    p = put(p, strlen(z->member[i].name), 2);
    return put(p, 0, 2);
}

void raw_write(struct raw_npz *z, const char *path)
{
    unsigned char head[128], *p;
    unsigned long offset[RAW_MEMBERS], at = 0, directory = 0;
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    for (unsigned i = 0; i < z->members; i++) {
        offset[i] = at;
        p = put_common(put(head, 0x04034b50, 4), z, i);
        fwrite(head, 1, (size_t)(p - head), f);
        fputs(z->member[i].name, f);
        fwrite(z->member[i].bytes, 1, z->member[i].length, f);
        at += (unsigned long)(p - head) + strlen(z->member[i].name) + z->member[i].length;
    }
    for (unsigned i = 0; i < z->members; i++) {
        p = put_common(put(put(head, 0x02014b50, 4), 20, 2), z, i);
        p = put(put(put(put(p, 0, 2), 0, 2), 0, 2), 0, 4); /* comment, disk, attributes */
        p = put(p, offset[i], 4);
        fwrite(head, 1, (size_t)(p - head), f);
        fputs(z->member[i].name, f);
        directory += (unsigned long)(p - head) + strlen(z->member[i].name);
        free(z->member[i].bytes);
    }
    p = put(put(put(head, 0x06054b50, 4), 0, 2), 0, 2);
    p = put(put(put(put(put(p, z->members, 2), z->members, 2), directory, 4), at, 4), 0, 2);
    fwrite(head, 1, (size_t)(p - head), f);
    ck_assert_int_eq(fclose(f), 0);
    z->members = 0;
}
