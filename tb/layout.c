/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include "../cmodel/bits/kvgen.h"
#include "../cmodel/host/image.h"
#include "../cmodel/host/driver.h"
#include "../cmodel/host/pack.h"
#include "../cmodel/host/plane.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_STEP 4096u
#define GAP_BEATS 4u /* unused space around a region: a beat too far must not meet another region */

static size_t round_up(size_t n, size_t step)
{
    return (n + step - 1) / step * step;
}

static unsigned extra_beats(int scatter, struct tb_random *random)
{
    return scatter ? tb_random_below(random, 4) : 0;
}

static enum sofa_status allocate(struct tb_layout *l, enum tb_kind kind, int cache, struct tb_random *random,
                                 struct sofa_error *e)
{
    struct tb_region *r = &l->region[kind];
    size_t count = tb_kind_in_beats(kind) ? r->size / l->port_bytes : r->rows;
    r->bytes = malloc(r->size + 1);
    r->reads = calloc(count + 1, sizeof *r->reads);
    if (cache) {
        r->before = malloc(r->size + 1);
        r->writes = calloc(r->rows + 1, sizeof *r->writes);
        r->ready = calloc(r->rows + 1, 1);
    }
    if (!r->bytes || !r->reads || (cache && (!r->before || !r->writes || !r->ready)))
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu bytes of bus memory", r->size);
    for (size_t i = 0; i < r->size; i++)
        r->bytes[i] = (uint8_t)(tb_random_next(random) >> 40);
    return SOFA_OK;
}

static void put_tensor(struct tb_region *r, const struct sofa_tensor *t, unsigned bits)
{
    sofa_image_tensor(r->bytes, r->stride, t, bits, 0, t->rows);
}

/* Rows of the cache that an earlier job has generated. */
static void put_valid(struct tb_region *r, const struct sofa_tokens *t, int is_k, size_t d, unsigned shift, unsigned bits,
                      const struct sofa_job *j)
{
    int16_t value[SOFA_HEAD_DIM_MAX];
    const struct sofa_tensor row = {.rows = 1, .cols = d, .value = value, .step = 1};
    for (size_t key = 0; j->keep && j->valid && key < r->rows; key++) {
        if (!j->valid[key])
            continue;
        if (is_k)
            sofa_generate_key(value, t, key, d, shift, bits);
        else
            sofa_generate(value, t->v_sum + key * d, d, shift, bits);
        sofa_image_tensor(r->bytes + key * r->stride, r->stride, &row, bits, 0, 1);
        r->ready[key] = 1;
    }
    memcpy(r->before, r->bytes, r->size);
}

static void shape(struct tb_layout *l, enum tb_kind kind, size_t rows, size_t row_bytes, unsigned extra)
{
    struct tb_region *r = &l->region[kind];
    size_t stride = round_up(row_bytes, l->port_bytes);
    r->rows = rows;
    r->row_bytes = (uint32_t)row_bytes;
    r->beats = (unsigned)(stride / l->port_bytes);
    r->stride = (uint32_t)(stride + (size_t)extra * l->port_bytes);
    r->size = rows * r->stride;
}

static void shape_ranges(struct tb_layout *l, size_t rows)
{
    struct tb_region *r = &l->region[TB_RANGE];
    r->rows = rows;
    r->row_bytes = r->stride = SOFA_RANGE_BYTES;
    r->beats = l->port_bytes < SOFA_RANGE_BYTES ? SOFA_RANGE_BYTES / l->port_bytes : 1;
    r->size = round_up(rows * SOFA_RANGE_BYTES, l->port_bytes);
}

/* One row, in requests of any size. */
static void shape_image(struct tb_layout *l, enum tb_kind kind, size_t bytes)
{
    struct tb_region *r = &l->region[kind];
    r->rows = 1;
    r->size = bytes;
    r->row_bytes = r->stride = (uint32_t)bytes;
    r->beats = (unsigned)(bytes / l->port_bytes);
}

static void shape_plane(struct tb_layout *l, const struct sofa_config *c, size_t keys, int scatter, struct tb_random *random)
{
    struct sofa_plane plane = sofa_plane_shape(c, keys);
    shape(l, TB_KHAT, plane.rows, plane.row_bytes, extra_beats(scatter, random));
}

