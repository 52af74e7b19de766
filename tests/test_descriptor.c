/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor: what is out of range is refused before any memory is touched; a running job keeps its own. */
#include "tests.h"

#include "cores.h"
#include "../cmodel/config/regs.h"

static struct sofa_error error;

struct spoil {
    const char *name;
    uint32_t value;
};

/* A good job that is spoilt again and again. */
struct victim {
    struct fixture f;
    struct head h;
};

static void open_victim(struct victim *v, size_t design)
{
    open_design(&v->f, design);
    make_head(&v->h, &v->f, 3, 12, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
}

static void close_victim(struct victim *v)
{
    free_head(&v->h);
    run_good(&v->f);
    close_design(&v->f);
}

/* Does this core have the register? Some are for one policy of selection alone. */
static int has_register(const struct victim *v, const char *name)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    struct sofa_register here;
    for (unsigned i = 0; i < count; i++)
        if (strcmp(r[i].name, name) == 0)
            return sofa_register_for(&here, &r[i], &v->f.config);
    ck_abort_msg("no register %s", name);
}

/* Loads the job, spoils registers, starts: error code, nothing on the bus. The last register makes the error: if the core does not have it, there
 * is nothing to try. */
static void spoil_all(struct victim *v, const struct spoil *spoil, unsigned count, unsigned want)
{
    struct tb_driver *d = v->f.driver;
    struct tb_layout layout;
    struct tb_outcome outcome;
    const char *name = spoil[count - 1].name;
    uint32_t value = spoil[count - 1].value;
    if (!has_register(v, name))
        return;
    load_job(&v->f, &layout, &v->h, &(struct tb_memory_options){0});
    for (unsigned i = 0; i < count; i++)
        CHECK_OK(tb_write(d, spoil[i].name, spoil[i].value, &error));
    CHECK_OK(tb_execute(d, &(struct tb_wait){.max_clocks = 20000}, &outcome, &error));
    ck_assert_msg(outcome.finished && outcome.error == want, "%s = %u: error %u, want %u", name, (unsigned)value, outcome.error, want);
    ck_assert_msg(d->memory.done[TB_STOP_ASKED] == 0 && d->memory.written[TB_O] == 0 && d->memory.violations == 0, "%s = %u touches memory",
                  name, (unsigned)value);
    unload_job(&v->f, &layout);
}

static void spoil(struct victim *v, const char *name, uint32_t value, unsigned want)
{
    spoil_all(v, &(struct spoil){name, value}, 1, want);
}

/* Every bit of the register alone that makes more than `most`, and most + 1. */
static void spoil_above(struct victim *v, const char *name, unsigned bits, uint32_t most, unsigned want)
{
    for (unsigned bit = 0; bit < bits; bit++)
        if ((uint32_t)1 << bit > most) {
            spoil(v, name, (uint32_t)1 << bit, want);
            spoil(v, name, (uint32_t)1 << bit | 1, want);
        }
    spoil(v, name, most + 1, want);
}

/* Every bit below the port's bytes. */
static void spoil_alignment(struct victim *v, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (uint32_t bit = 1; bit < v->f.config.memory.port_bits / 8; bit *= 2)
            spoil(v, names[i], bit, SOFA_ERROR_ALIGNMENT);
}

