/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of numbers as they stand in a file, of any type that numpy users have. */
#ifndef SOFA_ARRAY_H
#define SOFA_ARRAY_H

#include <stddef.h>

enum sofa_type { SOFA_F16, SOFA_BF16, SOFA_F32, SOFA_F64, SOFA_I8, SOFA_U8, SOFA_I16, SOFA_U16, SOFA_I32, SOFA_U32,
                 SOFA_I64, SOFA_U64 };
#define SOFA_TYPES_TAKEN "must be float16, bfloat16, float32, float64 or an integer type"
size_t sofa_type_size(enum sofa_type type);
const char *sofa_type_name(enum sofa_type type); /* "float16" */
int sofa_type_is_float(enum sofa_type type);
/* By that name; 0 if there is no such type. */
int sofa_type_find(enum sofa_type *type, const char *name);

#define SOFA_ARRAY_DIMS 8u
#define SOFA_ARRAY_BYTES ((size_t)1 << 32) /* largest array */

/* In memory always little endian and in C order, however the file has it. */
struct sofa_array {
    enum sofa_type type;
    unsigned dims;
    size_t shape[SOFA_ARRAY_DIMS];
    size_t count; /* elements */
    void *data;
};
/* Element i as a real number. */
double sofa_array_get(const struct sofa_array *a, size_t i);
void sofa_array_free(struct sofa_array *a);
/* Reverses the bytes of each element. */
void sofa_array_swap(struct sofa_array *a);
/* From Fortran to C order; 0 when out of memory. */
int sofa_array_transpose(struct sofa_array *a);

#endif
