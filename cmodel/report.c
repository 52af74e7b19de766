/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SNR_LIMIT 300.0 /* dB; stands for an error of exactly zero */

/* Sums over rows. */
struct tally {
    double signal_selected, error_selected, signal_dense, error_dense, error_exact, recall, recall_exact;
    size_t recall_rows;
};

struct scratch {
    int64_t *score, *sorted;
    double *weight, *out, *dense;
    uint8_t *exact; /* keys that exact scores would select; cleared up to first */
};

static void close_scratch(struct scratch *s)
{
    free(s->score);
    free(s->sorted);
    free(s->weight);
    free(s->out);
    free(s->dense);
    free(s->exact);
}

static enum sofa_status open_scratch(struct scratch *s, const struct sofa_trace *t, struct sofa_error *e)
{
    size_t keys = t->k.rows;
    s->score = malloc(keys * sizeof *s->score);
    s->sorted = malloc(keys * sizeof *s->sorted);
    s->weight = malloc(keys * sizeof *s->weight);
    s->out = malloc(t->q.cols * sizeof *s->out);
    s->dense = malloc(t->q.cols * sizeof *s->dense);
    s->exact = calloc(keys, 1);
    if (s->score && s->sorted && s->weight && s->out && s->dense && s->exact)
        return SOFA_OK;
    close_scratch(s);
    return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", keys);
}

static void compare(double *signal, double *error, const double *want, const int16_t *got, double step, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        double difference = got[i] * step - want[i];
        *signal += want[i] * want[i];
        *error += difference * difference;
    }
}

/* The selection of docs/arithmetic.md by exact scores, without a radius. */
static void select_exact(struct scratch *s, const struct sofa_job *j, size_t first, size_t visible)
{
    memset(s->exact + first, 0, visible - first);
    for (size_t base = first / j->tile * j->tile; base < visible; base += j->tile) {
        size_t low = base > first ? base : first, end = base + j->tile;
        size_t high = end < visible ? end : visible, count = high - low, room = j->kept < count ? j->kept : count;
        memcpy(s->sorted, s->score + low, count * sizeof *s->sorted);
        int64_t cut = sofa_nth_largest(s->sorted, count, room);
        for (size_t key = low; key < high; key++)
            room -= s->exact[key] = s->score[key] > cut;
        for (size_t key = low; key < high && room > 0; key++)
            if (s->score[key] == cut) {
                s->exact[key] = 1;
                room--;
            }
    }
}

/* The share of a row's kept keys whose exact score is among as many largest ones; -1 when it keeps none. */
static double row_recall(struct scratch *s, const uint8_t *selected, size_t first, size_t visible)
{
    size_t kept = 0, hits = 0;
    for (size_t key = first; key < visible; key++)
        kept += selected[key];
    if (kept == 0)
        return -1;
    memcpy(s->sorted, s->score + first, (visible - first) * sizeof *s->sorted);
    int64_t cut = sofa_nth_largest(s->sorted, visible - first, kept);
    for (size_t key = first; key < visible; key++)
        hits += selected[key] && s->score[key] >= cut;
    return (double)hits / (double)kept;
}

static void tally_recall(struct tally *tally, struct scratch *s, const uint8_t *selected, size_t first, size_t visible)
{
    double recall = row_recall(s, selected, first, visible);
    if (recall < 0)
        return;
    tally->recall += recall;
    tally->recall_exact += row_recall(s, s->exact, first, visible);
    tally->recall_rows++;
}

