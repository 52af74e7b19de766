/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "../cycles/cycles.h"

#include <inttypes.h>
#include <time.h>

/* Payload of what other ways to compute the same attention would move. */
static void count_traffic(struct sofa_report *r, const struct sofa_config *c)
{
    const struct sofa_counters *n = &r->counters;
    uint64_t d = c->head_dim, query = d * c->data.query_bits / 8, key = d * c->data.key_bits / 8;
    uint64_t value = d * c->data.value_bits / 8, output = d * c->data.output_bits / 8;
    uint64_t rows = r->rows * (query + output), weights = r->hidden * d;
    r->bytes_total = n->bytes_query + n->bytes_khat + n->bytes_key + n->bytes_value + n->bytes_range + n->bytes_output + n->bytes_token +
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

/* Of this thread alone: other heads may run beside it. */
static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct sofa_utilisation sofa_report_utilise(const struct sofa_report *r, uint64_t predict, uint64_t select, uint64_t kvgen,
                                            uint64_t cycles)
{
    const struct sofa_config *c = &r->config;
    uint64_t written = r->counters.bytes_output + r->counters.bytes_cache_write, beat = c->memory.port_bits / 8;
    double read = (double)(r->bytes_total - written) / (double)beat;
    double total = cycles > 0 ? (double)cycles : 1, multipliers = (double)c->attend.lanes * c->attend.width;
    return (struct sofa_utilisation){.predict = (double)predict / total,
                                     .select = (double)select / total,
                                     .read = read / (c->memory.read_channels * total),
                                     .attend = (double)r->counters.pairs * c->head_dim / (multipliers * total),
                                     .key_prediction = (double)r->counters.khat_beats / total,
                                     .kvgen = (double)kvgen / total};
}

static void count(struct sofa_report *r, const char *name, uint64_t value)
{
    struct sofa_count *item = &r->counts.item[r->counts.count++];
    snprintf(item->name, sizeof item->name, "%s", name);
    item->value = value;
}

/* Cycles, and counters that follow from them or from beats; for ideal memory. */
static enum sofa_status predict_time(struct sofa_report *r, const struct sofa_result *result, struct sofa_error *e)
{
    struct sofa_cycles cycles = {0};
    struct sofa_derived d;
    enum sofa_status status = sofa_cycles_predict(&cycles, &r->config, &r->job, result, e);
    if (status != SOFA_OK)
        return status;
    sofa_config_derive(&r->config, &d);
    /* beats of the KV array: for K and V of each generated key */
    uint64_t kvgen = r->hidden > 0 ? 2 * r->counters.generated * d.project_blocks * d.project_steps * result->words : 0;
    r->cycles_predicted = cycles.total;
    r->utilisation = sofa_report_utilise(r, cycles.predict_useful, cycles.select_useful, kvgen, cycles.total);
    sofa_counts_expect(&r->counts, &r->config, &r->counters);
    count(r, "CYCLES", cycles.total);
    count(r, "PREDICT_BUSY", cycles.predict_useful);
    count(r, "SELECT_BUSY", cycles.select_useful);
    count(r, "ATTEND_BUSY", r->counters.pairs * d.beats);
    if (r->hidden > 0)
        count(r, "KVGEN_BUSY", kvgen);
    return SOFA_OK;
}

/* Far from dense attention, because pairs are left out or because the numbers are worn out. */
static void warn_poor(struct sofa_report *r)
{
    if (r->snr_selected_given_db > r->snr_dense_given_db + 3)
        sofa_warn(&r->warnings, "the output is only %.1f dB from dense attention: kept pairs hold %.1f %% of the softmax weight (rows "
                  "%zu to %zu: %.1f %%); keep more keys (--kept, tile.kept_max) or do not prune this head",
                  r->snr_dense_given_db, 100 * r->weight_kept, r->least_first, r->least_first + r->least_rows - 1,
                  100 * r->weight_kept_least);
    else
        sofa_warn(&r->warnings, "the output is only %.1f dB from dense attention, and %.1f dB on the selected pairs: the numbers are at "
                  "fault, not the selection; more bits (data.*_bits) or another scale would help", r->snr_dense_given_db,
                  r->snr_selected_given_db);
}

static void warn(struct sofa_report *r)
{
    const struct sofa_saturations *s = &r->saturated;
    if (s->scores > 0)
        sofa_warn(&r->warnings, "%" PRIu64 " of %" PRIu64 " attended scores are beyond what softmax holds, 2^19 octaves: such keys "
                  "count alike; is scale, or a scale of q or k, too large?", s->scores, r->counters.pairs);
    if (s->predicted > 0)
        sofa_warn(&r->warnings, "%" PRIu64 " predicted scores saturate: predict.score_bits = %u is too few for these operands",
                  s->predicted, r->config.predict.score_bits);
    if (r->judged && r->snr_dense_given_db < SOFA_POOR_DENSE_DB)
        warn_poor(r);
}

static enum sofa_status run(struct sofa_report *r, struct sofa_result *result, const struct sofa_config *c,
                            const struct sofa_trace *t, const struct sofa_job *j, int judged, struct sofa_error *e)
{
    *r = (struct sofa_report){.config = *c, .job = *j, .balance = t->balance, .hidden = t->tokens.x.cols, .judged = judged};
    double start = cpu_seconds();
    enum sofa_status status = sofa_model_run(result, c, t, j, 1, e);
    if (status != SOFA_OK)
        return status;
    r->seconds = cpu_seconds() - start;
    r->rows = result->rows;
    r->keys = result->keys;
    r->counters = result->counters;
    r->saturated = result->saturated;
    measure_sparsity(r, t);
    count_traffic(r, c);
    double macs = (double)c->head_dim * ((double)r->visible_pairs + 2 * (double)r->counters.pairs);
    r->macs_per_second = r->seconds > 0 ? macs / r->seconds : 0;
    if (judged)
        status = sofa_report_accuracy(r, t, result, e);
    if (status == SOFA_OK)
        status = predict_time(r, result, e);
    if (status != SOFA_OK)
        sofa_result_free(result);
    else
        warn(r);
    return status;
}

enum sofa_status sofa_report_run(struct sofa_report *r, struct sofa_result *result, const struct sofa_config *c,
                                 const struct sofa_trace *t, const struct sofa_job *j, struct sofa_error *e)
{
    return run(r, result, c, t, j, 1, e);
}

enum sofa_status sofa_report_run_unjudged(struct sofa_report *r, struct sofa_result *result, const struct sofa_config *c,
                                          const struct sofa_trace *t, const struct sofa_job *j, struct sofa_error *e)
{
    return run(r, result, c, t, j, 0, e);
}
