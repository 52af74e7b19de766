/* SPDX-License-Identifier: Apache-2.0 */
/* A trace from its arrays; bits/load.h adds what is computed from it. */
#ifndef SOFA_TRACE_FILE_H
#define SOFA_TRACE_FILE_H

#include "npz.h"
#include "trace.h"

/* What is wanted of a file. */
struct sofa_trace_choice {
    size_t head;  /* of a file that holds several: 0 .. heads - 1; SIZE_MAX: it must hold one */
    int octaves;  /* the step of a q of floats is such that a predicted score counts in a power of two of octaves (policy mass) */
    enum sofa_balance_wish balance;
    int given;    /* keep the tensors as given (t->q.given, t->k.given, t->v.given) */
    struct sofa_warnings *warnings; /* takes what was not used of the file; NULL: nobody asks */
};

/* Reads and quantises, as bits/load.h says; what is computed from tokens is not there yet, nor are channels balanced or q in steps of
 * octaves. */
enum sofa_status sofa_trace_read(struct sofa_trace *t, struct sofa_npz *z, const struct sofa_trace_choice *choice,
                                 const struct sofa_config *c, struct sofa_error *e);
/* How many heads a file holds: q has a shape like [heads, R, d]. Of several, loading reads only the one; so all of such a file is
 * checked for damage here. */
enum sofa_status sofa_trace_heads(size_t *heads, const char *path, struct sofa_error *e);

#endif
