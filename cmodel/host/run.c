/* SPDX-License-Identifier: Apache-2.0 */
/* A whole trace over a bus, in parts that fit the memory. */
#include "driver.h"
#include "pack.h"
#include "plane.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_TIMEOUT 60.0
#define CHUNK 1984u /* bytes between two calls of progress; whole frames of the serial link */
#define POLL_NS 1000000
#define ABORT_POLLS 1000u

struct run {
    const struct sofa_bus *bus;
    const struct sofa_config *config;
    const struct sofa_trace *trace;
    const struct sofa_job *job;
    const struct sofa_run *how;
    struct sofa_ran *ran;
    struct sofa_place place[SOFA_PLACES];
    size_t keys; /* that some row sees; the others need not be loaded */
    size_t part_rows;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void tell(const struct run *r, const char *phase, uint64_t done, uint64_t total)
{
    if (r->how->progress)
        r->how->progress(r->how->user, phase, done, total);
}

static uint32_t row_stride(const struct run *r, size_t elements, unsigned bits)
{
    size_t port = r->config->memory.port_bits / 8, bytes = elements * bits / 8;
    return (uint32_t)((bytes + port - 1) / port * port);
}

static uint64_t align(const struct run *r, uint64_t bytes)
{
    uint64_t port = r->config->memory.port_bits / 8;
    return (bytes + port - 1) / port * port;
}

/* Bytes of Q, ranges and O for so many rows. */
static uint64_t row_bytes(const struct run *r, uint64_t rows)
{
    return rows * r->place[SOFA_PLACE_Q].stride + rows * r->place[SOFA_PLACE_O].stride +
           (r->job->has_ranges ? align(r, rows * SOFA_RANGE_BYTES) : 0);
}

/* Each after the other; returns where the next one may stand. */
static uint64_t put_place(struct run *r, enum sofa_place_kind kind, uint64_t at, uint64_t bytes)
{
    r->place[kind].base = at;
    return at + align(r, bytes);
}

/* What all parts share: K and V, or the room for them, packed keys, the tokens and what they are multiplied with. */
static uint64_t place_shared(struct run *r)
{
    struct sofa_place *p = r->place;
    uint64_t start = align(r, r->bus->base), keys = r->keys;
    uint64_t at = put_place(r, SOFA_PLACE_K, start, keys * p[SOFA_PLACE_K].stride);
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

/* Then what belongs to the rows of a part. */
static enum sofa_status place(struct run *r, struct sofa_error *e)
{
    const struct sofa_config *c = r->config;
    struct sofa_place *p = r->place;
    size_t rows = r->trace->q.rows, block = c->query_block;
    p[SOFA_PLACE_Q].stride = row_stride(r, c->head_dim, c->data.query_bits);
    p[SOFA_PLACE_K].stride = row_stride(r, c->head_dim, c->data.key_bits);
    p[SOFA_PLACE_V].stride = row_stride(r, c->head_dim, c->data.value_bits);
    p[SOFA_PLACE_O].stride = row_stride(r, c->head_dim, c->data.output_bits);
    p[SOFA_PLACE_KHAT].stride = (uint32_t)align(r, sofa_plane_shape(c, 1).row_bytes);
    p[SOFA_PLACE_X].stride = row_stride(r, r->trace->tokens.x.cols, c->data.token_bits);
    p[SOFA_PLACE_ROTARY].stride = row_stride(r, c->head_dim, 16);
    p[SOFA_PLACE_TURN].stride = sofa_pack_turns_shape(c, r->trace->k.rows, r->job->tile).stride;
    p[SOFA_PLACE_RANGE].stride = SOFA_RANGE_BYTES;
    uint64_t at = place_shared(r), shared = at - r->bus->base;
    uint64_t least = shared + row_bytes(r, rows < block ? rows : block);
    if (least > r->bus->size)
        return sofa_fail(e, SOFA_BAD_INPUT, "%zu keys and one block of rows need %llu bytes of memory, the board has %llu; use "
                         "fewer keys", r->keys, (unsigned long long)least, (unsigned long long)r->bus->size);
    size_t part = rows;
    while (shared + row_bytes(r, part) > r->bus->size)
        part = (part - 1) / block * block;
    r->part_rows = part;
    at = put_place(r, SOFA_PLACE_Q, at, part * p[SOFA_PLACE_Q].stride);
    at = put_place(r, SOFA_PLACE_RANGE, at, r->job->has_ranges ? part * SOFA_RANGE_BYTES : 0);
    put_place(r, SOFA_PLACE_O, at, part * p[SOFA_PLACE_O].stride);
    return SOFA_OK;
}

static enum sofa_status load(struct run *r, uint64_t base, const uint8_t *bytes, size_t count, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    for (size_t at = 0; at < count && status == SOFA_OK; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        status = r->bus->write(r->bus->user, base + at, bytes + at, n, e);
        r->ran->bytes += n;
        tell(r, "load", at + n, count);
    }
    return status;
}

static enum sofa_status load_tensor(struct run *r, enum sofa_place_kind kind, const struct sofa_tensor *t, unsigned bits,
                                    size_t first, size_t rows, struct sofa_error *e)
{
    const struct sofa_place *p = &r->place[kind];
    uint8_t *bytes = calloc(rows * p->stride + 1, 1);
    if (!bytes)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", rows);
    sofa_image_tensor(bytes, p->stride, t, bits, first, rows);
    enum sofa_status status = load(r, p->base, bytes, rows * p->stride, e);
    free(bytes);
    return status;
}

static enum sofa_status load_ranges(struct run *r, size_t first, size_t rows, struct sofa_error *e)
{
    uint8_t *bytes = calloc(align(r, rows * SOFA_RANGE_BYTES) + 1, 1);
    if (!bytes)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", rows);
    sofa_image_ranges(bytes, r->trace, first, rows);
    enum sofa_status status = load(r, r->place[SOFA_PLACE_RANGE].base, bytes, align(r, rows * SOFA_RANGE_BYTES), e);
    free(bytes);
    return status;
}

static enum sofa_status load_packed(struct run *r, struct sofa_error *e)
{
    struct sofa_pack pack;
    const struct sofa_tokens *t = &r->trace->tokens;
    sofa_pack_shape(&pack, r->config, t->x.cols);
    uint8_t *codes = malloc(pack.code_bytes), *weights = malloc(pack.weight_bytes);
    enum sofa_status status = SOFA_OK;
    if (codes && weights) {
        sofa_pack_codes(codes, r->config, t);
        sofa_pack_weights(weights, r->config, t);
        status = load(r, r->place[SOFA_PLACE_CODE].base, codes, pack.code_bytes, e);
        if (status == SOFA_OK)
            status = load(r, r->place[SOFA_PLACE_WEIGHT].base, weights, pack.weight_bytes, e);
    } else
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the weights of %zu hidden units", t->x.cols);
    free(codes);
    free(weights);
    return status;
}

static enum sofa_status load_rotation(struct run *r, struct sofa_error *e)
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
        status = load(r, p->base, rows, r->keys * p->stride, e);
        if (status == SOFA_OK)
            status = load(r, r->place[SOFA_PLACE_TURN].base, turns, shape.bytes, e);
    } else
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the rotation of %zu keys", r->keys);
    free(rows);
    free(turns);
    return status;
}