START_TEST(sizes_out_of_range)
{
    struct victim v;
    struct sofa_derived d;
    open_victim(&v, (size_t)_i);
    const struct sofa_config *c = &v.f.config;
    sofa_config_derive(c, &d);
    spoil(&v, "ROWS", 0, SOFA_ERROR_ROWS);
    for (unsigned bit = d.rows_bits; bit < 32; bit++) {
        spoil(&v, "ROWS", (uint32_t)1 << bit, SOFA_ERROR_ROWS);
        spoil(&v, "ROWS", (uint32_t)1 << bit | 3, SOFA_ERROR_ROWS);
    }
    spoil(&v, "KEYS", 0, SOFA_ERROR_KEYS);
    spoil(&v, "KEYS", UINT32_MAX, SOFA_ERROR_KEYS);
    spoil_above(&v, "KEYS", 32, c->keys_max, SOFA_ERROR_KEYS);
    spoil(&v, "TILE", 0, SOFA_ERROR_TILE);
    spoil(&v, "TILE", 0xFFFF, SOFA_ERROR_TILE);
    spoil_above(&v, "TILE", 16, c->tile.keys, SOFA_ERROR_TILE);
    spoil(&v, "KEPT", 0, SOFA_ERROR_KEPT);
    spoil_above(&v, "KEPT", 16, c->tile.kept_max, SOFA_ERROR_KEPT);
    for (uint32_t tile = 1; tile < c->tile.kept_max; tile++)
        spoil_all(&v, (struct spoil[]){{"TILE", tile}, {"KEPT", tile + 1}}, 2, SOFA_ERROR_KEPT);
    for (unsigned bit = 0; bit < 8; bit++)
        spoil(&v, "MODE", 1u << bit ^ (c->mode == SOFA_MODE_TOKENS), SOFA_ERROR_MODE);
    spoil(&v, "ORDER", 3, SOFA_ERROR_MODE);
    close_victim(&v);
}
END_TEST

START_TEST(scales_out_of_range)
{
    struct victim v;
    open_victim(&v, (size_t)_i);
    spoil_above(&v, "SCORE_SHIFT", 8, 15, SOFA_ERROR_SCALE);
    spoil_above(&v, "SCALE_SHIFT", 8, 63, SOFA_ERROR_SCALE);
    spoil(&v, "SCALE_MANTISSA", 0, SOFA_ERROR_SCALE);
    spoil(&v, "SCALE_MANTISSA", 16384, SOFA_ERROR_SCALE);
    spoil(&v, "SCALE_MANTISSA", 32767, SOFA_ERROR_SCALE);
    close_victim(&v);
}
END_TEST

START_TEST(places_out_of_line)
{
    static const char *const all[] = {"Q_BASE_LO", "K_BASE_LO", "V_BASE_LO", "O_BASE_LO", "RANGE_BASE_LO",
                                      "Q_STRIDE",  "K_STRIDE",  "V_STRIDE",  "O_STRIDE"};
    static const char *const tokens[] = {"X_BASE_LO", "CODE_BASE_LO", "WEIGHT_BASE_LO", "X_STRIDE"};
    static const char *const rotary[] = {"ROTARY_BASE_LO", "TURN_BASE_LO", "ROTARY_STRIDE", "TURN_STRIDE"};
    struct victim v;
    open_victim(&v, (size_t)_i);
    spoil_alignment(&v, all, sizeof all / sizeof all[0]);
    if (v.f.config.mode == SOFA_MODE_TOKENS)
        spoil_alignment(&v, tokens, sizeof tokens / sizeof tokens[0]);
    if (v.f.config.mode == SOFA_MODE_TOKENS && v.f.config.kvgen.rotary)
        spoil_alignment(&v, rotary, sizeof rotary / sizeof rotary[0]);
    close_victim(&v);
}
END_TEST

/* Mode tokens: HIDDEN and HIDDEN_WORDS, alone and such as do not belong together. */
START_TEST(hidden_out_of_range)
{
    struct victim v;
    open_victim(&v, (size_t)_i);
    const struct sofa_config *c = &v.f.config;
    unsigned dims = c->predict.dims, words = (c->hidden_max + dims - 1) / dims;
    spoil(&v, "HIDDEN", 0, SOFA_ERROR_HIDDEN);
    spoil_above(&v, "HIDDEN", 16, c->hidden_max, SOFA_ERROR_HIDDEN);
    if (c->hidden_max % dims != 0) /* fits the words, but not hidden_max */
        spoil_all(&v, (struct spoil[]){{"HIDDEN", c->hidden_max + 1}, {"HIDDEN_WORDS", words}}, 2, SOFA_ERROR_HIDDEN);
    spoil(&v, "HIDDEN_WORDS", 0, SOFA_ERROR_HIDDEN);
    spoil_above(&v, "HIDDEN_WORDS", 16, words, SOFA_ERROR_HIDDEN);
    for (unsigned hidden = 1; hidden <= c->hidden_max; hidden++) {
        unsigned right = (hidden + dims - 1) / dims;
        spoil_all(&v, (struct spoil[]){{"HIDDEN", hidden}, {"HIDDEN_WORDS", right + 1}}, 2, SOFA_ERROR_HIDDEN);
        spoil_all(&v, (struct spoil[]){{"HIDDEN", hidden}, {"HIDDEN_WORDS", right - 1}}, 2, SOFA_ERROR_HIDDEN);
    }
    close_victim(&v);
}
END_TEST

