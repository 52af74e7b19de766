/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors and numbers of an .npz file, for trace*.c and encode.c only. Errors name file and array. */
#ifndef SOFA_TRACE_READ_H
#define SOFA_TRACE_READ_H

#include "npz.h"
#include "trace.h"

/* A file and the head that is taken from it. */
struct sofa_source {
    struct sofa_npz *z;
    const char *path;
    size_t head, heads; /* heads: those of q */
};

/* Where an array comes from. */
struct sofa_origin {
    const struct sofa_source *source;
    const char *name;
};
enum sofa_status sofa_origin_fail(const struct sofa_origin *p, const char *text, struct sofa_error *e);
int sofa_origin_has(const struct sofa_origin *p);

/* How many columns a tensor may have, which key says so ("head_dim"), and what that key could be. */
struct sofa_columns {
    size_t low, high;
    const char *key;
    size_t key_low, key_high;
};

/* d of a tensor: exactly head_dim. */
struct sofa_columns sofa_head_columns(const struct sofa_config *c);
/* The error of more rows than keys_max. */
enum sofa_status sofa_too_many_keys(const char *path, const char *name, size_t rows, const struct sofa_config *c,
                                    struct sofa_error *e);

/* How many heads a file holds: length of the axis before rows and columns of q, or 1. */
enum sofa_status sofa_source_heads(struct sofa_source *source, struct sofa_error *e);
/* Reads an array of `rank` dimensions: leading axes of length 1 are dropped, of one more axis the element of the source's
 * head is taken (when it is shorter than heads, each element serves as many heads, one after another). */
enum sofa_status sofa_read_array(struct sofa_array *a, const struct sofa_origin *origin, unsigned rank, struct sofa_error *e);
/* The step of a tensor of so many bits whose largest magnitude is given; 1 if that is 0. */
double sofa_quantum(double largest, unsigned bits);
/* x in such steps, to the nearest even. */
int16_t sofa_quantised(double x, double step, unsigned bits);
/* d biases in steps of a sum, to the nearest even; returns the first that leaves no room for products (docs/arithmetic.md), or d. */
size_t sofa_bias_steps(int32_t *steps, const double *bias, double step, const struct sofa_config *c);
/* The magnitude that is too large, in steps. */
double sofa_bias_limit(const struct sofa_config *c);
/* A finite positive number of any type. */
enum sofa_status sofa_read_scalar(const struct sofa_origin *origin, double *value, struct sofa_error *e);
/* Quantises a float tensor to `bits`, or takes integers with their NAME_scale. given: keep the floats. */
enum sofa_status sofa_read_tensor(struct sofa_tensor *t, const struct sofa_origin *origin, const struct sofa_columns *columns,
                                  unsigned bits, int given, struct sofa_error *e);
/* Fills t->tokens, and the sizes and steps of t->k and t->v; sofa_trace_free releases what there is. */
enum sofa_status sofa_trace_read_tokens(struct sofa_trace *t, const struct sofa_source *source, const struct sofa_config *c,
                                        int given, struct sofa_error *e);
/* Mode tokens: K and V as x, wk, wv, biases, cosines and sines of the file make them, into t->k.given and t->v.given. */
enum sofa_status sofa_trace_make_given(struct sofa_trace *t, const struct sofa_source *source, struct sofa_error *e);

#endif
