/* SPDX-License-Identifier: Apache-2.0 */
/* Random heads of mode tokens as files, for the tests of the model and of the traces. */
#ifndef SOFA_TOKENS_SAMPLE_H
#define SOFA_TOKENS_SAMPLE_H

#include "../cmodel/trace/npz.h"
#include "../cmodel/trace/trace.h"

#define SAMPLE_ROWS 40u
#define SAMPLE_KEYS 50u
#define SAMPLE_HIDDEN 70u
#define SAMPLE_DIM 24u

/* A head with tokens, as a file. The arrays hold rows of `hidden` and `dim` elements, whatever their room. */
struct tokens_sample {
    size_t rows, keys, hidden, dim;
    int16_t q[SAMPLE_ROWS * SAMPLE_DIM];
    float x[SAMPLE_KEYS * SAMPLE_HIDDEN], wk[SAMPLE_HIDDEN * SAMPLE_DIM], wv[SAMPLE_HIDDEN * SAMPLE_DIM];
    float bk[SAMPLE_DIM], bv[SAMPLE_DIM];
    float cos[SAMPLE_KEYS * SAMPLE_DIM / 2], sin[SAMPLE_KEYS * SAMPLE_DIM / 2];
    int32_t first[SAMPLE_ROWS], visible[SAMPLE_ROWS];
    double q_scale;
    struct sofa_member member[14];
    unsigned members;
    char directory[256], path[300];
    struct sofa_config config;
};

enum { AT_Q, AT_Q_SCALE, AT_X, AT_WK, AT_WV, AT_FIRST, AT_VISIBLE, AT_BK, AT_BV, AT_COS, AT_SIN };

/* Adds an array; cols 0: one dimension, rows 0: a scalar. */
void tokens_add(struct tokens_sample *s, const char *name, enum sofa_type type, size_t rows, size_t cols, void *data);
/* Gives a sample of an even head_dim cosines and sines; run chooses their kind. */
void tokens_rotate(struct tokens_sample *s, unsigned run, uint64_t *state);
/* A good sample, its kind chosen by `run`; the caller removes s->directory. */
void tokens_open(struct tokens_sample *s, unsigned run, uint64_t *state);
/* Writes the file and loads it. */
enum sofa_status tokens_load(struct tokens_sample *s, struct sofa_trace *t, struct sofa_error *e);

#endif
