/* SPDX-License-Identifier: Apache-2.0 */
#include "trial.h"

#include "../base/decibels.h"
#include "../base/largest.h"
#include "keys.h"
#include "kvgen.h"
#include "predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 256u
#define PAIRS_MAX ((size_t)1 << 22) /* of all sample rows */
#define SHARE 16u                   /* of this many keys one counts as large */
#define DENSE_EVERY 4u              /* of this many sample rows one has its output compared */

/* A variant with what the core makes of it. */
struct reading {
    const struct sofa_trace *t;
    int16_t *khat;          /* S x d */
    const int16_t *k, *v;   /* S x d: of the trace, or generated */
    int16_t *own_k, *own_v;
    double lost, signal, error; /* sums over rows */
};

/* A row's visible keys, and room for the work on them. */
struct scratch {
    size_t row, first, count, large;
    double *real, *weight, *other; /* exact scores, their softmax; that of a variant */
    int32_t *predicted;
    int64_t *score, *sorted;
    int16_t power[SOFA_HEAD_DIM_MAX];
    double out[SOFA_HEAD_DIM_MAX];
};

static void close_scratch(struct scratch *s)
{
    free(s->real);
    free(s->weight);
    free(s->other);
    free(s->predicted);
    free(s->score);
    free(s->sorted);
}

static enum sofa_status open_scratch(struct scratch *s, size_t keys, struct sofa_error *e)
{
    s->real = malloc(keys * sizeof *s->real);
    s->weight = malloc(keys * sizeof *s->weight);
    s->other = malloc(keys * sizeof *s->other);
    s->predicted = malloc(keys * sizeof *s->predicted);
    s->score = malloc(keys * sizeof *s->score);
    s->sorted = malloc(keys * sizeof *s->sorted);
    if (s->real && s->weight && s->other && s->predicted && s->score && s->sorted)
        return SOFA_OK;
    close_scratch(s);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", keys);
}

/* ---- variants ---- */

static void close_readings(struct reading *r, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        free(r[i].khat);
        free(r[i].own_k);
        free(r[i].own_v);
    }
}

static void generate(struct reading *r, const struct sofa_config *c)
{
    const struct sofa_tokens *t = &r->t->tokens;
    size_t keys = r->t->k.rows, d = c->head_dim;
    for (size_t key = 0; key < keys; key++)
        sofa_generate_key(r->own_k + key * d, t, key, d, t->k_shift, c->data.key_bits);
    sofa_generate(r->own_v, t->v_sum, keys * d, t->v_shift, c->data.value_bits);
    r->k = r->own_k;
    r->v = r->own_v;
}

/* Released by close_readings, also after an error. */
static enum sofa_status open_reading(struct reading *r, const struct sofa_trace *t, const struct sofa_config *c, struct sofa_error *e)
{
    size_t count = t->k.rows * c->head_dim;
    int made = c->mode == SOFA_MODE_TOKENS;
    *r = (struct reading){.t = t, .k = t->k.value, .v = t->v.value};
    r->khat = malloc(count * sizeof *r->khat);
    if (made) {
        r->own_k = malloc(count * sizeof *r->own_k);
        r->own_v = malloc(count * sizeof *r->own_v);
    }
    if (!r->khat || (made && (!r->own_k || !r->own_v)))
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", t->k.rows);
    sofa_predict_keys(r->khat, t, c, t->tokens.khat_shift);
    if (made)
        generate(r, c);
    return SOFA_OK;
}

/* ---- a row ---- */

static void score_given(struct scratch *s, const struct sofa_trace *t)
{
    size_t d = t->q.cols;
    const float *q = t->q.given + s->row * d;
    for (size_t n = 0; n < s->count; n++) {
        const float *k = t->k.given + (s->first + n) * d;
        double sum = 0;
        for (size_t i = 0; i < d; i++)
            sum += (double)q[i] * (double)k[i];
        s->real[n] = sum * t->scale;
    }
}

/* Softmax; returns the largest score. */
static double weigh(double *weight, const double *score, size_t count)
{
    double most = -INFINITY, sum = 0;
    for (size_t n = 0; n < count; n++)
        most = score[n] > most ? score[n] : most;
    for (size_t n = 0; n < count; n++)
        sum += weight[n] = exp(score[n] - most);
    for (size_t n = 0; n < count; n++)
        weight[n] /= sum;
    return most;
}

/* The exact weight on as many largest scores as count as large, ties to the lower key. */
static double held(struct scratch *s)
{
    double sum = 0;
    size_t left = s->large;
    memcpy(s->sorted, s->score, s->count * sizeof *s->sorted);
    int64_t cut = sofa_nth_largest(s->sorted, s->count, s->large);
    for (size_t n = 0; n < s->count; n++)
        if (s->score[n] > cut) {
            sum += s->weight[n];
            left--;
        }
    for (size_t n = 0; n < s->count && left > 0; n++)
        if (s->score[n] == cut) {
            sum += s->weight[n];
            left--;
        }
    return sum;
}

