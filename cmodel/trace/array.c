/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays as they stand in a file, made native: little endian, C order; their elements as real numbers. */
#include "array.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "arrays are used as they stand in the file");

static const struct {
    const char *name;
    unsigned char size;
} types[] = {
    [SOFA_F16] = {"float16", 2}, [SOFA_BF16] = {"bfloat16", 2}, [SOFA_F32] = {"float32", 4}, [SOFA_F64] = {"float64", 8},
    [SOFA_I8] = {"int8", 1},     [SOFA_U8] = {"uint8", 1},      [SOFA_I16] = {"int16", 2},   [SOFA_U16] = {"uint16", 2},
    [SOFA_I32] = {"int32", 4},   [SOFA_U32] = {"uint32", 4},    [SOFA_I64] = {"int64", 8},   [SOFA_U64] = {"uint64", 8},
};

size_t sofa_type_size(enum sofa_type type)
{
    return types[type].size;
}

const char *sofa_type_name(enum sofa_type type)
{
    return types[type].name;
}

int sofa_type_find(enum sofa_type *type, const char *name)
{
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = (enum sofa_type)i;
            return 1;
        }
    return 0;
}

int sofa_type_is_float(enum sofa_type type)
{
    return type == SOFA_F16 || type == SOFA_BF16 || type == SOFA_F32 || type == SOFA_F64;
}

static double half_value(uint16_t bits)
{
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double sign = bits >> 15 ? -1.0 : 1.0;
    if (exponent == 31)
        return fraction ? (double)NAN : sign * (double)INFINITY;
    return exponent == 0 ? sign * ldexp(fraction, -24) : sign * ldexp(1024 + fraction, exponent - 25);
}

/* bfloat16 is the upper half of a float32. */
static double brain_value(uint16_t bits)
{
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return (double)value;
}

double sofa_array_get(const struct sofa_array *a, size_t i)
{
    switch (a->type) {
    case SOFA_F16: return half_value(((const uint16_t *)a->data)[i]);
    case SOFA_BF16: return brain_value(((const uint16_t *)a->data)[i]);
    case SOFA_F32: return (double)((const float *)a->data)[i];
    case SOFA_F64: return ((const double *)a->data)[i];
    case SOFA_I8: return ((const int8_t *)a->data)[i];
    case SOFA_U8: return ((const uint8_t *)a->data)[i];
    case SOFA_I16: return ((const int16_t *)a->data)[i];
    case SOFA_U16: return ((const uint16_t *)a->data)[i];
    case SOFA_I32: return ((const int32_t *)a->data)[i];
    case SOFA_U32: return ((const uint32_t *)a->data)[i];
    case SOFA_I64: return (double)((const int64_t *)a->data)[i];
    case SOFA_U64: return (double)((const uint64_t *)a->data)[i];
    }
    return 0;
}

void sofa_array_swap(struct sofa_array *a)
{
    size_t size = sofa_type_size(a->type);
    unsigned char *p = a->data;
    for (size_t i = 0; i < a->count; i++, p += size)
        for (size_t low = 0, high = size - 1; low < high; low++, high--) {
            unsigned char byte = p[low];
            p[low] = p[high];
            p[high] = byte;
        }
}

int sofa_array_transpose(struct sofa_array *a)
{
    size_t size = sofa_type_size(a->type), index[SOFA_ARRAY_DIMS] = {0}, stride[SOFA_ARRAY_DIMS], from = 0;
    unsigned char *turned = malloc(a->count * size + 1);
    if (!turned)
        return 0;
    for (unsigned i = 0; i < a->dims; i++)
        stride[i] = i == 0 ? 1 : stride[i - 1] * a->shape[i - 1];
    for (size_t to = 0; to < a->count; to++) {
        memcpy(turned + to * size, (unsigned char *)a->data + from * size, size);
        for (unsigned i = a->dims; i-- > 0;) { /* the last index runs fastest */
            from += stride[i];
            if (++index[i] < a->shape[i])
                break;
            from -= stride[i] * index[i];
            index[i] = 0;
        }
    }
    free(a->data);
    a->data = turned;
    return 1;
}

void sofa_array_free(struct sofa_array *a)
{
    free(a->data);
    *a = (struct sofa_array){0};
}
