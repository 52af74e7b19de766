/* SPDX-License-Identifier: Apache-2.0 */
/* How good an output is: recall, errors, softmax weight on the kept pairs. */
#include "../base/decibels.h"
#include "../base/largest.h"
#include "reference.h"
#include "report.h"

#include <math.h>
#include <stdlib.h>

/* Squares of what an output should be and of what it is wrong by. */
struct ratio {
    double signal, error;
};

/* Sums over rows. */
struct tally {
    struct ratio selected, dense, exact, selected_given, dense_given;
    double recall, recall_exact, weight, block_weight;
    size_t recall_rows, weight_rows, block_rows;
};

/* Of a group of rows, but for the lists: of one of them. */
struct scratch {
    double (*score)[SOFA_LANES], (*weight)[SOFA_LANES];
    double dense[SOFA_HEAD_DIM_MAX][SOFA_LANES];
    double out[SOFA_HEAD_DIM_MAX];
    int64_t *sorted;
    uint32_t *kept, *best;            /* keys: selected, and what exact scores would select */
    struct sofa_keys selected, exact;
};

static void close_scratch(struct scratch *s)
{
    free(s->score);
    free(s->weight);
    free(s->sorted);
    free(s->kept);
    free(s->best);
}

static enum sofa_status open_scratch(struct scratch *s, const struct sofa_trace *t, struct sofa_error *e)
{
    size_t keys = t->k.rows;
    s->score = malloc(keys * sizeof *s->score);
    s->weight = malloc(keys * sizeof *s->weight);
    s->sorted = malloc(keys * sizeof *s->sorted);
    s->kept = malloc(keys * sizeof *s->kept);
    s->best = malloc(keys * sizeof *s->best);
    if (s->score && s->weight && s->sorted && s->kept && s->best)
        return SOFA_OK;
    close_scratch(s);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", keys);
}

/* A row of a report: where it stands, what it sees, its output. */
struct row {
    const struct sofa_row_group *group;
    unsigned lane;
    size_t first, visible;
    const int16_t *o;
    const double *step; /* d */
};

static void compare(struct ratio *r, const double *want, const struct row *row, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        double difference = row->o[i] * row->step[i] - want[i];
        r->signal += want[i] * want[i];
        r->error += difference * difference;
    }
}

/* What dense attention gives to the row. */
static void take_dense(double *to, const struct scratch *s, unsigned lane, size_t d)
{
    for (size_t i = 0; i < d; i++)
        to[i] = s->dense[i][lane];
}

static void list_selected(struct scratch *s, const uint8_t *selected, const struct row *row)
{
    size_t count = 0;
    for (size_t key = row->first; key < row->visible; key++) {
        s->kept[count] = (uint32_t)key;
        count += selected[key] != 0;
    }
    s->selected = (struct sofa_keys){s->kept, count};
}

/* An exact score: as quantised. */
static double score_of(const struct scratch *s, const struct row *row, size_t key)
{
    return s->score[key - row->group->low][row->lane];
}

/* The n-th largest score of keys low..high-1. */
static double cut_of(struct scratch *s, const struct row *row, size_t low, size_t high, size_t n)
{
    for (size_t key = low; key < high; key++)
        s->sorted[key - low] = (int64_t)score_of(s, row, key);
    return (double)sofa_nth_largest(s->sorted, high - low, n);
}

/* Adds to s->best the `room` largest exact scores of keys low..high-1, ties to the lower key. Returns how many keys it then has. */
static size_t select_largest(struct scratch *s, const struct row *row, size_t count, size_t low, size_t high, size_t room)
{
    size_t larger = 0;
    room = room < high - low ? room : high - low;
    if (room == 0)
        return count;
    double cut = cut_of(s, row, low, high, room);
    for (size_t key = low; key < high; key++)
        larger += score_of(s, row, key) > cut;
    for (size_t key = low, equal = room - larger; key < high; key++) {
        double score = score_of(s, row, key);
        int tie = score == cut && equal > 0;
        equal -= (size_t)tie;
        if (score > cut || tie)
            s->best[count++] = (uint32_t)key;
    }
    return count;
}

