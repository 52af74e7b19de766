/* SPDX-License-Identifier: Apache-2.0 */
/* Registers that a job gets from a trace and options, and single steps of the model at the ends of their ranges. */
#include "tests.h"

#include "../cmodel/bits/attend.h"
#include "../cmodel/bits/predict.h"

#include <math.h>
#include <string.h>

static struct sofa_config configured(const char *const *set, unsigned count)
{
    struct sofa_config c;
    struct sofa_error e;
    ck_assert_msg(sofa_config_load(&c, NULL, set, count, &e) == SOFA_OK, "%s", e.text);
    return c;
}

/* Only what the registers depend on. */
static struct sofa_trace worth(double q_step, double k_step, double scale)
{
    struct sofa_trace t = {.scale = scale};
    t.q.rows = t.k.rows = 1;
    t.q.step = q_step;
    t.k.step = k_step;
    return t;
}

START_TEST(sizes)
{
    const char *const set[] = {"tile.keys=16", "tile.kept_max=8"};
    const struct {
        unsigned tile, kept, got_tile, got_kept; /* got_tile 0: refused */
    } table[] = {{0, 0, 16, 8}, {16, 8, 16, 8}, {17, 0, 0, 0}, {4, 0, 4, 4}, {4, 4, 4, 4}, {4, 5, 0, 0}, {16, 9, 0, 0}, {1, 1, 1, 1}};
    struct sofa_config c = configured(set, 2);
    struct sofa_trace t = worth(1, 1, 1e-3);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct sofa_job j;
        struct sofa_error e;
        const struct sofa_options o = {.tile = table[i].tile, .kept = table[i].kept, .radius = -1};
        enum sofa_status status = sofa_job_make(&j, &c, &t, &o, &e);
        ck_assert_int_eq(status, table[i].got_tile ? SOFA_OK : SOFA_BAD_INPUT);
        ck_assert(status != SOFA_OK || (j.tile == table[i].got_tile && j.kept == table[i].got_kept));
    }
}
END_TEST