static enum sofa_status load_plane(struct run *r, struct sofa_error *e)
{
    const struct sofa_place *p = &r->place[SOFA_PLACE_KHAT];
    size_t bytes = sofa_plane_shape(r->config, r->keys).rows * p->stride;
    uint8_t *plane = calloc(bytes + 1, 1);
    if (!plane)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu packed keys", r->keys);
    sofa_plane_pack(plane, p->stride, r->config, &r->trace->k, r->keys);
    enum sofa_status status = load(r, p->base, plane, bytes, e);
    free(plane);
    return status;
}

static enum sofa_status load_shared(struct run *r, struct sofa_error *e)
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

static enum sofa_status load_rows(struct run *r, size_t first, size_t rows, struct sofa_error *e)
{
    const struct sofa_trace *t = r->trace;
    enum sofa_status status = load_tensor(r, SOFA_PLACE_Q, &t->q, r->config->data.query_bits, first, rows, e);
    if (status == SOFA_OK && r->job->has_ranges)
        status = load_ranges(r, first, rows, e);
    return status;
}

static enum sofa_status judge(struct run *r, uint32_t state, struct sofa_error *e)
{
    unsigned code = state >> SOFA_STATUS_ERROR_SHIFT & 0xFF;
    if (!(state & SOFA_STATUS_DONE))
        return sofa_fail(e, SOFA_BAD_RESULT, "STATUS is 0x%08X: neither busy nor done; was the board reset during the job?",
                         (unsigned)state);
    r->ran->error = code;
    if (code == 0)
        return SOFA_OK;
    const char *text = sofa_error_code_text(code);
    return sofa_fail(e, SOFA_BAD_RESULT, "the job ended with error %u (%s)", code, text ? text : "unknown code");
}

static enum sofa_status wait_done(struct run *r, size_t first, struct sofa_error *e)
{
    const struct timespec nap = {0, POLL_NS};
    double limit = r->how->timeout > 0 ? r->how->timeout : DEFAULT_TIMEOUT, start = now();
    uint32_t state = 0, blocks = 0;
    for (;;) {
        enum sofa_status status = sofa_driver_get(r->bus, "STATUS", &state, e);
        if (status == SOFA_OK && !(state & SOFA_STATUS_BUSY))
            return judge(r, state, e);
        if (status == SOFA_OK && r->how->progress)
            status = sofa_driver_get(r->bus, "BLOCKS_LO", &blocks, e);
        if (status != SOFA_OK)
            return status;
        tell(r, "run", first + (uint64_t)blocks * r->config->query_block, r->trace->q.rows);
        if (now() - start > limit) {
            sofa_driver_put(r->bus, "CONTROL", SOFA_CONTROL_ABORT, NULL);
            return sofa_fail(e, SOFA_BAD_RESULT, "the job does not end within %.0f s (STATUS 0x%08X); aborted", limit,
                             (unsigned)state);
        }
        nanosleep(&nap, NULL);
    }
}