static void shape_tokens(struct tb_layout *l, const struct sofa_config *c, const struct sofa_tokens *t, unsigned tile,
                         int scatter, struct tb_random *random)
{
    struct sofa_pack pack;
    sofa_pack_shape(&pack, c, t->x.cols);
    shape(l, TB_X, t->x.rows, t->x.cols, extra_beats(scatter, random));
    shape_image(l, TB_CODE, pack.code_bytes);
    shape_image(l, TB_WEIGHT, pack.weight_bytes);
    if (!c->kvgen.rotary)
        return;
    shape(l, TB_ROTARY, t->x.rows, 2u * c->head_dim, extra_beats(scatter, random));
    shape_image(l, TB_TURN, sofa_pack_turns_shape(c, t->x.rows, tile).bytes);
}

struct tb_window tb_window_whole(const struct sofa_config *c)
{
    unsigned bits = c->memory.address_bits;
    return (struct tb_window){0, bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1};
}

/* Begins at a multiple of what descriptors are aligned to. */
struct tb_window tb_window_part(const struct sofa_config *c, unsigned index, unsigned count)
{
    uint64_t part = tb_window_whole(c).high / count / WINDOW_STEP * WINDOW_STEP;
    return (struct tb_window){index * part, (index + 1) * part};
}

/* Regions in random order from a random start, or one after the other from the gap on. */
static enum sofa_status place(struct tb_layout *l, const struct tb_window *window, unsigned address_bits, int scatter,
                              struct tb_random *random, struct sofa_error *e)
{
    uint64_t gap = (uint64_t)GAP_BEATS * l->port_bytes, total = gap, space = window->high - window->low;
    for (unsigned k = 0; k < TB_KINDS; k++)
        total += round_up(l->region[k].size, l->port_bytes) + gap;
    if (total > space)
        return sofa_fail(e, SOFA_BAD_INPUT, "memory.address_bits: %u bits cannot address the %llu bytes of this job",
                         address_bits, (unsigned long long)total);
    uint64_t free_beats = (space - total) / l->port_bytes;
    uint64_t at = window->low + gap;
    if (scatter)
        at += tb_random_next(random) % (free_beats + 1) * l->port_bytes;
    unsigned turn = scatter ? tb_random_below(random, TB_KINDS) : 0;
    for (unsigned k = 0; k < TB_KINDS; k++) {
        struct tb_region *r = &l->region[(k + turn) % TB_KINDS];
        r->base = at;
        at += round_up(r->size, l->port_bytes) + gap;
    }
    return SOFA_OK;
}

static void fill(struct tb_layout *l, const struct sofa_config *c, const struct sofa_trace *t, const struct sofa_job *j)
{
    const struct sofa_tokens *k = &t->tokens;
    struct tb_region *r = l->region;
    put_tensor(&r[TB_Q], &t->q, c->data.query_bits);
    sofa_image_ranges(r[TB_RANGE].bytes, t, 0, r[TB_RANGE].rows);
    memset(r[TB_O].bytes, l->pattern, r[TB_O].size);
    if (c->mode == SOFA_MODE_TOKENS) {
        put_tensor(&r[TB_X], &k->x, c->data.token_bits);
        sofa_pack_codes(r[TB_CODE].bytes, c, k);
        sofa_pack_weights(r[TB_WEIGHT].bytes, c, k);
        for (size_t key = 0; key < r[TB_ROTARY].rows; key++)
            sofa_pack_rotary(r[TB_ROTARY].bytes + key * r[TB_ROTARY].stride, k, key, c->head_dim);
        if (c->kvgen.rotary)
            sofa_pack_turns(r[TB_TURN].bytes, c, k, j->tile);
        put_valid(&r[TB_K], k, 1, c->head_dim, j->k_shift, c->data.key_bits, j);
        put_valid(&r[TB_V], k, 0, c->head_dim, j->v_shift, c->data.value_bits, j);
    } else {
        put_tensor(&r[TB_K], &t->k, c->data.key_bits);
        put_tensor(&r[TB_V], &t->v, c->data.value_bits);
        if (r[TB_KHAT].rows > 0)
            sofa_plane_pack(r[TB_KHAT].bytes, r[TB_KHAT].stride, c, &t->k, t->k.rows);
    }
}

static void open_layout(struct tb_layout *l, const struct sofa_config *c)
{
    *l = (struct tb_layout){.port_bytes = c->memory.port_bits / 8};
    for (unsigned k = 0; k < TB_KINDS; k++)
        l->region[k].kind = (enum tb_kind)k;
}

