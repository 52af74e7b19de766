/* SPDX-License-Identifier: Apache-2.0 */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../cmodel/config/regs.h"
#include "../gen/emit.h"
#include "../gen/registers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void default_config(struct sofa_config *c)
{
    struct sofa_error e;
    ck_assert_msg(sofa_config_load(c, NULL, NULL, 0, &e) == SOFA_OK, "%s", e.text);
}

START_TEST(offsets_ascend)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    for (unsigned i = 0; i < count; i++) {
        ck_assert_msg(r[i].offset % 4 == 0 && r[i].offset < 0x400, "%s", r[i].name);
        ck_assert_msg(i == 0 || r[i].offset > r[i - 1].offset, "%s", r[i].name);
        ck_assert_msg(r[i].bits >= 1 && r[i].bits <= 32, "%s", r[i].name);
        ck_assert_msg(r[i].bits == 32 || r[i].reset >> r[i].bits == 0, "%s", r[i].name);
        ck_assert_int_eq(sofa_register_offset(r[i].name), (int)r[i].offset);
    }
    ck_assert_int_eq(sofa_register_offset("NO_SUCH_REGISTER"), -1);
}
END_TEST

START_TEST(names_differ)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < i; j++)
            ck_assert_str_ne(r[i].name, r[j].name);
}
END_TEST

START_TEST(fields_do_not_overlap)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    for (unsigned i = 0; i < count; i++) {
        uint64_t used = 0;
        for (unsigned f = 0; f < SOFA_FIELDS_MAX && r[i].field[f].name; f++) {
            const struct sofa_field *field = &r[i].field[f];
            uint64_t mask = (((uint64_t)1 << field->bits) - 1) << field->low;
            ck_assert_msg(field->low + field->bits <= r[i].bits && (used & mask) == 0, "%s.%s", r[i].name, field->name);
            used |= mask;
        }
    }
}
END_TEST

/* The constants that programs use are those of the table. */
START_TEST(constants_match_fields)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(r[i].name, "CONTROL") == 0) {
            ck_assert_uint_eq(1u << r[i].field[0].low, SOFA_CONTROL_START);
            ck_assert_uint_eq(1u << r[i].field[1].low, SOFA_CONTROL_ABORT);
            ck_assert_uint_eq(1u << r[i].field[2].low, SOFA_CONTROL_CLEAR);
        } else if (strcmp(r[i].name, "STATUS") == 0) {
            ck_assert_uint_eq(1u << r[i].field[0].low, SOFA_STATUS_BUSY);
            ck_assert_uint_eq(1u << r[i].field[1].low, SOFA_STATUS_DONE);
            ck_assert_uint_eq(r[i].field[2].low, SOFA_STATUS_ERROR_SHIFT);
        } else if (strcmp(r[i].name, "FLAGS") == 0) {
            ck_assert_uint_eq(1u << r[i].field[0].low, SOFA_FLAG_CARRY);
            ck_assert_uint_eq(1u << r[i].field[1].low, SOFA_FLAG_RANGES);
        }
    }
}
END_TEST

START_TEST(counters_have_increments)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    struct sofa_config c;
    struct sofa_derived d;
    default_config(&c);
    sofa_config_derive(&c, &d);
    for (unsigned i = 0; i < count; i++) {
        unsigned bits = sofa_counter_increment_bits(r[i].name, &c, &d);
        ck_assert_msg((r[i].kind == SOFA_REG_COUNTER) == (bits > 0) && bits < 32, "%s", r[i].name);
    }
    ck_assert_uint_eq(sofa_counter_increment_bits("OUTPUT_BYTES_LO", &c, &d), sofa_clog2(d.port_bytes + 1u));
    ck_assert_uint_eq(sofa_counter_increment_bits("PAIRS", &c, &d), 0);
}
END_TEST

START_TEST(address_width)
{
    struct sofa_config c;
    struct sofa_register out;
    unsigned count, found = 0;
    const struct sofa_register *r = sofa_registers(&count);
    default_config(&c);
    for (unsigned i = 0; i < count; i++) {
        int low = strcmp(r[i].name, "V_BASE_LO") == 0, high = strcmp(r[i].name, "V_BASE_HI") == 0;
        if (!low && !high)
            continue;
        found++;
        c.memory.address_bits = 20;
        ck_assert_int_eq(sofa_register_for(&out, &r[i], &c), low);
        ck_assert_uint_eq(out.bits, low ? 20 : 32);
        c.memory.address_bits = 33;
        ck_assert_int_eq(sofa_register_for(&out, &r[i], &c), 1);
        ck_assert_uint_eq(out.bits, low ? 32 : 1);
    }
    ck_assert_uint_eq(found, 2);
}
END_TEST