/* The selection of docs/arithmetic.md by exact scores, without a radius; by mass, as many of the row's largest as it keeps. */
static void select_exact(struct scratch *s, const struct sofa_job *j, const struct row *row)
{
    size_t count = 0, first = row->first, visible = row->visible;
    if (j->policy == SOFA_POLICY_MASS)
        count = select_largest(s, row, 0, first, visible, s->selected.count);
    for (size_t base = first / j->tile * j->tile; base < visible && j->policy != SOFA_POLICY_MASS; base += j->tile) {
        size_t end = base + j->tile;
        count = select_largest(s, row, count, base > first ? base : first, end < visible ? end : visible, j->kept);
    }
    s->exact = (struct sofa_keys){s->best, count};
}

/* The share of these keys whose exact score is at least `cut`, that of the last of as many largest ones. */
static double recall_of(const struct scratch *s, const struct row *row, const struct sofa_keys *keys, double cut)
{
    size_t hits = 0;
    for (size_t n = 0; n < keys->count; n++)
        hits += score_of(s, row, keys->key[n]) >= cut;
    return (double)hits / (double)keys->count;
}

static double least_score(const struct scratch *s, const struct row *row, const struct sofa_keys *keys)
{
    double least = INFINITY;
    for (size_t n = 0; n < keys->count; n++)
        least = fmin(least, score_of(s, row, keys->key[n]));
    return least;
}

static void tally_recall(struct tally *tally, struct scratch *s, const struct sofa_job *j, const struct row *row)
{
    if (s->selected.count == 0)
        return;
    if (j->policy == SOFA_POLICY_MASS) { /* the exact ones are the row's largest */
        tally->recall += recall_of(s, row, &s->selected, least_score(s, row, &s->exact));
        tally->recall_exact += 1;
    } else {
        tally->recall += recall_of(s, row, &s->selected, cut_of(s, row, row->first, row->visible, s->selected.count));
        tally->recall_exact += recall_of(s, row, &s->exact, cut_of(s, row, row->first, row->visible, s->exact.count));
    }
    tally->recall_rows++;
}

static void compare_exact(struct ratio *r, const double *want, const double *got, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        r->signal += want[i] * want[i];
        r->error += (got[i] - want[i]) * (got[i] - want[i]);
    }
}

static void tally_weight(struct tally *tally, const struct scratch *s, const struct row *row)
{
    double kept = 0, all = 0;
    size_t low = row->group->low;
    for (size_t key = row->first; key < row->visible; key++)
        all += s->weight[key - low][row->lane];
    for (size_t n = 0; n < s->selected.count; n++)
        kept += s->weight[s->selected.key[n] - low][row->lane];
    tally->weight += kept / all;
    tally->block_weight += kept / all;
    tally->weight_rows++;
    tally->block_rows++;
}

/* Against the tensors as quantised: the scratch has their scores, weights and dense attention. */
static void tally_row(struct tally *tally, struct scratch *s, const struct sofa_numbers *n, const struct sofa_job *j,
                      const struct row *row)
{
    double dense[SOFA_HEAD_DIM_MAX];
    const double (*score)[SOFA_LANES] = (const double(*)[SOFA_LANES])s->score;
    size_t d = n->trace->q.cols;
    sofa_reference_attend(s->out, score, row->lane, &s->selected, n, row->group);
    compare(&tally->selected, s->out, row, d);
    take_dense(dense, s, row->lane, d);
    compare(&tally->dense, dense, row, d);
    if (row->first >= row->visible)
        return;
    tally_weight(tally, s, row);
    select_exact(s, j, row);
    sofa_reference_attend(s->out, score, row->lane, &s->exact, n, row->group);
    compare_exact(&tally->exact, dense, s->out, d);
    tally_recall(tally, s, j, row);
}

/* Against the tensors as given. */
static void tally_given(struct tally *tally, struct scratch *s, const struct sofa_numbers *n, const struct row *row)
{
    size_t d = n->trace->q.cols;
    sofa_reference_attend(s->out, (const double(*)[SOFA_LANES])s->score, row->lane, &s->selected, n, row->group);
    compare(&tally->selected_given, s->out, row, d);
    take_dense(s->out, s, row->lane, d);
    compare(&tally->dense_given, s->out, row, d);
}

