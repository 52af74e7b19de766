/* SPDX-License-Identifier: Apache-2.0 */
#include "balance.h"

#include "balance_tokens.h"
#include "requantise.h"

#include <math.h>
#include <stdlib.h>

/* What is clear: so much of the softmax weight and of what is lost at worst; so many decibels where there are few. */
#define LOST_LEAST 0.001
#define LOST_SHARE 0.125
#define SNR_LEAST_DB 1.0
#define SNR_ENOUGH_DB 50.0

const char *sofa_balance_obstacle(const struct sofa_trace *t, const struct sofa_config *c)
{
    if (!t->q.given)
        return "q";
    if (c->mode == SOFA_MODE_KV)
        return t->k.given ? NULL : "k";
    return t->tokens.x.given ? t->tokens.wk.given ? t->tokens.wv.given ? NULL : "wv" : "wk" : "x";
}

enum sofa_status sofa_balance_make(struct sofa_trace *other, struct sofa_channels *channels, const struct sofa_trace *t,
                                   const struct sofa_config *c, struct sofa_error *e)
{
    *other = *t;
    other->q = other->k = (struct sofa_tensor){0};
    other->tokens = (struct sofa_tokens){.cos = t->tokens.cos, .sin = t->tokens.sin};
    sofa_channels_choose(channels, t);
    const struct sofa_scaling q = {.column = channels->query}, k = {.column = channels->key, .middle = channels->middle};
    enum sofa_status status = sofa_requantise(&other->q, &t->q, &q, c->data.query_bits, e);
    if (status == SOFA_OK && c->mode == SOFA_MODE_KV)
        return sofa_requantise(&other->k, &t->k, &k, c->data.key_bits, e);
    other->k.rows = t->k.rows;
    other->k.cols = t->k.cols;
    int fits = 1;
    if (status == SOFA_OK)
        status = sofa_balance_tokens(other, &fits, t, channels, c, e);
    if (!fits)
        sofa_tensor_free(&other->q);
    return status;
}

/* The integers and their step; the numbers given stay. */
static void swap_values(struct sofa_tensor *a, struct sofa_tensor *b)
{
    struct sofa_tensor old = *a;
    a->value = b->value;
    a->step = b->step;
    b->value = old.value;
    b->step = old.step;
}

void sofa_balance_swap(struct sofa_trace *t, struct sofa_trace *other)
{
    struct sofa_tokens tokens = t->tokens;
    double *column = t->v_column, step = t->v.step;
    swap_values(&t->q, &other->q);
    swap_values(&t->k, &other->k);
    t->tokens = other->tokens;
    other->tokens = tokens;
    t->v_column = other->v_column;
    other->v_column = column;
    t->v.step = other->v.step;
    other->v.step = step;
}

void sofa_balance_release(struct sofa_trace *other)
{
    sofa_tensor_free(&other->q);
    sofa_tensor_free(&other->k);
    other->tokens.cos = other->tokens.sin = NULL;
    sofa_tokens_free(&other->tokens);
    free(other->v_column);
    other->v_column = NULL;
}

/* 1: clearly better, -1: clearly worse. */
static int judge_lost(double plain, double balanced)
{
    double gain = plain - balanced, least = fmax(LOST_LEAST, LOST_SHARE * fmax(plain, balanced));
    return gain >= least ? 1 : gain <= -least ? -1 : 0;
}

static int judge_snr(double plain, double balanced)
{
    double gain = balanced - plain;
    if (fmin(plain, balanced) >= SNR_ENOUGH_DB)
        return 0;
    return gain >= SNR_LEAST_DB ? 1 : gain <= -SNR_LEAST_DB ? -1 : 0;
}

int sofa_balance_pays(const struct sofa_balance *b)
{
    return judge_lost(b->plain.lost, b->balanced.lost) + judge_snr(b->plain.snr_db, b->balanced.snr_db) > 0;
}
