/* SPDX-License-Identifier: Apache-2.0 */
/* What sofacosim says: the model's report and how the RTL compares. */
#ifndef TB_COSIM_REPORT_H
#define TB_COSIM_REPORT_H

#include "../cmodel/report.h"
#include "bench.h"

struct tb_cosim_report {
    struct sofa_report model;
    struct tb_memory_options memory;
    struct tb_outcome outcome;
    struct tb_comparison comparison;
};

/* A new object with every field; NULL when out of memory. */
json_t *tb_cosim_json(const struct tb_cosim_report *r);
void tb_cosim_print(FILE *out, const struct tb_cosim_report *r);

#endif
