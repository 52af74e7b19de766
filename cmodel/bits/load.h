/* SPDX-License-Identifier: Apache-2.0 */
/* A trace as a job needs it: read from its arrays, with what is computed from tokens. */
#ifndef SOFA_LOAD_H
#define SOFA_LOAD_H

#include "../trace/file.h"
#include "../trace/job.h"

/* Reads and quantises to the configured widths (float: step = max|x| / (2^(bits-1)-1), round to nearest even; all-zero
 * tensor: step 1; each head by itself). Errors (exit 2, naming file and array): missing array, wrong dimensions, dtype that
 * is no number, NaN/infinity, integer tensor without its *_scale, integer out of the configured range, d != head_dim,
 * S > keys_max, H > hidden_max, a bias beyond what the projection's sum holds, first or visible outside 0..S, truncated or
 * corrupt archive, scale not finite or <= 0, no such head. */
enum sofa_status sofa_trace_load_arrays(struct sofa_trace *t, struct sofa_npz *z, const struct sofa_trace_choice *choice,
                                        const struct sofa_config *c, struct sofa_error *e);
/* The same from a file. */
enum sofa_status sofa_trace_load_head(struct sofa_trace *t, const char *path, const struct sofa_trace_choice *choice,
                                      const struct sofa_config *c, struct sofa_error *e);
/* From a file that holds one head; several are an error. */
enum sofa_status sofa_trace_load(struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                 struct sofa_error *e);

#endif
