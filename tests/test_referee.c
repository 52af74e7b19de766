/* SPDX-License-Identifier: Apache-2.0 */
/* The referee of the bus: it sees what is wrong, and nothing else. */
#include "tests.h"

#include "bus.h"

#include <stdio.h>
#include <string.h>

/* Range records that take two beats: a request for the second half of one and the first of the next. */
START_TEST(halves_of_ranges_are_seen)
{
    struct bus b;
    open_narrow(&b);
    ask(&b, 0, b.layout.region[TB_RANGE].base + 8, 1);
    step(&b);
    ck_assert_uint_eq(b.memory->violations, 0);
    ask(&b, 0, b.layout.region[TB_RANGE].base + 4, 1);
    step(&b);
    expect_violation(&b, "range: read of 2 beats at offset 0x4 is not one whole row");
}
END_TEST

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

/* A memory that takes nothing until it is told to: the paces of random memory at 0. */
static void open_deaf(struct bus *b)
{
    open_bus(b, &(struct tb_memory_options){.random = 1});
    b->memory->now = 1; /* paces change in cycles that 128 divides */
}

static void set_pace(struct bus *b, unsigned pace)
{
    for (unsigned c = 0; c < 2; c++)
        b->memory->rd[c].pace[0] = b->memory->rd[c].pace[1] = pace;
    b->memory->wr.pace[0] = b->memory->wr.pace[1] = pace;
}

/* Everything that stands beside a valid, on each channel: withdrawn, or changed in one way. */
enum change { NOTHING, WITHDRAWN, ADDRESS, LENGTH, DATA, LAST_BYTE, STROBE, LAST, CHANGES };

static void offer_read(struct bus *b, unsigned channel, enum change change)
{
    const struct tb_region *k = &b->layout.region[TB_K];
    ask(b, channel, k->base + (change == ADDRESS ? k->stride : 0), change == LENGTH ? 3 : 2);
    b->out.rd[channel].req_valid = change != WITHDRAWN;
}

static void offer_write(struct bus *b, enum change change)
{
    b->out.wr.req_valid = change != WITHDRAWN;
    b->out.wr.req_addr = b->layout.region[TB_O].base + (change == ADDRESS ? 8 : 0);
    b->out.wr.req_len = change == LENGTH ? 1 : 2;
}

static void offer_data(struct bus *b, enum change change)
{
    b->out.wr.data_valid = change != WITHDRAWN;
    memset(b->out.wr.data, 0x55, 8);
    b->out.wr.data[0] ^= change == DATA;
    b->out.wr.data[7] ^= change == LAST_BYTE ? 0x80 : 0;
    b->out.wr.strb[0] = change == STROBE ? 0x7F : 0xFF;
    b->out.wr.last = change == LAST;
}

static const char *const offered[4] = {"read channel 0: request", "read channel 1: request", "write channel: request",
                                       "write channel: data"};

static int may_change(unsigned kind, enum change change)
{
    return change <= WITHDRAWN || (kind < 3 ? change <= LENGTH : change >= DATA);
}

static void offer(struct bus *b, unsigned kind, enum change change)
{
    if (kind < 2)
        offer_read(b, kind, change);
    else if (kind == 2)
        offer_write(b, change);
    else
        offer_data(b, change);
}

/* What was offered and not taken stays as it is, until it is taken: then anything may come. */
START_TEST(unsteady_offers_are_seen)
{
    char text[64];
    for (unsigned kind = 0; kind < 4; kind++)
        for (enum change change = NOTHING; change < CHANGES; change++) {
            struct bus b;
            if (!may_change(kind, change))
                continue;
            open_deaf(&b);
            for (unsigned i = 0; i < 3; i++) {
                offer(&b, kind, NOTHING);
                step(&b);
            }
            ck_assert_uint_eq(b.memory->violations, 0);
            ck_assert(!tb_memory_idle(b.memory));
            offer(&b, kind, change);
            step(&b);
            ck_assert_uint_eq(b.memory->violations, change != NOTHING);
            snprintf(text, sizeof text, "%s %s", offered[kind], change == WITHDRAWN ? "withdrawn" : "changed");
            if (change != NOTHING)
                expect_violation(&b, text);
            else
                close_bus(&b);
        }
}
END_TEST

