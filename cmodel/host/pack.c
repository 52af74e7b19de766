/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

#include "../bits/rotary.h"

#include <stdlib.h>
#include <string.h>

/* A walk over the words of an image. */
struct packer {
    const struct sofa_config *c;
    const struct sofa_tokens *t;
    struct sofa_derived d;
    struct sofa_pack shape;
    uint8_t *out;
    uint64_t at; /* bit */
};

static void open_packer(struct packer *p, uint8_t *out, const struct sofa_config *c, const struct sofa_tokens *t)
{
    *p = (struct packer){.c = c, .t = t, .out = out};
    sofa_config_derive(c, &p->d);
    sofa_pack_shape(&p->shape, c, t->x.cols);
}

/* Where bits do not overlap others: the image is zero at first. */
static void put(struct packer *p, uint64_t bit, uint32_t value, unsigned bits)
{
    for (unsigned done = 0; done < bits; done += 8 - (unsigned)(bit + done) % 8) {
        uint64_t at = bit + done;
        p->out[at / 8] = (uint8_t)(p->out[at / 8] | value >> done << at % 8);
    }
}

static void next_beat(struct packer *p)
{
    p->at = sofa_whole_beats(p->at, p->c->memory.port_bits) * p->c->memory.port_bits;
}

static unsigned code_of(int power)
{
    unsigned size = (unsigned)abs(power), code = 0;
    for (; size >> code != 0; code++)
        ;
    return code | (power < 0 ? 8u : 0u);
}

/* The codes of a column, a word of hidden units. */
static void put_code_word(struct packer *p, unsigned word, unsigned column)
{
    unsigned dims = p->c->predict.dims;
    for (unsigned j = 0; j < dims && (size_t)word * dims + j < p->t->x.cols; j++) {
        size_t unit = (size_t)word * dims + j;
        put(p, p->at + 4 * j, code_of(p->t->power[unit * p->c->head_dim + column]), 4);
    }
    p->at += p->d.code_unit;
}

void sofa_pack_codes(uint8_t *out, const struct sofa_config *c, const struct sofa_tokens *t)
{
    struct packer p;
    open_packer(&p, out, c, t);
    memset(out, 0, p.shape.code_bytes);
    for (unsigned slice = 0; slice < p.shape.slices; slice++) {
        for (unsigned w = 0; w < sofa_slice_size(&p.d, &p.shape, slice); w++)
            for (unsigned column = 0; column < c->head_dim; column++)
                put_code_word(&p, slice * p.d.slice_words + w, column);
        next_beat(&p);
    }
}

/* Weights of kvgen.outputs outputs for kvgen.inputs hidden units; blocks of K, then of V. */
static void put_weight_word(struct packer *p, unsigned block, unsigned word, unsigned step)
{
    const struct sofa_config *c = p->c;
    unsigned in = c->kvgen.inputs, out = c->kvgen.outputs, blocks = p->d.project_blocks;
    const int16_t *weight = block < blocks ? p->t->wk.value : p->t->wv.value;
    for (unsigned o = 0; o < out && block % blocks * out + o < c->head_dim; o++)
        for (unsigned n = 0; n < in && step * in + n < c->predict.dims; n++) {
            size_t unit = (size_t)word * c->predict.dims + step * in + n;
            if (unit < p->t->x.cols)
                put(p, p->at + 8 * (o * in + n), (uint8_t)weight[unit * c->head_dim + block % blocks * out + o], 8);
        }
    p->at += p->d.weight_unit;
}

static void put_bias_word(struct packer *p, unsigned block)
{
    unsigned out = p->c->kvgen.outputs, blocks = p->d.project_blocks, first = block % blocks * out;
    const int32_t *bias = block < blocks ? p->t->bk : p->t->bv;
    for (unsigned o = 0; bias && o < out && first + o < p->c->head_dim; o++)
        put(p, p->at + 32 * o, (uint32_t)bias[first + o], 32);
    p->at += p->d.bias_unit;
}

void sofa_pack_weights(uint8_t *out, const struct sofa_config *c, const struct sofa_tokens *t)
{
    struct packer p;
    open_packer(&p, out, c, t);
    memset(out, 0, p.shape.weight_bytes);
    for (unsigned block = 0; block < 2 * p.d.project_blocks; block++)
        put_bias_word(&p, block);
    next_beat(&p);
    for (unsigned slice = 0; slice < p.shape.slices; slice++) {
        for (unsigned block = 0; block < 2 * p.d.project_blocks; block++)
            for (unsigned w = 0; w < sofa_slice_size(&p.d, &p.shape, slice); w++)
                for (unsigned step = 0; step < p.d.project_steps; step++)
                    put_weight_word(&p, block, slice * p.d.slice_words + w, step);
        next_beat(&p);
    }
}

struct sofa_turns sofa_pack_turns_shape(const struct sofa_config *c, size_t keys, unsigned tile)
{
    struct sofa_derived d;
    sofa_config_derive(c, &d);
    uint64_t group = (uint64_t)d.turn_beats * d.port_bytes, groups = (tile + c->predict.keys - 1) / c->predict.keys;
    uint64_t each = (groups * group + tile - 1) / tile;
    uint64_t stride = (each + d.port_bytes - 1) / d.port_bytes * d.port_bytes;
    return (struct sofa_turns){(uint32_t)stride, (keys + tile - 1) / tile * tile * stride};
}

static void put_turn_word(struct packer *p, size_t first, size_t end, size_t pair)
{
    size_t half = p->c->head_dim / 2;
    for (size_t key = first; key < end; key++) {
        size_t at = key * half + pair;
        put(p, p->at + 16 * (key - first), (uint8_t)sofa_turn_of(p->t->cos[at]), 8);
        put(p, p->at + 16 * (key - first) + 8, (uint8_t)sofa_turn_of(p->t->sin[at]), 8);
    }
    p->at += p->d.turn_unit;
}

void sofa_pack_turns(uint8_t *out, const struct sofa_config *c, const struct sofa_tokens *t, unsigned tile)
{
    struct packer p;
    size_t keys = t->x.rows;
    struct sofa_turns shape = sofa_pack_turns_shape(c, keys, tile);
    open_packer(&p, out, c, t);
    memset(out, 0, shape.bytes);
    for (size_t base = 0; base < keys; base += tile)
        for (size_t low = 0; low < tile && base + low < keys; low += c->predict.keys) {
            size_t end = base + (low + c->predict.keys < tile ? low + c->predict.keys : tile);
            p.at = 8 * (base * shape.stride + low / c->predict.keys * (uint64_t)p.d.turn_beats * p.d.port_bytes);
            for (size_t pair = 0; pair < c->head_dim / 2; pair++)
                put_turn_word(&p, base + low, end < keys ? end : keys, pair);
        }
}

void sofa_pack_rotary(uint8_t *out, const struct sofa_tokens *t, size_t key, size_t d)
{
    for (size_t i = 0; i < d / 2; i++) {
        uint16_t cos = (uint16_t)t->cos[key * (d / 2) + i], sin = (uint16_t)t->sin[key * (d / 2) + i];
        out[4 * i] = (uint8_t)cos;
        out[4 * i + 1] = (uint8_t)(cos >> 8);
        out[4 * i + 2] = (uint8_t)sin;
        out[4 * i + 3] = (uint8_t)(sin >> 8);
    }
}
