/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include "../trace/read.h"
#include "balance.h"
#include "bias_units.h"
#include "project.h"
#include "trial.h"

#include <math.h>
#include <stdlib.h>

/* Policy mass: the step of q is rounded up so that q_step * step of K^ * scale is a power of two of octaves. */
static void round_query_step(struct sofa_trace *t, const struct sofa_channels *channels, const struct sofa_config *c)
{
    double worth = t->q.step * sofa_khat_step(c, t) * t->scale * M_LOG2E;
    double step = t->q.step * exp2(ceil(log2(worth)) - log2(worth));
    for (size_t i = 0; i < t->q.rows * t->q.cols; i++)
        t->q.value[i] = sofa_quantised((double)t->q.given[i] * channels->query[i % t->q.cols], step, c->data.query_bits);
    t->q.step = step;
}

static void forget(float **numbers)
{
    free(*numbers);
    *numbers = NULL;
}

/* Mode tokens: what follows from the integers. Bias units make the tokens wider than the numbers given. */
static enum sofa_status compute(struct sofa_trace *t, const struct sofa_config *c, struct sofa_error *e)
{
    if (c->mode != SOFA_MODE_TOKENS)
        return SOFA_OK;
    forget(&t->tokens.x.given);
    forget(&t->tokens.wk.given);
    forget(&t->tokens.wv.given);
    enum sofa_status status = t->tokens.cos && t->tokens.bk ? sofa_add_bias_units(&t->tokens, c, e) : SOFA_OK;
    return status == SOFA_OK ? sofa_tokens_project(t, c, e) : status;
}

/* The trace, or the other way to quantise it if that is wished for or pays. */
static enum sofa_status choose(struct sofa_trace *t, struct sofa_trace *other, enum sofa_balance_wish wish,
                               const struct sofa_config *c, struct sofa_error *e)
{
    const struct sofa_trace *const variant[SOFA_TRIAL_VARIANTS] = {t, other};
    struct sofa_finding found[SOFA_TRIAL_VARIANTS];
    enum sofa_status status = compute(t, c, e);
    if (status == SOFA_OK && other->q.value)
        status = compute(other, c, e);
    if (status != SOFA_OK || !other->q.value)
        return status;
    status = sofa_trial(found, variant, SOFA_TRIAL_VARIANTS, c, e);
    t->balance = (struct sofa_balance){.measured = status == SOFA_OK, .plain = found[0], .balanced = found[1]};
    t->balance.used = status == SOFA_OK && (wish == SOFA_BALANCE_ON || sofa_balance_pays(&t->balance));
    if (t->balance.used)
        sofa_balance_swap(t, other);
    return status;
}

/* channels: how q is quantised then. */
static enum sofa_status balance(struct sofa_trace *t, struct sofa_channels *channels, enum sofa_balance_wish wish, const char *path,
                                const struct sofa_config *c, struct sofa_error *e)
{
    const char *obstacle = sofa_balance_obstacle(t, c);
    struct sofa_channels balanced;
    struct sofa_trace other;
    sofa_channels_plain(channels, c->head_dim);
    if (wish == SOFA_BALANCE_ON && obstacle)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: array '%s': --balance on needs floats; integers are taken as they are (leave "
                         "--balance out)", path, obstacle);
    if (wish == SOFA_BALANCE_OFF || obstacle)
        return compute(t, c, e);
    enum sofa_status status = sofa_balance_make(&other, &balanced, t, c, e);
    if (status == SOFA_OK && !other.q.value && wish == SOFA_BALANCE_ON)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.250s: --balance on: the biases are too large for balanced tokens and weights (leave "
                           "--balance out)", path);
    if (status == SOFA_OK)
        status = choose(t, &other, wish, c, e);
    sofa_balance_release(&other);
    if (t->balance.used)
        *channels = balanced;
    return status;
}

/* How the numbers become integers: balanced if that pays, then q in steps that policy mass can do with. */
static enum sofa_status adapt(struct sofa_trace *t, const char *path, const struct sofa_trace_choice *choice,
                              const struct sofa_config *c, struct sofa_error *e)
{
    struct sofa_channels channels;
    enum sofa_status status = balance(t, &channels, choice->balance, path, c, e);
    if (status == SOFA_OK && choice->octaves && t->q.given)
        round_query_step(t, &channels, c);
    if (!choice->given) {
        forget(&t->q.given);
        forget(&t->k.given);
        forget(&t->v.given);
    }
    return status;
}

enum sofa_status sofa_trace_load_arrays(struct sofa_trace *t, struct sofa_npz *z, const struct sofa_trace_choice *choice,
                                        const struct sofa_config *c, struct sofa_error *e)
{
    enum sofa_status status = sofa_trace_read(t, z, choice, c, e);
    if (status == SOFA_OK)
        status = adapt(t, sofa_npz_path(z), choice, c, e);
    if (status != SOFA_OK)
        sofa_trace_free(t);
    return status;
}

enum sofa_status sofa_trace_load_head(struct sofa_trace *t, const char *path, const struct sofa_trace_choice *choice,
                                      const struct sofa_config *c, struct sofa_error *e)
{
    struct sofa_npz *z;
    *t = (struct sofa_trace){.has_ranges = 0};
    enum sofa_status status = sofa_npz_open(&z, path, e);
    if (status == SOFA_OK)
        status = sofa_trace_load_arrays(t, z, choice, c, e);
    sofa_npz_close(z);
    return status;
}

enum sofa_status sofa_trace_load(struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                 struct sofa_error *e)
{
    const struct sofa_trace_choice choice = {.head = SIZE_MAX};
    return sofa_trace_load_head(t, path, &choice, c, e);
}
