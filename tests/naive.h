/* docs/arithmetic.md read word for word: slow, without a line of the model's code. */
#ifndef SOFA_NAIVE_H
#define SOFA_NAIVE_H

#include "../cmodel/job.h"

struct naive_result {
    int16_t *o;        /* R x d */
    uint8_t *selected; /* R x S */
    uint64_t pairs, keys, key_rows, raises, clipped, empty_rows, tiles;
};

/* Returns 0 when out of memory. */
int naive_run(struct naive_result *r, const struct sofa_config *c, const struct sofa_trace *t, const struct sofa_job *j);
void naive_free(struct naive_result *r);

#endif
