/* SPDX-License-Identifier: Apache-2.0 */
#include "naive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef __int128 wide;

struct naive_row {
    int started;
    wide m, l, o[SOFA_HEAD_DIM_MAX], most;
    int met; /* selection by mass: a tile has been */
    wide sum;
};

struct naive {
    const struct sofa_config *c;
    const struct sofa_trace *t;
    const struct sofa_job *j;
    struct naive_result *r;
    struct naive_keys key;
    uint8_t *generated; /* S */
    struct naive_row row[SOFA_QUERY_BLOCK_MAX];
    uint8_t need[SOFA_TILE_KEYS_MAX][SOFA_QUERY_BLOCK_MAX], seen[SOFA_TILE_KEYS_MAX];
};

static wide floor_shift(wide x, unsigned n)
{
    wide step = (wide)1 << n;
    return x >= 0 ? x / step : -((step - 1 - x) / step);
}

static wide round_shift(wide x, unsigned n)
{
    return n == 0 ? x : floor_shift(x + ((wide)1 << (n - 1)), n);
}

static wide clamp(wide x, unsigned bits)
{
    wide top = ((wide)1 << (bits - 1)) - 1;
    return x > top ? top : x < -top - 1 ? -top - 1 : x;
}

static int exponent(wide x)
{
    int e = -1;
    for (; x > 0; x /= 2)
        e++;
    return e;
}

static int row_exponent(const int16_t *q, unsigned d)
{
    int most = 0;
    for (unsigned i = 0; i < d; i++)
        most = abs(q[i]) > most ? abs(q[i]) : most;
    return most ? exponent(most) : 0;
}

static wide full_score(const struct naive *n, size_t row, size_t key)
{
    unsigned d = n->c->head_dim;
    const int16_t *q = n->t->q.value + row * d;
    int e = row_exponent(q, d);
    wide sum = 0;
    for (unsigned i = 0; i < d; i++) {
        int code = q[i] ? exponent(abs(q[i])) - e + (int)n->c->predict.code_powers : 0;
        if (code > 0)
            sum += (q[i] < 0 ? -1 : 1) * n->key.khat[key * d + i] * ((wide)1 << (code - 1));
    }
    return sum;
}

static wide score(const struct naive *n, size_t row, size_t key)
{
    return clamp(floor_shift(full_score(n, row, key), n->j->score_shift), n->c->predict.score_bits);
}

/* In quarters of an octave. */
static wide octaves(const struct naive *n, size_t row, size_t key)
{
    unsigned e = (unsigned)row_exponent(n->t->q.value + row * n->c->head_dim, n->c->head_dim);
    unsigned shift = n->j->octave_shift < e ? 0 : n->j->octave_shift - e;
    return clamp(floor_shift(4 * full_score(n, row, key), shift < 60 ? shift : 60), 12); /* 60: nothing but the sign is left */
}

static int sees(const struct naive *n, size_t row, size_t key)
{
    return key >= n->t->first[row] && key < n->t->visible[row];
}

/* Radius of a row in score steps; -1: none. */
static wide radius(const struct naive *n, size_t row)
{
    unsigned d = n->c->head_dim;
    if (n->j->radius == UINT32_MAX)
        return -1;
    wide r = floor_shift(n->j->radius, (unsigned)row_exponent(n->t->q.value + row * d, d));
    wide top = ((wide)1 << n->c->predict.score_bits) - 1;
    return r > top ? top : r;
}

/* A key is a candidate when fewer than N visible keys of the tile are larger, or equal and earlier. */
static void select_row(struct naive *n, size_t row, unsigned r, size_t base, size_t end)
{
    wide s[SOFA_TILE_KEYS_MAX], most = 0, limit = radius(n, row);
    int any = 0;
    for (size_t key = base; key < end; key++)
        if (sees(n, row, key)) {
            s[key - base] = score(n, row, key);
            n->seen[key - base] = 1;
            most = !any || s[key - base] > most ? s[key - base] : most;
            any = 1;
        }
    if (!any)
        return;
    n->row[r].most = most > n->row[r].most ? most : n->row[r].most;
    for (size_t key = base; key < end; key++) {
        unsigned larger = 0;
        for (size_t other = base; other < end && sees(n, row, key); other++)
            larger += sees(n, row, other) && (s[other - base] > s[key - base] ||
                                              (s[other - base] == s[key - base] && other < key));
        if (!sees(n, row, key) || larger >= n->j->kept)
            continue;
        if (limit >= 0 && s[key - base] < (n->j->carry ? n->row[r].most : most) - limit) {
            n->r->clipped++;
            continue;
        }
        n->need[key - base][r] = 1;
        n->r->selected[row * n->t->k.rows + key] = 1;
        n->r->pairs++;
    }
}

