/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison of RTL and model: silent on what a right core would leave behind, and not on anything else. */
#include "tests.h"

#include "played.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT 96

START_TEST(right_core_is_exact)
{
    struct played p;
    play(&p, (enum played_kind)_i);
    expect_difference(&p, NULL);
}
END_TEST

/* Any bit, and the element at any corner. */
START_TEST(wrong_output_is_named)
{
    struct played p;
    char text[TEXT];
    for (unsigned n = 0; n < 48; n++) {
        play(&p, PLAYED_KV);
        size_t last = p.result.rows - 1, rows[3] = {0, 37, last}, dims[3] = {0, 5, p.result.dims - 1};
        size_t row = rows[n % 3], dim = dims[n / 3 % 3];
        put_output(&p, row, dim, (int16_t)(p.result.o[row * p.result.dims + dim] ^ 1 << n % 16));
        snprintf(text, sizeof text, "o of block %zu, row %zu (%zu in the block), dim %zu", row / 16, row, row % 16, dim);
        expect_difference(&p, text);
    }
}
END_TEST

/* Bytes between the rows of O, after the last one too. */
START_TEST(written_padding_is_named)
{
    struct played p;
    char text[TEXT];
    for (unsigned n = 0; n < 6; n++) {
        play(&p, PLAYED_KV);
        const struct tb_region *o = &p.layout.region[TB_O];
        size_t row = n % 3 == 0 ? 0 : n % 3 == 1 ? 21 : o->rows - 1, byte = n < 3 ? o->row_bytes : o->stride - 1;
        o->bytes[row * o->stride + byte] ^= 0x10;
        snprintf(text, sizeof text, "output buffer, row %zu: byte %zu beyond the row", row, byte);
        expect_difference(&p, text);
    }
}
END_TEST

/* Each counter, one more, one less, and wrong in the upper half only. */
START_TEST(wrong_counters_are_named)
{
    struct played p;
    char text[TEXT];
    unsigned counters = 1;
    for (unsigned i = 0; i < counters; i++)
        for (int wrong = 0; wrong < 3; wrong++) {
            play(&p, (enum played_kind)_i);
            counters = p.outcome.counts.count;
            struct sofa_count *c = &p.outcome.counts.item[i];
            c->value += wrong == 2 ? (uint64_t)1 << 32 : wrong ? 1 : UINT64_MAX;
            snprintf(text, sizeof text, "counter %s: got", c->name);
            expect_difference(&p, text);
        }
    ck_assert_uint_eq(counters, _i == PLAYED_KV ? 14 : 20);
}
END_TEST

/* With ideal memory cycles are exact. */
START_TEST(wrong_cycles_are_named)
{
    struct played p;
    for (int wrong = 0; wrong < 3; wrong++) {
        play(&p, (enum played_kind)_i);
        play_cycles(&p);
        p.outcome.cycles += wrong == 2 ? (uint64_t)1 << 32 : wrong ? 1 : UINT64_MAX;
        expect_difference(&p, "cycles: RTL needs");
    }
    play(&p, (enum played_kind)_i);
    play_cycles(&p);
    expect_difference(&p, NULL);
}
END_TEST

/* A core without counters is not asked for them. */
START_TEST(absent_counters_are_not_compared)
{
    struct played p;
    play(&p, PLAYED_KV);
    p.config.board.counters = 0;
    p.outcome.counts.count = 0;
    expect_difference(&p, NULL);
}
END_TEST

/* Rows of Q, K and V, first and last, read once too often or not at all. */
START_TEST(wrong_reads_are_named)
{
    static const enum tb_kind kinds[] = {TB_Q, TB_K, TB_V};
    struct played p;
    char text[TEXT];
    for (unsigned n = 0; n < 18; n++) {
        play(&p, PLAYED_KV);
        enum tb_kind kind = kinds[n % 3];
        const struct tb_region *r = &p.layout.region[kind];
        size_t row = n / 3 % 3 == 0 ? 0 : n / 3 % 3 == 1 ? 3 : r->rows - 1;
        uint32_t right = r->reads[row];
        if (n < 9 || right == 0)
            r->reads[row]++;
        else
            r->reads[row]--;
        snprintf(text, sizeof text, "%s row %s%zu: read %" PRIu32 " times, want %" PRIu32, tb_kind_name(kind),
                 kind == TB_Q ? "" : "of key ", row, r->reads[row], right);
        expect_difference(&p, text);
    }
}
END_TEST

/* Packed keys, first and last, read once too often or not often enough. */
START_TEST(wrong_reads_of_packed_keys_are_named)
{
    struct played p;
    char text[TEXT];
    for (unsigned n = 0; n < 4; n++) {
        play(&p, PLAYED_KV);
        const struct tb_region *r = &p.layout.region[TB_KHAT];
        size_t row = n % 2 == 0 ? 0 : r->rows - 1;
        uint32_t right = r->reads[row];
        ck_assert_uint_gt(right, 0);
        r->reads[row] += n < 2 ? 1 : UINT32_MAX;
        snprintf(text, sizeof text, "packed keys from key %zu on: read %" PRIu32 " times, want %" PRIu32, row, r->reads[row], right);
        expect_difference(&p, text);
    }
}
END_TEST

