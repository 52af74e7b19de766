/* SPDX-License-Identifier: Apache-2.0 */
#include "pair_case.h"

#include "../cmodel/config/keys.h"

#include <stdlib.h>
#include <string.h>

#define LEVELS 4u
#define MODE SOFA_KEY_COUNT /* stands behind the numeric keys */
#define KEYS (SOFA_KEY_COUNT + 1u)
#define CANDIDATES 12u /* rows that are begun, of which the best is taken */
#define COMPLETIONS 200u /* that are tried before two values are said not to go together */

static const struct {
    unsigned char key;
    unsigned char count;
    unsigned value[LEVELS];
} levels[] = {
    {MODE, 2, {SOFA_MODE_KV, SOFA_MODE_TOKENS}},
    {SOFA_KEY_TARGET, 2, {SOFA_TARGET_CELLS, SOFA_TARGET_FPGA}},
    {SOFA_KEY_QUERY_BLOCK, 3, {1, 5, 24}},
    {SOFA_KEY_HEAD_DIM, 3, {8, 19, 64}},
    {SOFA_KEY_KEYS_MAX, 3, {1, 100, SOFA_KEYS_MAX}},
    {SOFA_KEY_HIDDEN_MAX, 3, {1, 20, 75}},
    {SOFA_KEY_TILE_KEYS, 3, {4, 11, 32}},
    {SOFA_KEY_TILE_KEPT_MAX, 3, {1, 4, 16}},
    {SOFA_KEY_QUERY_BITS, 2, {8, 16}},
    {SOFA_KEY_KEY_BITS, 2, {8, 16}},
    {SOFA_KEY_VALUE_BITS, 2, {8, 16}},
    {SOFA_KEY_PREDICT_KEYS, 4, {1, 4, 11, 32}},
    {SOFA_KEY_PREDICT_DIMS, 3, {1, 4, 16}},
    {SOFA_KEY_SCORE_BITS, 3, {8, 16, 24}},
    {SOFA_KEY_OPERAND_BITS, 3, {3, 8, 16}},
    {SOFA_KEY_CODE_POWERS, 3, {3, 5, SOFA_CODE_MAX}},
    {SOFA_KEY_WEIGHT_ROUNDING, 2, {SOFA_ROUND_FLOOR, SOFA_ROUND_NEAREST}},
    {SOFA_KEY_SOURCE, 2, {SOFA_SOURCE_PLANE, SOFA_SOURCE_ROWS}},
    {SOFA_KEY_POLICY, 3, {SOFA_POLICY_RANK, SOFA_POLICY_MASS, SOFA_POLICY_BOTH}},
    {SOFA_KEY_ORDERS, 2, {0, 1}},
    {SOFA_KEY_LANES, 3, {1, 3, 8}},
    {SOFA_KEY_WIDTH, 3, {1, 4, 16}},
    {SOFA_KEY_WINDOW, 3, {1, 4, 12}},
    {SOFA_KEY_QUEUE, 3, {0, 2, 64}},
    {SOFA_KEY_KVGEN_OUTPUTS, 3, {1, 4, 16}},
    {SOFA_KEY_KVGEN_INPUTS, 3, {1, 3, 8}},
    {SOFA_KEY_KVGEN_SLICE, 3, {1, 16, SOFA_HIDDEN_MAX}},
    {SOFA_KEY_KVGEN_ROTARY, 2, {0, 1}},
    {SOFA_KEY_PORT_BITS, 3, {8, 64, 512}},
    {SOFA_KEY_READ_CHANNELS, 2, {1, 2}},
    {SOFA_KEY_PREFETCH, 3, {2, 6, 32}},
    {SOFA_KEY_ADDRESS_BITS, 3, {16, 32, 64}},
    {SOFA_KEY_JOB_QUEUE, 2, {0, 1}},
    {SOFA_KEY_CLOCK_HZ, 3, {10000, 12000000, 1000000000}},
    {SOFA_KEY_BAUD, 3, {300, 115200, 12000000}},
    {SOFA_KEY_MEMORY_KIB, 3, {0, 1, 64}},
    {SOFA_KEY_COUNTERS, 2, {0, 1}},
};
#define FACTORS ((unsigned)(sizeof levels / sizeof *levels))

enum state { UNKNOWN, ILLEGAL, OPEN, COVERED };

struct builder {
    struct tb_random random;
    unsigned char state[FACTORS][LEVELS][FACTORS][LEVELS]; /* of the first factor below the second */
    struct tb_pairs *out;
};

/* A configuration that is begun: keys that are set stay. */
struct draft {
    struct sofa_config config;
    unsigned char set[KEYS];
};

