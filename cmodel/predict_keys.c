#include "predict_keys.h"

#include "arith.h"
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

static void find_zeros(struct sofa_zeros *z, const int16_t *power)
{
    size_t hidden = z->x->cols;
    for (unsigned slice = 0; slice < z->slices; slice++) {
        size_t first = (size_t)slice * z->dims, end = first + z->dims < hidden ? first + z->dims : hidden;
        for (unsigned column = 0; column < z->columns; column++) {
            int any = 0;
            for (size_t h = first; h < end; h++) {
                int code = power[h * z->columns + column];
                any |= code;
                z->codes[h] += code == 0;
            }
            z->live[slice] += any != 0;
        }
    }
}

enum sofa_status sofa_zeros_open(struct sofa_zeros *z, const struct sofa_config *c, const struct sofa_tokens *t,
                                 struct sofa_error *e)
{
    size_t hidden = t->x.cols;
    *z = (struct sofa_zeros){.x = &t->x, .keys = c->predict.keys, .dims = c->predict.dims, .columns = c->head_dim};
    z->slices = (unsigned)((hidden + z->dims - 1) / z->dims);
    z->live = calloc(z->slices, sizeof *z->live);
    z->codes = calloc(hidden, sizeof *z->codes);
    if (!z->live || !z->codes)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows of wk", hidden);
    find_zeros(z, t->power);
    return SOFA_OK;
}

void sofa_zeros_close(struct sofa_zeros *z)
{
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

static int slice_is_zero(const struct sofa_zeros *z, unsigned slice, const uint64_t *visible, unsigned low, unsigned high,
                         uint32_t base)
{
    size_t first = (size_t)slice * z->dims, end = first + z->dims < z->x->cols ? first + z->dims : z->x->cols;
    for (unsigned key = low; key < high; key++)
        for (size_t h = first; sofa_bit(visible, key) && h < end; h++)
            if (z->x->value[(base + key) * z->x->cols + h] != 0)
                return 0;
    return 1;
}

void sofa_zeros_count(const struct sofa_zeros *z, struct sofa_counters *n, const struct sofa_tile *tile, unsigned tile_keys)
{
    for (unsigned low = 0; low < tile_keys; low += z->keys) {
        unsigned high = low + z->keys < tile_keys ? low + z->keys : tile_keys, seen = 0;
        for (unsigned key = low; key < high; key++)
            if (sofa_bit(tile->visible, key)) {
                n->zero_terms += zero_terms(z, z->x->value + (tile->base + key) * z->x->cols);
                seen++;
            }
        for (unsigned slice = 0; seen > 0 && slice < z->slices; slice++) {
            unsigned beats = slice_is_zero(z, slice, tile->visible, low, high, tile->base) ? 0 : z->live[slice];
            n->khat_beats += beats;
            n->khat_beats_skipped += z->columns - beats;
        }
    }
}
