/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor: what is out of range is refused before any memory is touched; a running job keeps its own. */
#include "cores.h"
#include "tests.h"

static struct sofa_error error;

struct spoil {
    const char *name;
    uint32_t value;
};

/* Loads a good job, spoils registers, starts: error code, nothing on the bus. */
static void run_spoilt_by(struct fixture *f, const struct spoil *spoil, unsigned count, unsigned want)
{
    const char *name = spoil->name;
    uint32_t value = spoil->value;
    struct head h;
    struct tb_layout layout;
    struct tb_outcome outcome;
    make_head(&h, f, 3, 12, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    load_job(f, &layout, &h, &(struct tb_memory_options){0});
    for (unsigned i = 0; i < count; i++)
        CHECK_OK(tb_write(f->driver, spoil[i].name, spoil[i].value, &error));
    CHECK_OK(tb_execute(f->driver, &(struct tb_wait){.max_clocks = 20000}, &outcome, &error));
    ck_assert_msg(outcome.finished && outcome.error == want, "%s = %u: error %u, want %u", name, (unsigned)value,
                  outcome.error, want);
    ck_assert_msg(f->driver->memory.read_beats == 0 && f->driver->memory.written[TB_O] == 0, "%s = %u touches memory",
                  name, (unsigned)value);
    unload_job(f, &layout);
    free_head(&h);
}

static void run_spoilt(struct fixture *f, const char *name, uint32_t value, unsigned want)
{
    run_spoilt_by(f, &(struct spoil){name, value}, 1, want);
}

static void spoil_tokens(struct fixture *f)
{
    const struct sofa_config *c = &f->config;
    unsigned words = (c->hidden_max + c->predict.dims - 1) / c->predict.dims;
    static const char *const aligned[] = {"X_BASE_LO", "CODE_BASE_LO", "WEIGHT_BASE_LO", "X_STRIDE"};
    run_spoilt(f, "HIDDEN", 0, SOFA_ERROR_HIDDEN);
    run_spoilt(f, "HIDDEN", c->hidden_max + 1, SOFA_ERROR_HIDDEN);
    if (c->hidden_max % c->predict.dims != 0) /* fits the words, but not hidden_max */
        run_spoilt_by(f, (struct spoil[]){{"HIDDEN", c->hidden_max + 1}, {"HIDDEN_WORDS", words}}, 2, SOFA_ERROR_HIDDEN);
    run_spoilt(f, "HIDDEN_WORDS", 0, SOFA_ERROR_HIDDEN);
    run_spoilt(f, "HIDDEN_WORDS", words + 1, SOFA_ERROR_HIDDEN);
    for (size_t i = 0; i < sizeof aligned / sizeof aligned[0] && c->memory.port_bits > 8; i++)
        run_spoilt(f, aligned[i], c->memory.port_bits / 16, SOFA_ERROR_ALIGNMENT);
}

START_TEST(bad_descriptors_touch_nothing)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    const struct sofa_config *c = &f.config;
    unsigned port = c->memory.port_bits / 8;
    run_spoilt(&f, "ROWS", 0, SOFA_ERROR_ROWS);
    run_spoilt(&f, "KEYS", 0, SOFA_ERROR_KEYS);
    run_spoilt(&f, "KEYS", c->keys_max + 1, SOFA_ERROR_KEYS);
    run_spoilt(&f, "KEYS", UINT32_MAX, SOFA_ERROR_KEYS);
    run_spoilt(&f, "TILE", 0, SOFA_ERROR_TILE);
    run_spoilt(&f, "TILE", c->tile.keys + 1, SOFA_ERROR_TILE);
    run_spoilt(&f, "TILE", 0xFFFF, SOFA_ERROR_TILE);
    run_spoilt(&f, "KEPT", 0, SOFA_ERROR_KEPT);
    run_spoilt(&f, "KEPT", c->tile.kept_max + 1, SOFA_ERROR_KEPT);
    run_spoilt(&f, "MODE", c->mode != SOFA_MODE_TOKENS, SOFA_ERROR_MODE);
    run_spoilt(&f, "SCORE_SHIFT", 16, SOFA_ERROR_SCALE);
    run_spoilt(&f, "SCALE_MANTISSA", 32767, SOFA_ERROR_SCALE);
    run_spoilt(&f, "SCALE_SHIFT", 64, SOFA_ERROR_SCALE);
    static const char *const aligned[] = {"Q_BASE_LO", "K_BASE_LO", "V_BASE_LO", "O_BASE_LO", "RANGE_BASE_LO",
                                          "Q_STRIDE",  "K_STRIDE",  "V_STRIDE",  "O_STRIDE"};
    for (size_t i = 0; i < sizeof aligned / sizeof aligned[0] && port > 1; i++) {
        run_spoilt(&f, aligned[i], port + 1, SOFA_ERROR_ALIGNMENT);
        run_spoilt(&f, aligned[i], port / 2, SOFA_ERROR_ALIGNMENT);
    }
    if (c->mode == SOFA_MODE_TOKENS)
        spoil_tokens(&f);
    run_good(&f);
    close_design(&f);
}
END_TEST

START_TEST(busy_core_keeps_its_descriptor)
{
    struct fixture f;
    struct head h;
    struct tb_layout layout;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    uint32_t state;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 3 * f.config.query_block, 90, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    load_job(&f, &layout, &h, &(struct tb_memory_options){0});
    CHECK_OK(tb_write(f.driver, "CONTROL", SOFA_CONTROL_START, &error));
    CHECK_OK(tb_read(f.driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state & (SOFA_STATUS_BUSY | SOFA_STATUS_DONE), SOFA_STATUS_BUSY);
    CHECK_OK(tb_write(f.driver, "ROWS", 0, &error));
    CHECK_OK(tb_write(f.driver, "KEPT", 0, &error));
    CHECK_OK(tb_execute(f.driver, &(struct tb_wait){0}, &outcome, &error)); /* its start is ignored */
    CHECK_OK(tb_compare(&cmp, &f.config, &h.job, &h.result, &f.driver->memory, &outcome, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s", cmp.first);
    CHECK_OK(tb_read(f.driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state, 0);
    unload_job(&f, &layout);
    free_head(&h);
    close_design(&f);
}
END_TEST

Suite *descriptor_suite(void)
{
    Suite *suite = suite_create("descriptor");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        tcase_add_loop_test(rtl, bad_descriptors_touch_nothing, 0, DESIGNS);
        tcase_add_loop_test(rtl, busy_core_keeps_its_descriptor, 0, 2);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