static unsigned value_of(const struct sofa_config *c, unsigned factor)
{
    return levels[factor].key == MODE ? (unsigned)c->mode : sofa_key_get(c, levels[factor].key);
}

static void set_level(struct draft *d, unsigned factor, unsigned level)
{
    unsigned key = levels[factor].key, value = levels[factor].value[level];
    if (key == MODE)
        d->config.mode = (enum sofa_mode)value;
    else
        *sofa_key_value(&d->config, key) = value;
    d->set[key] = 1;
}

/* The factor's level in the configuration; LEVELS: none, or the mode does not have the key. */
static unsigned level_of(const struct sofa_config *c, unsigned factor)
{
    unsigned key = levels[factor].key, value = value_of(c, factor);
    int here = c->mode == SOFA_MODE_TOKENS ? key != SOFA_KEY_SOURCE : key == MODE || !tb_is_of_tokens(key);
    for (unsigned i = 0; here && i < levels[factor].count; i++)
        if (levels[factor].value[i] == value)
            return i;
    return LEVELS;
}

static unsigned char *state_of(struct builder *b, unsigned f, unsigned i, unsigned g, unsigned k)
{
    return f < g ? &b->state[f][i][g][k] : &b->state[g][k][f][i];
}

/* The others follow what is set; 1 if that stays, and the whole is legal and can be run. */
static int complete(struct draft *d)
{
    struct sofa_error ignored;
    struct sofa_config before = d->config;
    tb_follow(&d->config, d->set);
    for (unsigned f = 0; f < FACTORS; f++)
        if (d->set[levels[f].key] && value_of(&before, f) != value_of(&d->config, f))
            return 0;
    return sofa_config_check(&d->config, &ignored) == SOFA_OK && tb_effort_of(&d->config) == TB_RUN;
}

/* Values by dice where nothing is set. */
static void scatter(struct draft *d, struct tb_random *r)
{
    for (unsigned f = 0; f < FACTORS; f++)
        if (!d->set[levels[f].key] && levels[f].key != MODE)
            *sofa_key_value(&d->config, levels[f].key) = levels[f].value[tb_random_below(r, levels[f].count)];
}

static void begin(struct draft *d)
{
    *d = (struct draft){.set = {0}};
    sofa_config_default(&d->config);
}

/* One of the two is of one mode alone. */
static void set_mode(struct draft *d, unsigned f, unsigned g)
{
    if (tb_is_of_tokens(levels[f].key) || tb_is_of_tokens(levels[g].key)) {
        d->config.mode = SOFA_MODE_TOKENS;
        d->set[MODE] = 1;
    }
}

static int begin_pair(struct draft *d, struct builder *b, unsigned f, unsigned i, unsigned g, unsigned k, int dice)
{
    begin(d);
    set_mode(d, f, g);
    set_level(d, f, i);
    set_level(d, g, k);
    if (level_of(&d->config, f) != i || level_of(&d->config, g) != k)
        return 0; /* of two modes */
    struct draft whole = *d;
    if (dice)
        scatter(&whole, &b->random);
    if (!complete(&whole))
        return 0;
    if (dice) /* only so: what it took is set, too */
        for (unsigned n = 0; n < FACTORS; n++) {
            unsigned level = level_of(&whole.config, n);
            if (level < LEVELS && !d->set[levels[n].key])
                set_level(d, n, level);
        }
    return 1;
}

static enum state judge(struct builder *b, unsigned f, unsigned i, unsigned g, unsigned k)
{
    struct draft d;
    for (unsigned n = 0; n < COMPLETIONS; n++)
        if (begin_pair(&d, b, f, i, g, k, n > 0))
            return OPEN;
    return ILLEGAL;
}

static void judge_pairs(struct builder *b)
{
    for (unsigned f = 0; f < FACTORS; f++)
        for (unsigned g = f + 1; g < FACTORS; g++)
            for (unsigned i = 0; i < levels[f].count; i++)
                for (unsigned k = 0; k < levels[g].count; k++) {
                    enum state s = judge(b, f, i, g, k);
                    *state_of(b, f, i, g, k) = (unsigned char)s;
                    b->out->legal += s == OPEN;
                    b->out->illegal += s == ILLEGAL;
                }
}

/* Open pairs of a level with what is set. */
static unsigned gain(struct builder *b, const struct draft *d, unsigned factor, unsigned level)
{
    unsigned sum = 0;
    for (unsigned g = 0; g < FACTORS; g++) {
        unsigned k = g != factor && d->set[levels[g].key] ? level_of(&d->config, g) : LEVELS;
        sum += k < LEVELS && *state_of(b, factor, level, g, k) == OPEN;
    }
    return sum;
}