/* After the last row of a block. */
static void close_block(struct sofa_report *r, struct tally *tally, size_t first, size_t rows)
{
    double share = tally->block_rows > 0 ? tally->block_weight / (double)tally->block_rows : 1;
    if (tally->block_rows > 0 && (share < r->weight_kept_least || r->least_rows == 0)) {
        r->weight_kept_least = share;
        r->least_first = first;
        r->least_rows = rows;
    }
    tally->block_weight = 0;
    tally->block_rows = 0;
}

static double decibels(struct ratio r)
{
    return sofa_decibels(r.signal, r.error);
}

static double mean(double sum, size_t count)
{
    return count > 0 ? sum / (double)count : 1;
}

static struct row row_of(struct scratch *s, const struct sofa_result *result, const struct sofa_row_group *g, unsigned lane)
{
    size_t at = g->row + lane;
    struct row row = {.group = g, .lane = lane, .first = g->first[lane], .visible = g->visible[lane],
                      .o = result->o + at * result->dims, .step = result->o_step};
    list_selected(s, result->selected + at * result->keys, &row);
    return row;
}

static void attend_group(struct scratch *s, const struct sofa_numbers *n, const struct sofa_row_group *g)
{
    sofa_reference_scores(s->score, n, g);
    sofa_reference_dense(s->dense, s->weight, (const double(*)[SOFA_LANES])s->score, n, g);
}

/* given NULL: as quantised. */
static void measure_group(struct sofa_report *r, struct tally *tally, struct scratch *s, const struct sofa_numbers *quantised,
                          const struct sofa_numbers *given, const struct sofa_result *result, const struct sofa_row_group *g)
{
    size_t block = r->config.query_block;
    attend_group(s, quantised, g);
    for (unsigned lane = 0; lane < g->rows; lane++) {
        struct row row = row_of(s, result, g, lane);
        size_t at = g->row + lane;
        tally_row(tally, s, quantised, &r->job, &row);
        if (at % block == block - 1 || at + 1 == result->rows)
            close_block(r, tally, at / block * block, at % block + 1);
    }
    if (!given)
        return;
    attend_group(s, given, g);
    for (unsigned lane = 0; lane < g->rows; lane++) {
        struct row row = row_of(s, result, g, lane);
        tally_given(tally, s, given, &row);
    }
}

static enum sofa_status measure(struct sofa_report *r, struct tally *tally, struct scratch *scratch,
                                const struct sofa_trace *t, const struct sofa_result *result, struct sofa_error *e)
{
    struct sofa_numbers quantised, given;
    struct sofa_row_group g;
    int exact = sofa_given_is_exact(t);
    enum sofa_status status = sofa_numbers_choose(&quantised, t, 0, e);
    if (status == SOFA_OK && !exact)
        status = sofa_numbers_choose(&given, t, 1, e);
    for (size_t row = 0; row < result->rows && status == SOFA_OK; row += g.rows) {
        sofa_row_group_take(&g, t, row);
        measure_group(r, tally, scratch, &quantised, exact ? NULL : &given, result, &g);
    }
    if (exact) {
        tally->selected_given = tally->selected;
        tally->dense_given = tally->dense;
    }
    return status;
}

enum sofa_status sofa_report_accuracy(struct sofa_report *r, const struct sofa_trace *t, const struct sofa_result *result,
                                      struct sofa_error *e)
{
    struct tally tally = {.recall_rows = 0};
    struct scratch scratch;
    r->weight_kept_least = 1;
    enum sofa_status status = open_scratch(&scratch, t, e);
    if (status != SOFA_OK)
        return status;
    status = measure(r, &tally, &scratch, t, result, e);
    close_scratch(&scratch);
    r->snr_selected_db = decibels(tally.selected);
    r->snr_dense_db = decibels(tally.dense);
    r->snr_selected_given_db = decibels(tally.selected_given);
    r->snr_dense_given_db = decibels(tally.dense_given);
    r->snr_dense_exact_db = decibels(tally.exact);
    r->recall = mean(tally.recall, tally.recall_rows);
    r->recall_exact = mean(tally.recall_exact, tally.recall_rows);
    r->weight_kept = mean(tally.weight, tally.weight_rows);
    if (t->paired)
        r->least_first = sofa_paired_row(t->q.rows, t->paired, r->least_first);
    return status;
}
