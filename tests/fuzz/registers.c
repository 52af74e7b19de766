/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of the RTL, written and read in any order while a job runs: each access is answered, the bus keeps its protocol, an abort ends
 * whatever runs, and the next job is bit-exact. An access takes four bytes of the input: which register, whether it is written, a value or
 * cycles to wait. */
#include "fuzz.h"

#include "../../cmodel/config/regs.h"
#include "../../tb/bench.h"
#include "../../tb/synthetic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CORES 3u
#define SETTINGS 16u
#define ACCESSES 64u
#define PATIENCE 2000u /* times QUIET cycles, within which an aborted job ends */
#define SETTLE 8u      /* cycles after an abort in which a request may yet appear */
#define QUIET 64u

static const char *const designs[CORES][SETTINGS] = {
    {"query_block=4", "head_dim=8", "keys_max=64", "tile.keys=8", "tile.kept_max=4", "predict.keys=8", "predict.dims=8", "attend.lanes=2",
     "attend.width=8", "attend.window=3", "memory.port_bits=64", "memory.read_channels=2", "memory.prefetch=4", "jobs.queue=1"},
    {"mode=tokens", "query_block=4", "head_dim=8", "keys_max=64", "tile.keys=8", "tile.kept_max=2", "predict.keys=4", "predict.dims=4",
     "attend.width=4", "hidden_max=16", "kvgen.slice=8", "memory.port_bits=32", "memory.prefetch=4"},
    {"target=fpga", "query_block=4", "head_dim=16", "keys_max=64", "tile.keys=8", "tile.kept_max=4", "data.query_bits=8",
     "data.key_bits=8", "data.value_bits=8", "predict.operand_bits=6", "predict.source=rows", "predict.keys=4", "predict.dims=8",
     "attend.lanes=1", "attend.width=16", "memory.port_bits=32"},
};

struct core {
    struct sofa_config config;
    struct tb_driver *driver;
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
};

static struct sofa_error error;

static void good(enum sofa_status status)
{
    fuzz_require(status == SOFA_OK, error.text);
}

static struct core *open_core(unsigned n)
{
    static struct core cores[CORES];
    struct core *c = &cores[n];
    unsigned count = 0;
    if (c->driver)
        return c;
    while (count < SETTINGS && designs[n][count])
        count++;
    struct tb_random random = {n + 1};
    const struct sofa_options options = {.radius = -1};
    good(sofa_config_load(&c->config, NULL, designs[n], count, &error));
    good(tb_driver_open(&c->driver, &c->config, &(struct tb_core_options){.seed = 1}, &error));
    good(tb_synthetic(&c->trace, &c->config, 9, 20, TB_RANDOM_VALUES, TB_CAUSAL, &random, &error));
    good(sofa_job_make(&c->job, &c->config, &c->trace, &options, &error));
    good(sofa_model_run(&c->result, &c->config, &c->trace, &c->job, 1, &error));
    return c;
}

/* Whoever changes a descriptor while its job runs may be read and written elsewhere; anything else is a fault of the core. */
static void judge_bus(struct tb_memory *m)
{
    static const char *const fine[] = {"outside", "goes beyond its row", "is not one whole row", "is read, but", "read of the output",
                                       "not aligned to the port", "lies beyond its row", "is not STATUS"};
    int known = m->violations == 0;
    for (unsigned i = 0; i < sizeof fine / sizeof fine[0]; i++)
        known = known || strstr(m->violation.text, fine[i]) != NULL;
    fuzz_require(known, m->violation.text);
    m->violations = 0;
}

static void step(struct core *c)
{
    tb_step(c->driver);
    judge_bus(&c->driver->memory);
}

static uint32_t value_of(const uint8_t *at)
{
    /* small numbers, ends, bytes anywhere */
    unsigned kind = at[1] >> 2 & 3;
    return kind == 0 ? at[2] : kind == 1 ? 0u - at[2] : kind == 2 ? (uint32_t)at[2] << at[3] % 25 : (uint32_t)at[2] << 8 | at[3];
}

