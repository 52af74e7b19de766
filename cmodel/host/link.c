/* SPDX-License-Identifier: Apache-2.0 */
#include "link.h"

#include <string.h>
#include <zlib.h>

static void put_word(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_word(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t crc(const uint8_t *bytes, size_t count)
{
    return (uint32_t)crc32(crc32(0, NULL, 0), bytes, (uInt)count);
}

size_t sofa_link_encode(uint8_t *out, const struct sofa_link_frame *request)
{
    size_t n = SOFA_LINK_REQUEST_HEAD;
    out[0] = SOFA_LINK_SYNC;
    out[1] = request->command;
    out[2] = request->sequence;
    out[3] = request->count;
    put_word(out + 4, request->address);
    if (request->command == SOFA_LINK_WRITE) {
        memcpy(out + n, request->data, request->count);
        n += request->count;
    }
    put_word(out + n, crc(out + 1, n - 1));
    return n + SOFA_LINK_CRC_BYTES;
}

/* What the bytes so far say about the length of the frame; 0: they do not begin one. */
static size_t expected(const struct sofa_link_parser *p)
{
    size_t head = SOFA_LINK_ANSWER_HEAD + SOFA_LINK_CRC_BYTES;
    if (p->count > 0 && p->byte[0] != SOFA_LINK_SYNC)
        return 0;
    if (p->count < 2)
        return head;
    unsigned command = p->byte[1] & ~SOFA_LINK_REFUSED;
    if (command != (SOFA_LINK_ANSWER | SOFA_LINK_READ) && command != (SOFA_LINK_ANSWER | SOFA_LINK_WRITE))
        return 0;
    if (p->count < SOFA_LINK_ANSWER_HEAD || p->byte[1] != (SOFA_LINK_ANSWER | SOFA_LINK_READ))
        return head;
    return head + p->byte[3];
}

/* Drops the first byte and everything up to the next sync. */
static void resume(struct sofa_link_parser *p)
{
    size_t i = 1;
    while (i < p->count && p->byte[i] != SOFA_LINK_SYNC)
        i++;
    p->count -= i;
    memmove(p->byte, p->byte + i, p->count);
}

int sofa_link_take(struct sofa_link_parser *p, uint8_t byte, struct sofa_link_frame *answer)
{
    p->byte[p->count++] = byte;
    while (p->count > 0) {
        size_t length = expected(p);
        if (length > p->count)
            return 0;
        size_t body = length - SOFA_LINK_CRC_BYTES;
        if (length > 0 && crc(p->byte + 1, body - 1) == get_word(p->byte + body)) {
            *answer = (struct sofa_link_frame){.command = p->byte[1], .sequence = p->byte[2], .count = p->byte[3]};
            memcpy(answer->data, p->byte + SOFA_LINK_ANSWER_HEAD, body - SOFA_LINK_ANSWER_HEAD);
            p->count = 0;
            return 1;
        }
        resume(p);
    }
    return 0;
}
