/* SPDX-License-Identifier: Apache-2.0 */
/* Packed codes, biases and weights, read back beat by beat as the core does. */
#include "tests.h"

#include "../cmodel/bits/rotary.h"
#include "../cmodel/host/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES (4u * 256u * 256u)

/* Takes words off beats: several from one beat, or one from several. */
struct reader {
    const uint8_t *image;
    unsigned port_bytes, lane; /* lane: words taken from the beat */
    size_t beat;
    uint8_t word[WORD_BYTES];
};

static void next_word(struct reader *r, unsigned bits)
{
    unsigned port = 8 * r->port_bytes, share = 1;
    memset(r->word, 0, sizeof r->word);
    if (bits > port) {
        ck_assert_uint_eq(r->lane, 0);
        for (unsigned have = 0; have < bits; have += port)
            memcpy(r->word + have / 8, r->image + r->beat++ * r->port_bytes, r->port_bytes);
        return;
    }
    while (port / (2 * share) >= bits && 2 * share <= port)
        share *= 2;
    for (unsigned i = 0; i < bits; i++) {
        unsigned from = r->lane * (port / share) + i, byte = r->image[r->beat * r->port_bytes + from / 8];
        r->word[i / 8] = (uint8_t)(r->word[i / 8] | (byte >> from % 8 & 1) << i % 8);
    }
    if (++r->lane == share) {
        r->lane = 0;
        r->beat++;
    }
}

static void end_slice(struct reader *r)
{
    r->beat += r->lane > 0;
    r->lane = 0;
}

static void fill(int16_t *at, size_t n, uint64_t *state)
{
    for (size_t i = 0; i < n; i++)
        at[i] = (int16_t)(test_between(state, 0, 255) - 128);
}

struct sample {
    struct sofa_config config;
    struct sofa_derived d;
    struct sofa_tokens tokens;
    size_t hidden;
};