START_TEST(wrong_order_of_values_is_named)
{
    struct played p;
    play(&p, PLAYED_KV);
    p.memory->value_log[0].row = 49;
    expect_difference(&p, "block 0, tile at key 0");
    size_t logged = 1;
    for (size_t i = 0; i < logged; i++) { /* though other blocks read the same key */
        play(&p, PLAYED_KV);
        logged = p.memory->value_logged;
        p.memory->value_log[i].row = (uint32_t)p.result.keys;
        expect_difference(&p, "is needed, but V was not read");
    }
    play(&p, PLAYED_KV); /* the last needed key is missing */
    p.memory->value_logged--;
    expect_difference(&p, "is needed, but V was not read");
    play(&p, PLAYED_KV);
    p.memory->value_log[p.memory->value_logged++] = (struct tb_value_read){11, &p.layout.region[TB_V]};
    expect_difference(&p, "V of key 11 was read after the last needed key");
    play(&p, PLAYED_KV); /* keys of different tiles may not swap places */
    struct tb_memory *m = p.memory;
    struct tb_value_read first = m->value_log[0];
    m->value_log[0] = m->value_log[m->value_logged - 1];
    m->value_log[m->value_logged - 1] = first;
    expect_difference(&p, "is needed, but V was not read");
}
END_TEST

/* What crossed the bus of each kind, one beat more and one less. */
START_TEST(wrong_beats_are_named)
{
    static const char *const words[TB_KINDS] = {
        "beats of Q", "beats of K", "beats of V", NULL, "beats of range", "beats of K^", "beats of X", "beats of codes and weights",
        "beats of codes and weights", "beats of cosines and sines", "beats of cosines and sines"};
    struct played p;
    for (unsigned kind = 0; kind < TB_KINDS; kind++)
        for (int more = 0; more < 2 && kind != TB_O; more++) {
            play(&p, (enum played_kind)_i);
            p.memory->beats[kind] += more ? 1 : UINT64_MAX;
            expect_difference(&p, words[kind]);
        }
}
END_TEST

START_TEST(wrong_bytes_written_are_named)
{
    struct played p;
    for (int more = 0; more < 2; more++) {
        uint64_t change = more ? 1 : UINT64_MAX;
        play(&p, (enum played_kind)_i);
        p.memory->written[TB_O] += change;
        expect_difference(&p, "bytes written: got");
        for (unsigned kind = TB_K; kind <= TB_V; kind++) {
            play(&p, (enum played_kind)_i);
            p.memory->written[kind] += change;
            expect_difference(&p, "bytes of the cache written");
        }
    }
}
END_TEST

START_TEST(wrong_ends_are_named)
{
    struct played p;
    play(&p, PLAYED_KV);
    p.outcome.finished = 0;
    expect_difference(&p, "hangs");
    for (unsigned code = 1; code < 256; code += code < 16 ? 1 : 60) {
        char text[TEXT];
        play(&p, PLAYED_KV);
        p.outcome.error = code;
        snprintf(text, sizeof text, "error %u ", code);
        expect_difference(&p, text);
    }
    play(&p, PLAYED_KV);
    p.outcome.idle_after = 0;
    expect_difference(&p, "not empty");
    play(&p, PLAYED_KV);
    tb_violation(p.memory, "something happened");
    expect_difference(&p, "something happened");
}
END_TEST

/* All violations count, the first one is told, though more be wrong. */
START_TEST(mismatches_are_counted)
{
    struct played p;
    struct tb_comparison cmp;
    struct sofa_error e = {""};
    play(&p, PLAYED_KV);
    for (unsigned i = 0; i < 3; i++)
        tb_violation(p.memory, "number %u", i);
    put_output(&p, 0, 0, (int16_t)~p.result.o[0]);
    ck_assert_int_eq(tb_compare(&cmp, &p.config, &p.job, &p.result, p.memory, &p.outcome, &e), SOFA_OK);
    ck_assert_uint_eq(cmp.mismatches, 4);
    expect_difference(&p, "number 0");
}
END_TEST

static uint32_t first_made(const struct played *p)
{
    uint32_t key = 0;
    while (!p->layout.region[TB_K].writes[key])
        key++;
    return key;
}

static uint32_t last_made(const struct played *p)
{
    uint32_t key = (uint32_t)p->result.keys - 1;
    while (!p->layout.region[TB_K].writes[key])
        key--;
    return key;
}

/* Beats of X, codes, weights and cosines: first, last and any between, more and less. */
START_TEST(wrong_token_reads_are_named)
{
    static const struct {
        enum tb_kind kind;
        const char *text;
    } kinds[] = {{TB_X, "X row of key"}, {TB_CODE, "of the codes: read"}, {TB_WEIGHT, "of the weights: read"},
                 {TB_TURN, "of the turns: read"}};
    struct played p;
    for (unsigned n = 0; n < 24; n++) {
        play(&p, (enum played_kind)_i);
        enum tb_kind kind = kinds[n % 4].kind;
        const struct tb_region *r = &p.layout.region[kind];
        if (r->rows == 0)
            ck_assert(kind == TB_TURN && _i != PLAYED_ROTARY);
        size_t stride = r->stride / p.layout.port_bytes, last = (r->rows - 1) * stride + r->beats - 1;
        size_t at = n / 4 % 3 == 0 ? 0 : n / 4 % 3 == 1 ? 1 : last;
        if (r->rows > 0)
            r->reads[at] += n < 12 || r->reads[at] == 0 ? 1 : UINT32_MAX;
        expect_difference(&p, r->rows > 0 ? kinds[n % 4].text : NULL);
    }
}
END_TEST

