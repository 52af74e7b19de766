/* SPDX-License-Identifier: Apache-2.0 */
#include "lost_weight.h"

#include "../base/largest.h"
#include "predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 256u
#define PAIRS_MAX ((size_t)1 << 22) /* of all sample rows */
#define SHARE 16u                   /* of this many keys one counts as large */

/* Of a row's visible keys. */
struct scratch {
    double *real, *weight;
    int32_t *predicted;
    int64_t *score, *sorted;
    int16_t *power;
};

static void close_scratch(struct scratch *s)
{
    free(s->real);
    free(s->weight);
    free(s->predicted);
    free(s->score);
    free(s->sorted);
    free(s->power);
}

static enum sofa_status open_scratch(struct scratch *s, size_t keys, size_t d, struct sofa_error *e)
{
    s->real = malloc(keys * sizeof *s->real);
    s->weight = malloc(keys * sizeof *s->weight);
    s->predicted = malloc(keys * sizeof *s->predicted);
    s->score = malloc(keys * sizeof *s->score);
    s->sorted = malloc(keys * sizeof *s->sorted);
    s->power = malloc(d * sizeof *s->power);
    if (s->real && s->weight && s->predicted && s->score && s->sorted && s->power)
        return SOFA_OK;
    close_scratch(s);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", keys);
}

/* Softmax, and the scores as integers, which only their order matters of: 2^-32 below the largest a step, 2^20 at most. */
static void weigh(struct scratch *s, size_t count)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < count; i++)
        most = s->real[i] > most ? s->real[i] : most;
    for (size_t i = 0; i < count; i++) {
        double below = fmax(s->real[i] - most, -0x1p20);
        s->score[i] = llrint(below * 0x1p32);
        sum += s->weight[i] = exp(below);
    }
    for (size_t i = 0; i < count; i++)
        s->weight[i] /= sum;
}

/* The weight on the `large` largest scores, ties to the lower key. */
static double held(struct scratch *s, size_t count, size_t large)
{
    double sum = 0;
    memcpy(s->sorted, s->score, count * sizeof *s->sorted);
    int64_t cut = sofa_nth_largest(s->sorted, count, large);
    for (size_t i = 0; i < count; i++)
        if (s->score[i] > cut) {
            sum += s->weight[i];
            large--;
        }
    for (size_t i = 0; i < count && large > 0; i++)
        if (s->score[i] == cut) {
            sum += s->weight[i];
            large--;
        }
    return sum;
}

static double predict(struct scratch *s, const struct sofa_operands *o, size_t row, size_t first, size_t count, size_t large,
                      const struct sofa_config *c)
{
    size_t d = c->head_dim;
    const int16_t *q = o->q + row * d;
    sofa_encode_query(s->power, q, d, sofa_row_exponent(q, d), c->predict.code_powers);
    sofa_predict_row(s->predicted, s->power, o->khat + first * d, d, (unsigned)count, 0, 32);
    for (size_t i = 0; i < count; i++)
        s->score[i] = s->predicted[i];
    return held(s, count, large);
}

/* Of the numbers given. */
static void score_exactly(double *score, const struct sofa_trace *t, size_t row, size_t first, size_t count)
{
    size_t d = t->q.cols;
    const float *q = t->q.given + row * d;
    for (size_t n = 0; n < count; n++) {
        const float *k = t->k.given + (first + n) * d;
        double sum = 0;
        for (size_t i = 0; i < d; i++)
            sum += (double)q[i] * (double)k[i];
        score[n] = sum * t->scale;
    }
}

static size_t sample_rows(const struct sofa_trace *t)
{
    size_t rows = t->q.rows < ROWS_MAX ? t->q.rows : ROWS_MAX, most = PAIRS_MAX / t->k.rows;
    return rows < most ? rows : most > 0 ? most : 1;
}

/* Adds up what each operand loses; returns how many rows see a key. */
static size_t measure(double *lost, struct scratch *s, const struct sofa_operands *operand, unsigned operands,
                      const struct sofa_trace *t, const struct sofa_config *c)
{
    size_t rows = sample_rows(t), seeing = 0;
    for (size_t n = 0; n < rows; n++) {
        size_t row = (2 * n + 1) * t->q.rows / (2 * rows), first = t->first[row], visible = t->visible[row];
        if (first >= visible)
            continue;
        size_t count = visible - first, large = (count + SHARE - 1) / SHARE;
        score_exactly(s->real, t, row, first, count);
        weigh(s, count);
        double best = held(s, count, large);
        for (unsigned i = 0; i < operands; i++)
            lost[i] += best - predict(s, &operand[i], row, first, count, large, c);
        seeing++;
    }
    return seeing;
}

enum sofa_status sofa_lost_weight(double *lost, const struct sofa_operands *operand, unsigned operands, const struct sofa_trace *t,
                                  const struct sofa_config *c, struct sofa_error *e)
{
    struct scratch s;
    for (unsigned i = 0; i < operands; i++)
        lost[i] = 0;
    enum sofa_status status = open_scratch(&s, t->k.rows, c->head_dim, e);
    if (status != SOFA_OK)
        return status;
    size_t seeing = measure(lost, &s, operand, operands, t, c);
    for (unsigned i = 0; i < operands && seeing > 0; i++)
        lost[i] /= (double)seeing;
    close_scratch(&s);
    return SOFA_OK;
}
