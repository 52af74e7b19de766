/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

static void copy_output(int16_t *out, const struct tb_layout *l, size_t dims)
{
    for (size_t row = 0; row < l->region[TB_O].rows; row++)
        for (size_t i = 0; i < dims; i++)
            out[row * dims + i] = tb_layout_output(l, row, i);
}

enum sofa_status tb_bench_run(struct tb_driver *d, const struct sofa_trace *t, const struct sofa_job *j,
                              const struct sofa_result *result, const struct tb_run_options *o,
                              struct tb_outcome *outcome, struct tb_comparison *cmp, struct sofa_error *e)
{
    struct tb_layout layout;
    struct tb_random random = {o->memory.seed};
    *outcome = (struct tb_outcome){0};
    *cmp = (struct tb_comparison){0};
    enum sofa_status status = tb_layout_make(&layout, d->config, t, j, o->memory.random, &random, e);
    if (status != SOFA_OK)
        return status;
    tb_memory_attach(&d->memory, &layout, &o->memory);
    status = tb_load_job(d, j, &layout, e);
    if (status == SOFA_OK)
        status = tb_execute(d, &o->wait, outcome, e);
    if (status == SOFA_OK && result)
        status = tb_compare(cmp, d->config, j, result, &d->memory, outcome, e);
    if (status == SOFA_OK && o->output)
        copy_output(o->output, &layout, d->config->head_dim);
    tb_memory_detach(&d->memory);
    tb_layout_free(&layout);
    return status;
}