static double squared_error(const double *a, const double *b, size_t d)
{
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static void tally_row(struct tally *tally, struct scratch *s, const struct sofa_trace *t, const struct sofa_job *j,
                      const struct sofa_result *result, size_t row)
{
    const uint8_t *selected = result->selected + row * result->keys;
    const int16_t *o = result->o + row * result->dims;
    size_t d = result->dims;
    sofa_reference_scores(s->score, t, row);
    sofa_reference_attend(s->out, s->weight, s->score, selected, t, row);
    compare(&tally->signal_selected, &tally->error_selected, s->out, o, result->o_step, d);
    sofa_reference_attend(s->dense, s->weight, s->score, NULL, t, row);
    compare(&tally->signal_dense, &tally->error_dense, s->dense, o, result->o_step, d);
    if (t->first[row] >= t->visible[row])
        return;
    select_exact(s, j, t->first[row], t->visible[row]);
    sofa_reference_attend(s->out, s->weight, s->score, s->exact, t, row);
    tally->error_exact += squared_error(s->out, s->dense, d);
    tally_recall(tally, s, selected, t->first[row], t->visible[row]);
}

static double decibels(double signal, double error)
{
    if (error == 0)
        return SNR_LIMIT;
    double db = signal > 0 ? 10 * log10(signal / error) : -SNR_LIMIT;
    return db > SNR_LIMIT ? SNR_LIMIT : db < -SNR_LIMIT ? -SNR_LIMIT : db;
}

static enum sofa_status measure_accuracy(struct sofa_report *r, const struct sofa_trace *t,
                                         const struct sofa_job *j, const struct sofa_result *result,
                                         struct sofa_error *e)
{
    struct tally tally = {0};
    struct scratch scratch;
    enum sofa_status status = open_scratch(&scratch, t, e);
    if (status != SOFA_OK)
        return status;
    for (size_t row = 0; row < result->rows; row++)
        tally_row(&tally, &scratch, t, j, result, row);
    close_scratch(&scratch);
    r->snr_selected_db = decibels(tally.signal_selected, tally.error_selected);
    r->snr_dense_db = decibels(tally.signal_dense, tally.error_dense);
    r->snr_dense_exact_db = decibels(tally.signal_dense, tally.error_exact);
    r->recall = tally.recall_rows > 0 ? tally.recall / (double)tally.recall_rows : 1;
    r->recall_exact = tally.recall_rows > 0 ? tally.recall_exact / (double)tally.recall_rows : 1;
    return SOFA_OK;
}

/* Payload of what other ways to compute the same attention would move. */
static void count_traffic(struct sofa_report *r, const struct sofa_config *c)
{
    const struct sofa_counters *n = &r->counters;
    uint64_t d = c->head_dim, query = d * c->data.query_bits / 8, key = d * c->data.key_bits / 8;
    uint64_t value = d * c->data.value_bits / 8, output = d * c->data.output_bits / 8;
    uint64_t rows = r->rows * (query + output), weights = r->hidden * d;
    r->bytes_total = n->bytes_query + n->bytes_key + n->bytes_value + n->bytes_range + n->bytes_output + n->bytes_token +
                     n->bytes_weight + n->bytes_rotary + n->bytes_cache_read + n->bytes_cache_write;
    r->bytes_plain_sparse = rows + r->keys * key + 4 * r->visible_pairs + n->pairs * (key + value);
    r->bytes_dense = rows + n->key_rows * (key + value);
    if (r->hidden == 0)
        return;
    /* K and V are generated first: of needed keys, which takes the codes as well, or of all. */
    r->bytes_plain_sparse = rows + r->keys * r->hidden + weights / 2 + 2 * weights + n->generated * (r->hidden + key + value) +
                            4 * r->visible_pairs + n->pairs * (key + value);
    r->bytes_dense = rows + r->keys * (r->hidden + key + value) + 2 * weights + n->key_rows * (key + value);
}

static void measure_sparsity(struct sofa_report *r, const struct sofa_trace *t)
{
    const struct sofa_counters *n = &r->counters;
    for (size_t row = 0; row < r->rows; row++)
        if (t->visible[row] > t->first[row])
            r->visible_pairs += t->visible[row] - t->first[row];
    r->kept_fraction = r->visible_pairs > 0 ? (double)n->pairs / (double)r->visible_pairs : 0;
    r->keys_needed_fraction = n->key_rows > 0 ? (double)n->keys / (double)n->key_rows : 0;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

enum sofa_status sofa_report_run(struct sofa_report *r, struct sofa_result *result, const struct sofa_config *c,
                                 const struct sofa_trace *t, const struct sofa_job *j, struct sofa_error *e)
{
    struct sofa_cycles cycles = {0};
    *r = (struct sofa_report){.config = *c, .job = *j, .hidden = t->tokens.x.cols};
    double start = cpu_seconds();
    enum sofa_status status = sofa_model_run(result, c, t, j, 1, e);
    if (status != SOFA_OK)
        return status;
    r->seconds = cpu_seconds() - start;
    r->rows = result->rows;
    r->keys = result->keys;
    r->counters = result->counters;
    measure_sparsity(r, t);
    count_traffic(r, c);
    double macs = (double)c->head_dim * ((double)r->visible_pairs + 2 * (double)r->counters.pairs);
    r->macs_per_second = r->seconds > 0 ? macs / r->seconds : 0;
    status = measure_accuracy(r, t, j, result, e);
    if (status == SOFA_OK)
        status = sofa_cycles_predict(&cycles, c, j, result, e);
    if (status != SOFA_OK)
        sofa_result_free(result);
    else
        r->cycles_predicted = cycles.total;
    return status;
}
