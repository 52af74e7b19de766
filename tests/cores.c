/* SPDX-License-Identifier: Apache-2.0 */
#include "cores.h"

#include "tests.h"

#include <math.h>
#include <stdlib.h>

#define SETTINGS 24
#define QUIET 32u /* cycles after a job that are watched */

/* Configurations with something odd each. */
static const char *const designs[][SETTINGS] = {
    {"query_block=16"}, /* the default: both policies */
    {"query_block=5", "head_dim=19", "tile.keys=11", "tile.kept_max=5", "data.query_bits=8", "data.value_bits=8",
     "predict.keys=3", "predict.dims=4", "attend.lanes=3", "attend.width=4", "attend.window=3", "memory.port_bits=64",
     "memory.read_channels=2", "memory.prefetch=4", "memory.address_bits=48", "jobs.queue=1"},
    {"prefix=tiny", "query_block=1", "head_dim=8", "keys_max=33", "tile.keys=4", "tile.kept_max=1", "predict.keys=1", "predict.dims=1",
     "attend.lanes=1", "attend.width=1", "attend.window=1", "memory.port_bits=8", "memory.prefetch=2",
     "memory.address_bits=17", "jobs.queue=1"},
    {"query_block=32", "head_dim=64", "tile.keys=64", "tile.kept_max=16", "predict.keys=16", "predict.dims=32",
     "attend.lanes=8", "attend.width=16", "attend.window=8", "memory.port_bits=512", "memory.read_channels=2", "jobs.queue=1"},
    /* a beat a row and the head in one slice, as in `wide`; rows come again as soon as they may */
    {"query_block=4", "head_dim=8", "tile.keys=8", "tile.kept_max=4", "predict.keys=4", "predict.dims=8", "attend.lanes=2",
     "attend.width=8", "attend.window=3", "memory.port_bits=128", "memory.read_channels=2", "memory.prefetch=4"},
    /* a single lane of whole rows that come beat by beat (registered_links) */
    {"target=fpga", "query_block=5", "head_dim=24", "tile.keys=12", "tile.kept_max=5", "data.query_bits=8", "data.key_bits=8",
     "data.value_bits=8", "predict.operand_bits=6", "predict.source=rows", "predict.keys=3", "predict.dims=8", "attend.lanes=1",
     "attend.width=24", "attend.window=3", "memory.port_bits=32", "memory.read_channels=2", "memory.prefetch=4", "memory.address_bits=48", "jobs.queue=1"},
    /* a single lane that reads words, of which the last of a query row is half another's (word_memories) */
    {"query_block=5", "head_dim=12", "keys_max=100", "tile.keys=9", "tile.kept_max=4", "data.query_bits=8", "predict.keys=3",
     "predict.dims=4", "predict.code_powers=4", "attend.lanes=1", "attend.width=1", "attend.window=2", "memory.port_bits=64",
     "memory.read_channels=2", "memory.prefetch=6", "jobs.queue=1"},
    /* both policies, narrow prediction */
    {"select.policy=both", "query_block=6", "head_dim=20", "keys_max=300", "tile.keys=13", "tile.kept_max=4", "predict.keys=13",
     "predict.dims=8", "predict.operand_bits=3", "predict.code_powers=4", "predict.score_bits=9", "attend.lanes=2", "attend.width=7",
     "memory.prefetch=6", "jobs.queue=1"},
    /* by mass alone */
    {"target=fpga", "select.policy=mass", "query_block=9", "head_dim=12", "keys_max=200", "tile.keys=21", "predict.dims=12", "attend.lanes=3",
     "attend.width=5", "attend.window=5", "memory.port_bits=64", "memory.read_channels=2", "memory.prefetch=5", "jobs.queue=1"},
    /* tokens: rotated keys; a pass of keys for each slice of codes, which come slower than tokens */
    {"mode=tokens", "kvgen.rotary=1", "head_dim=22", "hidden_max=40", "kvgen.slice=20", "predict.keys=8", "predict.dims=5",
     "kvgen.inputs=2", "jobs.queue=1"},
    {"mode=tokens", "head_dim=32", "hidden_max=32", "kvgen.slice=8", "predict.dims=8", "predict.keys=4", "tile.keys=4",
     "tile.kept_max=2", "memory.port_bits=8", "attend.width=4", "memory.prefetch=4"},
    /* resident, a beat a row and the head in one slice; streamed, with tails everywhere */
    {"mode=tokens", "query_block=5", "head_dim=16", "tile.keys=8", "predict.keys=3", "predict.dims=16", "attend.lanes=2",
     "attend.width=16", "hidden_max=60", "memory.prefetch=5"},
    {"mode=tokens", "query_block=6", "head_dim=19", "tile.keys=11", "tile.kept_max=5", "hidden_max=75", "kvgen.slice=25",
     "kvgen.outputs=4", "kvgen.inputs=3", "predict.keys=3", "predict.dims=4", "predict.weight_rounding=floor",
     "data.value_bits=8", "attend.lanes=3", "attend.width=4", "attend.window=3", "memory.port_bits=64",
     "memory.read_channels=2", "memory.prefetch=3", "memory.address_bits=48", "keys_max=200", "jobs.queue=1"},
    {"mode=tokens", "select.policy=mass", "query_block=7", "head_dim=16", "hidden_max=30", "tile.keys=8", "predict.keys=8",
     "predict.code_powers=5", "predict.operand_bits=5", "attend.width=16", "kvgen.rotary=1"},
};
_Static_assert(sizeof designs / sizeof designs[0] == DESIGNS, "as many as cores.h says");

static struct sofa_error error;

