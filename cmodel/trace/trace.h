/* SPDX-License-Identifier: Apache-2.0 */
/* One attention head as a user gives it: an .npz file (format in docs/arithmetic.md, "Traces"). */
#ifndef SOFA_TRACE_H
#define SOFA_TRACE_H

#include "../config/config.h"

#include <stddef.h>

#define SOFA_ROTARY_FRACTION 14u /* of cosines and sines */

/* A tensor quantised symmetrically: real = value * step. Integers are stored as int16 whatever their width. */
struct sofa_tensor {
    size_t rows, cols;
    int16_t *value; /* rows x cols, C order */
    double step;    /* real worth of one integer step */
    float *given;   /* rows x cols: the file's own numbers; NULL: they are value * step, or nobody asked for them */
};

/* Mode tokens: what K and V come from. The sums are exact; the shifts are registers of a job (docs/arithmetic.md,
 * "Tokens") and follow from the sums of this trace. */
struct sofa_tokens {
    struct sofa_tensor x, wk, wv;             /* S x H, H x d, H x d */
    double *bk_given, *bv_given;              /* d, as the file gives them; NULL: none */
    int32_t *bk, *bv;                         /* d, in steps of a sum; NULL: none */
    int16_t *cos, *sin;                       /* S x d/2, SOFA_ROTARY_FRACTION; NULL: keys are not rotated */
    int16_t *power;                           /* H x d: codes of wk as signed powers of two */
    int32_t *khat_sum, *k_sum, *v_sum;        /* S x d: X.code, X.Wk + bk, X.Wv + bv */
    double khat_step, k_step, v_step;         /* real worth of one step of a sum */
    unsigned khat_shift, k_shift, v_shift;
};

/* Whether channels of q and k are balanced (balance.h). */
enum sofa_balance_wish { SOFA_BALANCE_OFF, SOFA_BALANCE_ON, SOFA_BALANCE_AUTO };

/* Of numbers as they are quantised, on sample rows. */
struct sofa_finding {
    double lost;   /* softmax weight, 0..1, that the largest predicted scores hold less than as many largest exact ones */
    double snr_db; /* dense attention: signal over error of float64 attention of the quantised numbers */
};

/* What became of the wish. */
struct sofa_balance {
    int used, measured;
    struct sofa_finding plain, balanced; /* if measured: without and with it */
};

struct sofa_trace {
    struct sofa_tensor q, k, v; /* R x d, S x d, S x d; mode tokens: k and v have no values yet */
    struct sofa_tokens tokens;  /* mode tokens only */
    uint32_t *first, *visible;  /* R each; never NULL after loading */
    unsigned paired;            /* rows stand in pairs of blocks of so many rows (pairing.h); 0: in their own order */
    int has_ranges;             /* 0: every row sees keys 0..S-1 */
    double scale;               /* softmax scale */
    struct sofa_balance balance;
    double *v_column;           /* d: a step of v is worth so many v.step in this column; NULL: 1 */
};

/* Keeps rows a..b-1 only (--rows A:B). */
enum sofa_status sofa_trace_rows(struct sofa_trace *t, size_t a, size_t b, struct sofa_error *e);
/* Every row sees every key (--all-visible). */
void sofa_trace_see_all(struct sofa_trace *t);
/* Sets has_ranges. */
void sofa_trace_note_ranges(struct sofa_trace *t);
void sofa_trace_free(struct sofa_trace *t);
void sofa_tokens_free(struct sofa_tokens *t);
void sofa_tensor_free(struct sofa_tensor *t);
/* Real worth of a step of v in a column. */
static inline double sofa_value_step(const struct sofa_trace *t, size_t column)
{
    return t->v.step * (t->v_column ? t->v_column[column] : 1);
}
/* Element i as the file gives it. */
static inline double sofa_tensor_given(const struct sofa_tensor *t, size_t i)
{
    return t->given ? (double)t->given[i] : t->value[i] * t->step;
}

#endif
