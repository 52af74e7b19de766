/* SPDX-License-Identifier: Apache-2.0 */
#include "bias_units.h"

#include "arith.h"
#include "keys.h"

#include <stdlib.h>
#include <string.h>

/* What a unit adds to K and, by its code, to K^. */
struct step {
    int weight, coded;
};

/* The weight whose code, times `token`, comes nearest to the rest of a bias. */
static struct step choose(int32_t rest, int token, int top, int unit)
{
    int64_t size = llabs((int64_t)rest), left = size;
    struct step best = {0, 0};
    for (int power = unit; power <= unit << (SOFA_CODE_MAX - 1); power *= 2) {
        int64_t distance = llabs(size - (int64_t)power * token);
        if (distance < left) {
            left = distance;
            best = (struct step){power < top ? power : top, power};
        }
    }
    return rest < 0 ? (struct step){-best.weight, -best.coded} : best;
}

/* The units' weights; returns how many there are. `rest` is what K^ lacks then. */
static size_t choose_units(int16_t *weight, int32_t *rest, int32_t *bk, size_t room, const struct sofa_config *c)
{
    int token = (1 << (c->data.token_bits - 1)) - 1, top = (1 << (c->data.weight_bits - 1)) - 1;
    int unit = (int)sofa_weight_unit((enum sofa_rounding)c->predict.weight_rounding);
    size_t d = c->head_dim;
    for (size_t n = 0; n < room; n++) {
        int some = 0;
        for (size_t i = 0; i < d; i++) {
            struct step s = choose(rest[i], token, top, unit);
            weight[n * d + i] = (int16_t)s.weight;
            rest[i] -= s.coded * token;
            bk[i] -= s.weight * token;
            some |= s.weight;
        }
        if (!some)
            return n;
    }
    return room;
}

/* More elements at the end of each row: all of them `value`. */
static int widen_rows(struct sofa_tensor *x, size_t more, int16_t value)
{
    size_t cols = x->cols + more;
    int16_t *wide = malloc(x->rows * cols * sizeof *wide);
    for (size_t r = 0; wide && r < x->rows; r++) {
        memcpy(wide + r * cols, x->value + r * x->cols, x->cols * sizeof *wide);
        for (size_t i = x->cols; i < cols; i++)
            wide[r * cols + i] = value;
    }
    if (!wide)
        return 0;
    free(x->value);
    x->value = wide;
    x->cols = cols;
    return 1;
}

/* More rows; NULL: of zeros. */
static int append_rows(struct sofa_tensor *w, size_t more, const int16_t *rows)
{
    size_t old = w->rows * w->cols, added = more * w->cols;
    int16_t *longer = realloc(w->value, (old + added) * sizeof *longer);
    if (!longer)
        return 0;
    if (rows)
        memcpy(longer + old, rows, added * sizeof *longer);
    else
        memset(longer + old, 0, added * sizeof *longer);
    w->value = longer;
    w->rows += more;
    return 1;
}

enum sofa_status sofa_add_bias_units(struct sofa_tokens *t, const struct sofa_config *c, struct sofa_error *e)
{
    int16_t weight[SOFA_BIAS_UNITS_MAX * SOFA_HEAD_DIM_MAX];
    int32_t rest[SOFA_HEAD_DIM_MAX];
    size_t room = c->hidden_max - t->x.cols;
    memcpy(rest, t->bk, c->head_dim * sizeof *rest);
    size_t units = choose_units(weight, rest, t->bk, room < SOFA_BIAS_UNITS_MAX ? room : SOFA_BIAS_UNITS_MAX, c);
    int16_t token = (int16_t)((1 << (c->data.token_bits - 1)) - 1);
    if (units > 0 && !(widen_rows(&t->x, units, token) && append_rows(&t->wk, units, weight) && append_rows(&t->wv, units, NULL)))
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu tokens", t->x.rows);
    return SOFA_OK;
}
