/* SPDX-License-Identifier: Apache-2.0 */
/* What mode tokens adds to the comparison. */
#include "../cmodel/bits/schedule.h"
#include "../cmodel/host/image.h"
#include "../cmodel/host/pack.h"
#include "compare.h"

#include <stdlib.h>
#include <string.h>

struct judge {
    struct tb_comparison *cmp;
    const struct sofa_config *c;
    const struct sofa_job *j;
    const struct sofa_result *result;
    const struct tb_layout *l;
    struct sofa_pack pack;
    uint32_t *seen; /* per key: tiles of blocks that see it */
    uint8_t *made;  /* per key: this job generates it */
    uint32_t *turns; /* per beat of the turns: how often it is read */
};

static void count_keys(struct judge *t)
{
    for (size_t i = 0; i < t->result->tiles; i++) {
        const struct sofa_tile *tile = &t->result->tile[i];
        for (unsigned k = 0; k < t->j->tile && tile->base + k < t->result->keys; k++) {
            t->seen[tile->base + k] += (uint32_t)sofa_bit(tile->visible, k);
            t->made[tile->base + k] |= (uint8_t)sofa_bit(tile->made, k);
        }
    }
}

/* X rows, once per tile and block; in slices once more when the key is generated. */
static void compare_tokens_read(struct judge *t)
{
    const struct tb_region *x = &t->l->region[TB_X];
    size_t stride = x->stride / t->l->port_bytes;
    for (size_t key = 0; key < t->result->keys; key++) {
        uint32_t want = t->seen[key] + (t->pack.slices > 1 ? t->made[key] : 0);
        for (unsigned beat = 0; beat < x->beats; beat++)
            if (x->reads[key * stride + beat] != want)
                tb_differ(t->cmp, "X row of key %zu, beat %u: read %u times, want %u", key, beat,
                          (unsigned)x->reads[key * stride + beat], (unsigned)want);
    }
}

static void compare_image(struct judge *t, enum tb_kind kind, uint64_t first, uint64_t beats, uint64_t want)
{
    const uint32_t *reads = t->l->region[kind].reads;
    for (uint64_t beat = first; beat < first + beats; beat++)
        if (reads[beat] != want)
            tb_differ(t->cmp, "beat %llu of the %ss: read %u times, want %llu", (unsigned long long)beat,
                      tb_kind_name(kind), (unsigned)reads[beat], (unsigned long long)want);
}

static void compare_weights_read(struct judge *t)
{
    const struct sofa_counters *n = &t->result->counters;
    compare_image(t, TB_CODE, 0, t->pack.code_beats, n->code_loads);
    compare_image(t, TB_WEIGHT, 0, t->pack.bias_beats, n->weight_loads > 0);
    compare_image(t, TB_WEIGHT, t->pack.bias_beats, t->pack.weight_beats, n->weight_loads);
}

/* Cosines and sines of keys that the job generates, once each. */
static void compare_rotary(struct judge *t)
{
    const struct tb_region *r = &t->l->region[TB_ROTARY];
    for (size_t key = 0; key < r->rows; key++)
        if (r->reads[key] != t->made[key])
            tb_differ(t->cmp, "cosines and sines of key %zu: read %u times, want %u", key, (unsigned)r->reads[key],
                      t->made[key]);
}

/* Cosines and sines of predicted keys: of each group that some row of a block sees, once per tile and block. */
static void compare_turns(struct judge *t)
{
    const struct tb_region *r = &t->l->region[TB_TURN];
    struct sofa_derived d;
    sofa_config_derive(t->c, &d);
    uint64_t stride = sofa_pack_turns_shape(t->c, t->result->keys, t->j->tile).stride / t->l->port_bytes;
    for (size_t i = 0; i < t->result->tiles; i++) {
        const struct sofa_tile *tile = &t->result->tile[i];
        for (unsigned group = 0; group < d.key_groups; group++)
            for (unsigned beat = 0; beat < d.turn_beats && tile->group_first[group] <= tile->group_last[group]; beat++)
                t->turns[tile->base * stride + group * d.turn_beats + beat]++;
    }
    for (size_t beat = 0; beat < r->beats; beat++)
        compare_image(t, TB_TURN, beat, 1, t->turns[beat]);
}

/* Rows that the job generates hold the model's values; everything else is as it was. */
static void compare_cache(struct judge *t, enum tb_kind kind, int16_t *values, unsigned bits)
{
    const struct tb_region *r = &t->l->region[kind];
    size_t d = t->result->dims;
    uint8_t row[2 * SOFA_HEAD_DIM_MAX];
    for (size_t key = 0; key < t->result->keys; key++) {
        const uint8_t *got = r->bytes + key * r->stride, *before = r->before + key * r->stride;
        const struct sofa_tensor tensor = {.rows = 1, .cols = d, .value = values + key * d, .step = 1};
        if (r->writes[key] != t->made[key])
            tb_differ(t->cmp, "%s row of key %zu: written %u times, want %u", tb_kind_name(kind), key,
                      (unsigned)r->writes[key], t->made[key]);
        if (t->made[key])
            sofa_image_tensor(row, r->row_bytes, &tensor, bits, 0, 1);
        else
            memcpy(row, before, r->row_bytes);
        for (size_t i = 0; i < r->row_bytes; i++)
            if (got[i] != row[i])
                tb_differ(t->cmp, "%s row of key %zu in the cache, byte %zu: got 0x%02X, want 0x%02X", tb_kind_name(kind), key,
                          i, got[i], row[i]);
        if (memcmp(got + r->row_bytes, before + r->row_bytes, r->stride - r->row_bytes) != 0)
            tb_differ(t->cmp, "%s row of key %zu in the cache: bytes beyond it were written", tb_kind_name(kind), key);
    }
}

enum sofa_status tb_compare_tokens(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_job *j,
                                   const struct sofa_result *result, const struct tb_layout *l, struct sofa_error *e)
{
    struct judge t = {.cmp = cmp, .c = c, .j = j, .result = result, .l = l};
    enum sofa_status status = SOFA_OK;
    sofa_pack_shape(&t.pack, c, j->hidden);
    t.seen = calloc(result->keys + 1, sizeof *t.seen);
    t.made = calloc(result->keys + 1, 1);
    t.turns = calloc(l->region[TB_TURN].beats + 1, sizeof *t.turns);
    if (t.seen && t.made && t.turns) {
        count_keys(&t);
        compare_tokens_read(&t);
        compare_weights_read(&t);
        compare_rotary(&t);
        if (c->kvgen.rotary)
            compare_turns(&t);
        compare_cache(&t, TB_K, result->k, c->data.key_bits);
        compare_cache(&t, TB_V, result->v, c->data.value_bits);
    } else
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu keys", result->keys);
    free(t.seen);
    free(t.made);
    free(t.turns);
    return status;
}
