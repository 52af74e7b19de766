/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include "pack.h"
#include "plane.h"

#include <stdlib.h>

#define CHUNK 1984u /* bytes between two calls of progress; whole frames of the serial link */

void sofa_load_tell(const struct sofa_load *r, const char *phase, uint64_t done, uint64_t total)
{
    if (r->how->progress)
        r->how->progress(r->how->user, phase, done, total);
}

static uint32_t row_stride(const struct sofa_load *r, size_t elements, unsigned bits)
{
    size_t port = r->config->memory.port_bits / 8, bytes = elements * bits / 8;
    return (uint32_t)((bytes + port - 1) / port * port);
}

static uint64_t align(const struct sofa_load *r, uint64_t bytes)
{
    uint64_t port = r->config->memory.port_bits / 8;
    return (bytes + port - 1) / port * port;
}

/* Bytes of Q, ranges and O for so many rows. */
static uint64_t row_bytes(const struct sofa_load *r, uint64_t rows)
{
    return rows * r->place[SOFA_PLACE_Q].stride + rows * r->place[SOFA_PLACE_O].stride +
           (r->job->has_ranges ? align(r, rows * SOFA_RANGE_BYTES) : 0);
}

/* Each after the other; returns where the next one may stand. */
static uint64_t put_place(struct sofa_load *r, enum sofa_place_kind kind, uint64_t at, uint64_t bytes)
{
    r->place[kind].base = at;
    return at + align(r, bytes);
}

/* What all parts share: K and V, or the room for them, packed keys, the tokens and what they are multiplied with. */
static uint64_t place_shared(struct sofa_load *r, uint64_t start)
{
    struct sofa_place *p = r->place;
    uint64_t keys = r->keys, at = put_place(r, SOFA_PLACE_K, start, keys * p[SOFA_PLACE_K].stride);
    at = put_place(r, SOFA_PLACE_V, at, keys * p[SOFA_PLACE_V].stride);
    if (sofa_place_used(r->config, SOFA_PLACE_KHAT))
        at = put_place(r, SOFA_PLACE_KHAT, at, sofa_plane_shape(r->config, keys).rows * p[SOFA_PLACE_KHAT].stride);
    if (r->config->mode == SOFA_MODE_TOKENS) {
        struct sofa_pack pack;
        sofa_pack_shape(&pack, r->config, r->trace->tokens.x.cols);
        at = put_place(r, SOFA_PLACE_X, at, keys * p[SOFA_PLACE_X].stride);
        at = put_place(r, SOFA_PLACE_CODE, at, pack.code_bytes);
        at = put_place(r, SOFA_PLACE_WEIGHT, at, pack.weight_bytes);
    }
    if (r->config->mode == SOFA_MODE_TOKENS && r->config->kvgen.rotary) {
        at = put_place(r, SOFA_PLACE_ROTARY, at, keys * p[SOFA_PLACE_ROTARY].stride);
        at = put_place(r, SOFA_PLACE_TURN, at, sofa_pack_turns_shape(r->config, r->trace->k.rows, r->job->tile).bytes);
    }
    return at;
}

static void find_strides(struct sofa_load *r)
{
    const struct sofa_config *c = r->config;
    struct sofa_place *p = r->place;
    p[SOFA_PLACE_Q].stride = row_stride(r, c->head_dim, c->data.query_bits);
    p[SOFA_PLACE_K].stride = row_stride(r, c->head_dim, c->data.key_bits);
    p[SOFA_PLACE_V].stride = row_stride(r, c->head_dim, c->data.value_bits);
    p[SOFA_PLACE_O].stride = row_stride(r, c->head_dim, c->data.output_bits);
    p[SOFA_PLACE_KHAT].stride = (uint32_t)align(r, sofa_plane_shape(c, 1).row_bytes);
    p[SOFA_PLACE_X].stride = row_stride(r, r->trace->tokens.x.cols, c->data.token_bits);
    p[SOFA_PLACE_ROTARY].stride = row_stride(r, c->head_dim, 16);
    p[SOFA_PLACE_TURN].stride = sofa_pack_turns_shape(c, r->trace->k.rows, r->job->tile).stride;
    p[SOFA_PLACE_RANGE].stride = SOFA_RANGE_BYTES;
}

