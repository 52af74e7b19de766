/* SPDX-License-Identifier: Apache-2.0 */
#include "npy.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const codes[] = {
    [SOFA_F16] = "f2", [SOFA_F32] = "f4", [SOFA_F64] = "f8", [SOFA_I8] = "i1",  [SOFA_U8] = "u1",  [SOFA_I16] = "i2",
    [SOFA_U16] = "u2", [SOFA_I32] = "i4", [SOFA_U32] = "u4", [SOFA_I64] = "i8", [SOFA_U64] = "u8",
    [SOFA_BF16] = "V2", /* ml_dtypes has no letter of its own: numpy writes two bytes of anything */
};

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
    struct sofa_error *why;
};

static enum sofa_status refuse(const struct cursor *c, const char *text)
{
    return sofa_fail(c->why, SOFA_BAD_INPUT, "%s", text);
}

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

static enum sofa_status take_shape(struct cursor *c, struct sofa_array *a)
{
    a->dims = 0;
    a->count = 1;
    if (!take(c, '('))
        return refuse(c, "its shape is unreadable");
    while (!take(c, ')')) {
        if (a->dims == SOFA_ARRAY_DIMS)
            return refuse(c, "it has too many dimensions");
        if (!take_size(c, &a->shape[a->dims]))
            return refuse(c, "its shape is unreadable");
        size_t n = a->shape[a->dims++];
        if (n > SOFA_ARRAY_BYTES || (n > 0 && a->count > SOFA_ARRAY_BYTES / n))
            return refuse(c, "it is too large");
        a->count *= n;
        if (!take(c, ',') && (c->p == c->end || *c->p != ')'))
            return refuse(c, "its shape is unreadable");
    }
    return SOFA_OK;
}

/* numpy's names of what is not taken, for messages: "complex64" for c8. */
static enum sofa_status refuse_type(const struct cursor *c, const char *descr)
{
    static const struct {
        char letter;
        const char *name;
        int bits; /* follow the name */
    } kinds[] = {{'b', "bool", 0}, {'c', "complex", 1}, {'f', "float", 1}, {'i', "int", 1},  {'u', "uint", 1},
                 {'V', "void", 1}, {'U', "str", 0},     {'S', "bytes", 0}, {'O', "object", 0}, {'M', "datetime64", 0},
                 {'m', "timedelta64", 0}};
    const char *plain = descr[0] && strchr("<>|=", descr[0]) ? descr + 1 : descr;
    unsigned long size = plain[0] ? strtoul(plain + 1, NULL, 10) : 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (plain[0] == kinds[i].letter && kinds[i].bits)
            return sofa_fail(c->why, SOFA_BAD_INPUT, "dtype is %s%lu, " SOFA_TYPES_TAKEN, kinds[i].name, 8 * size);
        else if (plain[0] == kinds[i].letter)
            return sofa_fail(c->why, SOFA_BAD_INPUT, "dtype is %s, " SOFA_TYPES_TAKEN, kinds[i].name);
    char shown[16] = "";
    for (size_t i = 0; descr[i] && i + 1 < sizeof shown; i++)
        shown[i] = descr[i] >= ' ' && descr[i] <= '~' ? descr[i] : '?';
    return sofa_fail(c->why, SOFA_BAD_INPUT, "dtype is '%s', " SOFA_TYPES_TAKEN, shown);
}

static enum sofa_status take_type(struct cursor *c, struct sofa_npy *n)
{
    char descr[16];
    blanks(c);
    if (c->p < c->end && *c->p == '[')
        return refuse(c, "dtype is structured, " SOFA_TYPES_TAKEN);
    if (!take_string(c, descr, sizeof descr))
        return refuse(c, "dtype is unreadable, " SOFA_TYPES_TAKEN);
    const char *plain = descr[0] && strchr("<>|=", descr[0]) ? descr + 1 : descr;
    n->swapped = descr[0] == '>';
    for (unsigned t = 0; t < sizeof codes / sizeof codes[0]; t++)
        if (strcmp(plain, codes[t]) == 0 || (t == SOFA_BF16 && strcmp(plain, "bfloat16") == 0)) {
            n->array.type = (enum sofa_type)t;
            return SOFA_OK;
        }
    return refuse_type(c, descr);
}

enum { HAS_DESCR = 1, HAS_ORDER = 2, HAS_SHAPE = 4 };

static enum sofa_status take_entry(struct cursor *c, struct sofa_npy *n, unsigned *has)
{
    char key[32];
    if (!take_string(c, key, sizeof key) || !take(c, ':'))
        return refuse(c, "its .npy header is unreadable");
    if (strcmp(key, "descr") == 0) {
        *has |= HAS_DESCR;
        return take_type(c, n);
    }
    if (strcmp(key, "shape") == 0) {
        *has |= HAS_SHAPE;
        return take_shape(c, &n->array);
    }
    if (strcmp(key, "fortran_order") == 0) {
        *has |= HAS_ORDER;
        n->fortran = take_word(c, "True");
        if (n->fortran || take_word(c, "False"))
            return SOFA_OK;
    }
    return refuse(c, "its .npy header is unreadable");
}

enum sofa_status sofa_npy_parse(struct sofa_npy *n, const char *text, size_t length, struct sofa_error *why)
{
    struct cursor c = {text, text + length, why};
    unsigned has = 0;
    *n = (struct sofa_npy){.fortran = 0};
    if (!take(&c, '{'))
        return refuse(&c, "its .npy header is unreadable");
    while (!take(&c, '}')) {
        enum sofa_status status = take_entry(&c, n, &has);
        if (status != SOFA_OK)
            return status;
        if (!take(&c, ',') && (c.p == c.end || *c.p != '}'))
            return refuse(&c, "its .npy header is unreadable");
    }
    if (has != (HAS_DESCR | HAS_ORDER | HAS_SHAPE))
        return refuse(&c, "its .npy header is incomplete");
    return n->array.count > SOFA_ARRAY_BYTES / sofa_type_size(n->array.type) ? refuse(&c, "it is too large") : SOFA_OK;
}

size_t sofa_npy_write(char header[256], const struct sofa_array *a)
{
    char shape[192] = "";
    size_t used = 0;
    for (unsigned i = 0; i < a->dims; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%zu%s", a->shape[i],
                                 a->dims == 1 ? "," : i + 1 < a->dims ? ", " : "");
    int length = snprintf(header + 10, 246, "{'descr': '%c%s', 'fortran_order': False, 'shape': (%s), }",
                          sofa_type_size(a->type) == 1 ? '|' : '<', codes[a->type], shape);
    size_t total = ((size_t)length + 10 + 1 + 63) / 64 * 64;
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)((total - 10) & 0xff);
    header[9] = (char)((total - 10) >> 8);
    memset(header + 10 + length, ' ', total - 11 - (size_t)length);
    header[total - 1] = '\n';
    return total;
}
