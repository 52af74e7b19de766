#include "layout.h"

#include "../cmodel/image.h"

#include <stdlib.h>
#include <string.h>

#define GAP_BEATS 4u /* unused space around a region: a beat too far must not meet another region */

static size_t round_up(size_t n, size_t step)
{
    return (n + step - 1) / step * step;
}

static unsigned extra_beats(int scatter, struct tb_random *random)
{
    return scatter ? tb_random_below(random, 4) : 0;
}

static enum sofa_status allocate(struct tb_region *r, struct tb_random *random, struct sofa_error *e)
{
    r->bytes = malloc(r->size + 1);
    r->reads = calloc(r->rows + 1, sizeof *r->reads);
    if (!r->bytes || !r->reads)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu bytes of bus memory", r->size);
    for (size_t i = 0; i < r->size; i++)
        r->bytes[i] = (uint8_t)(tb_random_next(random) >> 40);
    return SOFA_OK;
}

static void put_tensor(struct tb_region *r, const struct sofa_tensor *t, unsigned bits)
{
    sofa_image_tensor(r->bytes, r->stride, t, bits, 0, t->rows);
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

/* Regions in random order from a random start, or one after the other from the gap on. */
static enum sofa_status place(struct tb_layout *l, unsigned address_bits, int scatter, struct tb_random *random,
                              struct sofa_error *e)
{
    uint64_t gap = (uint64_t)GAP_BEATS * l->port_bytes, total = gap;
    uint64_t space = address_bits == 64 ? UINT64_MAX : ((uint64_t)1 << address_bits) - 1;
    for (unsigned k = 0; k < TB_KINDS; k++)
        total += round_up(l->region[k].size, l->port_bytes) + gap;
    if (total > space)
        return sofa_fail(e, SOFA_BAD_INPUT, "memory.address_bits: %u bits cannot address the %llu bytes of this job",
                         address_bits, (unsigned long long)total);
    uint64_t free_beats = (space - total) / l->port_bytes;
    uint64_t at = gap;
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

enum sofa_status tb_layout_make(struct tb_layout *l, const struct sofa_config *c, const struct sofa_trace *t,
                                const struct sofa_job *j, int scatter, struct tb_random *random,
                                struct sofa_error *e)
{
    size_t d = c->head_dim;
    *l = (struct tb_layout){.port_bytes = c->memory.port_bits / 8};
    shape(l, TB_Q, t->q.rows, d * c->data.query_bits / 8, extra_beats(scatter, random));
    shape(l, TB_K, t->k.rows, d * c->data.key_bits / 8, extra_beats(scatter, random));
    shape(l, TB_V, t->v.rows, d * c->data.value_bits / 8, extra_beats(scatter, random));
    shape(l, TB_O, t->q.rows, d * c->data.output_bits / 8, extra_beats(scatter, random));
    shape_ranges(l, j->has_ranges ? t->q.rows : 0);
    enum sofa_status status = place(l, c->memory.address_bits, scatter, random, e);
    for (unsigned k = 0; k < TB_KINDS && status == SOFA_OK; k++)
        status = allocate(&l->region[k], random, e);
    if (status != SOFA_OK) {
        tb_layout_free(l);
        return status;
    }
    put_tensor(&l->region[TB_Q], &t->q, c->data.query_bits);
    put_tensor(&l->region[TB_K], &t->k, c->data.key_bits);
    put_tensor(&l->region[TB_V], &t->v, c->data.value_bits);
    sofa_image_ranges(l->region[TB_RANGE].bytes, t, 0, l->region[TB_RANGE].rows);
    l->pattern = (uint8_t)(tb_random_next(random) >> 40);
    memset(l->region[TB_O].bytes, l->pattern, l->region[TB_O].size);
    return SOFA_OK;
}

void tb_layout_free(struct tb_layout *l)
{
    for (unsigned k = 0; k < TB_KINDS; k++) {
        free(l->region[k].bytes);
        free(l->region[k].reads);
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
    static const char *const name[TB_KINDS] = {"Q", "K", "V", "O", "range"};
    return name[kind];
}

int16_t tb_layout_output(const struct tb_layout *l, size_t row, size_t dim)
{
    const struct tb_region *r = &l->region[TB_O];
    return sofa_image_output(r->bytes + row * r->stride, dim);
}