/* Then what belongs to so many rows. Returns the end. */
static uint64_t place_rows(struct sofa_load *r, uint64_t at, size_t rows)
{
    struct sofa_place *p = r->place;
    r->part_rows = rows;
    at = put_place(r, SOFA_PLACE_Q, at, rows * p[SOFA_PLACE_Q].stride);
    at = put_place(r, SOFA_PLACE_RANGE, at, r->job->has_ranges ? rows * SOFA_RANGE_BYTES : 0);
    return put_place(r, SOFA_PLACE_O, at, rows * p[SOFA_PLACE_O].stride);
}

void sofa_load_open(struct sofa_load *r)
{
    r->keys = 0;
    for (size_t row = 0; row < r->trace->q.rows; row++)
        r->keys = r->trace->visible[row] > r->keys ? r->trace->visible[row] : r->keys;
    find_strides(r);
}

uint64_t sofa_load_place_whole(struct sofa_load *r, uint64_t start)
{
    return place_rows(r, place_shared(r, align(r, start)), r->trace->q.rows);
}

enum sofa_status sofa_load_place(struct sofa_load *r, struct sofa_error *e)
{
    size_t rows = r->trace->q.rows, block = r->config->query_block;
    uint64_t at = place_shared(r, align(r, r->bus->base)), shared = at - r->bus->base;
    uint64_t least = shared + row_bytes(r, rows < block ? rows : block);
    if (least > r->bus->size)
        return sofa_fail(e, SOFA_BAD_INPUT, "%zu keys and one block of rows need %llu bytes of memory, the board has %llu; use "
                         "fewer keys", r->keys, (unsigned long long)least, (unsigned long long)r->bus->size);
    size_t part = rows;
    while (shared + row_bytes(r, part) > r->bus->size)
        part = (part - 1) / block * block;
    place_rows(r, at, part);
    return SOFA_OK;
}

enum sofa_status sofa_load_bytes(struct sofa_load *r, uint64_t base, const uint8_t *bytes, size_t count, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    for (size_t at = 0; at < count && status == SOFA_OK; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        status = r->bus->write(r->bus->user, base + at, bytes + at, n, e);
        r->ran->bytes += n;
        sofa_load_tell(r, "load", at + n, count);
    }
    return status;
}

static enum sofa_status load_tensor(struct sofa_load *r, enum sofa_place_kind kind, const struct sofa_tensor *t, unsigned bits,
                                    size_t first, size_t rows, struct sofa_error *e)
{
    const struct sofa_place *p = &r->place[kind];
    uint8_t *bytes = calloc(rows * p->stride + 1, 1);
    if (!bytes)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", rows);
    sofa_image_tensor(bytes, p->stride, t, bits, first, rows);
    enum sofa_status status = sofa_load_bytes(r, p->base, bytes, rows * p->stride, e);
    free(bytes);
    return status;
}

static enum sofa_status load_ranges(struct sofa_load *r, size_t first, size_t rows, struct sofa_error *e)
{
    uint8_t *bytes = calloc(align(r, rows * SOFA_RANGE_BYTES) + 1, 1);
    if (!bytes)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", rows);
    sofa_image_ranges(bytes, r->trace, first, rows);
    enum sofa_status status = sofa_load_bytes(r, r->place[SOFA_PLACE_RANGE].base, bytes, align(r, rows * SOFA_RANGE_BYTES), e);
    free(bytes);
    return status;
}

static enum sofa_status load_packed(struct sofa_load *r, struct sofa_error *e)
{
    struct sofa_pack pack;
    const struct sofa_tokens *t = &r->trace->tokens;
    sofa_pack_shape(&pack, r->config, t->x.cols);
    uint8_t *codes = malloc(pack.code_bytes), *weights = malloc(pack.weight_bytes);
    enum sofa_status status = SOFA_OK;
    if (codes && weights) {
        sofa_pack_codes(codes, r->config, t);
        sofa_pack_weights(weights, r->config, t);
        status = sofa_load_bytes(r, r->place[SOFA_PLACE_CODE].base, codes, pack.code_bytes, e);
        if (status == SOFA_OK)
            status = sofa_load_bytes(r, r->place[SOFA_PLACE_WEIGHT].base, weights, pack.weight_bytes, e);
    } else
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the weights of %zu hidden units", t->x.cols);
    free(codes);
    free(weights);
    return status;
}

