/* SPDX-License-Identifier: Apache-2.0 */
/* Prediction in the cycle model. */
#ifndef SOFA_CYCLES_PREDICT_H
#define SOFA_CYCLES_PREDICT_H

#include "machine.h"

void sofa_step_predict(struct sofa_machine *m);
void sofa_step_token_predict(struct sofa_machine *m); /* in mode tokens instead */

#endif
