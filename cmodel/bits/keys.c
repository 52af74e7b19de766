/* SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include "arith.h"
#include "predict.h"
#include "rotary.h"
#include "schedule.h"

#include <stdlib.h>

unsigned sofa_weight_code(int weight, enum sofa_rounding rounding)
{
    unsigned size = (unsigned)abs(weight);
    if (size == 0)
        return 0;
    unsigned e = sofa_log2_floor(size), code = e + 1;
    if (rounding == SOFA_ROUND_NEAREST) {
        code = e + (e > 0 && (size >> (e - 1) & 1)); /* the bit below the leading one: half-way and above go up */
        code = code > 0 ? code : 1;
    }
    return code < SOFA_CODE_MAX ? code : SOFA_CODE_MAX;
}

unsigned sofa_weight_unit(enum sofa_rounding rounding)
{
    return rounding == SOFA_ROUND_NEAREST ? 2 : 1;
}

void sofa_encode_weights(int16_t *power, const int16_t *weight, size_t n, enum sofa_rounding rounding)
{
    for (size_t i = 0; i < n; i++) {
        unsigned code = sofa_weight_code(weight[i], rounding);
        int value = code ? 1 << (code - 1) : 0;
        power[i] = (int16_t)(weight[i] < 0 ? -value : value);
    }
}

void sofa_scale_khat(int16_t *khat, const int32_t *sum, size_t n, unsigned shift, unsigned bits)
{
    int32_t top = (int32_t)(((uint32_t)1 << (bits - 1)) - 1);
    for (size_t i = 0; i < n; i++) {
        int32_t x = sum[i] >> shift;
        x = x > top ? top : x;
        khat[i] = (int16_t)(x < -top - 1 ? -top - 1 : x);
    }
}

void sofa_predict_keys(int16_t *khat, const struct sofa_trace *t, const struct sofa_config *c, unsigned khat_shift)
{
    size_t d = c->head_dim, count = t->k.rows * d;
    if (c->mode == SOFA_MODE_KV) {
        sofa_truncate_key(khat, t->k.value, count, c);
        return;
    }
    sofa_scale_khat(khat, t->tokens.khat_sum, count, khat_shift, c->predict.operand_bits);
    for (size_t key = 0; key < t->k.rows; key++)
        sofa_rotate_khat(khat + key * d, &t->tokens, key, d, c->predict.operand_bits);
}

static void find_zeros(struct sofa_zeros *z, const int16_t *power)
{
    size_t hidden = z->x->cols;
    for (size_t h = 0; h < hidden; h++)
        for (unsigned column = 0; column < z->columns; column++) {
            if (power[h * z->columns + column] != 0)
                sofa_set_bit(z->mask + h / z->dims * SOFA_COLUMN_WORDS, column);
            else
                z->codes[h]++;
        }
    for (unsigned word = 0; word < z->words; word++)
        for (unsigned i = 0; i < SOFA_COLUMN_WORDS; i++)
            z->live[word] += (unsigned)__builtin_popcountll(z->mask[word * SOFA_COLUMN_WORDS + i]);
}

enum sofa_status sofa_zeros_open(struct sofa_zeros *z, const struct sofa_config *c, const struct sofa_tokens *t,
                                 struct sofa_error *e)
{
    struct sofa_derived d;
    size_t hidden = t->x.cols;
    sofa_config_derive(c, &d);
    *z = (struct sofa_zeros){.x = &t->x, .keys = c->predict.keys, .dims = c->predict.dims, .columns = c->head_dim};
    z->words = (unsigned)((hidden + z->dims - 1) / z->dims);
    z->slice = d.slice_words;
    z->mask = calloc(z->words * SOFA_COLUMN_WORDS, sizeof *z->mask);
    z->live = calloc(z->words, sizeof *z->live);
    z->codes = calloc(hidden, sizeof *z->codes);
    if (!z->mask || !z->live || !z->codes)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows of wk", hidden);
    find_zeros(z, t->power);
    return SOFA_OK;
}

void sofa_zeros_close(struct sofa_zeros *z)
{
    free(z->mask);
    free(z->live);
    free(z->codes);
    *z = (struct sofa_zeros){0};
}

/* Products of one key that a zero of either side makes superfluous. */
static uint64_t zero_terms(const struct sofa_zeros *z, const int16_t *x)
{
    uint64_t terms = 0;
    for (size_t h = 0; h < z->x->cols; h++)
        terms += x[h] == 0 ? z->columns : z->codes[h];
    return terms;
}

/* A key group of a tile. */
struct group {
    const uint64_t *visible;
    uint32_t base;
    unsigned low, high;
};

static int tokens_are_zero(const struct sofa_zeros *z, unsigned word, const struct group *g)
{
    size_t first = (size_t)word * z->dims, end = first + z->dims < z->x->cols ? first + z->dims : z->x->cols;
    for (unsigned key = g->low; key < g->high; key++)
        for (size_t h = first; sofa_bit(g->visible, key) && h < end; h++)
            if (z->x->value[(g->base + key) * z->x->cols + h] != 0)
                return 0;
    return 1;
}

/* The first pass clears the sums, the last of a slice stores them: these run all columns. */
static unsigned pass_beats(const struct sofa_zeros *z, unsigned word, const struct group *g, int begun)
{
    int last = (word + 1) % z->slice == 0 || word + 1 == z->words;
    if (last)
        return z->columns;
    if (tokens_are_zero(z, word, g))
        return 0;
    return begun ? z->live[word] : z->columns;
}

void sofa_zeros_count(const struct sofa_zeros *z, struct sofa_counters *n, const struct sofa_tile *tile, unsigned tile_keys)
{
    struct group g = {.visible = tile->visible, .base = tile->base};
    for (g.low = 0; g.low < tile_keys; g.low += z->keys) {
        unsigned seen = 0, begun = 0;
        g.high = g.low + z->keys < tile_keys ? g.low + z->keys : tile_keys;
        for (unsigned key = g.low; key < g.high; key++)
            if (sofa_bit(tile->visible, key)) {
                n->zero_terms += zero_terms(z, z->x->value + (tile->base + key) * z->x->cols);
                seen++;
            }
        n->key_groups += seen > 0;
        for (unsigned word = 0; seen > 0 && word < z->words; word++) {
            unsigned beats = pass_beats(z, word, &g, begun > 0);
            begun += beats;
            n->khat_beats += beats;
            n->khat_beats_skipped += z->columns - beats;
            if (tile->khat_beats)
                tile->khat_beats[g.low / z->keys * z->words + word] = (uint16_t)beats;
        }
    }
}
