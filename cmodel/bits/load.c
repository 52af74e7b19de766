/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include "../trace/read.h"
#include "balance.h"
#include "bias_units.h"
#include "project.h"

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

/* How the numbers become integers: balanced if that pays, then q in steps that policy mass can do with. */
static enum sofa_status adapt(struct sofa_trace *t, const char *path, const struct sofa_trace_choice *choice,
                              const struct sofa_config *c, struct sofa_error *e)
{
    struct sofa_channels channels;
    enum sofa_status status = sofa_balance(t, &channels, choice->balance, path, c, e);
    if (status == SOFA_OK && choice->octaves && t->q.given)
        round_query_step(t, &channels, c);
    if (!choice->given) {
        forget(&t->q.given);
        forget(&t->k.given);
    }
    return status;
}

static enum sofa_status compute_tokens(struct sofa_trace *t, const struct sofa_config *c, struct sofa_error *e)
{
    enum sofa_status status = t->tokens.cos && t->tokens.bk ? sofa_add_bias_units(&t->tokens, c, e) : SOFA_OK;
    return status == SOFA_OK ? sofa_tokens_project(t, c, e) : status;
}

enum sofa_status sofa_trace_load_head(struct sofa_trace *t, const char *path, const struct sofa_trace_choice *choice,
                                      const struct sofa_config *c, struct sofa_error *e)
{
    enum sofa_status status = sofa_trace_read(t, path, choice, c, e);
    if (status == SOFA_OK && c->mode == SOFA_MODE_TOKENS)
        status = compute_tokens(t, c, e);
    if (status == SOFA_OK)
        status = adapt(t, path, choice, c, e);
    if (status != SOFA_OK)
        sofa_trace_free(t);
    return status;
}

enum sofa_status sofa_trace_load(struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                 struct sofa_error *e)
{
    const struct sofa_trace_choice choice = {.head = SIZE_MAX};
    return sofa_trace_load_head(t, path, &choice, c, e);
}
