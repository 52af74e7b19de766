/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include "functional.h"

#include <stdlib.h>

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
    if (status == SOFA_OK && outcome->finished)
        tb_functional_note(d->config, j, o->memory.random, 0, outcome->error);
    if (status == SOFA_OK && result)
        status = tb_compare(cmp, d->config, j, result, &d->memory, outcome, e);
    if (status == SOFA_OK && o->output)
        copy_output(o->output, &layout, d->config->head_dim);
    tb_memory_detach(&d->memory);
    tb_layout_free(&layout);
    return status;
}

/* The images of the jobs, each in its part of the address space, and the ring behind them. */
static enum sofa_status make_layouts(struct tb_layout *l, const struct sofa_config *c, const struct tb_queued *job, unsigned jobs,
                                     const struct tb_run_options *o, struct sofa_error *e)
{
    struct tb_random random = {o->memory.seed};
    enum sofa_status status = SOFA_OK;
    for (unsigned i = 0; i < jobs && status == SOFA_OK; i++) {
        struct tb_window part = tb_window_part(c, i, jobs + 1);
        status = tb_layout_make_in(&l[i], &part, c, job[i].trace, job[i].job, o->memory.random, &random, e);
    }
    struct tb_window last = tb_window_part(c, jobs, jobs + 1);
    return status == SOFA_OK ? tb_layout_make_ring(&l[jobs], &last, c, jobs + 1, &random, e) : status;
}

static enum sofa_status load_descriptors(struct tb_driver *d, struct tb_layout *l, const struct tb_queued *job, unsigned jobs,
                                         struct sofa_error *e)
{
    const struct sofa_job **each = calloc(jobs, sizeof *each);
    uint32_t *flags = calloc(jobs, sizeof *flags);
    enum sofa_status status = each && flags ? SOFA_OK : sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %u jobs", jobs);
    for (unsigned i = 0; i < jobs && status == SOFA_OK; i++) {
        each[i] = job[i].job;
        flags[i] = job[i].flags;
    }
    if (status == SOFA_OK)
        status = tb_load_queue(d, each, flags, jobs, l, e);
    free(each);
    free(flags);
    return status;
}

enum sofa_status tb_bench_load_queue(struct tb_driver *d, struct tb_layout *l, const struct tb_queued *job, unsigned jobs,
                                     const struct tb_run_options *o, struct sofa_error *e)
{
    enum sofa_status status = make_layouts(l, d->config, job, jobs, o, e);
    if (status == SOFA_OK)
        tb_memory_attach_several(&d->memory, l, jobs + 1, &o->memory);
    return status == SOFA_OK ? load_descriptors(d, l, job, jobs, e) : status;
}

void tb_bench_unload_queue(struct tb_driver *d, struct tb_layout *l, unsigned jobs)
{
    tb_memory_detach(&d->memory);
    for (unsigned i = 0; i <= jobs; i++)
        tb_layout_free(&l[i]);
}

enum sofa_status tb_bench_queue(struct tb_driver *d, const struct tb_queued *job, unsigned jobs, const struct tb_run_options *o,
                                struct tb_outcome *outcome, struct tb_comparison *cmp, struct sofa_error *e)
{
    struct tb_layout *l = calloc(jobs + 1, sizeof *l);
    *outcome = (struct tb_outcome){0};
    *cmp = (struct tb_comparison){0};
    if (!l)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the images of %u jobs", jobs);
    enum sofa_status status = tb_bench_load_queue(d, l, job, jobs, o, e);
    if (status == SOFA_OK)
        status = tb_execute_queue(d, jobs + 1, jobs, &l[jobs], &o->wait, outcome, e);
    if (status == SOFA_OK)
        status = tb_compare_queue(cmp, d->config, job, jobs, &d->memory, outcome, e);
    for (unsigned i = 0; i < jobs && status == SOFA_OK; i++)
        tb_functional_note(d->config, job[i].job, o->memory.random, 1, job[i].error);
    for (unsigned i = 0; i < jobs && status == SOFA_OK; i++)
        if (job[i].output)
            copy_output(job[i].output, &l[i], d->config->head_dim);
    tb_bench_unload_queue(d, l, jobs);
    free(l);
    return status;
}