/* Sets the factor to the best level that the rest allows; if there is none it follows. */
static void choose_level(struct builder *b, struct draft *d, unsigned factor)
{
    unsigned char tried[LEVELS] = {0};
    for (unsigned n = 0; n < levels[factor].count; n++) {
        unsigned best = LEVELS, most = 0, first = tb_random_below(&b->random, levels[factor].count);
        for (unsigned m = 0; m < levels[factor].count; m++) {
            unsigned level = (first + m) % levels[factor].count, got = tried[level] ? 0 : 1 + gain(b, d, factor, level);
            if (got > most) {
                most = got;
                best = level;
            }
        }
        struct draft more = *d;
        set_level(&more, factor, best);
        struct draft whole = more;
        tried[best] = 1;
        if (complete(&whole)) {
            *d = more;
            return;
        }
    }
}

static void shuffle(unsigned char order[FACTORS], struct tb_random *r)
{
    for (unsigned i = 0; i < FACTORS; i++)
        order[i] = (unsigned char)i;
    for (unsigned i = FACTORS - 1; i > 0; i--) {
        unsigned k = tb_random_below(r, i + 1);
        unsigned char other = order[k];
        order[k] = order[i];
        order[i] = other;
    }
}

/* Open pairs of a whole configuration; cover: they are no longer. */
static unsigned count_pairs(struct builder *b, const struct sofa_config *c, int cover)
{
    unsigned sum = 0;
    for (unsigned f = 0; f < FACTORS; f++)
        for (unsigned g = f + 1; g < FACTORS; g++) {
            unsigned i = level_of(c, f), k = level_of(c, g);
            if (i == LEVELS || k == LEVELS || *state_of(b, f, i, g, k) != OPEN)
                continue;
            sum++;
            if (cover)
                *state_of(b, f, i, g, k) = COVERED;
        }
    return sum;
}

/* An open pair, the n-th of them. */
static int find_open(struct builder *b, unsigned n, unsigned pair[4])
{
    for (unsigned f = 0; f < FACTORS; f++)
        for (unsigned g = f + 1; g < FACTORS; g++)
            for (unsigned i = 0; i < levels[f].count; i++)
                for (unsigned k = 0; k < levels[g].count; k++)
                    if (*state_of(b, f, i, g, k) == OPEN && n-- == 0) {
                        memcpy(pair, (unsigned[]){f, i, g, k}, 4 * sizeof *pair);
                        return 1;
                    }
    return 0;
}

/* A row around an open pair. */
static int make_row(struct builder *b, struct sofa_config *out)
{
    unsigned pair[4];
    unsigned char order[FACTORS];
    struct draft d;
    if (!find_open(b, tb_random_below(&b->random, b->out->legal - b->out->covered), pair))
        return 0;
    for (unsigned n = 0; n < COMPLETIONS; n++)
        if (begin_pair(&d, b, pair[0], pair[1], pair[2], pair[3], n > 0))
            break;
    shuffle(order, &b->random);
    for (unsigned n = 0; n < FACTORS; n++)
        if (!d.set[levels[order[n]].key])
            choose_level(b, &d, order[n]);
    if (!complete(&d))
        return 0;
    *out = d.config;
    return 1;
}

enum sofa_status tb_pairs_make(struct tb_pairs **pairs, uint64_t seed, struct sofa_error *e)
{
    struct builder *b = calloc(1, sizeof *b);
    struct tb_pairs *out = *pairs = calloc(1, sizeof *out);
    if (!b || !out) {
        free(b);
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for pairs of keys");
    }
    *b = (struct builder){.random = {seed}, .out = out};
    judge_pairs(b);
    while (out->covered < out->legal && out->rows < TB_PAIR_ROWS) {
        struct sofa_config best, row;
        unsigned most = 0;
        for (unsigned n = 0; n < CANDIDATES; n++) {
            unsigned got = make_row(b, &row) ? count_pairs(b, &row, 0) : 0;
            if (got > most)
                best = row;
            most = got > most ? got : most;
        }
        if (most == 0)
            break;
        out->covered += count_pairs(b, &best, 1);
        out->row[out->rows++] = best;
    }
    free(b);
    return SOFA_OK;
}

void tb_pairs_free(struct tb_pairs *pairs)
{
    free(pairs);
}

void tb_pairs_case(struct tb_case *c, const struct tb_pairs *pairs, uint64_t seed, unsigned index)
{
    *c = (struct tb_case){.config = pairs->row[index], .random = {seed * 0x9E3779B97F4A7C15u + index}};
    tb_write_overrides(c);
}