/* The first error of the list is told. */
START_TEST(errors_have_an_order)
{
    static const struct {
        struct spoil spoil;
        unsigned code;
    } order[] = {
        {{"ROWS", 0}, SOFA_ERROR_ROWS}, {{"KEYS", 0}, SOFA_ERROR_KEYS}, {{"TILE", 0}, SOFA_ERROR_TILE}, {{"KEPT", 0}, SOFA_ERROR_KEPT},
        {{"Q_STRIDE", 1}, SOFA_ERROR_ALIGNMENT}, {{"MODE", 7}, SOFA_ERROR_MODE}, {{"SCORE_SHIFT", 16}, SOFA_ERROR_SCALE},
    };
    struct victim v;
    open_victim(&v, (size_t)_i);
    for (unsigned first = 0; first < sizeof order / sizeof order[0]; first++) {
        struct spoil spoils[sizeof order / sizeof order[0]];
        unsigned count = 0;
        for (unsigned i = sizeof order / sizeof order[0]; i-- > first;)
            spoils[count++] = order[i].spoil;
        if (order[first].code != SOFA_ERROR_ALIGNMENT || v.f.config.memory.port_bits > 8)
            spoil_all(&v, spoils, count, order[first].code);
    }
    close_victim(&v);
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

static uint32_t bits_of(const struct sofa_register *r)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < SOFA_FIELDS_MAX && r->field[i].name; i++)
        mask |= (uint32_t)((((uint64_t)1 << r->field[i].bits) - 1) << r->field[i].low);
    return mask ? mask : (uint32_t)(((uint64_t)1 << r->bits) - 1);
}

/* Every bit of every register of a job, whatever the others hold, on the core as a host sees it. */
START_TEST(registers_keep_their_bits)
{
    struct fixture f;
    unsigned count;
    const struct sofa_register *table = sofa_registers(&count);
    open_design(&f, (size_t)_i);
    for (unsigned round = 0; round < 8; round++) {
        uint32_t written[256] = {0}, got;
        struct sofa_register r;
        ck_assert_uint_le(count, 256);
        for (unsigned i = 0; i < count; i++)
            if (table[i].kind == SOFA_REG_DESCRIPTOR && sofa_register_for(&r, &table[i], &f.config)) {
                written[i] = (uint32_t)tb_random_next(&f.random);
                CHECK_OK(tb_write(f.driver, r.name, written[i], &error));
            }
        for (unsigned i = 0; i < count; i++)
            if (table[i].kind == SOFA_REG_DESCRIPTOR && sofa_register_for(&r, &table[i], &f.config)) {
                CHECK_OK(tb_read(f.driver, r.name, &got, &error));
                uint32_t beyond = (uint32_t)~(((uint64_t)1 << r.bits) - 1); /* a bit without a use here may be kept or not */
                ck_assert_msg(((got ^ written[i]) & bits_of(&r)) == 0 && (got & beyond) == 0, "%s: wrote %08x, reads as %08x", r.name,
                              (unsigned)written[i], (unsigned)got);
            }
    }
    close_design(&f);
}
END_TEST

Suite *descriptor_suite(void)
{
    Suite *suite = suite_create("descriptor");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        add_designs(rtl, sizes_out_of_range, 0);
        add_designs(rtl, scales_out_of_range, 0);
        add_designs(rtl, places_out_of_line, 0);
        add_designs(rtl, hidden_out_of_range, DESIGN_TOKENS);
        add_designs(rtl, errors_have_an_order, 0);
    add_designs(rtl, registers_keep_their_bits, 0);
        tcase_add_loop_test(rtl, busy_core_keeps_its_descriptor, 0, 2);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
