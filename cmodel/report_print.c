/* SPDX-License-Identifier: Apache-2.0 */
/* The two forms of a report. */
#include "report.h"

#include "npz.h"
#include "program.h"

#include <inttypes.h>
#include <stdlib.h>

static json_t *count(uint64_t n)
{
    return json_integer((json_int_t)n);
}

/* Adds the members of `more` to `object`; both are released and the answer is NULL when one of them is missing. */
static json_t *merge(json_t *object, json_t *more)
{
    int bad = !object || !more || json_object_update(object, more) != 0;
    json_decref(more);
    if (!bad)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *bytes_json(const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "query", count(n->bytes_query), "key", count(n->bytes_key), "value",
                     count(n->bytes_value), "range", count(n->bytes_range), "output", count(n->bytes_output), "total",
                     count(r->bytes_total));
    if (r->hidden > 0)
        object = merge(object, json_pack("{s:o, s:o, s:o, s:o, s:o}", "token", count(n->bytes_token), "weight",
                                         count(n->bytes_weight), "rotary", count(n->bytes_rotary), "cache_read", count(n->bytes_cache_read), "cache_write",
                                         count(n->bytes_cache_write)));
    return object;
}

static json_t *config_json(const struct sofa_config *c)
{
    char hash[16];
    snprintf(hash, sizeof hash, "%08" PRIx32, sofa_config_hash(c));
    return json_pack("{s:s, s:s}", "name", c->name, "hash", hash);
}

/* What only mode tokens has. */
static json_t *tokens_json(const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", //
                     "hidden", count(r->hidden),                      //
                     "khat_shift", count(r->job.khat_shift),          //
                     "k_shift", count(r->job.k_shift),                //
                     "v_shift", count(r->job.v_shift),                //
                     "keys_generated", count(n->generated),           //
                     "keys_fetched", count(n->fetched),               //
                     "token_rows", count(n->key_rows),                //
                     "token_rows_reread", count(n->token_rereads),    //
                     "khat_beats", count(n->khat_beats),              //
                     "khat_beats_skipped", count(n->khat_beats_skipped), //
                     "zero_terms", count(n->zero_terms));
}

json_t *sofa_report_json(const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    json_t *object = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:o, s:o, s:o, s:o, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:o, s:o, s:f, s:f}", //
        "config", config_json(&r->config),                   //
        "rows", count(r->rows),                              //
        "keys", count(r->keys),                              //
        "blocks", count(n->blocks),                          //
        "tiles", count(n->tiles),                            //
        "kept_fraction", r->kept_fraction,                   //
        "keys_needed_fraction", r->keys_needed_fraction,     //
        "pairs", count(n->pairs),                            //
        "raises", count(n->raises),                          //
        "clipped", count(n->clipped),                        //
        "empty_rows", count(n->empty_rows),                  //
        "recall", r->recall,                                 //
        "output_snr_selected_db", r->snr_selected_db,        //
        "output_snr_dense_db", r->snr_dense_db,              //
        "recall_exact_scores", r->recall_exact,              //
        "output_snr_dense_exact_db", r->snr_dense_exact_db,  //
        "bytes", bytes_json(r),                              //
        "bytes_plain_sparse", count(r->bytes_plain_sparse),  //
        "bytes_dense", count(r->bytes_dense),                //
        "cycles_predicted", count(r->cycles_predicted),      //
        "model_seconds", r->seconds,                         //
        "macs_per_second", r->macs_per_second);
    return r->hidden > 0 ? merge(object, tokens_json(r)) : object;
}

enum sofa_status sofa_report_print_json(json_t *object, struct sofa_error *e)
{
    int bad = !object || json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) != 0;
    json_decref(object);
    putchar('\n');
    enum sofa_status status = sofa_program_flush(e);
    return status == SOFA_OK && bad ? sofa_fail(e, SOFA_BAD_INPUT, "the JSON object: out of memory") : status;
}

