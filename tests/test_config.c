/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges, scaling defaults, precedence and messages of configurations. */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../cmodel/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum sofa_status load_text(struct sofa_config *c, const char *text, size_t length, const char *set,
                                  struct sofa_error *e)
{
    char path[256], directory[256];
    test_directory(directory);
    snprintf(path, sizeof path, "%.200s/c.yaml", directory);
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, length, f), length);
    fclose(f);
    e->text[0] = '\0';
    enum sofa_status status = sofa_config_load(c, path, &set, set ? 1 : 0, e);
    test_remove_directory(directory);
    return status;
}

static struct sofa_config good(const char *text, const char *set)
{
    struct sofa_config c;
    struct sofa_error e;
    ck_assert_msg(load_text(&c, text, strlen(text), set, &e) == SOFA_OK, "%s", e.text);
    return c;
}

static void refused(const char *text, size_t length, const char *set, const char *names)
{
    struct sofa_config c;
    struct sofa_error e;
    ck_assert_msg(load_text(&c, text, length, set, &e) == SOFA_BAD_INPUT, "%s was accepted", text);
    ck_assert_msg(strstr(e.text, names) != NULL, "'%s' does not say '%s'", e.text, names);
    ck_assert_msg(strchr(e.text, '\n') == NULL, "more than one line: %s", e.text);
}

START_TEST(reference_points)
{
    static const char *const names[] = {"small", "wide", "paper", "ecp5-85", "ice40up5k"};
    struct sofa_config c, small;
    struct sofa_error e;
    sofa_config_default(&small);
    for (unsigned i = 0; i < 5; i++) {
        char path[64];
        snprintf(path, sizeof path, "configs/%s.yaml", names[i]);
        ck_assert_msg(sofa_config_load(&c, path, NULL, 0, &e) == SOFA_OK, "%s", e.text);
        ck_assert_str_eq(c.name, names[i]);
        if (i == 0)
            ck_assert_uint_eq(sofa_config_hash(&c), sofa_config_hash(&small));
        else
            ck_assert_uint_ne(sofa_config_hash(&c), sofa_config_hash(&small));
    }
}
END_TEST

START_TEST(empty_is_default)
{
    struct sofa_config c, small;
    struct sofa_error e;
    sofa_config_default(&small);
    ck_assert_int_eq(sofa_config_load(&c, NULL, NULL, 0, &e), SOFA_OK);
    ck_assert_uint_eq(sofa_config_hash(&c), sofa_config_hash(&small));
    c = good("", NULL);
    ck_assert_uint_eq(sofa_config_hash(&c), sofa_config_hash(&small));
    c = good("# nothing\n", NULL);
    ck_assert_uint_eq(sofa_config_hash(&c), sofa_config_hash(&small));
}
END_TEST

START_TEST(defaults_scale)
{
    struct sofa_config c = good("tile: {keys: 4}\n", NULL);
    ck_assert_uint_eq(c.predict.keys, 4);
    ck_assert_uint_eq(c.tile.kept_max, 4);
    c = good("head_dim: 256\n", NULL);
    ck_assert_uint_eq(c.predict.dims, 8);
    ck_assert_uint_eq(c.attend.width, 8);
    c = good("attend: {lanes: 100}\n", NULL);
    ck_assert_uint_eq(c.query_block, 100);
    c = good("predict: {keys: 64}\n", NULL);
    ck_assert_uint_eq(c.tile.keys, 64);
    c = good("", "tile.keys=128");
    ck_assert_uint_eq(c.tile.keys, 128);
    ck_assert_uint_eq(c.predict.keys, 128);
    c = good("query_block: 1\n", NULL);
    ck_assert_uint_eq(c.attend.lanes, 1);
}
END_TEST

