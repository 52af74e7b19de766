/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to quantise a head, tried on sample rows: what they cost, whatever is kept of the head later. */
#ifndef SOFA_TRIAL_H
#define SOFA_TRIAL_H

#include "../trace/trace.h"

#define SOFA_TRIAL_VARIANTS 2u

/* found[i]: of variant[i], at most SOFA_TRIAL_VARIANTS; all are the same head, and variant[0] has the numbers given of q and k, in mode tokens of v too, which are
 * what is exact. lost is the mean over up to 256 rows, evenly spaced, and a sixteenth of each one's visible keys (at least one);
 * snr_db is that of every fourth of these rows. When no such row sees a key, nothing is lost and nothing wrong. Errors: out of memory. */
enum sofa_status sofa_trial(struct sofa_finding *found, const struct sofa_trace *const *variant, unsigned variants,
                            const struct sofa_config *c, struct sofa_error *e);

#endif
