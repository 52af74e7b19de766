/* SPDX-License-Identifier: Apache-2.0 */
/* How good an output is: recall, errors, softmax weight on the kept pairs. */
#include "report.h"

#include "../base/largest.h"
#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SNR_LIMIT 300.0 /* dB; stands for an error of exactly zero */

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

struct scratch {
    int64_t *score, *sorted;
    double *real_score, *weight, *out, *dense;
    uint32_t *every, *kept, *best;      /* keys: 0, 1, ...; of the row: selected, and what exact scores would select */
    struct sofa_keys seen, selected, exact; /* of the row */
};

static void close_scratch(struct scratch *s)
{
    free(s->score);
    free(s->sorted);
    free(s->real_score);
    free(s->weight);
    free(s->out);
    free(s->dense);
    free(s->every);
    free(s->kept);
    free(s->best);
}

static enum sofa_status open_scratch(struct scratch *s, const struct sofa_trace *t, struct sofa_error *e)
{
    size_t keys = t->k.rows;
    s->score = malloc(keys * sizeof *s->score);
    s->sorted = malloc(keys * sizeof *s->sorted);
    s->real_score = malloc(keys * sizeof *s->real_score);
    s->weight = malloc(keys * sizeof *s->weight);
    s->out = malloc(t->q.cols * sizeof *s->out);
    s->dense = malloc(t->q.cols * sizeof *s->dense);
    s->every = malloc(keys * sizeof *s->every);
    s->kept = malloc(keys * sizeof *s->kept);
    s->best = malloc(keys * sizeof *s->best);
    if (s->score && s->sorted && s->real_score && s->weight && s->out && s->dense && s->every && s->kept && s->best) {
        for (size_t key = 0; key < keys; key++)
            s->every[key] = (uint32_t)key;
        return SOFA_OK;
    }
    close_scratch(s);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", keys);
}

static void compare(struct ratio *r, const double *want, const int16_t *got, double step, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        double difference = got[i] * step - want[i];
        r->signal += want[i] * want[i];
        r->error += difference * difference;
    }
}

static void list_selected(struct scratch *s, const uint8_t *selected, size_t first, size_t visible)
{
    size_t count = 0;
    for (size_t key = first; key < visible; key++) {
        s->kept[count] = (uint32_t)key;
        count += selected[key] != 0;
    }
    s->seen = (struct sofa_keys){s->every + first, visible > first ? visible - first : 0};
    s->selected = (struct sofa_keys){s->kept, count};
}

/* The n-th largest score of keys low..high-1. */
static int64_t cut_of(struct scratch *s, size_t low, size_t high, size_t n)
{
    memcpy(s->sorted, s->score + low, (high - low) * sizeof *s->sorted);
    return sofa_nth_largest(s->sorted, high - low, n);
}

/* Adds to s->best the `room` largest exact scores of keys low..high-1, ties to the lower key. Returns how many keys it then has. */
static size_t select_largest(struct scratch *s, size_t count, size_t low, size_t high, size_t room)
{
    size_t larger = 0;
    room = room < high - low ? room : high - low;
    if (room == 0)
        return count;
    int64_t cut = cut_of(s, low, high, room);
    for (size_t key = low; key < high; key++)
        larger += s->score[key] > cut;
    for (size_t key = low, equal = room - larger; key < high; key++) {
        int tie = s->score[key] == cut && equal > 0;
        equal -= (size_t)tie;
        if (s->score[key] > cut || tie)
            s->best[count++] = (uint32_t)key;
    }
    return count;
}

/* The selection of docs/arithmetic.md by exact scores, without a radius; by mass, as many of the row's largest as it keeps. */
static void select_exact(struct scratch *s, const struct sofa_job *j, size_t first, size_t visible)
{
    size_t count = 0;
    if (j->policy == SOFA_POLICY_MASS)
        count = select_largest(s, 0, first, visible, s->selected.count);
    for (size_t base = first / j->tile * j->tile; base < visible && j->policy != SOFA_POLICY_MASS; base += j->tile) {
        size_t end = base + j->tile;
        count = select_largest(s, count, base > first ? base : first, end < visible ? end : visible, j->kept);
    }
    s->exact = (struct sofa_keys){s->best, count};
}

/* The share of these keys whose exact score is at least `cut`, that of the last of as many largest ones. */
static double recall_of(const struct scratch *s, const struct sofa_keys *keys, int64_t cut)
{
    size_t hits = 0;
    for (size_t n = 0; n < keys->count; n++)
        hits += s->score[keys->key[n]] >= cut;
    return (double)hits / (double)keys->count;
}