/* Returns 0 if nobody answers. */
static void access_one(struct core *c, const uint8_t *at)
{
    const struct sofa_bus bus = tb_bus(c->driver);
    unsigned offset = 4u * at[0];
    uint32_t value = value_of(at);
    switch (at[1] & 3) {
    case 0:
        good(bus.get(bus.user, offset, &value, &error));
        break;
    case 1: /* often that which begins and ends */
        good(bus.put(bus.user, (unsigned)sofa_register_offset("CONTROL"), at[2] & 15, &error));
        break;
    case 2:
        good(bus.put(bus.user, offset, value, &error));
        break;
    default:
        break;
    }
    judge_bus(&c->driver->memory);
    for (unsigned i = 0; i < at[3]; i++)
        step(c);
}

static uint32_t status(struct core *c)
{
    uint32_t state;
    good(tb_read(c->driver, "STATUS", &state, &error));
    return state;
}

/* Cycles after an abort, in which no read is asked for but those that were on offer. */
static void step_aborted(struct core *c, unsigned cycles, unsigned settle)
{
    const struct tb_driver *d = c->driver;
    int waiting[TB_CHANNELS_MAX] = {1, 1};
    for (unsigned n = 0; n < cycles; n++) {
        step(c);
        for (unsigned channel = 0; channel < d->memory.channels; channel++) {
            fuzz_require(n < settle || !d->out.rd[channel].req_valid || waiting[channel], "a read is asked for after an abort");
            waiting[channel] = d->out.rd[channel].req_valid && !d->in.rd[channel].req_ready;
        }
    }
}

/* What runs ends with an error, or had been about to end. */
static void end(struct core *c)
{
    unsigned waited = 0;
    good(tb_write(c->driver, "WATCHDOG", 1000, &error));
    int ran = (status(c) & SOFA_STATUS_BUSY) != 0;
    good(tb_write(c->driver, "CONTROL", SOFA_CONTROL_ABORT, &error));
    step_aborted(c, SETTLE + QUIET, SETTLE);
    for (; status(c) & SOFA_STATUS_BUSY; waited++) {
        fuzz_require(waited < PATIENCE, "an abort does not end what runs");
        step_aborted(c, QUIET, 1);
    }
    fuzz_require(!ran || waited == 0 || status(c) >> SOFA_STATUS_ERROR_SHIFT != SOFA_ERROR_NONE, "an abort is not heard");
    for (unsigned i = 0; i < QUIET; i++)
        step(c);
    fuzz_require(tb_memory_idle(&c->driver->memory), "the bus is used after the end");
    good(tb_write(c->driver, "CONTROL", SOFA_CONTROL_CLEAR | SOFA_CONTROL_INVALIDATE, &error));
    fuzz_require(status(c) == 0, "STATUS is not clear");
}

static void run_good(struct core *c)
{
    const struct tb_run_options o = {.wait = {.max_clocks = PATIENCE * QUIET}};
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    good(tb_write(c->driver, "WATCHDOG", 0x100000, &error));
    good(tb_bench_run(c->driver, &c->trace, &c->job, &c->result, &o, &outcome, &cmp, &error));
    fuzz_require(cmp.mismatches == 0, cmp.first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_layout layout;
    struct tb_random random = {1};
    if (size < 2)
        return 0;
    struct core *c = open_core(data[0] % CORES);
    const struct tb_memory_options memory = {.random = data[1] & 1, .seed = data[1]};
    good(tb_layout_make(&layout, &c->config, &c->trace, &c->job, 0, &random, &error));
    tb_memory_attach(&c->driver->memory, &layout, &memory);
    good(tb_load_job(c->driver, &c->job, &layout, &error));
    good(tb_write(c->driver, "CONTROL", SOFA_CONTROL_START, &error));
    data += 2;
    size -= 2;
    for (unsigned n = 0; n < ACCESSES && size >= 4; n++, data += 4, size -= 4)
        access_one(c, data);
    end(c);
    tb_memory_detach(&c->driver->memory);
    tb_layout_free(&layout);
    run_good(c);
    return 0;
}
