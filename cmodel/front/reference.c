/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "../bits/arith.h"
#include "../bits/rotary.h"

#include <math.h>
#include <string.h>

#define AT_ONCE 4u /* value rows: sums are read and written a quarter as often */

int sofa_given_is_exact(const struct sofa_trace *t)
{
    return !t->q.given && !t->k.given && !t->v.given;
}

enum sofa_status sofa_numbers_choose(struct sofa_numbers *n, const struct sofa_trace *t, int given, struct sofa_error *e)
{
    const struct sofa_tokens *x = &t->tokens;
    *n = (struct sofa_numbers){.trace = t, .given = given, .unit = t->scale, .step = 1};
    if (given && x->x.value && !t->k.given)
        return sofa_fail(e, SOFA_BAD_INPUT, "the numbers of this trace were not kept");
    if (!given) {
        n->unit = t->q.step * (x->k_sum ? x->k_step : t->k.step) * t->scale;
        n->step = x->v_sum ? x->v_step : t->v.step;
        n->column = t->v_column;
    }
    return SOFA_OK;
}

static double step_of(const struct sofa_numbers *n, size_t column)
{
    return n->column ? n->step * n->column[column] : n->step;
}

/* Two lanes: the smallest vector of today's processors, of which compilers keep the sums in registers. */
typedef double double2 __attribute__((vector_size(2 * sizeof(double)), aligned(sizeof(double)), may_alias));
#define DOUBLES (SOFA_LANES / 2)

/* ---- rows as doubles ---- */

static void take_given(double *to, const struct sofa_tensor *t, size_t row)
{
    for (size_t i = 0; i < t->cols; i++)
        to[i] = sofa_tensor_given(t, row * t->cols + i);
}

static void take_integers(double *to, const struct sofa_tensor *t, size_t row)
{
    for (size_t i = 0; i < t->cols; i++)
        to[i] = t->value[row * t->cols + i];
}

static void take_sums(double *to, const int32_t *sum, size_t row, size_t d)
{
    for (size_t i = 0; i < d; i++)
        to[i] = sum[row * d + i];
}

/* Rotated by the cosines and sines that the core has. */
static void take_turned(double *to, const struct sofa_tokens *t, size_t key, size_t d)
{
    size_t half = d / 2;
    for (size_t i = 0; i < half; i++) {
        int64_t cos = t->cos[key * half + i], sin = t->sin[key * half + i];
        int64_t a = t->k_sum[key * d + i], b = t->k_sum[key * d + i + half];
        to[i] = (double)sofa_round_shift(a * cos - b * sin, SOFA_ROTARY_FRACTION);
        to[i + half] = (double)sofa_round_shift(a * sin + b * cos, SOFA_ROTARY_FRACTION);
    }
}

static void take_query(double *to, const struct sofa_numbers *n, size_t row)
{
    if (n->given)
        take_given(to, &n->trace->q, row);
    else
        take_integers(to, &n->trace->q, row);
}

static void take_key(double *to, const struct sofa_numbers *n, size_t key)
{
    const struct sofa_trace *t = n->trace;
    if (n->given)
        take_given(to, &t->k, key);
    else if (t->tokens.cos)
        take_turned(to, &t->tokens, key, t->q.cols);
    else if (t->tokens.k_sum)
        take_sums(to, t->tokens.k_sum, key, t->q.cols);
    else
        take_integers(to, &t->k, key);
}

static void take_value(double *to, const struct sofa_numbers *n, size_t key)
{
    const struct sofa_trace *t = n->trace;
    if (n->given)
        take_given(to, &t->v, key);
    else if (t->tokens.v_sum)
        take_sums(to, t->tokens.v_sum, key, t->q.cols);
    else
        take_integers(to, &t->v, key);
}

/* ---- groups of rows ---- */

static void join(struct sofa_row_group *g, size_t first, size_t visible)
{
    g->first[g->rows] = first;
    g->visible[g->rows++] = first < visible ? visible : first;
    if (first >= visible)
        return;
    g->low = first < g->low ? first : g->low;
    g->high = visible > g->high ? visible : g->high;
}

/* A row that would see less than half of the group's keys is better off elsewhere. */
static int fits(const struct sofa_row_group *g, size_t first, size_t visible)
{
    size_t low = first < g->low ? first : g->low, high = visible > g->high ? visible : g->high, least = visible - first;
    if (first >= visible)
        return 1;
    for (unsigned lane = 0; lane < g->rows; lane++)
        if (g->visible[lane] > g->first[lane] && g->visible[lane] - g->first[lane] < least)
            least = g->visible[lane] - g->first[lane];
    return g->high == 0 || high - low <= 2 * least;
}

void sofa_row_group_take(struct sofa_row_group *g, const struct sofa_trace *t, size_t row)
{
    *g = (struct sofa_row_group){.row = row, .low = SIZE_MAX};
    do {
        join(g, t->first[row], t->visible[row]);
        row++;
    } while (g->rows < SOFA_LANES && row < t->q.rows && fits(g, t->first[row], t->visible[row]));
    if (g->high == 0)
        g->low = 0;
}

