/* SPDX-License-Identifier: Apache-2.0 */
#include "board.h"

#define PER_MILLION 1000000u
#define GARBAGE_MAX 12u

/* What becomes of one byte: out takes at most GARBAGE_MAX + 1 bytes; returns how many. */
static size_t disturb(struct tb_faults *f, uint8_t byte, uint8_t *out)
{
    size_t n = 0;
    if (tb_random_below(&f->random, PER_MILLION) >= f->per_million) {
        out[n++] = byte;
        return n;
    }
    switch (tb_random_below(&f->random, 3)) {
    case 0:
        f->damaged++;
        out[n++] = byte ^ (uint8_t)(1u << tb_random_below(&f->random, 8));
        break;
    case 1: f->lost++; break;
    default:
        f->added++;
        for (size_t garbage = 1 + tb_random_below(&f->random, GARBAGE_MAX); garbage > 0; garbage--)
            out[n++] = (uint8_t)(tb_random_next(&f->random) >> 40);
        out[n++] = byte;
    }
    return n;
}

static enum sofa_status faulty_send(void *user, const uint8_t *data, size_t count, struct sofa_error *e)
{
    struct tb_faults *f = user;
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < count && status == SOFA_OK; i++) {
        uint8_t bytes[GARBAGE_MAX + 1];
        size_t n = disturb(f, data[i], bytes);
        if (n > 0)
            status = f->inner.send(f->inner.user, bytes, n, e);
    }
    return status;
}

static enum sofa_status faulty_receive(void *user, uint8_t *data, size_t room, size_t *got, unsigned ms,
                                       struct sofa_error *e)
{
    struct tb_faults *f = user;
    uint8_t bytes[64];
    size_t most = room / (GARBAGE_MAX + 1), taken = 0;
    *got = 0;
    enum sofa_status status =
        f->inner.receive(f->inner.user, bytes, most < sizeof bytes ? most : sizeof bytes, &taken, ms, e);
    for (size_t i = 0; i < taken && status == SOFA_OK; i++)
        *got += disturb(f, bytes[i], data + *got);
    return status;
}

static void faulty_close(void *user)
{
    struct tb_faults *f = user;
    f->inner.close(f->inner.user);
}

void tb_faults_stream(struct sofa_stream *stream, struct tb_faults *f)
{
    *stream = f->inner;
    stream->user = f;
    stream->send = faulty_send;
    stream->receive = faulty_receive;
    stream->close = faulty_close;
}