START_TEST(taken_offers_may_change)
{
    for (unsigned kind = 0; kind < 4; kind++)
        for (enum change change = WITHDRAWN; change < CHANGES; change++) {
            struct bus b;
            if (!may_change(kind, change) || change == LENGTH)
                continue;
            open_deaf(&b);
            set_pace(&b, 8);
            if (kind == 3) { /* data need a request */
                offer_write(&b, NOTHING);
                step(&b);
                offer_write(&b, WITHDRAWN);
            }
            offer(&b, kind, NOTHING);
            step(&b);
            offer(&b, kind, change == ADDRESS && kind == 2 ? NOTHING : change);
            b.out.wr.last = 0;
            step(&b);
            ck_assert_msg(b.memory->violations == 0, "%s", b.memory->violation.text);
            close_bus(&b);
        }
}
END_TEST

/* Reset ends all offers. */
START_TEST(reset_forgets_offers)
{
    struct bus b;
    open_deaf(&b);
    for (unsigned kind = 0; kind < 4; kind++)
        offer(&b, kind, NOTHING);
    step(&b);
    ck_assert(!tb_memory_idle(b.memory));
    tb_memory_reset(b.memory);
    ck_assert(tb_memory_idle(b.memory));
    for (unsigned kind = 0; kind < 4; kind++)
        offer(&b, kind, WITHDRAWN);
    step(&b);
    ck_assert_uint_eq(b.memory->violations, 0);
    close_bus(&b);
}
END_TEST

/* A job begins with counts of nothing. */
START_TEST(counts_are_of_one_job)
{
    struct bus b;
    const struct tb_memory_options ideal = {.random = 0};
    open_narrow(&b);
    for (unsigned k = 0; k < TB_KINDS; k++)
        b.memory->beats[k] = b.memory->written[k] = 1 + k;
    b.memory->done[TB_STOP_READ] = b.memory->may_fail[0] = b.memory->may_fail[1] = b.memory->most_answers = b.memory->violations = 3;
    tb_memory_attach(b.memory, &b.layout, &ideal);
    for (unsigned k = 0; k < TB_KINDS; k++)
        ck_assert(b.memory->beats[k] == 0 && b.memory->written[k] == 0);
    ck_assert(b.memory->done[TB_STOP_READ] == 0 && b.memory->may_fail[0] == 0 && b.memory->may_fail[1] == 0 && b.memory->most_answers == 0);
    ck_assert_uint_eq(b.memory->violations, 0);
    close_bus(&b);
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
        {1, 4 * 24, 3, 0, 0xFF, "outside the output buffer"},
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

/* Every buffer but O and the cache is there to be read only. */
START_TEST(writes_outside_the_output_are_seen)
{
    for (unsigned kind = 0; kind < TB_X; kind++) {
        struct bus b;
        open_bus(&b, &(struct tb_memory_options){0});
        b.out.wr.req_valid = 1;
        b.out.wr.req_addr = b.layout.region[kind].base;
        step(&b);
        if (kind == TB_O) {
            ck_assert_uint_eq(b.memory->violations, 0);
            close_bus(&b);
        } else
            expect_violation(&b, "outside the output buffer");
    }
}
END_TEST

/* Rows of 12 elements take 24 bytes, here in strides of 32: byte 24 and any later one are not the core's. */
START_TEST(bytes_beyond_rows_are_seen)
{
    for (unsigned byte = 0; byte < 16; byte++) {
        struct bus b;
        open_bus(&b, &(struct tb_memory_options){0});
        struct tb_region *o = &b.layout.region[TB_O];
        o->stride = 32;
        uint8_t before = o->bytes[16 + byte];
        b.out.wr.req_addr = o->base + 16;
        b.out.wr.req_len = 1;
        for (unsigned beat = 0; beat < 2; beat++) {
            b.out.wr.req_valid = beat == 0;
            b.out.wr.data_valid = 1;
            b.out.wr.last = beat == 1;
            memset(b.out.wr.data, ~before, 8);
            b.out.wr.strb[0] = (uint8_t)((byte / 8 == beat) << byte % 8);
            step(&b);
        }
        ck_assert_uint_eq(o->bytes[16 + byte], byte < 8 ? (uint8_t)~before : before);
        ck_assert_uint_eq(b.memory->written[TB_O], 1);
        if (byte >= 8)
            expect_violation(&b, "beyond its row");
        else
            ck_assert_uint_eq(b.memory->violations, 0);
        if (byte < 8)
            close_bus(&b);
    }
}
END_TEST

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
    open_cache(&b); /* part of a row */
    b.out.wr.req_valid = 1;
    b.out.wr.req_addr = b.layout.region[TB_V].base;
    b.out.wr.req_len = 1;
    step(&b);
    expect_violation(&b, "V: write of 2 beats at offset 0x0 is not one whole row");
    open_cache(&b);
    write_row(&b, b.layout.region[TB_X].base);
    expect_violation(&b, "outside the output buffer and the cache");
    open_cache(&b);
    ask(&b, 0, b.layout.region[TB_X].base, (uint8_t)b.layout.region[TB_X].beats);
    step(&b);
    expect_violation(&b, "X: read of");
}
END_TEST