START_TEST(document_is_current)
{
    struct gen_buffer b = {0};
    struct sofa_error e;
    char *text;
    size_t length;
    gen_registers_markdown(&b, NULL);
    ck_assert_int_eq(b.failed, 0);
    ck_assert_msg(sofa_read_file(&text, &length, "docs/registers.md", 1 << 20, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(length == b.length && memcmp(text, b.data, length) == 0, "docs/registers.md is old: make docs");
    free(text);
    gen_buffer_free(&b);
}
END_TEST

static int __attribute__((format(printf, 1, 0))) shell(const char *format, const char *directory)
{
    char command[2048];
    ck_assert_int_lt(snprintf(command, sizeof command, format, directory), (int)sizeof command);
    return system(command);
}

/* The register file alone, so that a fault elsewhere does not show here. */
static void emit_registers(const struct sofa_config *c, const char *root)
{
    struct gen_files files;
    struct sofa_error e;
    char templates[300], directory[300];
    snprintf(templates, sizeof templates, "%s/templates", root);
    snprintf(directory, sizeof directory, "%s/out", root);
    ck_assert_int_eq(shell("mkdir -p %s/templates/top", root), 0);
    ck_assert_int_eq(shell("mkdir %s/templates/memory", root), 0);
    ck_assert_int_eq(shell("cp rtl_templates/memory/sofa_ram.v %s/templates/memory", root), 0);
    ck_assert_int_eq(shell("cd rtl_templates/top && cp sofa_registers.v sofa_descriptor.v sofa_full_words.v sofa_lean_words.v"
                           " %s/templates/top", root), 0);
    ck_assert_msg(gen_emit_files(&files, c, templates, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(gen_write_files(&files, directory, &e) == SOFA_OK, "%s", e.text);
    gen_files_free(&files);
}

/* The emitted headers compile, and the register file does what registers.md says. */
START_TEST(bench)
{
    char root[256];
    struct sofa_config c;
    default_config(&c);
    test_directory(root);
    emit_registers(&c, root);
    ck_assert_int_eq(shell("cc -std=c11 -Wall -Wextra -Werror -fsyntax-only -x c %s/out/sofa_regs.h", root), 0);
    if (!test_fast()) {
        ck_assert_int_eq(shell("cd %s/out && iverilog -g2005 -DSOFA_ASSERT -I. -o sim -s registers_bench \"$OLDPWD\"/tests/registers_bench.v "
                               "rtl/*/*.v", root), 0);
        ck_assert_int_eq(shell("test \"$(vvp -n %s/out/sim)\" = pass", root), 0);
    }
    test_remove_directory(root);
}
END_TEST

/* Registers that keep only what engines take. */
START_TEST(lean_bench)
{
    char root[256], command[1024];
    struct sofa_config c;
    struct sofa_derived d;
    struct sofa_error e;
    const char *set[] = {"board.counters=0", "data.query_bits=8"};
    ck_assert_msg(sofa_config_load(&c, NULL, set, 2, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&c, &d);
    ck_assert_uint_lt(d.radius_bits, 32);
    test_directory(root);
    emit_registers(&c, root);
    snprintf(command, sizeof command,
             "cd %%s/out && iverilog -g2005 -DSOFA_ASSERT -I. -o sim -s lean_registers_bench -Plean_registers_bench.KEYS_MAX=%u"
             " -Plean_registers_bench.TILE_MAX=%u -Plean_registers_bench.KEPT_MAX=%u -Plean_registers_bench.ROWS_BITS=%u"
             " -Plean_registers_bench.WATCHDOG_BITS=%u -Plean_registers_bench.RADIUS_BITS=%u"
             " \"$OLDPWD\"/tests/lean_registers_bench.v rtl/*/*.v",
             c.keys_max, c.tile.keys, c.tile.kept_max, d.rows_bits, d.watchdog_bits, d.radius_bits);
    ck_assert_int_eq(shell(command, root), 0);
    ck_assert_int_eq(shell("test \"$(vvp -n %s/out/sim)\" = pass", root), 0);
    test_remove_directory(root);
}
END_TEST

Suite *regs_suite(void)
{
    Suite *suite = suite_create("regs");
    TCase *tcase = tcase_create("table");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, offsets_ascend);
    tcase_add_test(tcase, names_differ);
    tcase_add_test(tcase, fields_do_not_overlap);
    tcase_add_test(tcase, constants_match_fields);
    tcase_add_test(tcase, counters_have_increments);
    tcase_add_test(tcase, address_width);
    tcase_add_test(tcase, document_is_current);
    tcase_add_test(tcase, bench);
    if (!test_fast())
        tcase_add_test(tcase, lean_bench);
    suite_add_tcase(suite, tcase);
    return suite;
}
