/* SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include "../cycles/cycles.h"

#include <inttypes.h>
#include <stdlib.h>

enum sofa_status sofa_queue_check(const struct sofa_config *c, const char *wish, struct sofa_error *e)
{
    if (!c->jobs.queue)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: '%s' has no queue of jobs; set jobs.queue=1", wish, c->name);
    return SOFA_OK;
}

static void utilise(struct sofa_report *r, const struct sofa_counts *counts, uint64_t cycles)
{
    r->utilisation = sofa_report_utilise(r, sofa_count_of(counts, "PREDICT_BUSY"), sofa_count_of(counts, "SELECT_BUSY"),
                                         sofa_count_of(counts, "KVGEN_BUSY"), cycles);
}

static enum sofa_status predict(struct sofa_report *sum, const struct sofa_config *c, const struct sofa_heads *list,
                                struct sofa_error *e)
{
    struct sofa_queued *job = calloc(list->count, sizeof *job);
    if (!job)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu jobs", list->count);
    for (size_t i = 0; i < list->count; i++)
        job[i] = (struct sofa_queued){.job = &list->run[i].report.job, .result = &list->run[i].result};
    enum sofa_status status = sofa_cycles_queue(&sum->cycles_predicted, c, job, list->count, e);
    free(job);
    return status;
}

enum sofa_status sofa_queue_sum(struct sofa_queue_report *q, const struct sofa_config *c, const struct sofa_heads *list,
                                struct sofa_error *e)
{
    struct sofa_report *sum = &q->sum;
    *q = (struct sofa_queue_report){.sum = {.config = *c}};
    for (size_t i = 0; i < list->count; i++) {
        const struct sofa_report *r = &list->run[i].report;
        q->jobs++;
        sofa_counters_add(&sum->counters, &r->counters);
        sofa_counts_add(&sum->counts, &r->counts);
        sum->hidden = r->hidden;
        sum->visible_pairs += r->visible_pairs;
        sum->bytes_total += r->bytes_total;
        sum->bytes_dense += r->bytes_dense;
    }
    enum sofa_status status = predict(sum, c, list, e);
    if (status == SOFA_OK)
        utilise(sum, &sum->counts, sum->cycles_predicted);
    return status;
}

void sofa_queue_measured(struct sofa_queue_report *q)
{
    q->sum.measured = &q->measured;
    utilise(&q->sum, &q->measured.counts, q->measured.cycles);
}

static uint64_t cycles_of(const struct sofa_queue_report *q)
{
    return q->sum.measured ? q->measured.cycles : q->sum.cycles_predicted;
}

void sofa_queue_print(FILE *out, const struct sofa_queue_report *q)
{
    const struct sofa_utilisation *u = &q->sum.utilisation;
    fprintf(out, "queue of %zu jobs  %" PRIu64 " cycles, predicted %" PRIu64 "; busy: predict %.1f %%, attend %.1f %%, read %.1f %%%s\n",
            q->jobs, cycles_of(q), q->sum.cycles_predicted, 100 * u->predict, 100 * u->attend, 100 * u->read,
            !q->sum.measured ? "" : q->measured.mismatches ? " DIFFERS" : ", bit-exact");
}

json_t *sofa_queue_json(const struct sofa_queue_report *q)
{
    const struct sofa_utilisation *u = &q->sum.utilisation;
    const struct sofa_measured *m = q->sum.measured;
    json_t *object = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:f, s:f, s:f, s:f}}", "jobs", (json_int_t)q->jobs, "cycles",
                               (json_int_t)cycles_of(q), "cycles_predicted", (json_int_t)q->sum.cycles_predicted, "pairs",
                               (json_int_t)q->sum.counters.pairs, "visible_pairs", (json_int_t)q->sum.visible_pairs, "bytes",
                               (json_int_t)q->sum.bytes_total, "bytes_dense", (json_int_t)q->sum.bytes_dense, "utilisation", "predict",
                               u->predict, "select", u->select, "attend", u->attend, "read", u->read);
    json_t *bits = m ? json_boolean(m->bit_exact) : json_null();
    if (!object)
        return NULL;
    json_object_set_new(object, "ran_on", json_string(m ? "rtl" : "model"));
    json_object_set_new(object, "bit_exact", bits);
    json_object_set_new(object, "mismatches", m ? json_integer((json_int_t)m->mismatches) : json_null());
    json_object_set_new(object, "first_mismatch", m && m->mismatches ? sofa_text_json(m->first_mismatch) : json_null());
    json_object_set_new(object, "memory", json_string(m ? m->memory : "ideal"));
    return object;
}