const struct sofa_options plain = {.radius = -1};

void open_design(struct fixture *f, size_t design)
{
    unsigned count = 0;
    while (count < SETTINGS && designs[design][count])
        count++;
    const char *given = getenv("SOFA_DESIGN");
    CHECK_OK(sofa_config_load(&f->config, given, designs[design], given ? 0 : count, &error));
    CHECK_OK(tb_driver_open(&f->driver, &f->config, &(struct tb_core_options){.seed = test_seed()}, &error));
    f->random.state = test_seed() + design;
    f->heads = 0;
}

void close_design(struct fixture *f)
{
    tb_driver_close(f->driver);
}

void add_designs(TCase *tcase, const TTest *test, int first)
{
    const char *given = getenv("SOFA_DESIGN");
    struct sofa_config c;
    struct sofa_error e;
    int tokens = given && sofa_config_load(&c, given, NULL, 0, &e) == SOFA_OK && c.mode == SOFA_MODE_TOKENS;
    int from = tokens && first < DESIGN_TOKENS ? DESIGN_TOKENS : first;
    if (!given)
        tcase_add_loop_test(tcase, test, first, DESIGNS);
    else if (tokens || first < DESIGN_TOKENS)
        tcase_add_loop_test(tcase, test, from, from + 1);
}

void make_head(struct head *h, struct fixture *f, size_t rows, size_t keys, enum tb_content content, enum tb_view view,
               const struct sofa_options *o)
{
    keys = keys < f->config.keys_max ? keys : f->config.keys_max;
    CHECK_OK(tb_synthetic(&h->trace, &f->config, rows, keys, content, view, &f->random, &error));
    struct sofa_options options = *o;
    int dice = f->config.select.policy == SOFA_POLICY_BOTH && (f->heads == 0 || tb_random_below(&f->random, 2));
    f->heads++;
    if (f->config.select.policy == SOFA_POLICY_MASS || dice)
        options = (struct sofa_options){.radius = -1, .tile = o->tile, .order_given = o->order_given, .order = o->order,
                                        .own_offset = o->own_offset, .mass = exp2(-0.25 * (1 + tb_random_below(&f->random, 50)))};
    CHECK_OK(sofa_job_make(&h->job, &f->config, &h->trace, &options, &error));
    CHECK_OK(sofa_model_run(&h->result, &f->config, &h->trace, &h->job, 1, &error));
}

void model_again(struct head *h, const struct fixture *f)
{
    sofa_result_free(&h->result);
    CHECK_OK(sofa_model_run(&h->result, &f->config, &h->trace, &h->job, 1, &error));
}

void free_head(struct head *h)
{
    sofa_result_free(&h->result);
    sofa_trace_free(&h->trace);
}

void run_exact(struct fixture *f, const struct head *h, int random, const char *what)
{
    struct tb_run_options o = {.memory = {.random = random, .seed = tb_random_next(&f->random)}};
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    CHECK_OK(tb_bench_run(f->driver, &h->trace, &h->job, &h->result, &o, &outcome, &cmp, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s, %s memory: %s", what, random ? "random" : "ideal", cmp.first);
}

void run_good(struct fixture *f)
{
    struct head h;
    make_head(&h, f, f->config.query_block + 1, 40, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_exact(f, &h, 0, "the job after it");
    free_head(&h);
}

void load_job(struct fixture *f, struct tb_layout *l, const struct head *h, const struct tb_memory_options *o)
{
    CHECK_OK(tb_layout_make(l, &f->config, &h->trace, &h->job, o->random, &f->random, &error));
    tb_memory_attach(&f->driver->memory, l, o);
    CHECK_OK(tb_load_job(f->driver, &h->job, l, &error));
}

void unload_job(struct fixture *f, struct tb_layout *l)
{
    tb_memory_detach(&f->driver->memory);
    tb_layout_free(l);
}

void write_control(struct fixture *f, uint32_t bits)
{
    struct tb_driver *d = f->driver;
    d->in.reg_enable = d->in.reg_write = 1;
    d->in.reg_addr = (uint8_t)(sofa_register_offset("CONTROL") / 4);
    d->in.reg_wdata = bits;
    tb_step(d);
    d->in.reg_enable = 0;
}

void read_outcome(struct fixture *f, struct tb_outcome *o)
{
    const struct sofa_bus bus = tb_bus(f->driver);
    uint32_t state;
    for (unsigned i = 0; i < QUIET; i++) {
        tb_step(f->driver);
        ck_assert_msg(tb_memory_idle(&f->driver->memory) && !f->driver->out.wr.data_valid, "the bus is used after the end of the job");
    }
    CHECK_OK(tb_read(f->driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state & (SOFA_STATUS_BUSY | SOFA_STATUS_DONE), SOFA_STATUS_DONE);
    *o = (struct tb_outcome){.finished = 1, .idle_after = 1, .error = state >> SOFA_STATUS_ERROR_SHIFT};
    CHECK_OK(sofa_driver_counters(&bus, &o->counts, &error));
    o->cycles = tb_counter(o, "CYCLES");
    CHECK_OK(tb_write(f->driver, "CONTROL", SOFA_CONTROL_CLEAR, &error));
    CHECK_OK(tb_read(f->driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state, 0);
}

void finish_exact(struct fixture *f, const struct head *h, const char *what)
{
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    CHECK_OK(tb_execute(f->driver, &(struct tb_wait){0}, &outcome, &error));
    CHECK_OK(tb_compare(&cmp, &f->config, &h->job, &h->result, &f->driver->memory, &outcome, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s: %s", what, cmp.first);
}