START_TEST(wrong_rotary_reads_are_named)
{
    struct played p;
    char text[TEXT];
    for (unsigned n = 0; n < 4; n++) {
        play(&p, PLAYED_ROTARY);
        uint32_t key = n & 1 ? first_made(&p) : last_made(&p);
        p.layout.region[TB_ROTARY].reads[key] = n & 2;
        snprintf(text, sizeof text, "cosines and sines of key %" PRIu32 ": read %u times, want 1", key, n & 2);
        expect_difference(&p, text);
    }
    play(&p, PLAYED_ROTARY);
    size_t last = p.result.keys - 1;
    ck_assert_uint_ne(last, last_made(&p));
    p.layout.region[TB_ROTARY].reads[last]++;
    expect_difference(&p, "read 1 times, want 0");
}
END_TEST

/* Rows of the cache: written too often or not, wrong bytes in generated rows, any byte elsewhere. */
START_TEST(wrong_cache_is_named)
{
    struct played p;
    char text[TEXT];
    for (unsigned n = 0; n < 4; n++) {
        enum tb_kind kind = n & 1 ? TB_V : TB_K;
        play(&p, (enum played_kind)_i);
        struct tb_region *r = &p.layout.region[kind];
        uint32_t key = n & 2 ? last_made(&p) : first_made(&p);
        r->writes[key] = n & 2;
        snprintf(text, sizeof text, "%s row of key %" PRIu32 ": written %u times, want 1", tb_kind_name(kind), key, n & 2);
        expect_difference(&p, text);
        play(&p, (enum played_kind)_i);
        r = &p.layout.region[kind];
        size_t byte = n & 2 ? r->row_bytes - 1 : 0;
        r->bytes[key * r->stride + byte] ^= 0x80;
        snprintf(text, sizeof text, "%s row of key %" PRIu32 " in the cache, byte %zu: got", tb_kind_name(kind), key, byte);
        expect_difference(&p, text);
        play(&p, (enum played_kind)_i);
        r = &p.layout.region[kind];
        r->bytes[key * r->stride + (n & 2 ? r->stride - 1 : r->row_bytes)] ^= 1;
        expect_difference(&p, "bytes beyond it were written");
    }
}
END_TEST

/* A row that no job has generated must stay as it was. */
START_TEST(touched_rows_of_the_cache_are_named)
{
    struct played p;
    for (unsigned kind = TB_K; kind <= TB_V; kind++) {
        play(&p, (enum played_kind)_i);
        struct tb_region *r = &p.layout.region[kind];
        uint32_t key = 0;
        while (key < p.result.keys && r->writes[key])
            key++;
        ck_assert_uint_lt(key, p.result.keys);
        r->bytes[key * r->stride] ^= 1;
        expect_difference(&p, "in the cache, byte 0: got");
    }
}
END_TEST

Suite *compare_suite(void)
{
    Suite *suite = suite_create("bench comparison");
    TCase *tcase = tcase_create("comparison");
    tcase_add_loop_test(tcase, right_core_is_exact, 0, PLAYED_KINDS);
    tcase_add_test(tcase, wrong_output_is_named);
    tcase_add_test(tcase, written_padding_is_named);
    tcase_add_loop_test(tcase, wrong_counters_are_named, 0, PLAYED_KINDS);
    tcase_add_loop_test(tcase, wrong_cycles_are_named, 0, PLAYED_KINDS);
    tcase_add_test(tcase, absent_counters_are_not_compared);
    tcase_add_test(tcase, wrong_reads_are_named);
    tcase_add_test(tcase, wrong_reads_of_packed_keys_are_named);
    tcase_add_test(tcase, wrong_order_of_values_is_named);
    tcase_add_loop_test(tcase, wrong_beats_are_named, 0, PLAYED_KINDS);
    tcase_add_loop_test(tcase, wrong_bytes_written_are_named, 0, PLAYED_KINDS);
    tcase_add_test(tcase, wrong_ends_are_named);
    tcase_add_test(tcase, mismatches_are_counted);
    tcase_add_loop_test(tcase, wrong_token_reads_are_named, PLAYED_TOKENS, PLAYED_KINDS);
    tcase_add_test(tcase, wrong_rotary_reads_are_named);
    tcase_add_loop_test(tcase, wrong_cache_is_named, PLAYED_TOKENS, PLAYED_KINDS);
    tcase_add_loop_test(tcase, touched_rows_of_the_cache_are_named, PLAYED_TOKENS, PLAYED_KINDS);
    suite_add_tcase(suite, tcase);
    return suite;
}
