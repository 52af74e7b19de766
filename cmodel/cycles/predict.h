/* SPDX-License-Identifier: Apache-2.0 */
/* Prediction in the cycle model. */
#ifndef SOFA_CYCLES_PREDICT_H
#define SOFA_CYCLES_PREDICT_H

#include "machine.h"

/* A pass of scores is put on offer, and what comes after it. tile: NULL for a block without visible keys. */
void sofa_post_scores(struct sofa_machine *m, const struct sofa_tile *tile);
/* 1 if the pass of scores on offer may start in this cycle, at row `from`, where no beat is in its way. */
int sofa_scores_may_start(const struct sofa_machine *m, unsigned from);
void sofa_step_predict(struct sofa_machine *m);
void sofa_step_token_predict(struct sofa_machine *m); /* in mode tokens instead */

#endif