static enum sofa_status load_rotation(struct sofa_load *r, struct sofa_error *e)
{
    const struct sofa_tokens *t = &r->trace->tokens;
    const struct sofa_place *p = &r->place[SOFA_PLACE_ROTARY];
    struct sofa_turns shape = sofa_pack_turns_shape(r->config, t->x.rows, r->job->tile);
    uint8_t *rows = calloc(r->keys * p->stride + 1, 1), *turns = malloc(shape.bytes + 1);
    enum sofa_status status = SOFA_OK;
    if (rows && turns) {
        for (size_t key = 0; key < r->keys; key++)
            sofa_pack_rotary(rows + key * p->stride, t, key, r->config->head_dim);
        sofa_pack_turns(turns, r->config, t, r->job->tile);
        status = sofa_load_bytes(r, p->base, rows, r->keys * p->stride, e);
        if (status == SOFA_OK)
            status = sofa_load_bytes(r, r->place[SOFA_PLACE_TURN].base, turns, shape.bytes, e);
    } else
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the rotation of %zu keys", r->keys);
    free(rows);
    free(turns);
    return status;
}

static enum sofa_status load_plane(struct sofa_load *r, struct sofa_error *e)
{
    const struct sofa_place *p = &r->place[SOFA_PLACE_KHAT];
    size_t bytes = sofa_plane_shape(r->config, r->keys).rows * p->stride;
    uint8_t *plane = calloc(bytes + 1, 1);
    if (!plane)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu packed keys", r->keys);
    sofa_plane_pack(plane, p->stride, r->config, &r->trace->k, r->keys);
    enum sofa_status status = sofa_load_bytes(r, p->base, plane, bytes, e);
    free(plane);
    return status;
}

enum sofa_status sofa_load_shared(struct sofa_load *r, struct sofa_error *e)
{
    const struct sofa_trace *t = r->trace;
    const struct sofa_config *c = r->config;
    enum sofa_status status;
    if (c->mode == SOFA_MODE_TOKENS) {
        status = load_tensor(r, SOFA_PLACE_X, &t->tokens.x, c->data.token_bits, 0, r->keys, e);
        if (status == SOFA_OK)
            status = load_packed(r, e);
        return status == SOFA_OK && c->kvgen.rotary ? load_rotation(r, e) : status;
    }
    status = load_tensor(r, SOFA_PLACE_K, &t->k, c->data.key_bits, 0, r->keys, e);
    if (status == SOFA_OK && sofa_place_used(c, SOFA_PLACE_KHAT))
        status = load_plane(r, e);
    return status == SOFA_OK ? load_tensor(r, SOFA_PLACE_V, &t->v, c->data.value_bits, 0, r->keys, e) : status;
}

enum sofa_status sofa_load_rows(struct sofa_load *r, size_t first, size_t rows, struct sofa_error *e)
{
    const struct sofa_trace *t = r->trace;
    enum sofa_status status = load_tensor(r, SOFA_PLACE_Q, &t->q, r->config->data.query_bits, first, rows, e);
    if (status == SOFA_OK && r->job->has_ranges)
        status = load_ranges(r, first, rows, e);
    return status;
}

enum sofa_status sofa_load_output(struct sofa_load *r, size_t first, size_t rows, int16_t *output, struct sofa_error *e)
{
    const struct sofa_place *p = &r->place[SOFA_PLACE_O];
    size_t count = rows * p->stride, dims = r->config->head_dim;
    uint8_t *bytes = malloc(count + 1);
    if (!bytes)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", rows);
    enum sofa_status status = SOFA_OK;
    for (size_t at = 0; at < count && status == SOFA_OK; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        status = r->bus->read(r->bus->user, p->base + at, bytes + at, n, e);
        r->ran->bytes += n;
        sofa_load_tell(r, "read", at + n, count);
    }
    for (size_t row = 0; row < rows && status == SOFA_OK; row++)
        for (size_t i = 0; i < dims; i++)
            output[(first + row) * dims + i] = sofa_image_output(bytes + row * p->stride, i);
    free(bytes);
    return status;
}