static void open_sample(struct sample *s, unsigned run, uint64_t *state)
{
    char text[9][48];
    const char *set[9];
    unsigned n = 0, d = test_between(state, 8, 40), most = run % 3 ? 90 : 700;
    unsigned dims = test_between(state, 1, d);
    struct sofa_error e;
    *s = (struct sample){.hidden = test_between(state, 1, most)};
    snprintf(text[n++], 48, "mode=tokens");
    snprintf(text[n++], 48, "head_dim=%u", d);
    snprintf(text[n++], 48, "hidden_max=%u", most);
    snprintf(text[n++], 48, "predict.dims=%u", dims);
    snprintf(text[n++], 48, "kvgen.outputs=%u", test_between(state, 1, d));
    snprintf(text[n++], 48, "kvgen.inputs=%u", test_between(state, 1, dims));
    snprintf(text[n++], 48, "kvgen.slice=%u", test_between(state, 1, most));
    snprintf(text[n++], 48, "memory.port_bits=%u", 8u << test_between(state, 0, 7));
    snprintf(text[n++], 48, "predict.keys=1");
    for (unsigned i = 0; i < n; i++)
        set[i] = text[i];
    ck_assert_msg(sofa_config_load(&s->config, NULL, set, n, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&s->config, &s->d);
    struct sofa_tokens *t = &s->tokens;
    size_t count = s->hidden * d;
    t->x.cols = t->wk.rows = t->wv.rows = s->hidden;
    t->wk.cols = t->wv.cols = d;
    t->wk.value = malloc(count * sizeof(int16_t));
    t->wv.value = malloc(count * sizeof(int16_t));
    t->power = malloc(count * sizeof(int16_t));
    t->bk = malloc(d * sizeof(int32_t));
    t->bv = run % 2 ? malloc(d * sizeof(int32_t)) : NULL;
    fill(t->wk.value, count, state);
    fill(t->wv.value, count, state);
    for (size_t i = 0; i < count; i++) {
        int code = (int)test_between(state, 0, 7), size = code ? 1 << (code - 1) : 0;
        t->power[i] = (int16_t)(test_between(state, 0, 1) ? -size : size);
    }
    for (unsigned i = 0; i < d; i++)
        t->bk[i] = (int32_t)test_random(state);
    for (unsigned i = 0; t->bv && i < d; i++)
        t->bv[i] = (int32_t)test_random(state);
}

static void close_sample(struct sample *s)
{
    free(s->tokens.wk.value);
    free(s->tokens.wv.value);
    free(s->tokens.power);
    free(s->tokens.bk);
    free(s->tokens.bv);
}

/* Slices are a property of the chip; a shorter token has fewer of them. */
static unsigned slice_end(const struct sample *s, unsigned first)
{
    unsigned words = (unsigned)(s->hidden + s->config.predict.dims - 1) / s->config.predict.dims;
    return first + s->d.slice_words < words ? first + s->d.slice_words : words;
}

static void check_codes(const struct sample *s, struct reader *r)
{
    unsigned dims = s->config.predict.dims, d = s->config.head_dim;
    for (unsigned first = 0, end; first * dims < s->hidden; first = end) {
        end = slice_end(s, first);
        for (unsigned w = first; w < end; w++)
            for (unsigned i = 0; i < d; i++) {
                next_word(r, 4 * dims);
                for (unsigned j = 0; j < dims; j++) {
                    unsigned nibble = r->word[j / 2] >> 4 * (j % 2) & 15;
                    int size = nibble & 7 ? 1 << ((nibble & 7) - 1) : 0, got = nibble & 8 ? -size : size;
                    size_t h = (size_t)w * dims + j;
                    ck_assert_int_eq(got, h < s->hidden ? s->tokens.power[h * d + i] : 0);
                    ck_assert(size > 0 || nibble == 0);
                }
            }
        end_slice(r);
    }
}

static void check_biases(const struct sample *s, struct reader *r)
{
    unsigned out = s->config.kvgen.outputs, blocks = s->d.project_blocks;
    for (unsigned b = 0; b < 2 * blocks; b++) {
        const int32_t *bias = b < blocks ? s->tokens.bk : s->tokens.bv;
        next_word(r, 32 * out);
        for (unsigned o = 0; o < out; o++) {
            const uint8_t *at = r->word + 4 * o;
            uint32_t got = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
            unsigned i = b % blocks * out + o;
            ck_assert_int_eq((int32_t)got, bias && i < s->config.head_dim ? bias[i] : 0);
        }
    }
    end_slice(r);
}

static void check_word(const struct sample *s, const struct reader *r, unsigned block, unsigned w, unsigned step)
{
    unsigned dims = s->config.predict.dims, d = s->config.head_dim, in = s->config.kvgen.inputs;
    const struct sofa_tensor *t = block < s->d.project_blocks ? &s->tokens.wk : &s->tokens.wv;
    for (unsigned o = 0; o < s->config.kvgen.outputs; o++)
        for (unsigned n = 0; n < in; n++) {
            size_t i = block % s->d.project_blocks * s->config.kvgen.outputs + o, h = (size_t)w * dims + step * in + n;
            int beyond = i >= d || h >= s->hidden || step * in + n >= dims;
            ck_assert_int_eq((int8_t)r->word[o * in + n], beyond ? 0 : t->value[h * d + i]);
        }
}

static void check_weights(const struct sample *s, struct reader *r)
{
    for (unsigned first = 0, end; first * s->config.predict.dims < s->hidden; first = end) {
        end = slice_end(s, first);
        for (unsigned block = 0; block < 2 * s->d.project_blocks; block++)
            for (unsigned w = first; w < end; w++)
                for (unsigned step = 0; step < s->d.project_steps; step++) {
                    next_word(r, 8 * s->config.kvgen.outputs * s->config.kvgen.inputs);
                    check_word(s, r, block, w, step);
                }
        end_slice(r);
    }
}

START_TEST(unpacked_again)
{
    static struct reader r;
    uint64_t state = test_seed();
    unsigned streamed = 0;
    for (unsigned run = 0; run < 150; run++) {
        struct sample s;
        struct sofa_pack shape;
        open_sample(&s, run, &state);
        sofa_pack_shape(&shape, &s.config, s.hidden);
        streamed += shape.slices > 1;
        uint8_t *code = malloc(shape.code_bytes), *weight = malloc(shape.weight_bytes);
        ck_assert(code && weight);
        memset(code, 0xA5, shape.code_bytes);
        memset(weight, 0xA5, shape.weight_bytes);
        sofa_pack_codes(code, &s.config, &s.tokens);
        sofa_pack_weights(weight, &s.config, &s.tokens);
        r = (struct reader){.image = code, .port_bytes = s.d.port_bytes};
        check_codes(&s, &r);
        ck_assert_uint_eq(r.beat, shape.code_beats);
        ck_assert_uint_eq(r.beat * s.d.port_bytes, shape.code_bytes);
        r = (struct reader){.image = weight, .port_bytes = s.d.port_bytes};
        check_biases(&s, &r);
        ck_assert_uint_eq(r.beat, shape.bias_beats);
        check_weights(&s, &r);
        ck_assert_uint_eq(r.beat, shape.bias_beats + shape.weight_beats);
        ck_assert_uint_eq(r.beat * s.d.port_bytes, shape.weight_bytes);
        free(code);
        free(weight);
        close_sample(&s);
    }
    ck_assert_uint_gt(streamed, 20);
}
END_TEST

/* Cosines and sines of predicted keys, tile by tile, group by group; those of generated ones, key by key. */
static void check_turns(const struct sofa_config *c, const struct sofa_tokens *t, unsigned tile, const uint8_t *image)
{
    static struct reader r;
    struct sofa_derived d;
    size_t half = c->head_dim / 2, keys = t->x.rows;
    struct sofa_turns shape = sofa_pack_turns_shape(c, keys, tile);
    sofa_config_derive(c, &d);
    ck_assert_uint_eq(shape.stride % d.port_bytes, 0);
    for (size_t base = 0; base < keys; base += tile) {
        r = (struct reader){.image = image, .port_bytes = d.port_bytes, .beat = base * shape.stride / d.port_bytes};
        for (size_t low = base; low < base + tile && low < keys; low += c->predict.keys, end_slice(&r))
            for (size_t i = 0; i < half; i++) {
                next_word(&r, 16 * c->predict.keys);
                for (size_t key = low; key < low + c->predict.keys && key < base + tile && key < keys; key++) {
                    ck_assert_int_eq((int8_t)r.word[2 * (key - low)], sofa_turn_of(t->cos[key * half + i]));
                    ck_assert_int_eq((int8_t)r.word[2 * (key - low) + 1], sofa_turn_of(t->sin[key * half + i]));
                }
            }
        ck_assert_uint_le(r.beat * d.port_bytes, (base + tile) * shape.stride);
    }
}

START_TEST(turns)
{
    uint64_t state = test_seed();
    for (unsigned run = 0; run < 60; run++) {
        struct sofa_config c;
        struct sofa_tokens t = {.x.rows = test_between(&state, 1, 60)};
        sofa_config_default(&c);
        c.mode = SOFA_MODE_TOKENS;
        c.kvgen.rotary = 1;
        c.head_dim = 2 * test_between(&state, 4, 20);
        c.tile.keys = test_between(&state, 4, 40);
        c.predict.keys = test_between(&state, 1, c.tile.keys);
        c.memory.port_bits = 8u << test_between(&state, 0, 7);
        unsigned tile = test_between(&state, 1, c.tile.keys);
        size_t half = c.head_dim / 2, count = t.x.rows * half;
        struct sofa_turns shape = sofa_pack_turns_shape(&c, t.x.rows, tile);
        uint8_t *image = malloc(shape.bytes), row[2 * SOFA_HEAD_DIM_MAX];
        t.cos = malloc(count * sizeof *t.cos);
        t.sin = malloc(count * sizeof *t.sin);
        ck_assert(image && t.cos && t.sin);
        for (size_t i = 0; i < count; i++) {
            t.cos[i] = (int16_t)((int)test_between(&state, 0, 32768) - 16384);
            t.sin[i] = (int16_t)((int)test_between(&state, 0, 32768) - 16384);
        }
        sofa_pack_turns(image, &c, &t, tile);
        check_turns(&c, &t, tile, image);
        sofa_pack_rotary(row, &t, t.x.rows - 1, c.head_dim);
        for (size_t i = 0; i < half; i++) {
            ck_assert_int_eq((int16_t)(row[4 * i] | row[4 * i + 1] << 8), t.cos[count - half + i]);
            ck_assert_int_eq((int16_t)(row[4 * i + 2] | row[4 * i + 3] << 8), t.sin[count - half + i]);
        }
        free(image);
        free(t.cos);
        free(t.sin);
    }
}
END_TEST

Suite *pack_suite(void)
{
    Suite *s = suite_create("pack");
    TCase *t = tcase_create("pack");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, unpacked_again);
    tcase_add_test(t, turns);
    suite_add_tcase(s, t);
    return s;
}
