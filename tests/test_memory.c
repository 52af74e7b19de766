/* The benches' memory: its timing, and that the referee sees what is wrong. */
#include "../tb/memory.h"

#include "../tb/synthetic.h"
#include "tests.h"

#include <stdlib.h>
#include <string.h>

/* A memory with the images of a small job, and pins that the test moves. */
struct bus {
    struct sofa_config config;
    struct sofa_trace trace;
    struct sofa_job job;
    struct tb_layout layout;
    struct tb_memory *memory;
    struct tb_pins_in in;
    struct tb_pins_out out;
};

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

static void open_bus(struct bus *b, const struct tb_memory_options *o)
{
    static const char *const set[] = {"head_dim=12", "memory.port_bits=64", "memory.read_channels=2"};
    open_with(b, set, sizeof set / sizeof set[0], o);
}

static void close_bus(struct bus *b)
{
    tb_memory_free(b->memory);
    free(b->memory);
    tb_layout_free(&b->layout);
    sofa_trace_free(&b->trace);
}

static void step(struct bus *b)
{
    tb_memory_drive(b->memory, &b->in);
    tb_memory_sample(b->memory, &b->in, &b->out);
}

static void ask(struct bus *b, unsigned channel, uint64_t address, uint8_t len)
{
    b->out.rd[channel].req_valid = 1;
    b->out.rd[channel].req_addr = address;
    b->out.rd[channel].req_len = len;
}

START_TEST(ideal_reads_take_eight_cycles)
{
    struct bus b;
    open_bus(&b, &(struct tb_memory_options){0});
    const struct tb_region *k = &b.layout.region[TB_K];
    b.out.rd[0].data_ready = 1;
    for (unsigned cycle = 0; cycle < 20; cycle++) {
        ask(&b, 0, k->base + (cycle == 1) * k->stride, 2);
        b.out.rd[0].req_valid = cycle < 2;
        step(&b);
        ck_assert_int_eq(b.in.rd[0].data_valid, cycle >= 8 && cycle < 14);
        if (b.in.rd[0].data_valid)
            ck_assert_mem_eq(b.in.rd[0].data, k->bytes + (cycle - 8) * 8, 8);
    }
    ck_assert_uint_eq(b.memory->violations, 0);
    ck_assert_uint_eq(b.memory->beats[TB_K], 6);
    ck_assert(k->reads[0] == 1 && k->reads[1] == 1 && k->reads[2] == 0);
    ck_assert(tb_memory_idle(b.memory));
    close_bus(&b);
}
END_TEST

START_TEST(ideal_writes_are_answered_after_eight_cycles)
{
    struct bus b;
    open_bus(&b, &(struct tb_memory_options){0});
    const struct tb_region *o = &b.layout.region[TB_O];
    for (unsigned cycle = 0; cycle < 16; cycle++) {
        b.out.wr.req_valid = cycle == 0;
        b.out.wr.req_addr = o->base;
        b.out.wr.req_len = 2;
        b.out.wr.data_valid = cycle < 3;
        b.out.wr.last = cycle == 2;
        b.out.wr.strb[0] = 0xFF;
        memset(b.out.wr.data, (int)cycle + 1, 8);
        step(&b);
        ck_assert_int_eq(b.in.wr.resp_valid, cycle == 2 + 8);
    }
    ck_assert_uint_eq(b.memory->violations, 0);
    ck_assert_uint_eq(b.memory->written[TB_O], 24);
    ck_assert_int_eq(tb_layout_output(&b.layout, 0, 4), 0x0202);
    ck_assert_uint_eq(o->bytes[24], b.layout.pattern);
    close_bus(&b);
}
END_TEST

/* Random memory: everything arrives, in order, whatever the pace. */
START_TEST(random_reads_keep_their_order)
{
    struct bus b;
    open_bus(&b, &(struct tb_memory_options){.random = 1, .seed = test_seed()});
    const struct tb_region *v = &b.layout.region[TB_V];
    unsigned asked = 0, beats = 0;
    b.out.rd[1].data_ready = 1;
    for (unsigned cycle = 0; cycle < 20000 && beats < 27; cycle++) {
        ask(&b, 1, v->base + asked * v->stride, 2);
        b.out.rd[1].req_valid = asked < 9;
        step(&b);
        if (b.in.rd[1].data_valid) {
            ck_assert_mem_eq(b.in.rd[1].data, v->bytes + beats / 3 * v->stride + beats % 3 * 8, 8);
            beats++;
        }
        asked += b.out.rd[1].req_valid && b.in.rd[1].req_ready;
    }
    ck_assert_uint_eq(beats, 27);
    ck_assert_uint_eq(b.memory->violations, 0);
    ck_assert_uint_eq(b.memory->value_logged, 9);
    close_bus(&b);
}
END_TEST

static void expect_violation(struct bus *b, const char *text)
{
    ck_assert_uint_gt(b->memory->violations, 0);
    ck_assert_msg(strstr(b->memory->violation.text, text) != NULL, "'%s' lacks '%s'", b->memory->violation.text, text);
    close_bus(b);
}