static void dot(double *restrict score, const double (*restrict q)[SOFA_LANES], const double *restrict k, size_t d)
{
    double2 sum[DOUBLES] = {{0}};
    for (size_t i = 0; i < d; i++)
        for (unsigned n = 0; n < DOUBLES; n++)
            sum[n] += ((const double2 *)q[i])[n] * k[i];
    memcpy(score, sum, sizeof sum);
}

void sofa_reference_scores(double (*score)[SOFA_LANES], const struct sofa_numbers *n, const struct sofa_row_group *g)
{
    double q[SOFA_HEAD_DIM_MAX][SOFA_LANES] = {{0}};
    double row[SOFA_HEAD_DIM_MAX];
    size_t d = n->trace->q.cols;
    for (unsigned lane = 0; lane < g->rows; lane++) {
        take_query(row, n, g->row + lane);
        for (size_t i = 0; i < d; i++)
            q[i][lane] = row[i];
    }
    for (size_t key = g->low; key < g->high; key++) {
        take_key(row, n, key);
        dot(score[key - g->low], (const double(*)[SOFA_LANES])q, row, d);
    }
}

/* Keys that the lane does not see keep the weight that they have. */
static void weigh(double (*weight)[SOFA_LANES], double *total, const double (*score)[SOFA_LANES], double unit, unsigned lane,
                  const struct sofa_row_group *g)
{
    double most = -INFINITY;
    size_t first = g->first[lane] - g->low, visible = g->visible[lane] - g->low;
    for (size_t key = first; key < visible; key++)
        most = score[key][lane] > most ? score[key][lane] : most;
    *total = 0;
    for (size_t key = first; key < visible; key++) {
        weight[key][lane] = exp((score[key][lane] - most) * unit);
        *total += weight[key][lane];
    }
}

static void mix(double (*restrict out)[SOFA_LANES], const double (*restrict weight)[SOFA_LANES],
                const double (*restrict v)[SOFA_HEAD_DIM_MAX], size_t d)
{
    double2 w[AT_ONCE][DOUBLES];
    memcpy(w, weight, sizeof w);
    for (size_t i = 0; i < d; i++)
        for (unsigned n = 0; n < DOUBLES; n++)
            ((double2 *)out[i])[n] += (w[0][n] * v[0][i] + w[1][n] * v[1][i]) + (w[2][n] * v[2][i] + w[3][n] * v[3][i]);
}

static void mix_all(double (*out)[SOFA_LANES], const double (*weight)[SOFA_LANES], const struct sofa_numbers *n,
                    const struct sofa_row_group *g)
{
    double value[AT_ONCE][SOFA_HEAD_DIM_MAX];
    double w[AT_ONCE][SOFA_LANES];
    for (size_t key = g->low; key < g->high; key += AT_ONCE) {
        size_t here = g->high - key < AT_ONCE ? g->high - key : AT_ONCE;
        memset(w, 0, sizeof w);
        memcpy(w, weight[key - g->low], here * sizeof w[0]);
        for (unsigned i = 0; i < AT_ONCE; i++) /* behind the last: any value, of weight 0 */
            take_value(value[i], n, i < here ? key + i : key);
        mix(out, (const double(*)[SOFA_LANES])w, (const double(*)[SOFA_HEAD_DIM_MAX])value, n->trace->q.cols);
    }
}

void sofa_reference_dense(double (*out)[SOFA_LANES], double (*weight)[SOFA_LANES], const double (*score)[SOFA_LANES],
                          const struct sofa_numbers *n, const struct sofa_row_group *g)
{
    double total[SOFA_LANES] = {0};
    size_t d = n->trace->q.cols;
    memset(out, 0, d * sizeof *out);
    memset(weight, 0, (g->high - g->low) * sizeof *weight);
    for (unsigned lane = 0; lane < g->rows; lane++)
        weigh(weight, &total[lane], score, n->unit, lane, g);
    mix_all(out, (const double(*)[SOFA_LANES])weight, n, g);
    for (size_t i = 0; i < d; i++)
        for (unsigned lane = 0; lane < SOFA_LANES; lane++)
            out[i][lane] = total[lane] > 0 ? out[i][lane] / total[lane] * step_of(n, i) : 0;
}

void sofa_reference_attend(double *out, const double (*score)[SOFA_LANES], unsigned lane, const struct sofa_keys *keys,
                           const struct sofa_numbers *n, const struct sofa_row_group *g)
{
    double most = -INFINITY, total = 0, value[SOFA_HEAD_DIM_MAX];
    size_t d = n->trace->q.cols;
    memset(out, 0, d * sizeof *out);
    for (size_t i = 0; i < keys->count; i++)
        most = score[keys->key[i] - g->low][lane] > most ? score[keys->key[i] - g->low][lane] : most;
    for (size_t i = 0; i < keys->count; i++) {
        double weight = exp((score[keys->key[i] - g->low][lane] - most) * n->unit);
        total += weight;
        take_value(value, n, keys->key[i]);
        for (size_t at = 0; at < d; at++)
            out[at] += weight * value[at];
    }
    for (size_t at = 0; total > 0 && at < d; at++)
        out[at] *= step_of(n, at) / total;
}
