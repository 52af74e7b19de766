/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON. */
#include "../base/program.h"
#include "report.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

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
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",                   //
                               "query", count(n->bytes_query), "khat", count(n->bytes_khat), "key", count(n->bytes_key), //
                               "value", count(n->bytes_value), "range", count(n->bytes_range), //
                               "output", count(n->bytes_output), "total", count(r->bytes_total));
    if (r->hidden > 0)
        object = merge(object, json_pack("{s:o, s:o, s:o, s:o, s:o}",                                //
                                         "token", count(n->bytes_token), "weight", count(n->bytes_weight), //
                                         "rotary", count(n->bytes_rotary), "cache_read", count(n->bytes_cache_read), //
                                         "cache_write", count(n->bytes_cache_write)));
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

/* By the names of the register table, in lower case; what the model does not know is null. */
static json_t *counters_json(const struct sofa_report *r)
{
    unsigned registers;
    const struct sofa_register *table = sofa_registers(&registers);
    const struct sofa_counts *counts = r->measured ? &r->measured->counts : &r->counts;
    json_t *object = json_object();
    for (unsigned i = 0; i < registers; i++) {
        char name[32];
        size_t length = strlen(table[i].name) - 3, n;
        struct sofa_register here;
        if (table[i].kind != SOFA_REG_COUNTER || strcmp(table[i].name + length, "_LO") != 0 ||
            !sofa_register_for(&here, &table[i], &r->config))
            continue;
        json_t *value = json_null();
        for (n = 0; n < counts->count; n++)
            if (strlen(counts->item[n].name) == length && memcmp(counts->item[n].name, table[i].name, length) == 0)
                value = count(counts->item[n].value);
        for (n = 0; n < length; n++)
            name[n] = (char)tolower((unsigned char)table[i].name[n]);
        name[n] = '\0';
        json_object_set_new(object, name, value);
    }
    return object;
}

static json_t *utilisation_json(const struct sofa_report *r)
{
    const struct sofa_utilisation *u = &r->utilisation;
    json_t *object = json_pack("{s:f, s:f, s:f, s:f}", "predict", u->predict, "select", u->select, "attend", u->attend, "read", u->read);
    return r->hidden > 0 ? merge(object, json_pack("{s:f, s:f}", "key_prediction", u->key_prediction, "kvgen", u->kvgen))
                         : object;
}

/* How it ran. The model's cycles are the predicted ones, for ideal memory. */
static json_t *run_json(const struct sofa_report *r)
{
    const struct sofa_measured *m = r->measured;
    json_t *object = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}",           //
                               "ran_on", m ? "rtl" : "model",                                       //
                               "bit_exact", m ? json_boolean(m->bit_exact) : json_null(),     //
                               "mismatches", m ? count(m->mismatches) : json_null(),                //
                               "cycles", count(m ? m->cycles : r->cycles_predicted),                //
                               "utilisation", utilisation_json(r),                                  //
                               "counters", counters_json(r),                                        //
                               "memory", m ? m->memory : "ideal",                                   //
                               "seed", m ? count(m->seed) : json_null(),                            //
                               "error", m ? count(m->error) : json_null(),                          //
                               "sim_khz", m ? json_real(m->sim_khz) : json_null(),                  //
                               "sim_seconds", m ? json_real(m->seconds) : json_null());
    json_t *first = m && m->mismatches > 0 ? sofa_text_json(m->first_mismatch) : json_null();
    if (object)
        json_object_set_new(object, "first_mismatch", first);
    return object;
}

json_t *sofa_text_json(const char *text)
{
    char clean[600];
    json_t *string = json_string(text);
    if (string)
        return string;
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof clean; n++)
        clean[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
    clean[n] = '\0';
    return json_string(clean);
}

json_t *sofa_warnings_json(const struct sofa_warnings *warnings)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < warnings->count; i++)
        json_array_append_new(array, sofa_text_json(warnings->text[i]));
    return array;
}

static json_t *accuracy_json(const struct sofa_report *r)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:{s:f, s:o, s:o}}",                  //
                     "recall", r->recall,                                                            //
                     "recall_exact_scores", r->recall_exact,                                         //
                     "output_snr_selected_db", r->snr_selected_db,                                   //
                     "output_snr_dense_db", r->snr_dense_db,                                         //
                     "output_snr_dense_exact_db", r->snr_dense_exact_db,                             //
                     "output_snr_selected_given_db", r->snr_selected_given_db,                       //
                     "output_snr_dense_given_db", r->snr_dense_given_db,                             //
                     "softmax_weight_kept", r->weight_kept,                                          //
                     "softmax_weight_kept_worst_block", "share", r->weight_kept_least, "first_row",  //
                     count(r->least_first), "rows", count(r->least_rows));
}

/* Every member becomes null. */
static json_t *nobody_asked(json_t *object)
{
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
        json_object_iter_set_new(object, i, json_null());
    return object;
}

static json_t *saturated_json(const struct sofa_report *r)
{
    return json_pack("{s:o, s:o}", "saturated_scores", count(r->saturated.scores), "saturated_predictions",
                     count(r->saturated.predicted));
}

static json_t *size_json(const struct sofa_report *r)
{
    const struct sofa_counters *n = &r->counters;
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:o}", //
                     "trace", r->trace ? sofa_text_json(r->trace) : json_null(),            //
                     "head", count(r->head),                              //
                     "config", config_json(&r->config),                   //
                     "rows", count(r->rows),                              //
                     "keys", count(r->keys),                              //
                     "blocks", count(n->blocks),                          //
                     "tiles", count(n->tiles),                            //
                     "kept_fraction", r->kept_fraction,                   //
                     "keys_needed_fraction", r->keys_needed_fraction,     //
                     "pairs", count(n->pairs),                            //
                     "visible_pairs", count(r->visible_pairs),            //
                     "predicted_keys", count(n->key_rows),                //
                     "raises", count(n->raises),                          //
                     "clipped", count(n->clipped),                        //
                     "empty_rows", count(n->empty_rows),                  //
                     "bytes", bytes_json(r),                              //
                     "bytes_plain_sparse", count(r->bytes_plain_sparse),  //
                     "bytes_dense", count(r->bytes_dense),                //
                     "cycles_predicted", count(r->cycles_predicted),      //
                     "model_seconds", r->seconds,                         //
                     "macs_per_second", r->macs_per_second,               //
                     "warnings", sofa_warnings_json(&r->warnings));
}

static json_t *finding_json(const struct sofa_finding *f)
{
    return json_pack("{s:f, s:f}", "lost_weight", f->lost, "output_snr_dense_db", f->snr_db);
}

/* What was measured on sample rows, whatever was chosen then. */
json_t *sofa_balance_json(const struct sofa_balance *b)
{
    return json_pack("{s:b, s:o, s:o}", "used", b->used,                             //
                     "plain", b->measured ? finding_json(&b->plain) : json_null(),   //
                     "balanced", b->measured ? finding_json(&b->balanced) : json_null());
}

json_t *sofa_report_json(const struct sofa_report *r)
{
    json_t *accuracy = accuracy_json(r), *object = merge(run_json(r), size_json(r));
    object = merge(merge(object, r->judged ? accuracy : nobody_asked(accuracy)), saturated_json(r));
    object = merge(object, json_pack("{s:o}", "balance", sofa_balance_json(&r->balance)));
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