/* What the row has met: its largest score, and the sum of 2^(octaves - octaves of the largest) with 16 bits of fraction. */
static void meet_tile(struct naive_row *state, const wide *s, const uint8_t *seen, size_t count)
{
    wide most = state->most, sum = 0;
    for (size_t i = 0; i < count; i++)
        most = seen[i] && (!state->met || s[i] > most) ? s[i] : most, state->met |= seen[i];
    for (size_t i = 0; i < count; i++) {
        wide below = floor_shift(most, 2) - floor_shift(s[i], 2);
        sum += seen[i] && below <= 16 ? (wide)65536 >> below : 0;
    }
    for (wide octave = floor_shift(state->most, 2); octave < floor_shift(most, 2); octave++)
        state->sum = floor_shift(state->sum, 1);
    state->most = most;
    state->sum += sum;
}

/* A key stays if its score, in sixteenths of an octave, reaches the logarithm of the sum less MASS, or it is the largest. */
static void select_by_mass(struct naive *n, size_t row, unsigned r, size_t base, size_t end)
{
    struct naive_row *state = &n->row[r];
    wide s[SOFA_TILE_KEYS_MAX];
    uint8_t seen[SOFA_TILE_KEYS_MAX];
    int any = 0, e = 0;
    for (size_t key = base; key < end; key++) {
        seen[key - base] = (uint8_t)sees(n, row, key);
        s[key - base] = octaves(n, row, key);
        n->seen[key - base] |= seen[key - base];
        any |= seen[key - base];
    }
    if (!any)
        return;
    if (!state->met)
        state->most = -2048;
    meet_tile(state, s, seen, end - base);
    while (state->sum >> (e + 1) > 0)
        e++;
    wide share = 16 * (floor_shift(state->most, 2) + e - 16) + (state->sum * 16 >> e) - 16 - (n->j->mass < 992 ? n->j->mass : 992);
    for (size_t key = base; key < end; key++)
        if (seen[key - base] && (4 * s[key - base] >= share || s[key - base] >= state->most)) {
            n->need[key - base][r] = 1;
            n->r->selected[row * n->t->k.rows + key] = 1;
            n->r->pairs++;
        }
}

static wide weight(wide x)
{
    wide i = floor_shift(x, 12), f = x - i * 4096, a = f / 64, b = f % 64;
    wide low = lround(exp2((double)a / 64) * 262144), high = lround(exp2((double)(a + 1) / 64) * 262144);
    wide g = low + floor_shift((high - low) * b + 32, 6), mantissa = floor_shift(g + 4, 3);
    mantissa = mantissa > 65535 ? 65535 : mantissa;
    return 1 - i > 17 ? 0 : round_shift(mantissa, (unsigned)(1 - i));
}

static void attend(struct naive *n, size_t row, unsigned r, size_t key)
{
    unsigned d = n->c->head_dim, shift = 0;
    const int16_t *q = n->t->q.value + row * d;
    const int *k = n->key.k + key * d, *v = n->key.v + key * d;
    struct naive_row *state = &n->row[r];
    wide s = 0;
    for (unsigned i = 0; i < d; i++)
        s += (wide)q[i] * k[i];
    wide t = clamp(round_shift(s * n->j->scale_mantissa, n->j->scale_shift), 32);
    if (!state->started || t - state->m * 8192 >= 8192) {
        wide m = floor_shift(t, 13);
        wide steps = state->started ? 2 * (m - state->m) : 0;
        n->r->raises += (uint64_t)state->started;
        shift = steps > 62 ? 62 : (unsigned)steps;
        state->m = m;
        state->started = 1;
    }
    wide p = weight(t - state->m * 8192);
    state->l = floor_shift(state->l, shift) + p;
    for (unsigned i = 0; i < d; i++)
        state->o[i] = floor_shift(state->o[i], shift) + round_shift(p * v[i], n->c->data.value_bits - 3);
}

static wide reciprocal(wide l)
{
    int e = exponent(l);
    wide low = l - ((wide)1 << e), bits = e >= 16 ? low >> (e - 16) : low << (16 - e), a = bits / 512, b = bits % 512;
    wide high = lround(262144 / (1 + (double)a / 128)), next = lround(262144 / (1 + (double)(a + 1) / 128));
    wide y = floor_shift(high - floor_shift((high - next) * b + 256, 9) + 2, 2);
    return y > 65535 ? 65535 : y;
}

static void finish(struct naive *n, size_t row, unsigned r)
{
    unsigned d = n->c->head_dim;
    const struct naive_row *state = &n->row[r];
    for (unsigned i = 0; i < d; i++) {
        wide o = 0;
        if (state->started)
            o = clamp(round_shift(floor_shift(state->o[i], (unsigned)(exponent(state->l) - 14)) * reciprocal(state->l), 17),
                      16);
        n->r->o[row * d + i] = (int16_t)o;
    }
}

