/* SPDX-License-Identifier: Apache-2.0 */
/* docs/arithmetic.md read word for word: slow, without a line of the model's code. */
#ifndef SOFA_NAIVE_H
#define SOFA_NAIVE_H

#include "../cmodel/trace/job.h"

struct naive_result {
    int16_t *o;        /* R x d */
    uint8_t *selected; /* R x S */
    uint64_t pairs, keys, key_rows, khat_rows, raises, clipped, empty_rows, tiles;
    uint64_t generated, khat_beats, khat_beats_skipped, zero_terms, key_groups; /* mode tokens */
    uint64_t batches; /* of memory.prefetch needed keys, at least one of which is generated; mode tokens */
};

/* What the model works with: of the trace, or in mode tokens from x, wk and wv. S x d each. */
struct naive_keys {
    int *khat, *k, *v;
};
/* These return 0 when out of memory. */
int naive_keys_make(struct naive_keys *keys, const struct sofa_config *c, const struct sofa_trace *t,
                    const struct sofa_job *j);
void naive_keys_free(struct naive_keys *keys);
/* Counts the key prediction of keys base .. end-1 (mode tokens); seen[i]: some row sees key base + i. */
void naive_count_tile(struct naive_result *r, const struct sofa_config *c, const struct sofa_trace *t,
                      const uint8_t *seen, size_t base, size_t end);
/* Code of a weight, 0..7. */
int naive_weight_code(int weight, int nearest);

/* Returns 0 when out of memory. */
int naive_run(struct naive_result *r, const struct sofa_config *c, const struct sofa_trace *t, const struct sofa_job *j);
void naive_free(struct naive_result *r);

#endif
