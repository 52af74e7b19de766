/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RESET_CLOCKS 4u
#define RING 8192u /* bytes, a power of two */
#define FRAME_BITS 10u

struct ring {
    uint8_t byte[RING];
    unsigned head, tail;
};

struct tb_board {
    void *library, *handle;
    tb_shim_board_fn *cycle;
    tb_shim_destroy_fn *destroy;
    uint64_t clocks, clock_hz;
    unsigned divider;
    struct tb_board_in in;
    struct tb_board_out out;
    struct ring to, from;
    unsigned tx_bits, tx_wait, tx_word; /* towards the board */
    unsigned rx_bits, rx_wait, rx_word;
};

static int ring_put(struct ring *r, uint8_t byte)
{
    if (r->tail - r->head == RING)
        return 0;
    r->byte[r->tail++ % RING] = byte;
    return 1;
}

static int ring_get(struct ring *r, uint8_t *byte)
{
    if (r->tail == r->head)
        return 0;
    *byte = r->byte[r->head++ % RING];
    return 1;
}

/* POSIX lets dlsym's pointer be a function; ISO C has no cast for that. */
static int symbol(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static enum sofa_status load(struct tb_board *b, const char *path, uint64_t seed, struct sofa_error *e)
{
    tb_shim_create_fn *create;
    b->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!b->library)
        return sofa_fail(e, SOFA_BAD_INPUT, "cannot load the compiled board: %s", dlerror());
    if (!symbol(b->library, TB_SHIM_CREATE, &create) || !symbol(b->library, TB_SHIM_BOARD, &b->cycle) ||
        !symbol(b->library, TB_SHIM_DESTROY, &b->destroy))
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: not a compiled board", path);
    b->handle = create(NULL, seed ? (int)(seed % INT32_MAX) + 1 : 0);
    return b->handle ? SOFA_OK : sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", path);
}

enum sofa_status tb_board_open(struct tb_board **board, const struct sofa_config *c, const struct tb_core_options *o,
                               struct sofa_error *e)
{
    char path[TB_PATH_MAX];
    struct sofa_derived d;
    struct tb_core_options options = *o;
    *board = NULL;
    if (c->board.memory_kib == 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: board.memory_kib is 0, a board needs 1 to 1024", c->name);
    sofa_config_derive(c, &d);
    options.board = 1;
    enum sofa_status status = tb_build(path, c, &options, e);
    if (status != SOFA_OK)
        return status;
    struct tb_board *b = calloc(1, sizeof *b);
    if (!b)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory");
    b->divider = d.uart_divider;
    b->clock_hz = c->board.clock_hz;
    status = load(b, path, o->seed, e);
    if (status != SOFA_OK) {
        tb_board_close(b);
        return status;
    }
    tb_board_reset(b);
    *board = b;
    return SOFA_OK;
}

void tb_board_close(struct tb_board *b)
{
    if (!b)
        return;
    if (b->handle)
        b->destroy(b->handle);
    if (b->library)
        dlclose(b->library);
    free(b);
}

static void drive(struct tb_board *b)
{
    uint8_t byte;
    if (b->tx_wait > 0) {
        b->tx_wait--;
        return;
    }
    if (b->tx_bits == 0 && ring_get(&b->to, &byte)) {
        b->tx_bits = FRAME_BITS;
        b->tx_word = 1u << 9 | (unsigned)byte << 1;
    }
    if (b->tx_bits == 0) {
        b->in.rx = 1;
        return;
    }
    b->in.rx = b->tx_word & 1;
    b->tx_word >>= 1;
    b->tx_bits--;
    b->tx_wait = b->divider - 1;
}

static void sample(struct tb_board *b)
{
    if (b->rx_bits == 0) {
        if (!b->out.tx) {
            b->rx_bits = FRAME_BITS;
            b->rx_wait = b->divider / 2;
        }
        return;
    }
    if (--b->rx_wait > 0)
        return;
    b->rx_wait = b->divider;
    b->rx_word = b->rx_word >> 1 | (b->out.tx ? 1u << 9 : 0);
    if (--b->rx_bits == 0 && b->rx_word >> 9)
        ring_put(&b->from, (uint8_t)(b->rx_word >> 1));
}

void tb_board_run(struct tb_board *b, uint64_t clocks)
{
    for (uint64_t i = 0; i < clocks; i++) {
        drive(b);
        b->cycle(b->handle, &b->in, &b->out);
        if (!b->in.rst)
            sample(b);
        b->clocks++;
    }
}

void tb_board_reset(struct tb_board *b)
{
    b->rx_bits = 0;
    b->in.rst = 1;
    tb_board_run(b, RESET_CLOCKS);
    b->in.rst = 0;
}

int tb_board_send(struct tb_board *b, uint8_t byte)
{
    return ring_put(&b->to, byte);
}

int tb_board_receive(struct tb_board *b, uint8_t *byte)
{
    return ring_get(&b->from, byte);
}

uint64_t tb_board_clocks(const struct tb_board *b)
{
    return b->clocks;
}

const char *tb_board_failure(const struct tb_board *b)
{
    return b->out.failure;
}

static enum sofa_status judge(const struct tb_board *b, struct sofa_error *e)
{
    return b->out.failure ? sofa_fail(e, SOFA_BAD_RESULT, "%s", b->out.failure) : SOFA_OK;
}

static enum sofa_status stream_send(void *user, const uint8_t *data, size_t count, struct sofa_error *e)
{
    struct tb_board *b = user;
    for (size_t i = 0; i < count; i++)
        while (!tb_board_send(b, data[i]))
            tb_board_run(b, (uint64_t)b->divider * FRAME_BITS);
    while (b->to.head != b->to.tail) /* as fast as the line, so that waiting starts at its end */
        tb_board_run(b, (uint64_t)b->divider * FRAME_BITS);
    return judge(b, e);
}

static enum sofa_status stream_receive(void *user, uint8_t *data, size_t room, size_t *got, unsigned ms,
                                       struct sofa_error *e)
{
    struct tb_board *b = user;
    uint64_t end = b->clocks + (uint64_t)ms * b->clock_hz / 1000;
    *got = 0;
    while (b->from.head == b->from.tail && b->clocks < end)
        tb_board_run(b, b->divider);
    while (*got < room && tb_board_receive(b, data + *got))
        ++*got;
    return judge(b, e);
}

static void stream_close(void *user)
{
    (void)user;
}

void tb_board_stream(struct sofa_stream *stream, struct tb_board *b)
{
    *stream = (struct sofa_stream){.user = b, .name = "the simulated board", .send = stream_send,
                                   .receive = stream_receive, .close = stream_close};
}