static int needed(const struct naive *n, size_t key)
{
    for (unsigned r = 0; r < SOFA_QUERY_BLOCK_MAX; r++)
        if (n->need[key][r])
            return 1;
    return 0;
}

/* Port beats, or groups of them, that hold a packed key which some row sees. */
static void count_khat_rows(struct naive *n, size_t base, size_t end)
{
    size_t bits = n->c->head_dim * n->c->predict.operand_bits, keys = 1;
    while (n->c->predict.source == SOFA_SOURCE_PLANE && 2 * keys * bits <= n->c->memory.port_bits)
        keys *= 2;
    for (size_t row = base / keys; row * keys < end; row++) {
        int seen = 0;
        for (size_t key = row * keys; key < (row + 1) * keys; key++)
            seen |= key >= base && key < end && n->seen[key - base];
        n->r->khat_rows += (unsigned)seen;
    }
}

static void run_tile(struct naive *n, size_t row0, unsigned rows, size_t base, size_t end)
{
    unsigned seen = 0, issued = 0, counted = 0; /* counted: keys up to the end of the last batch */
    memset(n->need, 0, sizeof n->need);
    memset(n->seen, 0, sizeof n->seen);
    for (unsigned r = 0; r < rows; r++)
        if (n->j->policy == SOFA_POLICY_MASS)
            select_by_mass(n, row0 + r, r, base, end);
        else
            select_row(n, row0 + r, r, base, end);
    for (size_t key = 0; key < end - base; key++) {
        if (!needed(n, key))
            continue;
        n->r->keys++;
        issued++;
        if (!n->generated[base + key] && issued > counted) {
            unsigned batch = n->c->memory.prefetch;
            counted = (issued + batch - 1) / batch * batch;
            n->r->batches++;
        }
        n->r->generated += !n->generated[base + key];
        n->generated[base + key] = 1;
        for (unsigned r = 0; r < rows; r++)
            if (n->need[key][r])
                attend(n, row0 + r, r, base + key);
    }
    for (size_t key = 0; key < end - base; key++)
        seen += n->seen[key];
    n->r->key_rows += seen;
    count_khat_rows(n, base, end);
    n->r->tiles += seen > 0;
    if (n->c->mode == SOFA_MODE_TOKENS)
        naive_count_tile(n->r, n->c, n->t, n->seen, base, end);
}

/* Tiles that no row sees leave no trace. */
static void run_tiles(struct naive *n, size_t row0, unsigned rows)
{
    size_t keys = n->t->k.rows, size = n->j->tile, tiles = (keys + size - 1) / size, start = tiles - 1;
    size_t own = (row0 + rows - 1 + n->j->own_offset) % keys;
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t row = row0; row < row0 + rows; row++)
        if (n->t->first[row] < n->t->visible[row]) {
            low = n->t->first[row] < low ? n->t->first[row] : low;
            high = n->t->visible[row] > high ? n->t->visible[row] : high;
        }
    if (n->j->order == SOFA_ORDER_OWN && own >= low && own < high)
        start = own / size;
    for (size_t i = 0; i < tiles; i++) {
        size_t tile = n->j->order == SOFA_ORDER_ASCENDING ? i : (start + tiles - i) % tiles, base = tile * size;
        run_tile(n, row0, rows, base, base + size < keys ? base + size : keys);
    }
}

int naive_run(struct naive_result *r, const struct sofa_config *c, const struct sofa_trace *t, const struct sofa_job *j)
{
    size_t rows = t->q.rows, keys = t->k.rows;
    struct naive *n = calloc(1, sizeof *n);
    *r = (struct naive_result){.o = calloc(rows * c->head_dim, sizeof *r->o), .selected = calloc(rows * keys, 1)};
    if (!n || !r->o || !r->selected || !(n->generated = calloc(keys, 1)) || !naive_keys_make(&n->key, c, t, j)) {
        if (n)
            free(n->generated);
        free(n);
        naive_free(r);
        return 0;
    }
    n->c = c;
    n->t = t;
    n->j = j;
    n->r = r;
    for (size_t key = 0; j->keep && key < keys; key++)
        n->generated[key] = j->valid[key];
    for (size_t row0 = 0; row0 < rows; row0 += c->query_block) {
        unsigned block = (unsigned)(rows - row0 < c->query_block ? rows - row0 : c->query_block);
        memset(n->row, 0, sizeof n->row);
        for (unsigned i = 0; i < block; i++) {
            n->row[i].most = -((wide)1 << 40);
            r->empty_rows += t->first[row0 + i] >= t->visible[row0 + i];
        }
        run_tiles(n, row0, block);
        for (unsigned i = 0; i < block; i++)
            finish(n, row0 + i, i);
    }
    naive_keys_free(&n->key);
    free(n->generated);
    free(n);
    return 1;
}

void naive_free(struct naive_result *r)
{
    free(r->o);
    free(r->selected);
    *r = (struct naive_result){0};
}
