/* SPDX-License-Identifier: Apache-2.0 */
#include "bus.h"

#include "tests.h"

#include <stdlib.h>
#include <string.h>

static void open_with(struct bus *b, const char *const *set, unsigned settings, const struct tb_memory_options *o)
{
    struct tb_random random = {test_seed()};
    struct sofa_options options = {.radius = -1};
    struct sofa_error e;
    *b = (struct bus){0};
    ck_assert_int_eq(sofa_config_load(&b->config, NULL, set, settings, &e), SOFA_OK);
    ck_assert_int_eq(tb_synthetic(&b->trace, &b->config, 5, 9, TB_RANDOM_VALUES, TB_CAUSAL, &random, &e), SOFA_OK);
    ck_assert_int_eq(sofa_job_make(&b->job, &b->config, &b->trace, &options, &e), SOFA_OK);
    ck_assert_int_eq(tb_layout_make(&b->layout, &b->config, &b->trace, &b->job, o->random, &random, &e), SOFA_OK);
    b->memory = malloc(sizeof *b->memory);
    ck_assert_ptr_nonnull(b->memory);
    tb_memory_init(b->memory, &b->config);
    tb_memory_attach(b->memory, &b->layout, o);
}

void open_bus(struct bus *b, const struct tb_memory_options *o)
{
    static const char *const set[] = {"head_dim=12", "memory.port_bits=64", "memory.read_channels=2"};
    open_with(b, set, sizeof set / sizeof set[0], o);
}

void open_narrow(struct bus *b)
{
    static const char *const set[] = {"head_dim=12", "memory.port_bits=32"};
    open_with(b, set, sizeof set / sizeof set[0], &(struct tb_memory_options){0});
}

void open_cache(struct bus *b)
{
    static const char *const set[] = {"head_dim=12", "memory.port_bits=64", "mode=tokens", "hidden_max=40"};
    open_with(b, set, sizeof set / sizeof set[0], &(struct tb_memory_options){0});
}

void close_bus(struct bus *b)
{
    tb_memory_free(b->memory);
    free(b->memory);
    tb_layout_free(&b->layout);
    sofa_trace_free(&b->trace);
}

void step(struct bus *b)
{
    tb_memory_drive(b->memory, &b->in);
    tb_memory_sample(b->memory, &b->in, &b->out);
}

void ask(struct bus *b, unsigned channel, uint64_t address, uint8_t len)
{
    b->out.rd[channel].req_valid = 1;
    b->out.rd[channel].req_addr = address;
    b->out.rd[channel].req_len = len;
}

void write_row(struct bus *b, uint64_t address)
{
    b->out.wr.req_addr = address;
    b->out.wr.req_len = 2;
    b->out.wr.strb[0] = 0xFF;
    for (unsigned beat = 0; beat < 3; beat++) {
        b->out.wr.req_valid = beat == 0;
        b->out.wr.data_valid = 1;
        b->out.wr.last = beat == 2;
        memset(b->out.wr.data, (int)beat + 1, 8);
        step(b);
    }
    b->out.wr.data_valid = b->out.wr.last = 0;
}

void expect_violation(struct bus *b, const char *text)
{
    ck_assert_uint_gt(b->memory->violations, 0);
    ck_assert_msg(strstr(b->memory->violation.text, text) != NULL, "'%s' lacks '%s'", b->memory->violation.text, text);
    close_bus(b);
}