/* The mantissa is normal, and worth what the steps are worth. */
static void check_scale(double octaves)
{
    struct sofa_config c = configured(NULL, 0);
    struct sofa_trace t = worth(octaves / (M_LOG2E * 4096), 1, 1);
    struct sofa_job j;
    struct sofa_error e;
    ck_assert_msg(sofa_job_make(&j, &c, &t, &(struct sofa_options){.radius = -1}, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(j.scale_mantissa >= 32768 && j.scale_mantissa <= 65535 && j.scale_shift < 64, "%u, %u", j.scale_mantissa,
                  j.scale_shift);
    double got = ldexp(j.scale_mantissa, -(int)j.scale_shift);
    ck_assert_msg(fabs(got / octaves - 1) <= ldexp(1, -16), "%g for %g", got, octaves);
}

START_TEST(scales)
{
    uint64_t state = test_seed();
    for (int exponent = -40; exponent <= 15; exponent++) {
        check_scale(ldexp(1, exponent));
        check_scale(ldexp(1 - ldexp(1, -20), exponent)); /* the mantissa would round to 65536 */
        check_scale(ldexp(0.5 + (double)test_between(&state, 1, 65535) / 131072, exponent));
    }
}
END_TEST

START_TEST(radii)
{
    struct sofa_config c = configured(NULL, 0);
    struct sofa_trace t = worth(1, 1, 1);
    struct sofa_job j;
    struct sofa_error e;
    sofa_job_make(&j, &c, &t, &(struct sofa_options){.radius = -1}, &e);
    double step = ldexp(1, (int)(c.data.key_bits - c.predict.operand_bits + j.score_shift) - 6);
    t.scale = 1e-4;
    const struct {
        double steps;
        uint32_t want;
    } table[] = {{0, 0},         {0.99, 0},       {1.01, 1},          {2.5, 2},
                 {77.9, 77},     {-1, UINT32_MAX}, {-1e9, UINT32_MAX}, {INFINITY, UINT32_MAX},
                 {1e30, UINT32_MAX - 1}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct sofa_options o = {.radius = table[i].steps * step * t.scale};
        ck_assert_msg(sofa_job_make(&j, &c, &t, &o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(j.radius == table[i].want, "%g steps: %u", table[i].steps, (unsigned)j.radius);
    }
}
END_TEST

START_TEST(score_shift_fits_its_register)
{
    const char *const set[] = {"head_dim=256", "predict.operand_bits=16", "predict.score_bits=8"};
    struct sofa_config c = configured(set, 3);
    struct sofa_trace t = worth(1, 1, 1e-4);
    struct sofa_job j;
    struct sofa_error e;
    ck_assert_msg(sofa_job_make(&j, &c, &t, &(struct sofa_options){.radius = -1}, &e) == SOFA_OK, "%s", e.text);
    ck_assert_uint_eq(j.score_shift, 15);
}
END_TEST

/* What a job takes where none is asked for: 8 keys, rows that see them from 0 on. */
START_TEST(orders)
{
    enum { ROWS = 16, KEYS = 8 };
    const char *const can[] = {"select.policy=both", "predict.keys=16"}, *const cannot[] = {"select.orders=0"};
    const struct sofa_options rank = {.radius = 2}, carry = {.radius = -1, .carry = 1}, endless = {.radius = INFINITY, .carry = 1},
                              both = {.radius = 0, .carry = 1}, mass = {.radius = -1, .mass = 0.01},
                              given = {.radius = 2, .carry = 1, .order_given = 1};
    const struct {
        const struct sofa_options *o;
        int fitting; /* else ascending */
    } table[] = {{&rank, 0}, {&carry, 0}, {&endless, 0}, {&both, 1}, {&mass, 1}, {&given, 0}};
    struct sofa_config c[2] = {configured(can, 2), configured(cannot, 1)};
    for (unsigned n = 0; n < 4 * sizeof table / sizeof table[0]; n++) {
        const struct sofa_options *o = table[n / 4].o;
        unsigned causal = n & 1, rows = n & 2 ? ROWS : ROWS - 1;
        uint32_t first[ROWS] = {0}, visible[ROWS];
        for (unsigned r = 0; r < ROWS; r++)
            visible[r] = causal && r < KEYS ? r + 1 : KEYS;
        struct sofa_trace t = worth(1, 1, 1e-3);
        t.first = first;
        t.visible = visible;
        t.q.rows = rows;
        t.k.rows = KEYS;
        struct sofa_job j;
        struct sofa_error e;
        enum sofa_order fits = causal ? SOFA_ORDER_NEAREST : rows % KEYS == 0 ? SOFA_ORDER_OWN : SOFA_ORDER_ASCENDING;
        ck_assert_msg(sofa_job_make(&j, &c[0], &t, o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(j.order == (table[n / 4].fitting ? fits : SOFA_ORDER_ASCENDING), "case %u: order %u", n, (unsigned)j.order);
        if (o->mass > 0)
            continue;
        ck_assert_msg(sofa_job_make(&j, &c[1], &t, o, &e) == SOFA_OK, "%s", e.text);
        ck_assert_int_eq(j.order, SOFA_ORDER_ASCENDING);
    }
}
END_TEST

/* Keys four at a time and one by one, with scores beyond both ends of the range. */
START_TEST(scores_of_a_row)
{
    enum { D = 7, KEYS = 23 };
    uint64_t state = test_seed();
    for (unsigned bits = 8; bits <= 10; bits++)
        for (unsigned n = 0; n < 2000; n++) {
            int16_t power[D], khat[KEYS * D];
            int32_t score[KEYS];
            for (unsigned i = 0; i < D; i++)
                power[i] = (int16_t)((1 << test_between(&state, 0, 3)) * (test_between(&state, 0, 1) ? 1 : -1));
            for (unsigned i = 0; i < KEYS * D; i++)
                khat[i] = (int16_t)((int)test_between(&state, 0, 63) - 32);
            unsigned keys = test_between(&state, 1, KEYS);
            sofa_predict_row(score, power, khat, D, keys, 1, bits);
            for (unsigned k = 0; k < keys; k++)
                ck_assert_int_eq(score[k], sofa_predict_score(power, khat + k * D, D, 1, bits));
        }
}
END_TEST

START_TEST(exponents_of_a_row)
{
    static const struct {
        int16_t q[3];
        unsigned exponent;
    } table[] = {{{0, 0, 0}, 0}, {{0, 1, 0}, 0}, {{2, 0, 0}, 1}, {{0, 0, -2}, 1}, {{1, -3, 2}, 1}, {{4, 0, 1}, 2}, {{-32768, 5, 0}, 15}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        ck_assert_uint_eq(sofa_row_exponent(table[i].q, 3), table[i].exponent);
}
END_TEST

/* More keys than 32-bit sums of terms of full scale hold: the output is the value that all of them have. */
START_TEST(rows_of_many_keys)
{
    const char *const set[] = {"head_dim=8"};
    struct sofa_config c = configured(set, 1);
    const struct sofa_job j = {.scale_mantissa = 32768, .scale_shift = 15};
    struct sofa_attend a = {.config = &c, .job = &j};
    const int16_t q[8] = {1}, k[8] = {8191}, v[8] = {32767, -32768}; /* weights just below 2 octaves */
    int64_t o[8] = {0};
    int32_t recent[8] = {0};
    int16_t out[8];
    struct sofa_attend_row row = {.o = o, .recent = recent};
    sofa_tables_init(&a.tables);
    for (unsigned n = 0; n < 5 * SOFA_RECENT_MAX; n++)
        ck_assert_int_eq(sofa_attend_pair(&a, &row, q, k, v), 0);
    sofa_attend_finish(&a, &row, out);
    ck_assert_int_ge(out[0], 32760);
    ck_assert_int_le(out[1], -32760);
}
END_TEST

Suite *job_suite(void)
{
    Suite *suite = suite_create("job");
    TCase *registers = tcase_create("registers"), *steps = tcase_create("steps");
    tcase_add_test(registers, sizes);
    tcase_add_test(registers, scales);
    tcase_add_test(registers, radii);
    tcase_add_test(registers, score_shift_fits_its_register);
    tcase_add_test(registers, orders);
    tcase_add_test(steps, scores_of_a_row);
    tcase_add_test(steps, exponents_of_a_row);
    tcase_add_test(steps, rows_of_many_keys);
    suite_add_tcase(suite, registers);
    suite_add_tcase(suite, steps);
    return suite;
}
