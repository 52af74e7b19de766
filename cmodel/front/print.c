/* SPDX-License-Identifier: Apache-2.0 */
/* A report as text. */
#include "../trace/npz.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static void print_measured(FILE *out, const struct sofa_report *r)
{
    const struct sofa_measured *m = r->measured;
    double cycles = (double)m->cycles, predicted = (double)r->cycles_predicted;
    if (m->mismatches == 0)
        fprintf(out, "RTL and model       bit-exact\n");
    else if (m->bit_exact)
        fprintf(out, "RTL and model       bit-exact, but DIFFER in cycles\n");
    else
        fprintf(out, "RTL and model       DIFFER, %" PRIu64 " mismatches; the first: %s\n", m->mismatches, m->first_mismatch);
    fprintf(out, "memory              %s, seed %" PRIu64 "\n", m->memory, m->seed);
    fprintf(out, "cycles              %" PRIu64 ", predicted for ideal memory %" PRIu64 " (%+.2f %%)\n", m->cycles,
            r->cycles_predicted, 100 * ratio(predicted - cycles, cycles));
    fprintf(out, "simulation          %.0f kHz, %.1f s\n", m->sim_khz, m->seconds);
}

static void print_utilisation(FILE *out, const struct sofa_report *r)
{
    const struct sofa_utilisation *u = &r->utilisation;
    fprintf(out, "utilisation         predict %.1f %%, select %.1f %%, attend %.1f %%", 100 * u->predict, 100 * u->select,
            100 * u->attend);
    if (r->hidden > 0)
        fprintf(out, ", key prediction %.1f %%, K/V generation %.1f %%", 100 * u->key_prediction, 100 * u->kvgen);
    fprintf(out, ", read channels %.1f %%\n", 100 * u->read);
}

static void print_tokens(FILE *out, const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    double beats = (double)(n->khat_beats + n->khat_beats_skipped);
    fprintf(out,
            "  of generation     token %" PRIu64 ", weight %" PRIu64 ", rotary %" PRIu64 ", written back %" PRIu64
            ", fetched %" PRIu64 "\n",
            n->bytes_token, n->bytes_weight, n->bytes_rotary, n->bytes_cache_write, n->bytes_cache_read);
    fprintf(out, "keys                %" PRIu64 " of %zu generated from %zu-wide tokens, fetched %" PRIu64 " times\n",
            n->generated, r->keys, r->hidden, n->fetched);
    fprintf(out, "X rows              %" PRIu64 " read, once per tile and block, %" PRIu64 " once more to generate\n", n->key_rows,
            n->token_rereads);
    fprintf(out, "key prediction      %" PRIu64 " beats, %.2f %% skipped, %" PRIu64 " products with a zero\n", n->khat_beats,
            beats > 0 ? 100 * (double)n->khat_beats_skipped / beats : 0, n->zero_terms);
}

void sofa_balance_print(FILE *out, const struct sofa_balance *b)
{
    if (b->measured)
        fprintf(out, "balance             %s: prediction loses %.2f %% of the softmax weight, numbers are at %.1f dB; balanced %.2f %%, "
                "%.1f dB\n", b->used ? "on" : "off", 100 * b->plain.lost, b->plain.snr_db, 100 * b->balanced.lost, b->balanced.snr_db);
}

static void print_accuracy(FILE *out, const struct sofa_report *r)
{
    if (!r->judged)
        return;
    fprintf(out, "recall              %.2f %% of kept keys are among the row's largest exact scores", 100 * r->recall);
    fprintf(out, " (selected by exact scores: %.2f %%)\n", 100 * r->recall_exact);
    fprintf(out, "softmax weight      %.2f %% is on kept pairs; in rows %zu to %zu %.2f %%\n", 100 * r->weight_kept,
            r->least_first, r->least_first + (r->least_rows > 0 ? r->least_rows - 1 : 0), 100 * r->weight_kept_least);
    fprintf(out, "error, as given     %.1f dB below float64 attention of your tensors on the selected pairs, %.1f dB dense\n",
            r->snr_selected_given_db, r->snr_dense_given_db);
    fprintf(out, "error, as quantised %.1f dB below float64 attention of the quantised tensors on the selected pairs, %.1f dB dense\n",
            r->snr_selected_db, r->snr_dense_db);
}

static void print_saturated(FILE *out, const struct sofa_report *r)
{
    if (r->saturated.scores + r->saturated.predicted > 0)
        fprintf(out, "saturated           %" PRIu64 " attended scores, %" PRIu64 " predicted ones\n", r->saturated.scores,
                r->saturated.predicted);
}

