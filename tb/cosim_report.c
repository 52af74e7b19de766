/* SPDX-License-Identifier: Apache-2.0 */
#include "cosim_report.h"

#include <ctype.h>
#include <inttypes.h>

struct utilisation {
    double predict, select, attend;
    double khat, kvgen; /* mode tokens */
};

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Attend: useful multiplications per array and cycle. The others: cycles with a useful beat. */
static struct utilisation utilise(const struct tb_cosim_report *r)
{
    const struct sofa_config *c = &r->model.config;
    const struct tb_outcome *o = &r->outcome;
    double cycles = (double)o->cycles, multipliers = (double)c->attend.lanes * c->attend.width;
    struct utilisation u;
    u.predict = ratio((double)tb_counter(o, "PREDICT_BUSY"), cycles);
    u.select = ratio((double)tb_counter(o, "SELECT_BUSY"), cycles);
    u.attend = ratio((double)tb_counter(o, "PAIRS") * c->head_dim, multipliers * cycles);
    u.khat = ratio((double)tb_counter(o, "KHAT_BUSY"), cycles);
    u.kvgen = ratio((double)tb_counter(o, "KVGEN_BUSY"), cycles);
    return u;
}

static double speed_khz(const struct tb_cosim_report *r)
{
    return ratio((double)r->outcome.clocks, r->outcome.seconds * 1e3);
}

static json_t *counters_json(const struct tb_outcome *o)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < o->counts.count; i++) {
        char name[sizeof o->counts.item[i].name];
        size_t n = 0;
        for (; o->counts.item[i].name[n]; n++)
            name[n] = (char)tolower((unsigned char)o->counts.item[i].name[n]);
        name[n] = '\0';
        json_object_set_new(object, name, json_integer((json_int_t)o->counts.item[i].value));
    }
    return object;
}

json_t *tb_cosim_json(const struct tb_cosim_report *r)
{
    struct utilisation u = utilise(r);
    json_t *model = sofa_report_json(&r->model);
    json_t *object = json_pack("{s:b, s:I, s:s*, s:I, s:{s:f, s:f, s:f}, s:o, s:f, s:I, s:s, s:i}",              //
                               "bit_exact", r->comparison.mismatches == 0 || r->comparison.cycles_differ,       //
                               "mismatches", (json_int_t)r->comparison.mismatches,                              //
                               "first_mismatch", r->comparison.mismatches ? r->comparison.first : NULL,         //
                               "cycles", (json_int_t)r->outcome.cycles,                                         //
                               "utilisation", "predict", u.predict, "select", u.select, "attend", u.attend,     //
                               "counters", counters_json(&r->outcome),                                          //
                               "sim_khz", speed_khz(r),                                                         //
                               "seed", (json_int_t)r->memory.seed,                                              //
                               "memory", r->memory.random ? "random" : "ideal",                                 //
                               "error", (int)r->outcome.error);
    if (object && r->model.config.mode == SOFA_MODE_TOKENS) {
        json_t *utilisation = json_object_get(object, "utilisation");
        json_object_set_new(utilisation, "key_prediction", json_real(u.khat));
        json_object_set_new(utilisation, "kvgen", json_real(u.kvgen));
    }
    if (!object || !model || json_object_update(object, model) != 0) {
        json_decref(object);
        object = NULL;
    }
    json_decref(model);
    return object;
}

void tb_cosim_print(FILE *out, const struct tb_cosim_report *r)
{
    struct utilisation u = utilise(r);
    const struct tb_outcome *o = &r->outcome;
    double predicted = (double)r->model.cycles_predicted, cycles = (double)o->cycles;
    if (r->comparison.mismatches == 0)
        fprintf(out, "RTL and model       bit-exact\n");
    else if (r->comparison.cycles_differ)
        fprintf(out, "RTL and model       bit-exact, but DIFFER in cycles\n");
    else
        fprintf(out, "RTL and model       DIFFER, %" PRIu64 " mismatches; the first: %s\n", r->comparison.mismatches,
                r->comparison.first);
    fprintf(out, "memory              %s, seed %" PRIu64 "\n", r->memory.random ? "random" : "ideal", r->memory.seed);
    fprintf(out, "cycles              %" PRIu64 ", predicted for ideal memory %" PRIu64 " (%+.2f %%)\n", o->cycles,
            r->model.cycles_predicted, 100 * ratio(predicted - cycles, cycles));
    fprintf(out, "utilisation         predict %.1f %%, select %.1f %%, attend %.1f %%", 100 * u.predict, 100 * u.select,
            100 * u.attend);
    if (r->model.config.mode == SOFA_MODE_TOKENS)
        fprintf(out, ", key prediction %.1f %%, K/V generation %.1f %%", 100 * u.khat, 100 * u.kvgen);
    fputc('\n', out);
    fprintf(out, "simulation          %.0f kHz, %.1f s\n", speed_khz(r), o->seconds);
    sofa_report_print(out, &r->model);
}
