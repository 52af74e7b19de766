/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of the model says to its user: accuracy, sparsity, traffic; as JSON or text. */
#ifndef SOFA_REPORT_H
#define SOFA_REPORT_H

#include "model.h"

#include <jansson.h>
#include <stdio.h>

struct sofa_report {
    struct sofa_config config;
    struct sofa_job job;
    size_t rows, keys, hidden;   /* hidden: H; 0 in mode kv */
    struct sofa_counters counters;
    uint64_t visible_pairs;
    double kept_fraction;        /* pairs / visible pairs */
    double keys_needed_fraction; /* V rows / K rows, over all blocks */
    double recall;               /* mean over rows that keep a key */
    double snr_selected_db, snr_dense_db;
    double recall_exact, snr_dense_exact_db; /* exact scores into the same selection (no radius), float64 attention */
    uint64_t bytes_total, bytes_plain_sparse, bytes_dense;
    uint64_t cycles_predicted;
    double seconds;              /* of the model's computation */
    double macs_per_second;      /* predicted and attended multiply-accumulates */
};

/* Runs the model (result->tile is filled), its cycle model and the float64 reference. */
enum sofa_status sofa_report_run(struct sofa_report *report, struct sofa_result *result, const struct sofa_config *c,
                                 const struct sofa_trace *t, const struct sofa_job *j, struct sofa_error *e);

/* A new object with every field; NULL when out of memory. */
json_t *sofa_report_json(const struct sofa_report *report);
/* Prints `object` and releases it; fails when it is NULL or standard output does not take it. */
enum sofa_status sofa_report_print_json(json_t *object, struct sofa_error *e);
void sofa_report_print(FILE *out, const struct sofa_report *report);

/* Writes o (float32), o_int (int16), o_scale and selected. */
enum sofa_status sofa_result_save(const struct sofa_result *result, const char *path, struct sofa_error *e);

#endif
