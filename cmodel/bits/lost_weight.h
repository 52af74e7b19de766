/* SPDX-License-Identifier: Apache-2.0 */
/* What prediction costs a head, whatever is kept of it: of sample rows, the softmax weight that the largest predicted scores hold
 * less than as many largest exact ones. */
#ifndef SOFA_LOST_WEIGHT_H
#define SOFA_LOST_WEIGHT_H

#include "../trace/trace.h"

/* The operands of prediction. */
struct sofa_operands {
    const int16_t *q, *khat; /* R x d, S x d */
};

/* lost[i]: of operand[i], 0..1; the mean over up to 256 rows, evenly spaced, and a sixteenth of each one's visible keys (at least one).
 * Exact scores are those of the numbers as given, which the trace must have kept. 0 when no sample row sees a key. Errors: out of
 * memory. */
enum sofa_status sofa_lost_weight(double *lost, const struct sofa_operands *operand, unsigned operands, const struct sofa_trace *t,
                                  const struct sofa_config *c, struct sofa_error *e);

#endif
