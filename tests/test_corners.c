/* SPDX-License-Identifier: Apache-2.0 */
/* Keys at the ends of their ranges: all corners are legal, and a few that compile fast run; the sweep runs the others. */
#include "tests.h"

#include "../cmodel/config/keys.h"
#include "../tb/case_run.h"
#include "../tb/pair_case.h"

#include <stdio.h>
#include <string.h>

#define WHAT 96

static struct sofa_error error;

/* Every key at both of its ends; each corner from the seed gives the same configuration when its overrides are loaded. */
START_TEST(every_key_has_its_ends)
{
    unsigned char seen[SOFA_KEY_COUNT][2] = {0};
    unsigned count = tb_corner_count();
    for (unsigned i = 0; i < count; i++) {
        struct tb_case c;
        struct sofa_config again;
        const char *list[TB_CASE_KEYS];
        enum tb_effort effort;
        char what[WHAT];
        ck_assert_msg(tb_corner_config(&c, &effort, what, 1, i, &error) == SOFA_OK, "%u (%s): %s", i, what, error.text);
        for (unsigned n = 0; n < c.overrides; n++)
            list[n] = c.override[n];
        ck_assert_msg(sofa_config_load(&again, NULL, list, c.overrides, &error) == SOFA_OK, "%s: %s", what, error.text);
        for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
            unsigned value = sofa_key_get(&c.config, key);
            ck_assert_msg(sofa_key_get(&again, key) == value || c.config.mode == SOFA_MODE_KV, "%s: %s", what,
                          sofa_key_rules[key].path);
            seen[key][0] |= value == sofa_key_rules[key].low;
            seen[key][1] |= value == sofa_key_rules[key].high;
        }
    }
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++)
        ck_assert_msg(seen[key][0] && seen[key][1], "%s is never at one of its ends", sofa_key_rules[key].path);
}
END_TEST

/* Every two values of two keys that know nothing of each other appear together. */
static void expect_together(const struct tb_pairs *p, unsigned one, const unsigned *ones, unsigned other, const unsigned *others, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned k = 0; k < count; k++) {
            unsigned found = 0;
            for (unsigned row = 0; row < p->rows; row++)
                found += sofa_key_get(&p->row[row], one) == ones[i] && sofa_key_get(&p->row[row], other) == others[k];
            ck_assert_msg(found > 0, "%s = %u and %s = %u are never together", sofa_key_rules[one].path, ones[i], sofa_key_rules[other].path,
                          others[k]);
        }
}

/* The covering array: all pairs, and its rows are legal, can be run and are what their overrides say. */
START_TEST(every_pair_appears)
{
    static const unsigned windows[3] = {1, 4, 12}, prefetch[3] = {2, 6, 32}, ports[3] = {8, 64, 512}, queues[3] = {0, 2, 64};
    struct tb_pairs *pairs;
    ck_assert_msg(tb_pairs_make(&pairs, (uint64_t)_i, &error) == SOFA_OK, "%s", error.text);
    ck_assert_uint_eq(pairs->covered, pairs->legal);
    ck_assert_uint_gt(pairs->legal, 4000);
    ck_assert_uint_lt(pairs->illegal, pairs->legal / 40);
    for (unsigned row = 0; row < pairs->rows; row++) {
        struct tb_case c;
        struct sofa_config again;
        const char *list[TB_CASE_KEYS];
        tb_pairs_case(&c, pairs, 1, row);
        for (unsigned n = 0; n < c.overrides; n++)
            list[n] = c.override[n];
        ck_assert_msg(sofa_config_load(&again, NULL, list, c.overrides, &error) == SOFA_OK, "row %u: %s", row, error.text);
        for (unsigned key = 0; key < SOFA_KEY_COUNT; key++)
            ck_assert_msg(sofa_key_get(&again, key) == sofa_key_get(&c.config, key) || (c.config.mode == SOFA_MODE_KV && tb_is_of_tokens(key)),
                          "row %u: %s", row, sofa_key_rules[key].path);
        ck_assert_int_eq(tb_effort_of(&c.config), TB_RUN);
    }
    expect_together(pairs, SOFA_KEY_WINDOW, windows, SOFA_KEY_PREFETCH, prefetch, 3);
    expect_together(pairs, SOFA_KEY_PORT_BITS, ports, SOFA_KEY_QUEUE, queues, 3);
    expect_together(pairs, SOFA_KEY_QUEUE, queues, SOFA_KEY_WINDOW, windows, 3);
    tb_pairs_free(pairs);
}
END_TEST

/* The corner of that description. */
static void find(struct tb_case *c, const char *description)
{
    unsigned count = tb_corner_fixed();
    for (unsigned i = 0; i < count; i++) {
        enum tb_effort effort;
        char what[WHAT];
        ck_assert_msg(tb_corner_config(c, &effort, what, test_seed(), i, &error) == SOFA_OK, "%s", error.text);
        if (strcmp(what, description) == 0) {
            ck_assert_int_eq(effort, TB_RUN);
            return;
        }
    }
    ck_abort_msg("no corner '%s'", description);
}

static const char *const telling[] = {
    "rows whole, all keys at their least",      "rows in port words, keys_max at its least",
    "rows beat by beat, all keys at their least", "tokens streamed, all keys at their least",
    "tokens resident, memory.port_bits at its least",
};
#define TELLING (sizeof telling / sizeof telling[0])

START_TEST(corner_is_exact)
{
    struct tb_case c;
    struct tb_driver *driver;
    const struct tb_core_options core = {.seed = test_seed(), .quick = 1};
    find(&c, telling[_i]);
    ck_assert_msg(tb_driver_open(&driver, &c.config, &core, &error) == SOFA_OK, "%s", error.text);
    for (unsigned job = 0; job < 6; job++)
        ck_assert_msg(tb_case_run(driver, &c, &error) == SOFA_OK, "%s: %s", telling[_i], error.text);
    tb_driver_close(driver);
}
END_TEST

Suite *corners_suite(void)
{
    Suite *suite = suite_create("corners");
    TCase *tcase = tcase_create("configurations");
    tcase_add_test(tcase, every_key_has_its_ends);
    tcase_add_loop_test(tcase, every_pair_appears, 1, 4);
    suite_add_tcase(suite, tcase);
    if (test_fast())
        return suite;
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    tcase_add_loop_test(rtl, corner_is_exact, 0, TELLING);
    suite_add_tcase(suite, rtl);
    return suite;
}