static enum sofa_status read_output(struct run *r, size_t first, size_t rows, int16_t *output, struct sofa_error *e)
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
        tell(r, "read", at + n, count);
    }
    for (size_t row = 0; row < rows && status == SOFA_OK; row++)
        for (size_t i = 0; i < dims; i++)
            output[(first + row) * dims + i] = sofa_image_output(bytes + row * p->stride, i);
    free(bytes);
    return status;
}

static void add_counts(struct sofa_counts *sum, const struct sofa_counts *part)
{
    for (unsigned i = 0; i < part->count; i++) {
        sum->item[i].value += part->item[i].value;
        memcpy(sum->item[i].name, part->item[i].name, sizeof sum->item[i].name);
    }
    sum->count = part->count;
}

static enum sofa_status run_part(struct run *r, size_t first, size_t rows, int16_t *output, struct sofa_error *e)
{
    struct sofa_job job = *r->job;
    struct sofa_counts counts;
    double start = now();
    job.rows = (unsigned)rows;
    job.own_offset = (unsigned)((job.own_offset + first) % r->keys);
    job.keep = r->config->mode == SOFA_MODE_TOKENS && first > 0;
    enum sofa_status status = load_rows(r, first, rows, e);
    double loaded = now();
    if (status == SOFA_OK)
        status = sofa_driver_put(r->bus, "CONTROL", SOFA_CONTROL_CLEAR, e);
    if (status == SOFA_OK)
        status = sofa_driver_describe(r->bus, r->config, &job, r->place, r->how->watchdog, e);
    if (status == SOFA_OK)
        status = sofa_driver_put(r->bus, "CONTROL", SOFA_CONTROL_START, e);
    if (status == SOFA_OK)
        status = wait_done(r, first, e);
    double done = now();
    if (status == SOFA_OK)
        status = read_output(r, first, rows, output, e);
    if (status == SOFA_OK)
        status = sofa_driver_counters(r->bus, &counts, e);
    if (status == SOFA_OK)
        add_counts(&r->ran->counts, &counts);
    r->ran->load_seconds += loaded - start;
    r->ran->run_seconds += done - loaded;
    r->ran->read_seconds += now() - done;
    r->ran->parts++;
    return status;
}

/* Somebody may have left one behind. */
static enum sofa_status end_old_job(const struct sofa_bus *bus, struct sofa_error *e)
{
    const struct timespec nap = {0, POLL_NS};
    uint32_t state = 0;
    enum sofa_status status = sofa_driver_get(bus, "STATUS", &state, e);
    if (status == SOFA_OK && state & SOFA_STATUS_BUSY)
        status = sofa_driver_put(bus, "CONTROL", SOFA_CONTROL_ABORT, e);
    for (unsigned i = 0; i < ABORT_POLLS && status == SOFA_OK && state & SOFA_STATUS_BUSY; i++) {
        nanosleep(&nap, NULL);
        status = sofa_driver_get(bus, "STATUS", &state, e);
    }
    if (status == SOFA_OK && state & SOFA_STATUS_BUSY)
        return sofa_fail(e, SOFA_BAD_RESULT, "an earlier job does not end when aborted (STATUS 0x%08X); reset the board",
                         (unsigned)state);
    return status;
}

enum sofa_status sofa_driver_run(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_trace *t,
                                 const struct sofa_job *j, const struct sofa_run *how, int16_t *output,
                                 struct sofa_ran *ran, struct sofa_error *e)
{
    struct run r = {.bus = bus, .config = c, .trace = t, .job = j, .how = how, .ran = ran};
    double start = now();
    *ran = (struct sofa_ran){0};
    for (size_t row = 0; row < t->q.rows; row++)
        r.keys = t->visible[row] > r.keys ? t->visible[row] : r.keys;
    enum sofa_status status = place(&r, e);
    if (status == SOFA_OK)
        status = end_old_job(bus, e);
    if (status == SOFA_OK)
        status = load_shared(&r, e);
    ran->load_seconds = now() - start;
    for (size_t first = 0; first < t->q.rows && status == SOFA_OK; first += r.part_rows) {
        size_t left = t->q.rows - first;
        status = run_part(&r, first, left < r.part_rows ? left : r.part_rows, output, e);
    }
    ran->seconds = now() - start;
    return status;
}
