/* SPDX-License-Identifier: Apache-2.0 */
#include "balance.h"

#include "../trace/read.h"
#include "keys.h"
#include "lost_weight.h"

#include <math.h>
#include <stdlib.h>

/* auto: the least gain, of softmax weight and of what is lost as given. */
#define GAIN_LEAST 0.001
#define GAIN_SHARE 0.125

void sofa_channels_plain(struct sofa_channels *channels, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        channels->query[i] = channels->key[i] = 1;
        channels->middle[i] = 0;
    }
}

struct range {
    double low, high;
};

static struct range range_of(const struct sofa_tensor *t, size_t channel)
{
    struct range r = {INFINITY, -INFINITY};
    for (size_t row = 0; row < t->rows; row++) {
        double x = sofa_tensor_given(t, row * t->cols + channel);
        r.low = x < r.low ? x : r.low;
        r.high = x > r.high ? x : r.high;
    }
    return r;
}

/* A channel that is 0 for all queries, or the same for all keys, changes no softmax: it is left out. */
static void choose_channels(struct sofa_channels *channels, const struct sofa_trace *t)
{
    for (size_t i = 0; i < t->q.cols; i++) {
        struct range q = range_of(&t->q, i), k = range_of(&t->k, i);
        double query = fmax(q.high, -q.low), key = (k.high - k.low) / 2;
        int counts = query > 0 && key > 0;
        channels->middle[i] = (k.high + k.low) / 2;
        channels->query[i] = counts ? cbrt(key / query * key) : 0;
        channels->key[i] = counts ? 1 / channels->query[i] : 0;
    }
}

/* out: the integers of (x - middle) * factor, by channel, and their step. middle NULL: 0. */
static enum sofa_status quantise(struct sofa_tensor *out, const struct sofa_tensor *x, const double *factor, const double *middle,
                                 unsigned bits, struct sofa_error *e)
{
    size_t count = x->rows * x->cols;
    double largest = 0, *real = malloc(count * sizeof *real);
    *out = (struct sofa_tensor){.rows = x->rows, .cols = x->cols, .value = malloc(count * sizeof *out->value)};
    if (!real || !out->value) {
        free(real);
        sofa_tensor_free(out);
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", x->rows);
    }
    for (size_t i = 0; i < count; i++) {
        size_t channel = i % x->cols;
        real[i] = (sofa_tensor_given(x, i) - (middle ? middle[channel] : 0)) * factor[channel];
        largest = fmax(largest, fabs(real[i]));
    }
    out->step = sofa_quantum(largest, bits);
    for (size_t i = 0; i < count; i++)
        out->value[i] = sofa_quantised(real[i], out->step, bits);
    free(real);
    return SOFA_OK;
}

/* The integers and their step; the numbers given stay. */
static void take_values(struct sofa_tensor *t, struct sofa_tensor *other)
{
    free(t->value);
    t->value = other->value;
    t->step = other->step;
    other->value = NULL;
}

static int16_t *keys_predicted(const struct sofa_trace *t, const struct sofa_config *c)
{
    int16_t *khat = malloc(t->k.rows * c->head_dim * sizeof *khat);
    if (khat)
        sofa_predict_keys(khat, t, c, t->tokens.khat_shift);
    return khat;
}

/* What prediction loses with the trace's q and k, and with others of the same numbers. */
static enum sofa_status measure(struct sofa_balance *b, const struct sofa_trace *t, const struct sofa_tensor *q,
                                const struct sofa_tensor *k, const struct sofa_config *c, struct sofa_error *e)
{
    double lost[2];
    struct sofa_trace other = *t;
    other.k.value = k->value;
    int16_t *plain = keys_predicted(t, c), *balanced = keys_predicted(&other, c);
    const struct sofa_operands operand[2] = {{t->q.value, plain}, {q->value, balanced}};
    enum sofa_status status = plain && balanced ? sofa_lost_weight(lost, operand, 2, t, c, e)
                                                : sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", t->k.rows);
    if (status == SOFA_OK)
        *b = (struct sofa_balance){.measured = 1, .lost_plain = lost[0], .lost_balanced = lost[1]};
    free(plain);
    free(balanced);
    return status;
}

static int pays(const struct sofa_balance *b)
{
    double gain = b->lost_plain - b->lost_balanced;
    return gain >= GAIN_LEAST && gain >= GAIN_SHARE * b->lost_plain;
}

enum sofa_status sofa_balance(struct sofa_trace *t, struct sofa_channels *channels, enum sofa_balance_wish wish, const char *path,
                              const struct sofa_config *c, struct sofa_error *e)
{
    struct sofa_channels chosen;
    struct sofa_tensor q = {0}, k = {0};
    sofa_channels_plain(channels, c->head_dim);
    if (wish == SOFA_BALANCE_OFF || c->mode != SOFA_MODE_KV)
        return SOFA_OK;
    if (wish == SOFA_BALANCE_ON && !(t->q.given && t->k.given))
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': --balance on needs floats; integers are taken as they are (leave "
                         "--balance out)", path, t->q.given ? "k" : "q");
    if (!t->q.given || !t->k.given)
        return SOFA_OK;
    choose_channels(&chosen, t);
    enum sofa_status status = quantise(&q, &t->q, chosen.query, NULL, c->data.query_bits, e);
    if (status == SOFA_OK)
        status = quantise(&k, &t->k, chosen.key, chosen.middle, c->data.key_bits, e);
    if (status == SOFA_OK)
        status = measure(&t->balance, t, &q, &k, c, e);
    if (status == SOFA_OK && (wish == SOFA_BALANCE_ON || pays(&t->balance))) {
        take_values(&t->q, &q);
        take_values(&t->k, &k);
        *channels = chosen;
        t->balance.used = 1;
    }
    sofa_tensor_free(&q);
    sofa_tensor_free(&k);
    return status;
}
