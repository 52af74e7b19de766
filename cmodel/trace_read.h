/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors and numbers of an .npz file, for trace*.c and encode.c only. Errors name file and array. */
#ifndef SOFA_TRACE_READ_H
#define SOFA_TRACE_READ_H

#include "npz.h"
#include "trace.h"

/* Where an array comes from, for messages. */
struct sofa_place {
    struct sofa_npz *z;
    const char *path, *name;
};
enum sofa_status sofa_place_fail(const struct sofa_place *p, const char *text, struct sofa_error *e);

/* How many columns a tensor may have, and what says so ("head_dim"). */
struct sofa_columns {
    size_t low, high;
    const char *key;
};

/* A finite positive real number. */
enum sofa_status sofa_read_scalar(struct sofa_npz *z, const char *path, const char *name, double *value,
                                  struct sofa_error *e);
/* Quantises a float tensor to `bits`, or takes integers with their NAME_scale. */
enum sofa_status sofa_read_tensor(struct sofa_tensor *t, const struct sofa_place *place, const struct sofa_columns *columns,
                                  unsigned bits, struct sofa_error *e);
/* Fills t->tokens, and the sizes and steps of t->k and t->v; sofa_trace_free releases what there is. */
enum sofa_status sofa_trace_read_tokens(struct sofa_trace *t, struct sofa_npz *z, const char *path,
                                        const struct sofa_config *c, struct sofa_error *e);

#endif