START_TEST(precedence)
{
    struct sofa_config c = good("tile: {keys: 128, kept_max: 64}\npredict: {keys: 64}\n", "tile.keys=32");
    ck_assert_uint_eq(c.tile.keys, 32);
    ck_assert_uint_eq(c.tile.kept_max, 32);
    ck_assert_uint_eq(c.predict.keys, 32);
    c = good("head_dim: 64\n", "head_dim=16");
    ck_assert_uint_eq(c.head_dim, 16);
    const char *twice[] = {"head_dim=16", "head_dim=24", "name=other"};
    struct sofa_error e;
    ck_assert_int_eq(sofa_config_load(&c, "configs/small.yaml", twice, 3, &e), SOFA_OK);
    ck_assert_uint_eq(c.head_dim, 24);
    ck_assert_str_eq(c.name, "other");
}
END_TEST

/* What the file says and --set makes impossible is said, and what follows from it. */
START_TEST(yielding_values)
{
    struct sofa_config c;
    struct sofa_error e;
    struct sofa_warnings w = {.count = 0};
    const char *set[] = {"head_dim=16"};
    ck_assert_msg(sofa_config_load_warned(&c, "configs/wide.yaml", set, 1, &w, &e) == SOFA_OK, "%s", e.text);
    static const char *const said[] = {"predict.dims is 64, taken as 16 because head_dim is 16",
                                       "attend.width is 64, taken as 16 because head_dim is 16",
                                       "kvgen.outputs is 64, taken as 16 because head_dim is 16"};
    ck_assert_uint_eq(w.count, 3);
    for (unsigned i = 0; i < w.count; i++)
        ck_assert_msg(strstr(w.text[i], said[i]) && strstr(w.text[i], "configs/wide.yaml: line "), "%s", w.text[i]);
    w.count = 0;
    ck_assert_int_eq(sofa_config_load_warned(&c, "configs/small.yaml", set, 1, &w, &e), SOFA_OK);
    ck_assert_uint_eq(w.count, 0);
    ck_assert_int_eq(sofa_config_load_warned(&c, NULL, set, 1, &w, &e), SOFA_OK);
    ck_assert_uint_eq(w.count, 0);
}
END_TEST

/* kvgen.inputs gives way to predict.dims, which gave way itself. */
START_TEST(yielding_in_turn)
{
    struct sofa_config c = good("head_dim: 64\npredict: {dims: 64}\nkvgen: {inputs: 64}\n", "head_dim=16");
    ck_assert(c.predict.dims == 16 && c.kvgen.inputs == 16);
}
END_TEST

