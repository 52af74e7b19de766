/* SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include <math.h>

static enum sofa_status choose_sizes(struct sofa_job *j, const struct sofa_config *c, const struct sofa_options *o,
                                     struct sofa_error *e)
{
    j->tile = o->tile ? o->tile : c->tile.keys;
    if (j->tile > c->tile.keys)
        return sofa_fail(e, SOFA_BAD_INPUT, "--tile is %u, must be 1 to %u (tile.keys)", j->tile, c->tile.keys);
    unsigned most = c->tile.kept_max < j->tile ? c->tile.kept_max : j->tile;
    j->kept = o->kept ? o->kept : most;
    if (j->kept > most)
        return sofa_fail(e, SOFA_BAD_INPUT, "--kept is %u, must be 1 to %u (tile.kept_max and the tile)", j->kept, most);
    return SOFA_OK;
}

/* mantissa * 2^-shift = worth of one step of Q.K in 2^-12 octaves. Below shift 63 every t rounds to 0. */
static enum sofa_status choose_scale(struct sofa_job *j, double step, struct sofa_error *e)
{
    int exponent;
    double worth = step * M_LOG2E * 4096;
    double fraction = frexp(worth, &exponent); /* 0.5 <= fraction < 1 */
    long mantissa = lrint(fraction * 65536);
    if (mantissa == 65536) {
        mantissa = 32768;
        exponent++;
    }
    if (!(worth > 0) || exponent < 16 - 63) {
        mantissa = 32768;
        exponent = 16 - 63;
    }
    if (!isfinite(worth) || exponent > 16)
        return sofa_fail(e, SOFA_BAD_INPUT, "softmax scale x q step x k step is %g, must be less than 11", step);
    j->scale_mantissa = (unsigned)mantissa;
    j->scale_shift = (unsigned)(16 - exponent);
    return SOFA_OK;
}

static uint32_t radius_register(double radius, double score_step)
{
    if (isinf(radius) || radius < 0)
        return UINT32_MAX;
    double steps = floor(radius / score_step);
    return steps < (double)(UINT32_MAX - 1) ? (uint32_t)steps : UINT32_MAX - 1;
}

/* Where rows see different keys, a row's last one is near; where all see the same, what is near is the row's own position. */
static enum sofa_order fitting_order(const struct sofa_trace *t)
{
    size_t rows = t->q.rows;
    for (size_t r = 1; r < rows; r++)
        if (t->first[r] != t->first[0] || t->visible[r] != t->visible[0])
            return SOFA_ORDER_NEAREST;
    return rows % t->k.rows == 0 ? SOFA_ORDER_OWN : SOFA_ORDER_ASCENDING;
}

static enum sofa_status choose_order(struct sofa_job *j, const struct sofa_config *c, const struct sofa_trace *t,
                                     const struct sofa_options *o, struct sofa_error *e)
{
    int clipped = o->carry && o->radius >= 0 && isfinite(o->radius); /* against the best of the tiles before */
    int fitting = c->select.orders && (j->policy == SOFA_POLICY_MASS || clipped);
    j->order = o->order_given ? o->order : fitting ? fitting_order(t) : SOFA_ORDER_ASCENDING;
    j->own_offset = (unsigned)(o->own_offset % t->k.rows);
    if (j->order != SOFA_ORDER_ASCENDING && !c->select.orders)
        return sofa_fail(e, SOFA_BAD_INPUT, "--order needs a core with select.orders 1 (it is 0)");
    return SOFA_OK;
}

static enum sofa_status choose_policy(struct sofa_job *j, const struct sofa_config *c, const struct sofa_options *o,
                                      struct sofa_error *e)
{
    j->policy = o->mass > 0 || c->select.policy == SOFA_POLICY_MASS ? SOFA_POLICY_MASS : SOFA_POLICY_RANK;
    if (j->policy == SOFA_POLICY_MASS && c->select.policy == SOFA_POLICY_RANK)
        return sofa_fail(e, SOFA_BAD_INPUT, "--mass needs a core with select.policy mass or both (it is rank); --set select.policy=both "
                         "--set predict.keys=%u would do", c->tile.keys);
    if (j->policy == SOFA_POLICY_RANK)
        return SOFA_OK;
    if (o->mass <= 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "select.policy is mass: give --mass SHARE");
    if (o->kept || o->carry || (o->radius >= 0 && isfinite(o->radius)))
        return sofa_fail(e, SOFA_BAD_INPUT, "--mass has no --kept, --radius or --carry");
    double share = -log2(o->mass) * (1 << SOFA_SHARE_FRACTION);
    j->mass = share < SOFA_SHARE_MAX ? (unsigned)lrint(share) : SOFA_SHARE_MAX;
    return SOFA_OK;
}

double sofa_khat_step(const struct sofa_config *c, const struct sofa_trace *t)
{
    if (c->mode == SOFA_MODE_TOKENS)
        return ldexp(t->tokens.khat_step, (int)t->tokens.khat_shift);
    return ldexp(t->k.step, (int)(c->data.key_bits - c->predict.operand_bits));
}

unsigned sofa_octave_shift_of(const struct sofa_config *c, double worth)
{
    double shift = floor(0.25 - log2(worth)) + c->predict.code_powers - 1;
    return shift < 0 ? 0 : shift > SOFA_OCTAVE_SHIFT_MAX ? SOFA_OCTAVE_SHIFT_MAX : (unsigned)shift;
}

enum sofa_status sofa_job_make(struct sofa_job *j, const struct sofa_config *c, const struct sofa_trace *t,
                               const struct sofa_options *o, struct sofa_error *e)
{
    struct sofa_derived d;
    *j = (struct sofa_job){0};
    sofa_config_derive(c, &d);
    enum sofa_status status = choose_sizes(j, c, o, e);
    if (status == SOFA_OK)
        status = choose_policy(j, c, o, e);
    if (status == SOFA_OK)
        status = choose_order(j, c, t, o, e);
    if (status != SOFA_OK)
        return status;
    j->rows = (unsigned)t->q.rows;
    j->keys = (unsigned)t->k.rows;
    j->carry = o->carry;
    j->has_ranges = t->has_ranges;
    j->hidden = (unsigned)t->tokens.x.cols;
    unsigned bits = c->predict.score_bits;
    j->score_shift = d.full_bits > bits ? d.full_bits - bits : 0;
    if (j->score_shift > 15)
        j->score_shift = 15;
    j->khat_shift = t->tokens.khat_shift;
    j->k_shift = t->tokens.k_shift;
    j->v_shift = t->tokens.v_shift;
    j->octave_shift = j->policy == SOFA_POLICY_MASS ? sofa_octave_shift_of(c, t->q.step * sofa_khat_step(c, t) * t->scale * M_LOG2E) : 0;
    double predicted = t->q.step * sofa_khat_step(c, t) * t->scale;
    j->radius = radius_register(o->radius, ldexp(predicted, (int)j->score_shift + 1 - (int)c->predict.code_powers));
    return choose_scale(j, t->q.step * t->k.step * t->scale, e);
}

int sofa_jobs_alike(const struct sofa_job *one, const struct sofa_job *other)
{
    return one->keys == other->keys && one->tile == other->tile && one->kept == other->kept && one->carry == other->carry &&
           one->has_ranges == other->has_ranges && one->order == other->order && one->own_offset == other->own_offset &&
           one->radius == other->radius && one->score_shift == other->score_shift && one->policy == other->policy &&
           one->mass == other->mass;
}
