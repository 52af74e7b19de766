/* SPDX-License-Identifier: Apache-2.0 */
#include "queues.h"

#include "tests.h"

#include <string.h>

static struct sofa_error error;

#define LONG 2000000u /* cycles; more than any queue here takes */

const size_t queued[QUEUED] = {1, 2, 3, 5, 6, 7, 8, 9, 12};

static void make_alike(struct queue *q, struct head *h)
{
    struct sofa_job job = q->head[0].job;
    job.rows = h->job.rows;
    job.scale_mantissa = 0x8000 + tb_random_below(&q->f->random, 0x8000);
    job.scale_shift = h->job.scale_shift + tb_random_below(&q->f->random, 2);
    job.octave_shift = h->job.octave_shift + tb_random_below(&q->f->random, 2);
    h->job = job;
    model_again(h, q->f);
}

void add_job(struct queue *q, unsigned number, size_t rows, size_t keys, enum tb_view view, int alike)
{
    struct head *h = &q->head[number];
    make_head(h, q->f, rows, keys, TB_RANDOM_VALUES, view, &plain);
    if (alike && q->f->config.mode == SOFA_MODE_KV)
        make_alike(q, h);
    q->job[number] = (struct tb_queued){.trace = &h->trace, .job = &h->job, .result = &h->result};
}

void free_jobs(struct queue *q)
{
    for (unsigned i = 0; i < q->jobs; i++)
        free_head(&q->head[i]);
}

void load_queue(struct queue *q, const struct tb_memory_options *m)
{
    const struct tb_run_options o = {.memory = *m};
    memset(q->images, 0, sizeof q->images);
    CHECK_OK(tb_bench_load_queue(q->f->driver, q->images, q->job, q->jobs, &o, &error));
}

uint64_t open_ring(struct queue *q, unsigned count)
{
    const struct sofa_bus bus = tb_bus(q->f->driver);
    uint64_t base = q->images[q->jobs].region[TB_JOBS].base;
    CHECK_OK(sofa_driver_ring(&bus, &q->f->config, base, count, &error));
    return base;
}

void unload_queue(struct queue *q)
{
    ck_assert_msg(q->f->driver->memory.violations == 0, "%s", q->f->driver->memory.violation.text);
    tb_bench_unload_queue(q->f->driver, q->images, q->jobs);
}

uint32_t reported(const struct queue *q, unsigned job)
{
    const struct tb_region *ring = &q->images[q->jobs].region[TB_JOBS];
    return sofa_driver_reported(ring->bytes + job * ring->stride);
}

void expect_reported(const struct queue *q, unsigned first, unsigned end, unsigned code)
{
    for (unsigned i = first; i < end; i++)
        ck_assert_msg(reported(q, i) == (SOFA_STATUS_DONE | code << SOFA_STATUS_ERROR_SHIFT), "job %u: 0x%X", i, (unsigned)reported(q, i));
}

void expect_output(const struct queue *q, unsigned job)
{
    const struct sofa_result *r = &q->head[job].result;
    for (size_t row = 0; row < r->rows; row++)
        for (size_t i = 0; i < r->dims; i++)
            ck_assert_msg(tb_layout_output(&q->images[job], row, i) == r->o[row * r->dims + i], "job %u: row %zu, dim %zu", job, row, i);
}

uint32_t read_register(struct queue *q, const char *name)
{
    uint32_t value;
    CHECK_OK(tb_read(q->f->driver, name, &value, &error));
    return value;
}

void wait_end(struct queue *q)
{
    struct tb_driver *d = q->f->driver;
    for (uint64_t start = d->clocks; !d->out.irq; tb_step(d))
        ck_assert_msg(d->clocks - start < LONG, "the queue does not end");
    CHECK_OK(tb_write(d, "CONTROL", SOFA_CONTROL_CLEAR, &error));
}
