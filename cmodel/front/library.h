/* SPDX-License-Identifier: Apache-2.0 */
/* The model as other languages call it (libsofa.so): handles, text and plain arrays; no struct of C need be known. Nothing is global:
 * any number of threads may run heads, each thread its own; configurations are read only and may be shared. Every function that
 * returns an int returns 1, or 0 when it failed; the handle's error then says why in one line. */
#ifndef SOFA_LIBRARY_H
#define SOFA_LIBRARY_H

#include <stddef.h>

#define SOFA_PUBLIC __attribute__((visibility("default")))

/* "0.2.0". */
SOFA_PUBLIC const char *sofa_library_version(void);

/* A configuration: a YAML file (NULL: the defaults) and `count` texts KEY=VALUE that override it; both are copied. NULL: out of memory.
 * Else ask for its error first: one that has an error is good for nothing but being freed. */
struct sofa_library_config;
SOFA_PUBLIC struct sofa_library_config *sofa_library_config_new(const char *path, const char *const *overrides, unsigned count);
SOFA_PUBLIC const char *sofa_library_config_error(const struct sofa_library_config *l); /* NULL: it is good */
/* {"hash": TEXT, "keys": {"head_dim": 64, "select.policy": "both", ...}, "fitted": ["KEY=VALUE", ...], "warnings": [TEXT, ...]}. */
SOFA_PUBLIC const char *sofa_library_config_json(const struct sofa_library_config *l);
SOFA_PUBLIC void sofa_library_config_free(struct sofa_library_config *l);

/* A head, by a name that its messages begin with. NULL: out of memory. */
struct sofa_library_head;
SOFA_PUBLIC struct sofa_library_head *sofa_library_head_new(const char *name);
SOFA_PUBLIC void sofa_library_head_free(struct sofa_library_head *h);
SOFA_PUBLIC const char *sofa_library_head_error(const struct sofa_library_head *h);
/* Gives an array of docs/arithmetic.md, "Traces": q, k, v, first, visible, scale, x, wk, wv, bk, bv, cos, sin, and *_scale of integers.
 * type: "float16", "bfloat16", "float32", "float64", "int8" .. "uint64". Little endian, in C order, at most 8 axes. The data are not
 * copied, and have to stay until the head has run. An array of the same name is replaced. */
SOFA_PUBLIC int sofa_library_head_give(struct sofa_library_head *h, const char *name, const char *type, unsigned dims, const size_t *shape,
                                       const void *data);
/* An option of the programs without its dashes: kept, mass, tile, radius, carry, order, balance, rows, all-visible. Those that take
 * no argument take any text. */
SOFA_PUBLIC int sofa_library_head_set(struct sofa_library_head *h, const char *name, const char *value);
/* The configuration of `l` with what this head needs of other sizes (--fit). NULL: out of memory. */
SOFA_PUBLIC struct sofa_library_config *sofa_library_head_fit(const struct sofa_library_head *h, const struct sofa_library_config *l);

/* How much is said about a run beside its bits. */
enum sofa_library_report {
    SOFA_LIBRARY_BITS,  /* nothing */
    SOFA_LIBRARY_PLAIN, /* the report of sofamodel --no-accuracy --json */
    SOFA_LIBRARY_JUDGED /* that of sofamodel --json */
};
/* Runs the head; once only. */
SOFA_PUBLIC int sofa_library_head_run(struct sofa_library_head *h, const struct sofa_library_config *l, int report);
/* After it has run: an array that lives as long as the head.
 * o        float32 R x d  output, as real numbers
 * o_int    int16   R x d  the bits of the hardware
 * o_scale  float64 d      what a step of o_int is worth, by column
 * selected uint8   R x S  1: the row attends to the key
 * NULL: unknown name, not run, or out of memory. */
SOFA_PUBLIC const void *sofa_library_head_take(struct sofa_library_head *h, const char *name, const char **type, unsigned *dims,
                                               size_t shape[2]);
/* After it has run: the report, a JSON object; {} with SOFA_LIBRARY_BITS. It lives as long as the head. */
SOFA_PUBLIC const char *sofa_library_head_json(struct sofa_library_head *h);

#endif