/* Exact scores as integers, which only their order matters of: 2^-32 a step, 2^20 below the largest at most. */
static double held_exactly(struct scratch *s, double most)
{
    for (size_t n = 0; n < s->count; n++)
        s->score[n] = llrint(fmax(s->real[n] - most, -0x1p20) * 0x1p32);
    return held(s);
}

static double held_as_predicted(struct scratch *s, const struct reading *r, const struct sofa_config *c)
{
    size_t d = c->head_dim;
    const int16_t *q = r->t->q.value + s->row * d;
    sofa_encode_query(s->power, q, d, sofa_row_exponent(q, d), c->predict.code_powers);
    sofa_predict_row(s->predicted, s->power, r->khat + s->first * d, d, (unsigned)s->count, 0, 32);
    for (size_t n = 0; n < s->count; n++)
        s->score[n] = s->predicted[n];
    return held(s);
}

static void attend_given(struct scratch *s, const struct sofa_trace *t)
{
    size_t d = t->v.cols;
    memset(s->out, 0, sizeof s->out);
    for (size_t n = 0; n < s->count; n++)
        for (size_t i = 0; i < d; i++)
            s->out[i] += s->weight[n] * sofa_tensor_given(&t->v, (s->first + n) * d + i);
}

static void attend_quantised(double *out, struct scratch *s, const struct reading *r)
{
    const struct sofa_trace *t = r->t;
    size_t d = t->q.cols;
    const int16_t *q = t->q.value + s->row * d;
    for (size_t n = 0; n < s->count; n++) {
        const int16_t *k = r->k + (s->first + n) * d;
        int64_t sum = 0;
        for (size_t i = 0; i < d; i++)
            sum += q[i] * k[i];
        s->other[n] = (double)sum * t->q.step * t->k.step * t->scale;
    }
    weigh(s->other, s->other, s->count);
    memset(out, 0, d * sizeof *out);
    for (size_t n = 0; n < s->count; n++)
        for (size_t i = 0; i < d; i++)
            out[i] += s->other[n] * r->v[(s->first + n) * d + i];
    for (size_t i = 0; i < d; i++)
        out[i] *= sofa_value_step(t, i);
}

static void compare_outputs(struct scratch *s, struct reading *r, unsigned variants)
{
    double out[SOFA_HEAD_DIM_MAX];
    attend_given(s, r[0].t);
    for (unsigned i = 0; i < variants; i++) {
        attend_quantised(out, s, &r[i]);
        for (size_t column = 0; column < r[i].t->v.cols; column++) {
            double difference = out[column] - s->out[column];
            r[i].signal += s->out[column] * s->out[column];
            r[i].error += difference * difference;
        }
    }
}

/* ---- all rows ---- */

static size_t sample_rows(const struct sofa_trace *t)
{
    size_t rows = t->q.rows < ROWS_MAX ? t->q.rows : ROWS_MAX, most = PAIRS_MAX / t->k.rows;
    return rows < most ? rows : most > 0 ? most : 1;
}

/* Returns how many of the rows see a key. */
static size_t try_rows(struct reading *r, unsigned variants, struct scratch *s, const struct sofa_config *c)
{
    const struct sofa_trace *t = r[0].t;
    size_t rows = sample_rows(t), seeing = 0;
    for (size_t n = 0; n < rows; n++) {
        s->row = (2 * n + 1) * t->q.rows / (2 * rows);
        s->first = t->first[s->row];
        if (s->first >= t->visible[s->row])
            continue;
        s->count = t->visible[s->row] - s->first;
        s->large = (s->count + SHARE - 1) / SHARE;
        score_given(s, t);
        double best = held_exactly(s, weigh(s->weight, s->real, s->count));
        for (unsigned i = 0; i < variants; i++)
            r[i].lost += best - held_as_predicted(s, &r[i], c);
        if (seeing++ % DENSE_EVERY == 0)
            compare_outputs(s, r, variants);
    }
    return seeing;
}

enum sofa_status sofa_trial(struct sofa_finding *found, const struct sofa_trace *const *variant, unsigned variants,
                            const struct sofa_config *c, struct sofa_error *e)
{
    struct reading reading[SOFA_TRIAL_VARIANTS] = {{0}};
    struct scratch scratch = {.row = 0};
    enum sofa_status status = open_scratch(&scratch, variant[0]->k.rows, e);
    if (status != SOFA_OK)
        return status;
    for (unsigned i = 0; i < variants && status == SOFA_OK; i++)
        status = open_reading(&reading[i], variant[i], c, e);
    size_t seeing = status == SOFA_OK ? try_rows(reading, variants, &scratch, c) : 0;
    for (unsigned i = 0; i < variants; i++) {
        found[i].lost = seeing > 0 ? reading[i].lost / (double)seeing : 0;
        found[i].snr_db = sofa_decibels(reading[i].signal, reading[i].error);
    }
    close_readings(reading, variants);
    close_scratch(&scratch);
    return status;
}
