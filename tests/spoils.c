/* SPDX-License-Identifier: Apache-2.0 */
#include "spoils.h"

#include <stdlib.h>
#include <string.h>

#define EXHAUSTIVE 16u /* bits of a field */

static uint32_t word(const struct descriptor *d, const char *name)
{
    return d->word[sofa_register_offset(name) / 4];
}

static int is_place(const struct sofa_register *r)
{
    return strstr(r->name, "_BASE_LO") || strstr(r->name, "_STRIDE");
}

int find_field(struct sofa_register *field, const struct sofa_config *c, unsigned number)
{
    unsigned count;
    const struct sofa_register *all = sofa_registers(&count);
    for (unsigned i = 0; i < count; i++)
        if (all[i].kind == SOFA_REG_DESCRIPTOR && sofa_register_for(field, &all[i], c) && number-- == 0)
            return 1;
    return 0;
}

/* What a descriptor is judged by. */
struct rules {
    const struct sofa_config *c;
    struct sofa_derived v;
    unsigned char place[SOFA_JOB_BYTES / 4]; /* numbers of the words that are bases or strides */
    unsigned places;
};

static void find_rules(struct rules *r, const struct sofa_config *c)
{
    struct sofa_register field;
    *r = (struct rules){.c = c};
    sofa_config_derive(c, &r->v);
    for (unsigned i = 0; find_field(&field, c, i); i++)
        if (is_place(&field))
            r->place[r->places++] = (unsigned char)(field.offset / 4);
}

static int unaligned(const struct rules *r, const struct descriptor *d)
{
    unsigned unused = word(d, "FLAGS") & SOFA_FLAG_RANGES ? 0 : (unsigned)sofa_register_offset("RANGE_BASE_LO") / 4;
    for (unsigned i = 0; i < r->places; i++)
        if (r->place[i] != unused && d->word[r->place[i]] % (r->c->memory.port_bits / 8) != 0)
            return 1;
    return 0;
}

static int bad_hidden(const struct sofa_config *c, const struct descriptor *d)
{
    uint32_t hidden = word(d, "HIDDEN"), dims = c->predict.dims;
    return c->mode == SOFA_MODE_TOKENS && (hidden == 0 || hidden > c->hidden_max || word(d, "HIDDEN_WORDS") != (hidden + dims - 1) / dims);
}

static unsigned judge(const struct rules *r, const struct descriptor *d)
{
    const struct sofa_config *c = r->c;
    int ranked = c->select.policy != SOFA_POLICY_MASS;
    uint32_t rows = word(d, "ROWS"), keys = word(d, "KEYS"), tile = word(d, "TILE"), kept = word(d, "KEPT");
    if (rows == 0 || (uint64_t)rows >> r->v.rows_bits)
        return SOFA_ERROR_ROWS;
    if (keys == 0 || keys > c->keys_max)
        return SOFA_ERROR_KEYS;
    if (tile == 0 || tile > c->tile.keys)
        return SOFA_ERROR_TILE;
    if (ranked && (kept == 0 || kept > c->tile.kept_max || kept > tile))
        return SOFA_ERROR_KEPT;
    if (unaligned(r, d))
        return SOFA_ERROR_ALIGNMENT;
    if (word(d, "MODE") != (c->mode == SOFA_MODE_TOKENS) || (c->select.orders && word(d, "ORDER") == 3))
        return SOFA_ERROR_MODE;
    if (bad_hidden(c, d))
        return SOFA_ERROR_HIDDEN;
    if ((ranked && word(d, "SCORE_SHIFT") > 15) || word(d, "SCALE_MANTISSA") < 0x8000 || word(d, "SCALE_SHIFT") > 63)
        return SOFA_ERROR_SCALE;
    return SOFA_ERROR_NONE;
}

unsigned judge_descriptor(const struct sofa_config *c, const struct descriptor *d)
{
    struct rules r;
    find_rules(&r, c);
    return judge(&r, d);
}

struct spoiling {
    struct rules rules;
    struct descriptor d;
    const struct sofa_register *field;
    spoil_value *use;
    void *user;
};

static void try_value(struct spoiling *s, uint32_t value)
{
    uint32_t *word = &s->d.word[s->field->offset / 4], good = *word;
    *word = s->field->bits < 32 ? value & (((uint32_t)1 << s->field->bits) - 1) : value;
    unsigned want = judge(&s->rules, &s->d);
    value = *word;
    *word = good;
    if (want != SOFA_ERROR_NONE)
        s->use(s->user, s->field, value, want);
}

static void try_some(struct spoiling *s)
{
    const struct sofa_config *c = s->rules.c;
    const uint32_t edges[] = {0, UINT32_MAX, c->keys_max + 1, c->tile.keys + 1, c->tile.kept_max + 1, c->hidden_max + 1, s->d.word[s->field->offset / 4] + 1,
                              s->d.word[s->field->offset / 4] - 1};
    for (unsigned i = 0; i < sizeof edges / sizeof *edges; i++)
        try_value(s, edges[i]);
    for (unsigned high = 0; high < s->field->bits; high++)
        for (unsigned low = 0; low <= high; low++)
            try_value(s, (uint32_t)1 << high | (uint32_t)1 << low);
    for (uint32_t low = 1; is_place(s->field) && low < c->memory.port_bits / 8; low++)
        try_value(s, s->d.word[s->field->offset / 4] | low);
}

void spoil_field(const struct sofa_config *c, const struct descriptor *d, const struct sofa_register *field, int all, spoil_value *use, void *user)
{
    struct spoiling s = {.d = *d, .field = field, .use = use, .user = user};
    find_rules(&s.rules, c);
    if (!all || field->bits > EXHAUSTIVE)
        try_some(&s);
    else
        for (uint32_t value = 0; value < (uint32_t)1 << field->bits; value++)
            try_value(&s, value);
}