/* Selection by mass needs all keys of a tile at once: of predict.keys, tile.keys and the policy what counts least gives way. */
START_TEST(policies)
{
    static const char tile[] = "tile: {keys: 32}\n", by_both[] = "tile: {keys: 32}\npredict: {keys: 32}\nselect: {policy: both}\n",
                      by_rank[] = "tile: {keys: 32}\npredict: {keys: 8}\nselect: {policy: rank}\n",
                      few[] = "tile: {keys: 32}\npredict: {keys: 8}\n";
    static const struct {
        const char *text, *set;
        unsigned policy, keys;
    } cases[] = {
        {"", NULL, SOFA_POLICY_BOTH, 16},              {tile, NULL, SOFA_POLICY_BOTH, 32},
        {few, NULL, SOFA_POLICY_RANK, 8},              {few, "select.policy=mass", SOFA_POLICY_MASS, 32},
        {by_both, "predict.keys=8", SOFA_POLICY_RANK, 8}, {by_both, "tile.keys=64", SOFA_POLICY_BOTH, 64},
        {by_both, "tile.keys=8", SOFA_POLICY_BOTH, 8}, {by_rank, "select.policy=both", SOFA_POLICY_BOTH, 32},
        {by_rank, "tile.keys=64", SOFA_POLICY_RANK, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sofa_config c = good(cases[i].text, cases[i].set);
        ck_assert_msg(c.select.policy == cases[i].policy && c.predict.keys == cases[i].keys, "case %zu: policy %u, predict.keys %u", i,
                      c.select.policy, c.predict.keys);
    }
    static const char odd[] = "tile: {keys: 32}\npredict: {keys: 8}\nselect: {policy: both}\n";
    refused(odd, strlen(odd), NULL, "select.policy: rank");
    const char *set[] = {"predict.keys=8"};
    struct sofa_config c;
    struct sofa_error e;
    struct sofa_warnings w = {.count = 0};
    ck_assert_msg(sofa_config_load_warned(&c, "configs/small.yaml", set, 1, &w, &e) == SOFA_OK, "%s", e.text);
    ck_assert_uint_eq(w.count, 1);
    ck_assert_msg(strstr(w.text[0], "configs/small.yaml: line ") && strstr(w.text[0], "taken as rank because predict.keys is 8"), "%s",
                  w.text[0]);
}
END_TEST

START_TEST(messages)
{
    static const struct {
        const char *text, *set, *names;
    } cases[] = {
        {"colour: red\n", NULL, "colour"},
        {"tile:\n  keyz: 4\n", NULL, "line 2"},
        {"tile:\n  keyz: 4\n", NULL, "keyz"},
        {"tile: 3\n", NULL, "tile"},
        {"name: a\n\n\n# six empty lines,\n\n\n\n  # comments\n\nbogus: 1\n", NULL, "line 10: unknown key 'bogus'"},
        {"tile:\n\n  # first\n\n  keys: 8\n\n\n  keyz: 4\n", NULL, "line 8: unknown key 'tile.keyz'"},
        {"\n\nbogus:\n  a: 1\n", NULL, "line 3: unknown key 'bogus'"},
        {"\nbogus: {}\n", NULL, "line 2: unknown key 'bogus'"},
        {"{\"bo\\ngus\\e[2J\": 1}\n", NULL, "line 1: unknown key 'bo?gus?[2J'"},
        {"\nbogus: [1, 2]\n", NULL, "line 2: unknown key 'bogus'"},
        {"tile.keys: 4\n", NULL, "line 1"},
        {"\n\ntile: 3\n", NULL, "line 3: tile must have keys of its own"},
        {"\ntile:\n  keys: {a: 1}\n", NULL, "line 3: tile.keys must have one plain value"},
        {"\n\n\nhead_dim: 300\n", NULL, "line 4: head_dim is 300, must be 8 to 256"},
        {"\n\n\nhead_dim: 8.5\n", NULL, "line 4: head_dim is '8.5'"},
        {"\nmode: fast\n", NULL, "line 2: mode is 'fast'"},
        {"tile:\n\n  keys: 4\n  kept_max: 5\n", NULL, "line 4: tile.kept_max is 5, must be 1 to 4"},
        {"head_dim: 32\n\nhead_dim: 32\n", NULL, "line 3: head_dim is given a second time, first in line 1"},
        {"\nname: a\n\nname: b\n", NULL, "line 4: name is given a second time"},
        {"tile: {keys: 8}\ntile: {keys: 8}\n", NULL, "line 2: tile.keys is given a second time"},
        {"name: a\n---\nname: b\n", NULL, "line 2: a second document"},
        {"\n\n? [a]\n: 1\n", NULL, "line 3: a key must be a name"},
        {"name: &x a\nmode: *x\n", NULL, "line 2: mode must have one plain value"},
        {"name: \"a\\0b\"\n", NULL, "line 1: name must have one plain value"},
        {"\n\nhead_dim: 32\n\ttile: 3\n", NULL, "line 4"},
        {"head_dim: [1]\n", NULL, "head_dim"},
        {"head_dim: abc\n", NULL, "head_dim is 'abc', must be a whole number, 8 to 256"},
        {"head_dim: -8\n", NULL, "head_dim"},
        {"head_dim: 8.5\n", NULL, "head_dim"},
        {"head_dim: 99999999999999999999999\n", NULL, "8 to 256"},
        {"head_dim: 257\n", NULL, "head_dim is 257, must be 8 to 256"},
        {"head_dim:\n", NULL, "head_dim"},
        {"head_dim: 8\nhead_dim: 8\n", NULL, "head_dim"},
        {"tile: {keys: 4, kept_max: 5}\n", NULL, "tile.kept_max is 5, must be 1 to 4 (tile.keys)"},
        {"attend: {lanes: 17}\nquery_block: 16\n", NULL, "query_block"},
        {"tile: {keys: 16}\n", "predict.keys=32", "tile.keys"},
        {"data: {key_bits: 12}\n", NULL, "data.key_bits is 12, must be 8 or 16"},
        {"data: {key_bits: 8}\npredict: {operand_bits: 9}\n", NULL, "data.key_bits"},
        {"memory: {port_bits: 24}\n", NULL, "power of two"},
        {"memory: {port_bits: 8}\nhead_dim: 256\n", NULL, "memory.port_bits"},
        {"mode: tokens\nhead_dim: 9\nkvgen: {rotary: 1}\n", NULL, "head_dim is 9, must be even, 8 to 256, when kvgen.rotary is 1"},
        {"hidden_max: 8193\n", NULL, "hidden_max is 8193, must be 1 to 8192"},
        {"data: {token_bits: 16}\n", NULL, "data.token_bits is 16, must be 8"},
        {"target: asic\n", NULL, "target is 'asic', must be cells (0) or fpga (1)"},
        {"predict: {weight_rounding: up}\n", NULL, "predict.weight_rounding is 'up', must be floor (0) or nearest (1)"},
        {"mode: fast\n", NULL, "mode"},
        {"name: a b\n", NULL, "name"},
        {"- a\n", NULL, "c.yaml"},
        {"name: \"open\n", NULL, "line"},
        {"a: {b: [\n", NULL, "c.yaml"},
        {"", "head_dim", "KEY=VALUE"},
        {"", "=3", "KEY=VALUE"},
        {"", "no.such.key=3", "no.such.key"},
        {"", "head_dim=7", "--set"},
        {"", "attend.queue=3", "attend.queue is 3, must be 0 or a power of two"},
        {"board: {counters: 0}\n", "jobs.queue=1", "jobs.queue is 1, must be 0 when board.counters is 0"},
        {"", "board.baud=12000000", "board.baud is 12000000, must be 184 to 3000000"},
        {"", "board.memory_kib=3", "board.memory_kib is 3, must be 0 or a power of two"},
        {"memory: {address_bits: 16}\n", "board.memory_kib=128", "board.memory_kib is 128, must be 0 to 64"},
        {"", "a.key.that.is.longer.than.any.name.that.a.configuration.has.in.any.of.its.sections=1", "unknown key"},
        {"", "head_dim=", "head_dim"},
        {"", "head_dim=0x10", "head_dim"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(cases[i].text, strlen(cases[i].text), cases[i].set, cases[i].names);
    refused("\0\1\2\377", 4, NULL, "c.yaml");
}
END_TEST

START_TEST(unreadable_files)
{
    struct sofa_config c;
    struct sofa_error e;
    ck_assert_int_eq(sofa_config_load(&c, "configs", NULL, 0, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "configs"));
    ck_assert_int_eq(sofa_config_load(&c, "configs/none.yaml", NULL, 0, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "configs/none.yaml"));
    size_t size = (1u << 20) + 10;
    char *big = malloc(size + 1);
    ck_assert_ptr_nonnull(big);
    memset(big, '#', size);
    refused(big, size, NULL, "larger than");
    free(big);
}
END_TEST

START_TEST(garbage)
{
    uint64_t state = test_seed();
    for (int run = 0; run < 300; run++) {
        static const char alphabet[] = "ab:{}[],-'\"&*#|> \n\t0149tilekyhd_%!\377";
        char text[96];
        struct sofa_config c;
        struct sofa_error e;
        size_t length = test_between(&state, 1, sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[test_between(&state, 0, sizeof alphabet - 2)];
        if (load_text(&c, text, length, NULL, &e) == SOFA_OK)
            ck_assert_int_eq(sofa_config_check(&c, &e), SOFA_OK);
        else
            ck_assert_msg(strstr(e.text, "c.yaml") && !strchr(e.text, '\n'), "%s", e.text);
    }
}
END_TEST

START_TEST(derived_values)
{
    struct sofa_config c;
    struct sofa_derived d;
    struct sofa_error e;
    ck_assert_int_eq(sofa_config_load(&c, "configs/wide.yaml", NULL, 0, &e), SOFA_OK);
    sofa_config_derive(&c, &d);
    ck_assert_uint_eq(d.key_groups, 1);
    ck_assert_uint_eq(d.slices, 1);
    ck_assert_uint_eq(d.full_bits, 13);
    ck_assert_uint_eq(d.row_bits, 7);
    ck_assert_uint_eq(d.index_bits, 7);
    ck_assert_uint_eq(d.entry_bits, 24);
    ck_assert_uint_eq(d.tile_bits, 8);
    ck_assert_uint_eq(d.key_number_bits, 11);
    ck_assert_uint_eq(d.kept_bits, 6);
    ck_assert_uint_eq(d.beats, 1);
    ck_assert_uint_eq(d.lane_groups, 3);
    ck_assert_uint_eq(d.group_lanes, 1);
    ck_assert_uint_eq(d.lane_rows, 43);
    ck_assert_uint_eq(d.dot_bits, 38);
    ck_assert_uint_eq(d.denominator_bits, 26);
    ck_assert_uint_eq(d.accumulator_bits, 29);
    ck_assert_uint_eq(d.raise_bits, 4);
    ck_assert_uint_eq(d.query_beats, 1);
    ck_assert_uint_eq(d.range_records, 16);
    ck_assert_int_eq(sofa_config_load(&c, "configs/ice40up5k.yaml", NULL, 0, &e), SOFA_OK);
    sofa_config_derive(&c, &d);
    ck_assert_uint_eq(d.query_beats, 8);
    ck_assert_uint_eq(d.output_beats, 16);
    ck_assert_uint_eq(d.range_beats, 4);
    ck_assert_uint_eq(d.beats, 8);
}
END_TEST

/* A value inside every single range; kept if the combination is legal. */
START_TEST(random_legal)
{
    static const char *const format[] = {"query_block=%u", "head_dim=%u",        "tile.keys=%u",   "tile.kept_max=%u",
                                         "predict.keys=%u", "predict.dims=%u",   "attend.lanes=%u", "attend.width=%u",
                                         "attend.window=%u", "memory.prefetch=%u"};
    static const unsigned high[] = {256, 256, 512, 128, 512, 256, 256, 256, 64, 256};
    static const unsigned low[] = {1, 8, 4, 1, 1, 1, 1, 1, 1, 2};
    uint64_t state = test_seed();
    unsigned legal = 0;
    for (int run = 0; run < 2000; run++) {
        char text[10][40];
        const char *set[10];
        struct sofa_config c;
        struct sofa_derived d;
        struct sofa_error e;
        for (unsigned i = 0; i < 10; i++) {
            unsigned top = test_between(&state, low[i], high[i]);
            snprintf(text[i], sizeof text[i], format[i], test_between(&state, low[i], top));
            set[i] = text[i];
        }
        if (sofa_config_load(&c, NULL, set, 10, &e) != SOFA_OK)
            continue;
        legal++;
        sofa_config_derive(&c, &d);
        ck_assert_uint_ge(d.key_groups * c.predict.keys, c.tile.keys);
        ck_assert_uint_ge(d.slices * c.predict.dims, c.head_dim);
        ck_assert_uint_ge(d.lane_groups * d.group_lanes, c.attend.lanes);
        ck_assert_uint_le(d.group_lanes, d.beats);
        ck_assert_uint_ge(d.lane_rows * c.attend.lanes, c.query_block);
        ck_assert(d.norm_width <= c.attend.width && d.norm_words * d.norm_width >= d.beats * c.attend.width);
        ck_assert(d.norm_wait < d.norm_words && (d.norm_words == d.beats || d.norm_units == 1));
        ck_assert(d.norm_units >= 1 && d.query_buses >= 1 && d.output_beats >= 1 && d.output_beats <= 256);
    }
    ck_assert_uint_gt(legal, 20);
}
END_TEST

START_TEST(keys_by_name)
{
    unsigned count;
    struct sofa_config c;
    sofa_config_default(&c);
    const struct sofa_config_key *keys = sofa_config_keys(&count);
    ck_assert_uint_eq(count, 39);
    for (unsigned i = 0; i < count; i++) {
        char set[64];
        const char *list[] = {set};
        struct sofa_config same;
        struct sofa_error e;
        snprintf(set, sizeof set, "%s=%u", keys[i].path, keys[i].get(&c));
        ck_assert_msg(sofa_config_load(&same, NULL, list, 1, &e) == SOFA_OK, "%s", e.text);
        ck_assert_uint_eq(sofa_config_hash(&same), sofa_config_hash(&c));
    }
}
END_TEST

START_TEST(numbers)
{
    uint64_t n;
    double x;
    size_t a, b;
    ck_assert(sofa_parse_unsigned("18446744073709551615", UINT64_MAX, &n) && n == UINT64_MAX);
    ck_assert(!sofa_parse_unsigned("18446744073709551616", UINT64_MAX, &n));
    ck_assert(!sofa_parse_unsigned("", 10, &n) && !sofa_parse_unsigned("+1", 10, &n) && !sofa_parse_unsigned("1 ", 10, &n));
    ck_assert(sofa_parse_unsigned("10", 10, &n) && !sofa_parse_unsigned("11", 10, &n) && !sofa_parse_unsigned("9", 8, &n));
    ck_assert(sofa_parse_real("1e-3", &x) && sofa_parse_real("inf", &x) && sofa_parse_real("0", &x));
    ck_assert(!sofa_parse_real("-1", &x) && !sofa_parse_real("nan", &x) && !sofa_parse_real("1e999", &x));
    ck_assert(!sofa_parse_real("", &x) && !sofa_parse_real("1x", &x) && !sofa_parse_real("0x1p3", &x));
    ck_assert(sofa_parse_range("3:7", &a, &b) && a == 3 && b == 7);
    ck_assert(sofa_parse_range(":7", &a, &b) && a == 0 && sofa_parse_range("3:", &a, &b) && b == SIZE_MAX);
    ck_assert(!sofa_parse_range("7:3", &a, &b) && !sofa_parse_range("3", &a, &b) && !sofa_parse_range("3:3", &a, &b));
    ck_assert(!sofa_parse_range("-1:3", &a, &b) && !sofa_parse_range("1:2:3", &a, &b));
    ck_assert(sofa_clog2(0) == 0 && sofa_clog2(1) == 0 && sofa_clog2(2) == 1 && sofa_clog2(3) == 2);
    ck_assert(sofa_clog2((uint64_t)1 << 63) == 63 && sofa_clog2(UINT64_MAX) == 64);
}
END_TEST

Suite *config_suite(void)
{
    Suite *s = suite_create("config");
    TCase *t = tcase_create("config");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, reference_points);
    tcase_add_test(t, empty_is_default);
    tcase_add_test(t, defaults_scale);
    tcase_add_test(t, precedence);
    tcase_add_test(t, yielding_values);
    tcase_add_test(t, yielding_in_turn);
    tcase_add_test(t, policies);
    tcase_add_test(t, messages);
    tcase_add_test(t, unreadable_files);
    tcase_add_test(t, garbage);
    tcase_add_test(t, derived_values);
    tcase_add_test(t, random_legal);
    tcase_add_test(t, keys_by_name);
    tcase_add_test(t, numbers);
    suite_add_tcase(s, t);
    return s;
}