static void print_tokens(FILE *out, const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    double beats = (double)(n->khat_beats + n->khat_beats_skipped);
    fprintf(out, "  of generation     token %" PRIu64 ", weight %" PRIu64 ", rotary %" PRIu64 ", written back %" PRIu64 ", fetched %" PRIu64 "\n",
            n->bytes_token, n->bytes_weight, n->bytes_rotary, n->bytes_cache_write, n->bytes_cache_read);
    fprintf(out, "keys                %" PRIu64 " of %zu generated from %zu-wide tokens, fetched %" PRIu64 " times\n",
            n->generated, r->keys, r->hidden, n->fetched);
    fprintf(out, "X rows              %" PRIu64 " read, once per tile and block, %" PRIu64 " once more to generate\n", n->key_rows,
            n->token_rereads);
    fprintf(out, "key prediction      %" PRIu64 " beats, %.2f %% skipped, %" PRIu64 " products with a zero\n", n->khat_beats,
            beats > 0 ? 100 * (double)n->khat_beats_skipped / beats : 0, n->zero_terms);
}

void sofa_report_print(FILE *out, const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    double total = (double)r->bytes_total;
    fprintf(out, "configuration       %s (%08" PRIx32 ")\n", r->config.name, sofa_config_hash(&r->config));
    fprintf(out, "job                 %zu rows x %zu keys, %" PRIu64 " blocks, %" PRIu64 " tiles\n", r->rows, r->keys,
            n->blocks, n->tiles);
    fprintf(out, "kept                %.2f %% of visible pairs (%" PRIu64 "), %.2f %% of V rows, %" PRIu64 " clipped\n",
            100 * r->kept_fraction, n->pairs, 100 * r->keys_needed_fraction, n->clipped);
    fprintf(out, "recall              %.2f %% of kept keys are among the row's largest exact scores", 100 * r->recall);
    fprintf(out, " (selected by exact scores: %.2f %%)\n", 100 * r->recall_exact);
    fprintf(out, "error               %.1f dB below float64 attention on the selected pairs, %.1f dB dense\n",
            r->snr_selected_db, r->snr_dense_db);
    fprintf(out, "raises, empty rows  %" PRIu64 ", %" PRIu64 "\n", n->raises, n->empty_rows);
    fprintf(out, "bytes moved         %.0f: query %" PRIu64 ", key %" PRIu64 ", value %" PRIu64 ", range %" PRIu64
            ", output %" PRIu64 "\n", total, n->bytes_query, n->bytes_key, n->bytes_value, n->bytes_range,
            n->bytes_output);
    if (r->hidden > 0)
        print_tokens(out, r);
    fprintf(out, "  plain sparse      %" PRIu64 " (%.2f times as many)\n", r->bytes_plain_sparse,
            (double)r->bytes_plain_sparse / total);
    fprintf(out, "  dense             %" PRIu64 " (%.2f times as many)\n", r->bytes_dense,
            (double)r->bytes_dense / total);
    fprintf(out, "cycles predicted    %" PRIu64 "\n", r->cycles_predicted);
    fprintf(out, "model               %.3g s, %.3g multiply-accumulates a second\n", r->seconds, r->macs_per_second);
}

enum sofa_status sofa_result_save(const struct sofa_result *result, const char *path, struct sofa_error *e)
{
    size_t count = result->rows * result->dims, cells = result->rows * result->keys;
    double step = result->o_step;
    float *o = malloc(count * sizeof *o);
    if (!o)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: out of memory", path);
    for (size_t i = 0; i < count; i++)
        o[i] = (float)(result->o[i] * step);
    const struct sofa_member members[] = {
        {"o", {SOFA_F32, 2, {result->rows, result->dims}, count, o}},
        {"o_int", {SOFA_I16, 2, {result->rows, result->dims}, count, result->o}},
        {"o_scale", {SOFA_F64, 0, {0}, 1, &step}},
        {"selected", {SOFA_U8, 2, {result->rows, result->keys}, cells, result->selected}},
    };
    enum sofa_status status = sofa_npz_write(path, members, sizeof members / sizeof members[0], e);
    free(o);
    return status;
}
