/* Random and adversarial attention heads, as a trace file would give them. */
#ifndef TB_SYNTHETIC_H
#define TB_SYNTHETIC_H

#include "../cmodel/trace.h"
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

/* The caller frees with sofa_trace_free, also after an error. */
enum sofa_status tb_synthetic(struct sofa_trace *t, const struct sofa_config *c, size_t rows, size_t keys,
                              enum tb_content content, enum tb_view view, struct tb_random *random,
                              struct sofa_error *e);
const char *tb_content_name(enum tb_content content);
const char *tb_view_name(enum tb_view view);

#endif
