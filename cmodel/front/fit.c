/* SPDX-License-Identifier: Apache-2.0 */
#include "fit.h"

#include "../bits/bias_units.h"

#include <stdarg.h>
#include <stdio.h>

/* The last two lengths of an array's shape; 0 if it is not there or has fewer. */
static int shape_of(struct sofa_npz *z, const char *name, size_t *rows, size_t *cols)
{
    struct sofa_array a;
    if (!sofa_npz_has(z, name) || sofa_npz_shape(z, name, &a, NULL) != SOFA_OK || a.dims < 2)
        return 0;
    *rows = a.shape[a.dims - 2];
    *cols = a.shape[a.dims - 1];
    return 1;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

void sofa_fit_add_arrays(struct sofa_fit *fit, struct sofa_npz *z)
{
    size_t rows, cols, keys, hidden;
    if (!shape_of(z, "q", &rows, &cols))
        return;
    int has_x = shape_of(z, "x", &keys, &hidden), rotary = has_x && sofa_npz_has(z, "cos");
    if (has_x) {
        /* the bias of rotated keys comes as hidden units */
        hidden += rotary && sofa_npz_has(z, "bk") ? SOFA_BIAS_UNITS_MAX : 0;
        fit->keys = larger(fit->keys, keys);
        fit->hidden = larger(fit->hidden, hidden < SOFA_HIDDEN_MAX ? hidden : SOFA_HIDDEN_MAX);
    }
    int has_k = shape_of(z, "k", &keys, &hidden);
    if (has_k)
        fit->keys = larger(fit->keys, keys);
    if (fit->begun)
        return;
    fit->begun = 1;
    fit->head_dim = cols;
    fit->tokens = has_x ? (has_k ? -1 : 1) : 0;
    fit->rotary = rotary;
}

void sofa_fit_add(struct sofa_fit *fit, const char *path)
{
    struct sofa_npz *z;
    if (sofa_npz_open(&z, path, NULL) != SOFA_OK)
        return;
    sofa_fit_add_arrays(fit, z);
    sofa_npz_close(z);
}

static void put(char text[SOFA_FIT_KEYS][40], unsigned *count, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void put(char text[SOFA_FIT_KEYS][40], unsigned *count, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(text[(*count)++], 40, format, args);
    va_end(args);
}

unsigned sofa_fit_overrides(char text[SOFA_FIT_KEYS][40], const struct sofa_fit *fit, const struct sofa_config *c)
{
    unsigned count = 0;
    if (!fit->begun)
        return 0;
    enum sofa_mode mode = fit->tokens < 0 ? c->mode : fit->tokens ? SOFA_MODE_TOKENS : SOFA_MODE_KV;
    if (mode != c->mode)
        put(text, &count, "mode=%s", sofa_mode_name(mode));
    if (fit->head_dim != c->head_dim)
        put(text, &count, "head_dim=%zu", fit->head_dim);
    if (fit->keys > c->keys_max)
        put(text, &count, "keys_max=%zu", fit->keys);
    if (mode == SOFA_MODE_TOKENS && fit->hidden > c->hidden_max)
        put(text, &count, "hidden_max=%zu", fit->hidden);
    if (mode == SOFA_MODE_TOKENS && (unsigned)fit->rotary != c->kvgen.rotary)
        put(text, &count, "kvgen.rotary=%d", fit->rotary);
    return count;
}
