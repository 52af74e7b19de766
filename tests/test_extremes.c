/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that no host would write and that are legal: scores, logarithms, K^, K and V that saturate, a radius beyond all scores;
 * blocks without a visible key and words without a code, wherever they stand. All against the model. */
#include "tests.h"

#include "../cmodel/bits/project.h"
#include "cores.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct sofa_error error;

#define TEXT 96

/* A small causal head: two blocks, two tiles. */
static void open_head(struct head *h, struct fixture *f, enum tb_content content, int carry)
{
    const struct sofa_options o = {.radius = -1, .carry = carry};
    make_head(h, f, f->config.query_block < 8 ? f->config.query_block + 1 : 5, f->config.tile.keys + 5, content, TB_CAUSAL, &o);
}

static void run_changed(struct fixture *f, struct head *h, const char *what)
{
    model_again(h, f);
    run_exact(f, h, 0, what);
}

START_TEST(score_shifts)
{
    static const enum tb_content contents[] = {TB_FULL_SCALE, TB_RISING, TB_NEGATIVE, TB_RANDOM_VALUES};
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned shift = 0; shift < 16; shift++) {
        struct head h;
        char text[TEXT];
        open_head(&h, &f, contents[shift % 4], shift & 1);
        h.job.score_shift = shift;
        snprintf(text, sizeof text, "SCORE_SHIFT %u", shift);
        run_changed(&f, &h, text);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

START_TEST(scales)
{
    static const struct {
        unsigned mantissa, shift;
    } scales[] = {{32768, 0},  {65535, 0},  {65535, 1},  {40000, 8},  {65535, 16}, {32769, 24},
                  {50000, 31}, {65535, 32}, {32768, 33}, {65535, 47}, {32768, 63}, {65535, 63}};
    static const enum tb_content contents[] = {TB_FULL_SCALE, TB_RISING, TB_RANDOM_VALUES};
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < sizeof scales / sizeof scales[0]; n++) {
        struct head h;
        char text[TEXT];
        open_head(&h, &f, contents[n % 3], 0);
        h.job.scale_mantissa = scales[n].mantissa;
        h.job.scale_shift = scales[n].shift;
        snprintf(text, sizeof text, "SCALE %u >> %u", scales[n].mantissa, scales[n].shift);
        run_changed(&f, &h, text);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

/* Every bit of RADIUS alone, and its ends. Rows of small exponents do not shift it away. */
START_TEST(radii)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 36; n++) {
        const uint32_t ends[] = {0, UINT32_MAX - 1, UINT32_MAX, 0x7FFFFFFF};
        struct head h;
        char text[TEXT];
        open_head(&h, &f, n % 3 ? TB_SPARSE : TB_FULL_SCALE, n & 1);
        for (size_t i = 0; n % 2 == 0 && i < h.trace.q.rows * h.trace.q.cols; i++)
            h.trace.q.value[i] = (int16_t)(h.trace.q.value[i] >> (f.config.data.query_bits - 2));
        h.job.radius = n < 32 ? (uint32_t)1 << n : ends[n - 32];
        h.job.score_shift = n % 4 ? 0 : h.job.score_shift;
        snprintf(text, sizeof text, "RADIUS 0x%08" PRIX32, h.job.radius);
        run_changed(&f, &h, text);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

/* Mode tokens: each of the three shifts at both ends and between. */
START_TEST(token_shifts)
{
    static const unsigned shifts[] = {0, 1, 5, 16, 30, 31};
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 18; n++) {
        struct head h;
        char text[TEXT];
        unsigned shift = shifts[n / 3];
        open_head(&h, &f, n & 1 ? TB_FULL_SCALE : TB_RANDOM_VALUES, 0);
        *(n % 3 == 0 ? &h.job.khat_shift : n % 3 == 1 ? &h.job.k_shift : &h.job.v_shift) = shift;
        snprintf(text, sizeof text, "%s %u", n % 3 == 0 ? "KHAT_SHIFT" : n % 3 == 1 ? "K_SHIFT" : "V_SHIFT", shift);
        run_changed(&f, &h, text);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

/* A row of a block that sees nothing, in one of the ways to say so. */
static void blind(struct head *h, struct fixture *f, size_t row)
{
    uint32_t keys = h->job.keys, at = tb_random_below(&f->random, keys + 1);
    h->trace.first[row] = tb_random_below(&f->random, 3) ? at : keys;
    h->trace.visible[row] = tb_random_below(&f->random, 3) ? tb_random_below(&f->random, h->trace.first[row] + 1) : 0;
}

/* A key at least, in one tile or several. */
static void sighted(struct head *h, struct fixture *f, size_t row)
{
    uint32_t first = tb_random_below(&f->random, h->job.keys), most = h->job.keys - first;
    h->trace.first[row] = first;
    h->trace.visible[row] = first + 1 + tb_random_below(&f->random, tb_random_below(&f->random, 2) && most > 4 ? 4 : most);
}

/* All patterns of blocks that see keys and blocks that do not. */
START_TEST(blocks_without_keys)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    unsigned block = f.config.query_block, blocks = block == 1 ? 6 : block < 8 ? 4 : 3;
    for (unsigned pattern = 0; pattern < 1u << blocks; pattern++) {
        struct head h;
        char text[TEXT];
        make_head(&h, &f, blocks * block - (pattern & 1 && block > 1), 2 * f.config.tile.keys + 3, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
        for (size_t row = 0; row < h.trace.q.rows; row++)
            if (pattern >> row / block & 1)
                sighted(&h, &f, row);
            else
                blind(&h, &f, row);
        snprintf(text, sizeof text, "blocks that see keys: 0x%X", pattern);
        model_again(&h, &f);
        run_exact(&f, &h, 0, text);
        run_exact(&f, &h, 1, text);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

/* Zero rows of Wk, or columns of X: hidden units `first` and the following ones. */
static void blank(struct head *h, int tokens, size_t first, size_t count)
{
    struct sofa_tensor *x = &h->trace.tokens.x, *wk = &h->trace.tokens.wk;
    for (size_t unit = first; unit < first + count && unit < wk->rows; unit++) {
        for (size_t i = 0; !tokens && i < wk->cols; i++)
            wk->value[unit * wk->cols + i] = 0;
        for (size_t i = 0; tokens && i < x->rows; i++)
            x->value[i * x->cols + unit] = 0;
    }
}

static void project_again(struct head *h, struct fixture *f)
{
    struct sofa_tokens *t = &h->trace.tokens;
    free(t->k_sum);
    free(t->v_sum);
    free(t->khat_sum);
    free(t->power);
    CHECK_OK(sofa_tokens_project(&h->trace, &f->config, &error));
    const struct sofa_options by_mass = {.radius = -1, .mass = 0.01};
    const struct sofa_options *o = f->config.select.policy == SOFA_POLICY_MASS ? &by_mass : &plain;
    CHECK_OK(sofa_job_make(&h->job, &f->config, &h->trace, o, &error));
}

/* Mode tokens: words of hidden units whose codes, or tokens, are all zero: any of the first four, and all others or none. */
START_TEST(words_without_codes)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    unsigned dims = f.config.predict.dims;
    for (unsigned n = 0; n < 64; n++) {
        struct head h;
        char text[TEXT];
        unsigned pattern = n & 15;
        open_head(&h, &f, TB_RANDOM_VALUES, 0);
        for (unsigned word = 0; word < 4; word++)
            if (pattern >> word & 1)
                blank(&h, n >> 5 & 1, (size_t)word * dims, dims);
        if (n >> 4 & 1)
            blank(&h, n >> 5 & 1, 4 * (size_t)dims, SIZE_MAX / 2);
        project_again(&h, &f);
        snprintf(text, sizeof text, "words without %s: 0x%X%s of %zu", n >> 5 & 1 ? "tokens" : "codes", pattern,
                 n >> 4 & 1 ? " and all after the fourth" : "", (h.trace.tokens.wk.rows + dims - 1) / dims);
        run_changed(&f, &h, text);
        free_head(&h);
    }
    close_design(&f);
}
END_TEST

Suite *extremes_suite(void)
{
    Suite *suite = suite_create("extremes");
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    if (!test_fast()) {
        add_designs(rtl, score_shifts, 0);
        add_designs(rtl, scales, 0);
        tcase_add_loop_test(rtl, radii, 0, DESIGN_TOKENS + 1);
        add_designs(rtl, token_shifts, DESIGN_TOKENS);
        add_designs(rtl, blocks_without_keys, 0);
        add_designs(rtl, words_without_codes, DESIGN_TOKENS);
    }
    suite_add_tcase(suite, rtl);
    return suite;
}
