/* SPDX-License-Identifier: Apache-2.0 */
/* Random and adversarial attention heads, as a trace file would give them. */
#ifndef TB_SYNTHETIC_H
#define TB_SYNTHETIC_H

#include "../cmodel/trace/trace.h"
#include "random.h"

enum tb_content {
    TB_RANDOM_VALUES,
    TB_RISING,       /* every key raises the maximum */
    TB_CONSTANT,     /* all rows alike: every score ties */
    TB_NEGATIVE,     /* extreme negative scores */
    TB_FULL_SCALE,   /* only the two ends of the number range */
    TB_SPARSE,       /* mostly zeros, zero rows among them */
    TB_CONTENTS
};

enum tb_view {
    TB_SEE_ALL,      /* no ranges */
    TB_CAUSAL,
    TB_GROUPED,      /* heads that share K and V, one causal head after the other */
    TB_WINDOW,       /* sliding window */
    TB_ANY_RANGE,    /* anything legal, rows that see nothing among it */
    TB_SCATTERED,    /* each row sees a few keys somewhere: tiles that nobody sees between others */
    TB_BLIND,        /* no row sees a key */
    TB_VIEWS
};

/* The caller frees with sofa_trace_free, also after an error. In mode tokens the content is that of tokens and weights, and of
 * q; H is anything up to hidden_max. */
enum sofa_status tb_synthetic(struct sofa_trace *t, const struct sofa_config *c, size_t rows, size_t keys,
                              enum tb_content content, enum tb_view view, struct tb_random *random,
                              struct sofa_error *e);
/* Other ranges for the same head. */
void tb_synthetic_see(struct sofa_trace *t, enum tb_view view, struct tb_random *random);
/* x, wk, wv, perhaps biases, and what follows from them (synthetic_tokens.c). reach: largest value of K. */
enum sofa_status tb_synthetic_tokens(struct sofa_trace *t, const struct sofa_config *c, size_t keys, enum tb_content content,
                                     double reach, struct tb_random *random, struct sofa_error *e);
/* The fillings of one tensor. */
enum sofa_status tb_synthetic_allocate(struct sofa_tensor *t, size_t rows, size_t cols, struct sofa_error *e);
void tb_fill_random(struct sofa_tensor *t, unsigned bits, struct tb_random *random);
void tb_fill_ends(struct sofa_tensor *t, unsigned bits, struct tb_random *random);
void tb_fill_sparse(struct sofa_tensor *t, unsigned bits, struct tb_random *random);
void tb_fill_ramp(struct sofa_tensor *t, int low, int high);
const char *tb_content_name(enum tb_content content);
const char *tb_view_name(enum tb_view view);

#endif
