/* SPDX-License-Identifier: Apache-2.0 */
/* The benches' memory: its timing, its order, its faults. */
#include "tests.h"

#include "bus.h"

#include <string.h>

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

/* The n-th beat, the n-th response of a job and no other carries the error. */
START_TEST(faults_come_where_they_are_asked_for)
{
    struct bus b;
    unsigned beats = 0, answers = 0;
    open_bus(&b, &(struct tb_memory_options){.fault_read = 5, .fault_write = 2, .stop = TB_STOP_READ, .stop_after = 8});
    b.out.rd[0].data_ready = 1;
    for (unsigned cycle = 0; cycle < 60; cycle++) {
        ask(&b, 0, b.layout.region[TB_K].base, 2);
        b.out.rd[0].req_valid = cycle < 3;
        b.out.wr.req_valid = b.out.wr.data_valid = cycle < 3;
        b.out.wr.req_addr = b.layout.region[TB_O].base;
        b.out.wr.last = 1;
        step(&b);
        beats += b.in.rd[0].data_valid;
        answers += b.in.wr.resp_valid;
        ck_assert_int_eq(b.in.rd[0].data_valid && b.in.rd[0].data_error, b.in.rd[0].data_valid && beats == 5);
        ck_assert_int_eq(b.in.wr.resp_valid && b.in.wr.resp_error, b.in.wr.resp_valid && answers == 2);
    }
    ck_assert_uint_eq(beats, 8); /* one row stays behind */
    ck_assert_uint_eq(answers, 3);
    ck_assert_uint_eq(b.memory->violations, 0);
    close_bus(&b);
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
    tcase_add_test(tcase, faults_come_where_they_are_asked_for);
    tcase_add_test(tcase, small_address_spaces_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
