/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL of a read channel alone, in Icarus Verilog: random clients, a memory with random latency and stalls, rows that are taken late, a
 * halt; nothing is lost, doubled or out of order, requests stay until they are taken. Rows that come whole, as words, through registered
 * links, and streams of mode tokens. */
#include "tests.h"

#include "../cmodel/config/config.h"
#include "rtl_module.h"

#include <stdio.h>

#define SETTINGS 12u
#define REQUESTS 300u

enum { ROWS, WORDS, LINKS };

static const struct {
    unsigned comes;
    const char *set[SETTINGS];
} kinds[] = {
    {ROWS, {"head_dim=19", "data.key_bits=8", "memory.port_bits=64"}},
    {ROWS, {"head_dim=8", "memory.port_bits=256"}},
    {ROWS, {"head_dim=24", "memory.port_bits=8", "memory.address_bits=17", "jobs.queue=1"}},
    {ROWS, {"target=fpga", "head_dim=16", "attend.width=4", "attend.lanes=2", "memory.port_bits=32"}},
    {ROWS, {"target=fpga", "head_dim=11", "attend.width=11", "attend.lanes=1", "memory.port_bits=128"}},
    {ROWS, {"mode=tokens", "head_dim=16", "memory.port_bits=32"}},
    {ROWS, {"mode=tokens", "kvgen.rotary=1", "head_dim=16", "predict.keys=4", "memory.port_bits=128", "memory.address_bits=48"}},
    {ROWS, {"mode=tokens", "target=fpga", "head_dim=16", "attend.width=16", "attend.lanes=1", "memory.port_bits=64"}},
    /* words: ranges that come whole, and as words */
    {WORDS, {"head_dim=24", "attend.width=2", "attend.lanes=1", "predict.dims=2", "memory.port_bits=128"}},
    {WORDS, {"head_dim=24", "attend.width=2", "attend.lanes=1", "predict.dims=2", "predict.source=rows", "memory.port_bits=32"}},
    {WORDS, {"target=fpga", "head_dim=16", "attend.width=1", "attend.lanes=1", "predict.dims=1", "memory.port_bits=16"}},
    /* registered links */
    {LINKS, {"target=fpga", "head_dim=16", "attend.width=16", "attend.lanes=1", "predict.dims=8", "memory.port_bits=32",
             "data.query_bits=8", "data.key_bits=8", "data.value_bits=8", "predict.source=rows"}},
    {LINKS, {"target=fpga", "head_dim=32", "attend.width=32", "attend.lanes=1", "predict.dims=16", "memory.port_bits=64"}},
};
#define KINDS ((int)(sizeof kinds / sizeof kinds[0]))

static void emit(const struct sofa_config *c, const char *directory)
{
    static const char *const modules[] = {"memory/sofa_read", "memory/sofa_gather_", "memory/sofa_standing_", "memory/sofa_queue.v",
                                          "memory/sofa_ram.v", "target/sofa_copy.v", NULL};
    static const char *const bench[] = {"memory/read_tb", NULL};
    test_emit(c, NULL, modules, directory);
    test_emit(c, "tb", bench, directory);
}

START_TEST(channels)
{
    uint64_t seed = test_seed() + (uint64_t)_i;
    struct sofa_config c;
    struct sofa_derived d;
    struct sofa_error e = {.text = ""};
    char directory[256], parameters[512], line[256];
    unsigned count = 0;
    while (kinds[_i / 2].set[count])
        count++;
    ck_assert_msg(sofa_config_load(&c, NULL, kinds[_i / 2].set, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&c, &d);
    ck_assert_uint_eq(d.word_memories ? WORDS : d.registered_links ? LINKS : ROWS, kinds[_i / 2].comes);
    unsigned clients = test_between(&seed, _i % 2 ? 1 : 3, 7), mask = test_between(&seed, 0, (1u << clients) - 1);
    test_directory(directory);
    emit(&c, directory);
    snprintf(parameters, sizeof parameters,
             "-Pread_tb.CLIENTS=%u -Pread_tb.CBITS=%u -Pread_tb.STREAM=%u -Pread_tb.PROMPT=%u -Pread_tb.REQUESTS=%u -Pread_tb.HALT=%u"
             " -Pread_tb.SEED=%u",
             clients, clients > 1 ? sofa_clog2(clients) : 1, c.mode == SOFA_MODE_TOKENS ? mask : 0, d.registered_links ? mask : 0, REQUESTS,
             test_between(&seed, 100, 3000), test_between(&seed, 1, 1u << 30));
    test_run_bench(directory, "read_tb", parameters, line);
    test_remove_directory(directory);
}
END_TEST

Suite *read_rtl_suite(void)
{
    Suite *s = suite_create("read_rtl");
    TCase *t = tcase_create("between clients and memory");
    tcase_set_timeout(t, 120);
    if (!test_fast())
        tcase_add_loop_test(t, channels, 0, 2 * KINDS);
    suite_add_tcase(s, t);
    return s;
}
