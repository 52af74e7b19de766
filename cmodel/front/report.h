/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says to its user: accuracy, sparsity, traffic, time; as JSON or text. */
#ifndef SOFA_REPORT_H
#define SOFA_REPORT_H

#include "../bits/model.h"
#include "counts.h"

#include <jansson.h>
#include <stdio.h>

#define SOFA_POOR_DENSE_DB 10.0 /* below it the output is hardly that of dense attention: a warning */

/* Shares of all cycles of the job. */
struct sofa_utilisation {
    double predict, select;      /* with a useful beat */
    double read;                 /* beats read / (read channels x cycles) */
    double attend;               /* multiplications of kept pairs / (multipliers x cycles) */
    double key_prediction, kvgen; /* mode tokens: with a beat of keys; in which the KV array multiplies */
};

/* What only a run of the hardware tells. */
struct sofa_measured {
    uint64_t cycles;
    struct sofa_counts counts;
    uint64_t mismatches;
    int bit_exact; /* no mismatches, or only one: of the cycles */
    char first_mismatch[256];
    const char *memory; /* "ideal" or "random" */
    uint64_t seed;
    unsigned error; /* STATUS.error */
    double sim_khz, seconds;
};

struct sofa_report {
    const char *trace;           /* path; NULL: made by a program */
    size_t head;                 /* of the trace */
    struct sofa_config config;
    struct sofa_job job;
    struct sofa_balance balance; /* of the trace */
    size_t rows, keys, hidden;   /* hidden: H; 0 in mode kv */
    struct sofa_counters counters;
    struct sofa_saturations saturated;
    uint64_t visible_pairs;
    double kept_fraction;        /* pairs / visible pairs */
    double keys_needed_fraction; /* V rows / K rows, over all blocks */
    int judged;                  /* 0: none of the following, up to least_rows, was asked for */
    double recall;               /* mean over rows that keep a key */
    /* Signal over error of the output, over the selected and over all visible pairs: against float64 attention of the
     * tensors as quantised, and of the tensors as the user gave them. */
    double snr_selected_db, snr_dense_db;
    double snr_selected_given_db, snr_dense_given_db;
    double recall_exact, snr_dense_exact_db; /* exact scores into the same selection (no radius), float64 attention */
    /* Share of the softmax weight (exact scores) that is on kept pairs: mean over rows; the block with the least. */
    double weight_kept, weight_kept_least;
    size_t least_first, least_rows; /* rows of that block */
    uint64_t bytes_total, bytes_plain_sparse, bytes_dense;
    uint64_t cycles_predicted;
    struct sofa_utilisation utilisation; /* by the cycle model, or measured */
    struct sofa_counts counts;   /* what the models know of the core's counters */
    double seconds;              /* of the model's computation */
    double macs_per_second;      /* predicted and attended multiply-accumulates */
    struct sofa_warnings warnings;
    const struct sofa_measured *measured; /* NULL: the model alone ran */
};

/* Runs the model (result->tile is filled), its cycle model and the float64 references. report->warnings says what a
 * user should know about the result. */
enum sofa_status sofa_report_run(struct sofa_report *report, struct sofa_result *result, const struct sofa_config *c,
                                 const struct sofa_trace *t, const struct sofa_job *j, struct sofa_error *e);
/* The same without the float64 references, which take most of the time. */
enum sofa_status sofa_report_run_unjudged(struct sofa_report *report, struct sofa_result *result, const struct sofa_config *c,
                                          const struct sofa_trace *t, const struct sofa_job *j, struct sofa_error *e);
/* Utilisation of `cycles` cycles: useful beats and what the counters say, the rest by the job's size. */
struct sofa_utilisation sofa_report_utilise(const struct sofa_report *report, uint64_t predict, uint64_t select,
                                            uint64_t kvgen, uint64_t cycles);
/* For report.c: fills recall, errors and softmax weight. */
enum sofa_status sofa_report_accuracy(struct sofa_report *report, const struct sofa_trace *t,
                                      const struct sofa_result *result, struct sofa_error *e);

/* A new object with every field, the same for sofamodel and sofacosim: what the model alone cannot know is null. NULL when
 * out of memory. */
json_t *sofa_report_json(const struct sofa_report *report);
/* What became of --balance, as an object; as a line, if something was measured. */
json_t *sofa_balance_json(const struct sofa_balance *balance);
void sofa_balance_print(FILE *out, const struct sofa_balance *balance);
/* An array of strings. */
json_t *sofa_warnings_json(const struct sofa_warnings *warnings);
/* Text as JSON whatever its bytes are. */
json_t *sofa_text_json(const char *text);
/* Prints `object` and releases it; fails when it is NULL or standard output does not take it. */
enum sofa_status sofa_report_print_json(json_t *object, struct sofa_error *e);
void sofa_report_print(FILE *out, const struct sofa_report *report);
/* A line for each of several heads, below a title. */
void sofa_report_print_title(FILE *out);
void sofa_report_print_line(FILE *out, const struct sofa_report *report);

/* Output and selection back in the trace's own order, if its rows are paired by `block`; 0: they are not. */
enum sofa_status sofa_result_unpair(struct sofa_result *result, unsigned block, struct sofa_error *e);
/* The output as real numbers, R x d; NULL when out of memory. */
float *sofa_result_real(const struct sofa_result *result);
/* Writes o (float32), o_int (int16), o_scale and, if it is asked for, selected. */
enum sofa_status sofa_result_save(const struct sofa_result *result, int selected, const char *path, struct sofa_error *e);

#endif
