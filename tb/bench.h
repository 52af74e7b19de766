/* SPDX-License-Identifier: Apache-2.0 */
/* One job through a compiled core and the comparison with the model; used by sofacosim, the sweep and the tests. */
#ifndef TB_BENCH_H
#define TB_BENCH_H

#include "compare.h"

struct tb_run_options {
    struct tb_memory_options memory; /* random memory also scatters bases and strides */
    struct tb_wait wait;
    int16_t *output; /* rows x head_dim, takes what the RTL wrote; may be NULL */
};

/* Runs the job on an opened core: memory images, descriptor, execution, comparison with result (NULL: none). */
enum sofa_status tb_bench_run(struct tb_driver *d, const struct sofa_trace *t, const struct sofa_job *j,
                              const struct sofa_result *result, const struct tb_run_options *o,
                              struct tb_outcome *outcome, struct tb_comparison *cmp, struct sofa_error *e);

/* The images of jobs and a ring of jobs + 1 descriptors, the last one unused: l[jobs]. Unload also after an error. */
enum sofa_status tb_bench_load_queue(struct tb_driver *d, struct tb_layout *l, const struct tb_queued *job, unsigned jobs,
                                     const struct tb_run_options *o, struct sofa_error *e);
void tb_bench_unload_queue(struct tb_driver *d, struct tb_layout *l, unsigned jobs);
/* Runs jobs as a queue, and compares them. */
enum sofa_status tb_bench_queue(struct tb_driver *d, const struct tb_queued *job, unsigned jobs, const struct tb_run_options *o,
                                struct tb_outcome *outcome, struct tb_comparison *cmp, struct sofa_error *e);

#endif