enum sofa_status tb_layout_make(struct tb_layout *l, const struct sofa_config *c, const struct sofa_trace *t,
                                const struct sofa_job *j, int scatter, struct tb_random *random,
                                struct sofa_error *e)
{
    struct tb_window whole = tb_window_whole(c);
    return tb_layout_make_in(l, &whole, c, t, j, scatter, random, e);
}

enum sofa_status tb_layout_make_ring(struct tb_layout *l, const struct tb_window *window, const struct sofa_config *c, unsigned jobs,
                                     struct tb_random *random, struct sofa_error *e)
{
    struct sofa_derived d;
    struct tb_region *r = &l->region[TB_JOBS];
    sofa_config_derive(c, &d);
    open_layout(l, c);
    r->rows = jobs;
    r->row_bytes = SOFA_JOB_BYTES;
    r->stride = d.job_bytes;
    r->beats = d.job_bytes / d.port_bytes;
    r->size = (size_t)jobs * d.job_bytes;
    r->base = window->low + (uint64_t)WINDOW_STEP;
    enum sofa_status status = r->base + r->size <= window->high
                                  ? SOFA_OK
                                  : sofa_fail(e, SOFA_BAD_INPUT, "memory.address_bits: %u bits cannot address %u jobs",
                                              c->memory.address_bits, jobs);
    if (status == SOFA_OK)
        status = allocate(l, TB_JOBS, 0, random, e);
    if (status != SOFA_OK)
        tb_layout_free(l);
    return status;
}

enum sofa_status tb_layout_make_in(struct tb_layout *l, const struct tb_window *window, const struct sofa_config *c,
                                   const struct sofa_trace *t, const struct sofa_job *j, int scatter, struct tb_random *random,
                                   struct sofa_error *e)
{
    size_t d = c->head_dim;
    int tokens = c->mode == SOFA_MODE_TOKENS;
    open_layout(l, c);
    shape(l, TB_Q, t->q.rows, d * c->data.query_bits / 8, extra_beats(scatter, random));
    shape(l, TB_K, t->k.rows, d * c->data.key_bits / 8, extra_beats(scatter, random));
    shape(l, TB_V, t->v.rows, d * c->data.value_bits / 8, extra_beats(scatter, random));
    shape(l, TB_O, t->q.rows, d * c->data.output_bits / 8, extra_beats(scatter, random));
    shape_ranges(l, j->has_ranges ? t->q.rows : 0);
    if (sofa_place_used(c, SOFA_PLACE_KHAT))
        shape_plane(l, c, t->k.rows, scatter, random);
    if (tokens)
        shape_tokens(l, c, &t->tokens, j->tile, scatter, random);
    enum sofa_status status = place(l, window, c->memory.address_bits, scatter, random, e);
    for (unsigned k = 0; k < TB_KINDS && status == SOFA_OK; k++)
        status = allocate(l, (enum tb_kind)k, tokens && (k == TB_K || k == TB_V), random, e);
    if (status != SOFA_OK) {
        tb_layout_free(l);
        return status;
    }
    l->pattern = (uint8_t)(tb_random_next(random) >> 40);
    fill(l, c, t, j);
    return SOFA_OK;
}

void tb_layout_free(struct tb_layout *l)
{
    for (unsigned k = 0; k < TB_KINDS; k++) {
        free(l->region[k].bytes);
        free(l->region[k].reads);
        free(l->region[k].before);
        free(l->region[k].writes);
        free(l->region[k].ready);
    }
    *l = (struct tb_layout){0};
}

struct tb_region *tb_layout_find(struct tb_layout *l, uint64_t address, size_t count)
{
    for (unsigned k = 0; k < TB_KINDS; k++) {
        struct tb_region *r = &l->region[k];
        if (address >= r->base && address - r->base < r->size && count <= r->size - (address - r->base))
            return r;
    }
    return NULL;
}

const char *tb_kind_name(enum tb_kind kind)
{
    static const char *const name[TB_KINDS] = {"Q", "K", "V", "O", "range", "K^", "X", "code", "weight", "rotary", "turn", "job"};
    return name[kind];
}

int16_t tb_layout_output(const struct tb_layout *l, size_t row, size_t dim)
{
    const struct tb_region *r = &l->region[TB_O];
    return sofa_image_output(r->bytes + row * r->stride, dim);
}