START_TEST(wrong_reads_are_seen)
{
    struct bus b;
    const struct {
        enum tb_kind kind;
        unsigned offset;
        uint8_t len;
        const char *text;
    } table[] = {
        {TB_K, 4, 2, "not aligned"},
        {TB_K, 8, 2, "not one whole row"},
        {TB_K, 0, 3, "not one whole row"},
        {TB_K, 9 * 24, 2, "outside every buffer"},
        {TB_V, 8 * 24, 3, "outside every buffer"},
        {TB_O, 0, 2, "read of the output buffer"},
        {TB_RANGE, 0, 1, "not one whole row"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        open_bus(&b, &(struct tb_memory_options){0});
        ask(&b, 0, b.layout.region[table[i].kind].base + table[i].offset, table[i].len);
        step(&b);
        expect_violation(&b, table[i].text);
    }
}
END_TEST

START_TEST(unsteady_offers_are_seen)
{
    for (int withdrawn = 0; withdrawn < 2; withdrawn++) {
        struct bus b;
        open_bus(&b, &(struct tb_memory_options){.random = 1});
        b.memory->now = 1; /* the pace of 0 takes nothing */
        ask(&b, 0, b.layout.region[TB_K].base, 2);
        step(&b);
        ck_assert_uint_eq(b.memory->violations, 0);
        b.out.rd[0].req_addr += b.layout.region[TB_K].stride;
        b.out.rd[0].req_valid = (uint8_t)!withdrawn;
        step(&b);
        expect_violation(&b, withdrawn ? "withdrawn" : "changed");
    }
}
END_TEST

START_TEST(wrong_writes_are_seen)
{
    const struct {
        int asks;
        unsigned offset;
        uint8_t len, last, strb;
        const char *text;
    } table[] = {
        {0, 0, 0, 1, 0xFF, "data before its request"},
        {1, 0, 0, 0, 0xFF, "last is 0 in beat 1 of 1"},
        {1, 0, 1, 1, 0xFF, "last is 1 in beat 1 of 2"},
        {1, 4, 0, 1, 0xFF, "not aligned"},
        {1, 5 * 24, 0, 1, 0xFF, "outside the output buffer"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct bus b;
        open_bus(&b, &(struct tb_memory_options){0});
        b.out.wr.req_valid = (uint8_t)table[i].asks;
        b.out.wr.req_addr = b.layout.region[TB_O].base + table[i].offset;
        b.out.wr.req_len = table[i].len;
        b.out.wr.data_valid = 1;
        b.out.wr.last = table[i].last;
        b.out.wr.strb[0] = table[i].strb;
        step(&b);
        expect_violation(&b, table[i].text);
    }
}
END_TEST

static void open_cache(struct bus *b)
{
    static const char *const set[] = {"head_dim=12", "memory.port_bits=64", "mode=tokens", "hidden_max=40"};
    open_with(b, set, sizeof set / sizeof set[0], &(struct tb_memory_options){0});
}

static void write_row(struct bus *b, uint64_t address)
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

/* Mode tokens: rows of K and V may be written whole, and read when the write has been answered. */
START_TEST(cached_rows_wait_for_their_response)
{
    struct bus b;
    for (unsigned early = 0; early < 2; early++) {
        open_cache(&b);
        const struct tb_region *k = &b.layout.region[TB_K];
        write_row(&b, k->base + 2 * k->stride);
        for (unsigned cycle = 0; cycle < 10 && !early; cycle++)
            step(&b);
        ck_assert_uint_eq(b.memory->violations, 0);
        ck_assert(k->writes[2] == 1 && b.memory->written[TB_K] == 24 && k->bytes[2 * k->stride + 23] == 3);
        ask(&b, 0, k->base + 2 * k->stride, 2);
        step(&b);
        ck_assert_uint_eq(b.memory->violations, early);
        if (early)
            expect_violation(&b, "K: row 2 is read, but its write has not been answered");
        else
            close_bus(&b);
    }
    open_cache(&b);
    ask(&b, 0, b.layout.region[TB_V].base, 2);
    step(&b);
    expect_violation(&b, "nothing has been written there");
    open_cache(&b);
    write_row(&b, b.layout.region[TB_K].base + 8);
    expect_violation(&b, "not one whole row");
    open_cache(&b);
    write_row(&b, b.layout.region[TB_X].base);
    expect_violation(&b, "outside the output buffer and the cache");
    open_cache(&b);
    ask(&b, 0, b.layout.region[TB_X].base, (uint8_t)b.layout.region[TB_X].beats);
    step(&b);
    expect_violation(&b, "X: read of");
}
END_TEST

START_TEST(small_address_spaces_are_refused)
{
    static const char *const set[] = {"memory.address_bits=16", "keys_max=2000"};
    struct tb_random random = {1};
    struct sofa_config c;
    struct sofa_trace t;
    struct tb_layout layout;
    struct sofa_error e;
    ck_assert_int_eq(sofa_config_load(&c, NULL, set, 2, &e), SOFA_OK);
    ck_assert_int_eq(tb_synthetic(&t, &c, 4, 2000, TB_RANDOM_VALUES, TB_SEE_ALL, &random, &e), SOFA_OK);
    ck_assert_int_eq(tb_layout_make(&layout, &c, &t, &(struct sofa_job){0}, 0, &random, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "memory.address_bits"));
    sofa_trace_free(&t);
}
END_TEST

Suite *memory_suite(void)
{
    Suite *suite = suite_create("bench memory");
    TCase *tcase = tcase_create("memory");
    tcase_add_test(tcase, ideal_reads_take_eight_cycles);
    tcase_add_test(tcase, ideal_writes_are_answered_after_eight_cycles);
    tcase_add_test(tcase, random_reads_keep_their_order);
    tcase_add_test(tcase, wrong_reads_are_seen);
    tcase_add_test(tcase, unsteady_offers_are_seen);
    tcase_add_test(tcase, wrong_writes_are_seen);
    tcase_add_test(tcase, cached_rows_wait_for_their_response);
    tcase_add_test(tcase, small_address_spaces_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