/* Idle: no read is owed to the core, and no response. */
START_TEST(idle_means_nothing_is_owed)
{
    struct bus b;
    open_bus(&b, &(struct tb_memory_options){0});
    for (unsigned cycle = 0; cycle < 14; cycle++) {
        b.out.wr.req_valid = cycle == 0;
        b.out.wr.req_addr = b.layout.region[TB_O].base;
        b.out.wr.data_valid = cycle == 2;
        b.out.wr.last = 1;
        step(&b);
        ck_assert_msg(tb_memory_idle(b.memory) == (cycle >= 2 + 8), "write, cycle %u", cycle);
    }
    for (unsigned channel = 0; channel < 2; channel++)
        for (unsigned cycle = 0; cycle < 16; cycle++) {
            ask(&b, channel, b.layout.region[TB_V].base, 2);
            b.out.rd[channel].req_valid = cycle == 0;
            b.out.rd[channel].data_ready = cycle != 9; /* the second beat waits */
            step(&b);
            ck_assert_msg(tb_memory_idle(b.memory) == (cycle >= 8 + 3), "channel %u, cycle %u", channel, cycle);
        }
    ck_assert_uint_eq(b.memory->violations, 0);
    close_bus(&b);
}
END_TEST

/* A core that asks and never takes, or never gives: the queues are not endless, and say so. */
START_TEST(endless_requests_are_seen)
{
    for (unsigned writes = 0; writes < 2; writes++) {
        struct bus b;
        open_bus(&b, &(struct tb_memory_options){0});
        for (unsigned cycle = 0; cycle < TB_QUEUE; cycle++) {
            ask(&b, 0, b.layout.region[TB_K].base, 2);
            b.out.rd[0].req_valid = !writes;
            b.out.wr.req_valid = (uint8_t)writes;
            b.out.wr.req_addr = b.layout.region[TB_O].base;
            ck_assert_uint_eq(b.memory->violations, 0);
            step(&b);
        }
        tb_memory_drive(b.memory, &b.in);
        ck_assert(writes ? !b.in.wr.req_ready : !b.in.rd[0].req_ready);
        ck_assert_uint_eq(b.memory->violations, 0);
        close_bus(&b);
    }
}
END_TEST

Suite *referee_suite(void)
{
    Suite *suite = suite_create("bench referee");
    TCase *tcase = tcase_create("referee");
    tcase_add_test(tcase, halves_of_ranges_are_seen);
    tcase_add_test(tcase, wrong_reads_are_seen);
    tcase_add_test(tcase, unsteady_offers_are_seen);
    tcase_add_test(tcase, taken_offers_may_change);
    tcase_add_test(tcase, reset_forgets_offers);
    tcase_add_test(tcase, counts_are_of_one_job);
    tcase_add_test(tcase, wrong_writes_are_seen);
    tcase_add_test(tcase, writes_outside_the_output_are_seen);
    tcase_add_test(tcase, bytes_beyond_rows_are_seen);
    tcase_add_test(tcase, cached_rows_wait_for_their_response);
    tcase_add_test(tcase, idle_means_nothing_is_owed);
    tcase_add_test(tcase, endless_requests_are_seen);
    suite_add_tcase(suite, tcase);
    return suite;
}
