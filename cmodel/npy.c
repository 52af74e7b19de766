/* SPDX-License-Identifier: Apache-2.0 */
#include "npy.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *descr, *name;
    unsigned char size;
} types[] = {
    [SOFA_F16] = {"f2", "float16", 2}, [SOFA_F32] = {"f4", "float32", 4}, [SOFA_F64] = {"f8", "float64", 8},
    [SOFA_I8] = {"i1", "int8", 1},     [SOFA_U8] = {"u1", "uint8", 1},    [SOFA_I16] = {"i2", "int16", 2},
    [SOFA_I32] = {"i4", "int32", 4},   [SOFA_I64] = {"i8", "int64", 8},
};

size_t sofa_type_size(enum sofa_type type)
{
    return types[type].size;
}

const char *sofa_type_name(enum sofa_type type)
{
    return types[type].name;
}

const char *sofa_npy_prefix(const unsigned char *bytes, size_t length, size_t *start, size_t *text)
{
    if (length < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return "not an .npy array";
    *start = bytes[6] == 1 ? 10 : 12;
    if (bytes[6] < 1 || bytes[6] > 3 || length < *start)
        return "unknown .npy version";
    *text = bytes[8] | (size_t)bytes[9] << 8;
    if (bytes[6] > 1)
        *text |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    return *text > SOFA_NPY_HEADER ? "its .npy header is too long" : NULL;
}

/* The header is the text of a Python dictionary. */
struct cursor {
    const char *p, *end;
};

static void blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r'))
        c->p++;
}

static int take(struct cursor *c, char wanted)
{
    blanks(c);
    if (c->p == c->end || *c->p != wanted)
        return 0;
    c->p++;
    return 1;
}

static int take_string(struct cursor *c, char *out, size_t room)
{
    char quote = take(c, '\'') ? '\'' : take(c, '"') ? '"' : '\0';
    size_t n = 0;
    if (quote == '\0')
        return 0;
    for (; c->p < c->end && *c->p != quote; c->p++) {
        if (n + 1 == room)
            return 0;
        out[n++] = *c->p;
    }
    out[n] = '\0';
    return take(c, quote);
}

static int take_word(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    blanks(c);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0)
        return 0;
    c->p += n;
    return 1;
}

static int take_size(struct cursor *c, size_t *value)
{
    size_t n = 0, digits = 0;
    for (blanks(c); c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++, digits++) {
        if (n > SOFA_ARRAY_BYTES)
            return 0;
        n = n * 10 + (size_t)(*c->p - '0');
    }
    *value = n;
    return digits > 0;
}

static const char *take_shape(struct cursor *c, struct sofa_array *a)
{
    a->dims = 0;
    a->count = 1;
    if (!take(c, '('))
        return "its shape is unreadable";
    while (!take(c, ')')) {
        if (a->dims == SOFA_ARRAY_DIMS)
            return "it has too many dimensions";
        if (!take_size(c, &a->shape[a->dims]))
            return "its shape is unreadable";
        size_t n = a->shape[a->dims++];
        if (n > SOFA_ARRAY_BYTES || (n > 0 && a->count > SOFA_ARRAY_BYTES / n))
            return "it is too large";
        a->count *= n;
        if (!take(c, ',') && (c->p == c->end || *c->p != ')'))
            return "its shape is unreadable";
    }
    return NULL;
}

static const char *take_type(struct cursor *c, struct sofa_array *a)
{
    char descr[16];
    if (!take_string(c, descr, sizeof descr))
        return "unsupported dtype";
    if (descr[0] == '>')
        return "big-endian dtype; save it little-endian";
    const char *plain = strchr("<|=", descr[0]) && descr[0] ? descr + 1 : descr;
    for (unsigned t = 0; t < sizeof types / sizeof types[0]; t++)
        if (strcmp(plain, types[t].descr) == 0) {
            a->type = (enum sofa_type)t;
            return NULL;
        }
    return "unsupported dtype";
}

enum { HAS_DESCR = 1, HAS_ORDER = 2, HAS_SHAPE = 4 };

static const char *take_entry(struct cursor *c, struct sofa_array *a, unsigned *has, int *fortran)
{
    char key[32];
    if (!take_string(c, key, sizeof key) || !take(c, ':'))
        return "its .npy header is unreadable";
    if (strcmp(key, "descr") == 0) {
        *has |= HAS_DESCR;
        return take_type(c, a);
    }
    if (strcmp(key, "shape") == 0) {
        *has |= HAS_SHAPE;
        return take_shape(c, a);
    }
    if (strcmp(key, "fortran_order") == 0) {
        *has |= HAS_ORDER;
        *fortran = take_word(c, "True");
        return *fortran || take_word(c, "False") ? NULL : "its .npy header is unreadable";
    }
    return "its .npy header is unreadable";
}

const char *sofa_npy_parse(const char *text, size_t length, struct sofa_array *a)
{
    struct cursor c = {text, text + length};
    unsigned has = 0;
    int fortran = 0;
    if (!take(&c, '{'))
        return "its .npy header is unreadable";
    while (!take(&c, '}')) {
        const char *wrong = take_entry(&c, a, &has, &fortran);
        if (wrong)
            return wrong;
        if (!take(&c, ',') && (c.p == c.end || *c.p != '}'))
            return "its .npy header is unreadable";
    }
    if (has != (HAS_DESCR | HAS_ORDER | HAS_SHAPE))
        return "its .npy header is incomplete";
    if (fortran && a->dims > 1)
        return "Fortran order; save it in C order";
    return a->count > SOFA_ARRAY_BYTES / sofa_type_size(a->type) ? "it is too large" : NULL;
}

size_t sofa_npy_write(char header[256], const struct sofa_array *a)
{
    char shape[128] = "";
    size_t used = 0;
    for (unsigned i = 0; i < a->dims; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%zu%s", a->shape[i],
                                 a->dims == 1 ? "," : i + 1 < a->dims ? ", " : "");
    int length = snprintf(header + 10, 246, "{'descr': '%c%s', 'fortran_order': False, 'shape': (%s), }",
                          sofa_type_size(a->type) == 1 ? '|' : '<', types[a->type].descr, shape);
    size_t total = ((size_t)length + 10 + 1 + 63) / 64 * 64;
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)((total - 10) & 0xff);
    header[9] = (char)((total - 10) >> 8);
    memset(header + 10 + length, ' ', total - 11 - (size_t)length);
    header[total - 1] = '\n';
    return total;
}
