/* SPDX-License-Identifier: Apache-2.0 */
#include "tokens_sample.h"

#include "tests.h"

#include "../cmodel/bits/load.h"
#include "../tb/synthetic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void tokens_add(struct tokens_sample *s, const char *name, enum sofa_type type, size_t rows, size_t cols, void *data)
{
    struct sofa_array a = {type, rows == 0 ? 0u : cols == 0 ? 1u : 2u, {rows, cols}, 0, data};
    a.count = rows == 0 ? 1 : cols == 0 ? rows : rows * cols;
    s->member[s->members++] = (struct sofa_member){name, a};
}

/* Numbers in -1 .. 1, of several kinds: any, mostly zero, zero in whole stretches, only the ends. */
static void fill(float *out, size_t count, unsigned kind, uint64_t *state)
{
    for (size_t i = 0; i < count; i++) {
        float x = (float)test_between(state, 0, 2000) / 1000 - 1;
        if (kind == 1 && test_between(state, 0, 4) > 0)
            x = 0;
        if (kind == 2 && i / 37 % 3 > 0)
            x = 0;
        out[i] = kind == 3 ? (test_between(state, 0, 1) ? 1 : -1) : x;
    }
}

static void configure(struct sofa_config *c, size_t dim, uint64_t *state)
{
    char text[18][48];
    const char *set[18];
    unsigned n = 0, tile = test_between(state, 4, 40), dims = test_between(state, 1, (unsigned)dim);
    snprintf(text[n++], 48, "mode=tokens");
    snprintf(text[n++], 48, "head_dim=%zu", dim);
    snprintf(text[n++], 48, "hidden_max=%u", test_between(state, SAMPLE_HIDDEN, test_between(state, 0, 1) ? 8192 : 2 * SAMPLE_HIDDEN));
    snprintf(text[n++], 48, "tile.keys=%u", tile);
    snprintf(text[n++], 48, "tile.kept_max=%u", test_between(state, 1, tile));
    snprintf(text[n++], 48, "query_block=%u", test_between(state, 1, 20));
    snprintf(text[n++], 48, "predict.keys=%u", test_between(state, 1, tile));
    snprintf(text[n++], 48, "predict.dims=%u", dims);
    snprintf(text[n++], 48, "kvgen.inputs=%u", test_between(state, 1, dims));
    snprintf(text[n++], 48, "kvgen.outputs=%u", test_between(state, 1, (unsigned)dim));
    snprintf(text[n++], 48, "kvgen.slice=%u", test_between(state, 1, SAMPLE_HIDDEN));
    snprintf(text[n++], 48, "memory.port_bits=%u", 8u << test_between(state, 1, 5));
    snprintf(text[n++], 48, "memory.prefetch=%u", test_between(state, 2, 12));
    snprintf(text[n++], 48, "predict.operand_bits=%u", test_between(state, 3, 8));
    snprintf(text[n++], 48, "predict.code_powers=%u", test_between(state, 3, 7));
    snprintf(text[n++], 48, "predict.weight_rounding=%s", test_between(state, 0, 1) ? "nearest" : "floor");
    snprintf(text[n++], 48, "data.key_bits=%u", 8 * test_between(state, 1, 2));
    snprintf(text[n++], 48, "data.value_bits=%u", 8 * test_between(state, 1, 2));
    for (unsigned i = 0; i < n; i++)
        set[i] = text[i];
    struct sofa_error e;
    ck_assert_msg(sofa_config_load(c, NULL, set, n, &e) == SOFA_OK, "%s", e.text);
}

/* Queries and visibility of a synthetic head; tokens and weights of the kind that `run` says. */
static void make_sample(struct tokens_sample *s, unsigned run, uint64_t *state)
{
    struct sofa_trace t;
    struct sofa_error e;
    struct tb_random random = {test_random(state)};
    s->rows = test_between(state, 1, SAMPLE_ROWS);
    s->keys = test_between(state, 1, SAMPLE_KEYS);
    s->hidden = test_between(state, 1, SAMPLE_HIDDEN);
    s->dim = test_between(state, 8, SAMPLE_DIM);
    s->q_scale = 1e-3;
    configure(&s->config, s->dim, state);
    struct sofa_config kv = s->config;
    kv.mode = SOFA_MODE_KV;
    ck_assert_msg(tb_synthetic(&t, &kv, s->rows, s->keys, run % TB_CONTENTS, run % TB_VIEWS, &random, &e) == SOFA_OK,
                  "%s", e.text);
    memcpy(s->q, t.q.value, s->rows * s->dim * sizeof *s->q);
    for (size_t r = 0; r < s->rows; r++) {
        s->first[r] = (int32_t)t.first[r];
        s->visible[r] = (int32_t)t.visible[r];
    }
    sofa_trace_free(&t);
    fill(s->x, s->keys * s->hidden, run % 4, state);
    fill(s->wk, s->hidden * s->dim, run / 4 % 4, state);
    fill(s->wv, s->hidden * s->dim, run / 8 % 4, state);
    fill(s->bk, s->dim, 0, state);
    fill(s->bv, s->dim, 0, state);
}

void tokens_open(struct tokens_sample *s, unsigned run, uint64_t *state)
{
    *s = (struct tokens_sample){.members = 0};
    make_sample(s, run, state);
    tokens_add(s, "q", SOFA_I16, s->rows, s->dim, s->q);
    tokens_add(s, "q_scale", SOFA_F64, 0, 0, &s->q_scale);
    tokens_add(s, "x", SOFA_F32, s->keys, s->hidden, s->x);
    tokens_add(s, "wk", SOFA_F32, s->hidden, s->dim, s->wk);
    tokens_add(s, "wv", SOFA_F32, s->hidden, s->dim, s->wv);
    tokens_add(s, "first", SOFA_I32, s->rows, 0, s->first);
    tokens_add(s, "visible", SOFA_I32, s->rows, 0, s->visible);
    if (run % 3 > 0)
        tokens_add(s, "bk", SOFA_F32, s->dim, 0, s->bk);
    if (run % 3 > 0)
        tokens_add(s, "bv", SOFA_F32, s->dim, 0, s->bv);
    test_directory(s->directory);
    snprintf(s->path, sizeof s->path, "%s/t.npz", s->directory);
}

void tokens_rotate(struct tokens_sample *s, unsigned run, uint64_t *state)
{
    size_t half = s->dim / 2;
    ck_assert_uint_eq(s->dim % 2, 0);
    s->config.kvgen.rotary = 1;
    for (size_t i = 0; i < s->keys * half; i++) {
        double angle = test_between(state, 0, 6283) / 1000.0;
        s->cos[i] = (float)cos(angle);
        s->sin[i] = (float)sin(angle);
    }
    if (run % 4 == 3) { /* what no rotation has */
        fill(s->cos, s->keys * half, 3, state);
        fill(s->sin, s->keys * half, 3, state);
    }
    tokens_add(s, "cos", SOFA_F32, s->keys, half, s->cos);
    tokens_add(s, "sin", SOFA_F32, s->keys, half, s->sin);
}

enum sofa_status tokens_load(struct tokens_sample *s, struct sofa_trace *t, struct sofa_error *e)
{
    ck_assert_msg(sofa_npz_write(s->path, s->member, s->members, e) == SOFA_OK, "%s", e->text);
    return sofa_trace_load(t, s->path, &s->config, e);
}