void sofa_report_print(FILE *out, const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    double total = (double)r->bytes_total;
    if (r->measured)
        print_measured(out, r);
    fprintf(out, "configuration       %s (%08" PRIx32 ")\n", r->config.name, sofa_config_hash(&r->config));
    fprintf(out, "job                 %zu rows x %zu keys, %" PRIu64 " blocks, %" PRIu64 " tiles\n", r->rows, r->keys,
            n->blocks, n->tiles);
    fprintf(out, "kept                %.2f %% of visible pairs (%" PRIu64 "), %.2f %% of keys needed, %" PRIu64 " clipped\n",
            100 * r->kept_fraction, n->pairs, 100 * r->keys_needed_fraction, n->clipped);
    sofa_balance_print(out, &r->balance);
    print_accuracy(out, r);
    print_saturated(out, r);
    fprintf(out, "raises, empty rows  %" PRIu64 ", %" PRIu64 "\n", n->raises, n->empty_rows);
    fprintf(out, "bytes moved         %.0f: query %" PRIu64 ", predicted keys %" PRIu64 ", key %" PRIu64 ", value %" PRIu64 ", range %" PRIu64
            ", output %" PRIu64 "\n", total, n->bytes_query, n->bytes_khat, n->bytes_key, n->bytes_value, n->bytes_range,
            n->bytes_output);
    if (r->hidden > 0)
        print_tokens(out, r);
    fprintf(out, "  plain sparse      %" PRIu64 " (%.2f times as many)\n", r->bytes_plain_sparse,
            ratio((double)r->bytes_plain_sparse, total));
    fprintf(out, "  dense             %" PRIu64 " (%.2f times as many)\n", r->bytes_dense, ratio((double)r->bytes_dense, total));
    if (!r->measured)
        fprintf(out, "cycles predicted    %" PRIu64 "\n", r->cycles_predicted);
    print_utilisation(out, r);
    fprintf(out, "model               %.3g s, %.3g multiply-accumulates a second\n", r->seconds, r->macs_per_second);
}

void sofa_report_print_title(FILE *out)
{
    fprintf(out, "%-24s %4s %7s %7s %7s %7s %7s %7s %9s %9s %11s %7s\n", "trace", "head", "rows", "keys", "kept", "recall",
            "weight", "worst", "selected", "dense", "cycles", "attend");
}

/* The name of the file without folders; of a long one the end, which tells files apart. */
static const char *short_name(const char *path, size_t room)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    return length > room ? name + length - room : name;
}

void sofa_report_print_line(FILE *out, const struct sofa_report *r)
{
    char judged[64];
    snprintf(judged, sizeof judged, "%7s %7s %7s %9s %9s", "-", "-", "-", "-", "-");
    if (r->judged)
        snprintf(judged, sizeof judged, "%5.1f %% %5.1f %% %5.1f %% %6.1f dB %6.1f dB", 100 * r->recall, 100 * r->weight_kept,
                 100 * r->weight_kept_least, r->snr_selected_given_db, r->snr_dense_given_db);
    fprintf(out, "%-24s %4zu %7zu %7zu %5.1f %% %s %11" PRIu64 " %5.1f %%%s\n", short_name(r->trace ? r->trace : "", 24), r->head,
            r->rows, r->keys, 100 * r->kept_fraction, judged, r->measured ? r->measured->cycles : r->cycles_predicted,
            100 * r->utilisation.attend,
            r->measured && r->measured->mismatches > 0 ? " DIFFERS" : "");
}

static int columns_differ(const struct sofa_result *result)
{
    for (size_t i = 1; i < result->dims; i++)
        if (result->o_step[i] != result->o_step[0])
            return 1;
    return 0;
}

float *sofa_result_real(const struct sofa_result *result)
{
    size_t count = result->rows * result->dims;
    float *o = malloc(count * sizeof *o + 1);
    for (size_t i = 0; o && i < count; i++)
        o[i] = (float)(result->o[i] * result->o_step[i % result->dims]);
    return o;
}

enum sofa_status sofa_result_unpair(struct sofa_result *result, unsigned block, struct sofa_error *e)
{
    enum sofa_status status = sofa_unpair_rows(result->o, result->rows, result->dims * sizeof *result->o, block, e);
    return status == SOFA_OK ? sofa_unpair_rows(result->selected, result->rows, result->keys, block, e) : status;
}

enum sofa_status sofa_result_save(const struct sofa_result *result, int selected, const char *path, struct sofa_error *e)
{
    size_t count = result->rows * result->dims, cells = result->rows * result->keys;
    size_t steps = columns_differ(result) ? result->dims : 0;
    float *o = sofa_result_real(result);
    if (!o)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: out of memory", path);
    const struct sofa_member members[] = {
        {"o", {SOFA_F32, 2, {result->rows, result->dims}, count, o}},
        {"o_int", {SOFA_I16, 2, {result->rows, result->dims}, count, result->o}},
        {"o_scale", {SOFA_F64, steps > 0, {steps}, steps > 0 ? steps : 1, result->o_step}},
        {"selected", {SOFA_U8, 2, {result->rows, result->keys}, cells, result->selected}},
    };
    unsigned all = sizeof members / sizeof members[0];
    enum sofa_status status = sofa_npz_write(path, members, selected ? all : all - 1, e);
    free(o);
    return status;
}