static int64_t least_score(const struct scratch *s, const struct sofa_keys *keys)
{
    int64_t least = INT64_MAX;
    for (size_t n = 0; n < keys->count; n++)
        least = s->score[keys->key[n]] < least ? s->score[keys->key[n]] : least;
    return least;
}

static void tally_recall(struct tally *tally, struct scratch *s, const struct sofa_job *j, size_t first, size_t visible)
{
    if (s->selected.count == 0)
        return;
    if (j->policy == SOFA_POLICY_MASS) { /* the exact ones are the row's largest */
        tally->recall += recall_of(s, &s->selected, least_score(s, &s->exact));
        tally->recall_exact += 1;
    } else {
        tally->recall += recall_of(s, &s->selected, cut_of(s, first, visible, s->selected.count));
        tally->recall_exact += recall_of(s, &s->exact, cut_of(s, first, visible, s->exact.count));
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

/* s->weight: softmax over all visible keys, from `first` on, not normalised. */
static void tally_weight(struct tally *tally, const struct scratch *s, size_t first)
{
    double kept = 0, all = 0;
    for (size_t n = 0; n < s->seen.count; n++)
        all += s->weight[n];
    for (size_t n = 0; n < s->selected.count; n++)
        kept += s->weight[s->selected.key[n] - first];
    tally->weight += kept / all;
    tally->block_weight += kept / all;
    tally->weight_rows++;
    tally->block_rows++;
}

/* Against the tensors as quantised. */
static void tally_row(struct tally *tally, struct scratch *s, const struct sofa_trace *t, const struct sofa_job *j,
                      const struct sofa_result *result, size_t row)
{
    const int16_t *o = result->o + row * result->dims;
    size_t d = result->dims, first = t->first[row], visible = t->visible[row];
    list_selected(s, result->selected + row * result->keys, first, visible);
    sofa_reference_scores(s->score, t, row);
    sofa_reference_attend(s->out, s->weight, s->score, &s->selected, t);
    compare(&tally->selected, s->out, o, result->o_step, d);
    sofa_reference_attend(s->dense, s->weight, s->score, &s->seen, t);
    compare(&tally->dense, s->dense, o, result->o_step, d);
    if (first >= visible)
        return;
    tally_weight(tally, s, first);
    select_exact(s, j, first, visible);
    sofa_reference_attend(s->out, s->weight, s->score, &s->exact, t);
    compare_exact(&tally->exact, s->dense, s->out, d);
    tally_recall(tally, s, j, first, visible);
}

/* Against the tensors as given; after tally_row. */
static void tally_given(struct tally *tally, struct scratch *s, const struct sofa_given *g, const struct sofa_trace *t,
                        const struct sofa_result *result, size_t row)
{
    const int16_t *o = result->o + row * result->dims;
    sofa_given_scores(s->real_score, g, row, t->first[row], t->visible[row]);
    sofa_given_attend(s->out, s->weight, s->real_score, &s->selected, g);
    compare(&tally->selected_given, s->out, o, result->o_step, g->d);
    sofa_given_attend(s->out, s->weight, s->real_score, &s->seen, g);
    compare(&tally->dense_given, s->out, o, result->o_step, g->d);
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
    if (r.error == 0)
        return SNR_LIMIT;
    double db = r.signal > 0 ? 10 * log10(r.signal / r.error) : -SNR_LIMIT;
    return db > SNR_LIMIT ? SNR_LIMIT : db < -SNR_LIMIT ? -SNR_LIMIT : db;
}

static double mean(double sum, size_t count)
{
    return count > 0 ? sum / (double)count : 1;
}

static enum sofa_status measure(struct sofa_report *r, struct tally *tally, struct scratch *scratch,
                                const struct sofa_trace *t, const struct sofa_result *result, struct sofa_error *e)
{
    struct sofa_given given;
    size_t block = r->config.query_block;
    int exact = sofa_given_is_exact(t);
    enum sofa_status status = exact ? SOFA_OK : sofa_given_open(&given, t, e);
    for (size_t row = 0; row < result->rows && status == SOFA_OK; row++) {
        tally_row(tally, scratch, t, &r->job, result, row);
        if (!exact)
            tally_given(tally, scratch, &given, t, result, row);
        if (row % block == block - 1 || row + 1 == result->rows)
            close_block(r, tally, row / block * block, row % block + 1);
    }
    if (exact) {
        tally->selected_given = tally->selected;
        tally->dense_given = tally->dense;
    } else if (status == SOFA_OK) {
        sofa_given_close(&given);
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
    return status;
}
