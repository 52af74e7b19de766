/* SPDX-License-Identifier: Apache-2.0 */
#include "encode.h"

#include "../bits/keys.h"
#include "../trace/read.h"

#include <stdlib.h>

/* The results next to what they come from. */
struct encoded {
    struct sofa_tensor wk, wv;
    uint8_t *code;
    int8_t *byte[2]; /* wk, wv */
};

static void close_encoded(struct encoded *w)
{
    sofa_tensor_free(&w->wk);
    sofa_tensor_free(&w->wv);
    free(w->code);
    free(w->byte[0]);
    free(w->byte[1]);
}

static enum sofa_status read_weights(struct encoded *w, const char *path, const struct sofa_config *c,
                                     struct sofa_error *e)
{
    const struct sofa_columns columns = {1, SOFA_HEAD_DIM_MAX, "head_dim", 1, SOFA_HEAD_DIM_MAX};
    struct sofa_source source = {.path = path, .heads = 1};
    const struct sofa_origin wk = {&source, "wk"}, wv = {&source, "wv"};
    enum sofa_status status = sofa_npz_open(&source.z, path, e);
    if (status != SOFA_OK)
        return status;
    status = sofa_read_tensor(&w->wk, &wk, &columns, c->data.weight_bits, 0, e);
    if (status == SOFA_OK)
        status = sofa_read_tensor(&w->wv, &wv, &columns, c->data.weight_bits, 0, e);
    sofa_npz_close(source.z);
    if (status == SOFA_OK && w->wk.rows > SOFA_HIDDEN_MAX)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'wk': has %zu rows, must have 1 to %u", path, w->wk.rows,
                           SOFA_HIDDEN_MAX);
    if (status == SOFA_OK && (w->wv.rows != w->wk.rows || w->wv.cols != w->wk.cols))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'wv': must have the shape of wk, %zu x %zu", path, w->wk.rows,
                           w->wk.cols);
    return status;
}

static enum sofa_status encode(struct encoded *w, enum sofa_rounding rounding, struct sofa_error *e)
{
    size_t count = w->wk.rows * w->wk.cols;
    w->code = malloc(count);
    w->byte[0] = malloc(count);
    w->byte[1] = malloc(count);
    if (!w->code || !w->byte[0] || !w->byte[1])
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu weights", count);
    for (size_t i = 0; i < count; i++) {
        int k = w->wk.value[i];
        w->code[i] = (uint8_t)(sofa_weight_code(k, rounding) | (k < 0 ? 8u : 0u));
        w->byte[0][i] = (int8_t)k;
        w->byte[1][i] = (int8_t)w->wv.value[i];
    }
    return SOFA_OK;
}

static enum sofa_status save(struct encoded *w, const char *out, enum sofa_rounding rounding, struct sofa_error *e)
{
    size_t rows = w->wk.rows, cols = w->wk.cols, count = rows * cols;
    double code_step = w->wk.step * sofa_weight_unit(rounding);
    const struct sofa_member members[] = {
        {"wk_code", {SOFA_U8, 2, {rows, cols}, count, w->code}},
        {"wk_code_scale", {SOFA_F64, 0, {0}, 1, &code_step}},
        {"wk", {SOFA_I8, 2, {rows, cols}, count, w->byte[0]}},
        {"wk_scale", {SOFA_F64, 0, {0}, 1, &w->wk.step}},
        {"wv", {SOFA_I8, 2, {rows, cols}, count, w->byte[1]}},
        {"wv_scale", {SOFA_F64, 0, {0}, 1, &w->wv.step}},
    };
    return sofa_npz_write(out, members, sizeof members / sizeof members[0], e);
}

enum sofa_status sofa_encode_file(const char *out, const char *trace, const struct sofa_config *c, struct sofa_error *e)
{
    struct encoded w = {.code = NULL};
    enum sofa_rounding rounding = (enum sofa_rounding)c->predict.weight_rounding;
    enum sofa_status status = read_weights(&w, trace, c, e);
    if (status == SOFA_OK)
        status = encode(&w, rounding, e);
    if (status == SOFA_OK)
        status = save(&w, out, rounding, e);
    close_encoded(&w);
    return status;
}
