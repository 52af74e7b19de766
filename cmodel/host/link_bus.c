/* SPDX-License-Identifier: Apache-2.0 */
#include "link_bus.h"

#include "../config/keys.h"

#include <string.h>

#define ATTEMPTS 8u
#define BITS_PER_BYTE 10u

/* Whatever is under way from before: an unfinished frame at the bridge, answers nobody waits for. */
static enum sofa_status flush(struct sofa_link *l, struct sofa_error *e)
{
    static const uint8_t zeros[SOFA_LINK_FLUSH] = {0};
    uint8_t dropped[256];
    size_t got;
    enum sofa_status status = l->stream.send(l->stream.user, zeros, sizeof zeros, e);
    l->bytes += sizeof zeros;
    l->parser.count = 0;
    for (unsigned i = 0; i < 64 && status == SOFA_OK; i++) {
        status = l->stream.receive(l->stream.user, dropped, sizeof dropped, &got, 1, e);
        if (status == SOFA_OK && got == 0)
            break;
        l->noise += (unsigned)got;
    }
    return status;
}

static int answers(const struct sofa_link_frame *answer, const struct sofa_link_frame *request)
{
    unsigned command = answer->command & ~SOFA_LINK_REFUSED;
    int refused = (answer->command & SOFA_LINK_REFUSED) != 0;
    return answer->sequence == request->sequence && command == (SOFA_LINK_ANSWER | request->command) &&
           answer->count == (refused ? 0 : request->count);
}

/* One attempt; *found tells whether the answer came. */
static enum sofa_status ask(struct sofa_link *l, const struct sofa_link_frame *request, struct sofa_link_frame *answer,
                            int *found, struct sofa_error *e)
{
    uint8_t bytes[SOFA_LINK_FRAME_MAX];
    size_t length = sofa_link_encode(bytes, request), got;
    enum sofa_status status = l->stream.send(l->stream.user, bytes, length, e);
    l->bytes += length;
    *found = 0;
    while (status == SOFA_OK && !*found) {
        status = l->stream.receive(l->stream.user, bytes, sizeof bytes, &got, l->wait_ms, e);
        if (status != SOFA_OK || got == 0)
            break;
        l->bytes += got;
        l->noise += (unsigned)got;
        for (size_t i = 0; i < got; i++)
            if (sofa_link_take(&l->parser, bytes[i], answer) && answers(answer, request))
                *found = 1;
    }
    return status;
}

static enum sofa_status give_up(const struct sofa_link *l, const struct sofa_link_frame *request, struct sofa_error *e)
{
    if (l->noise > 0)
        return sofa_fail(e, SOFA_BAD_RESULT,
                         "%s: no valid answer in %u attempts, but %u other bytes; is the baud rate right, and this a SOFA board?",
                         l->stream.name, l->attempts, l->noise);
    return sofa_fail(e, SOFA_BAD_RESULT,
                     "%s: no answer in %u attempts (%s at 0x%08X); is the board powered, its bitstream loaded, the baud rate right?",
                     l->stream.name, l->attempts, request->command == SOFA_LINK_READ ? "read" : "write",
                     (unsigned)request->address);
}

static enum sofa_status transact(struct sofa_link *l, struct sofa_link_frame *request, struct sofa_link_frame *answer,
                                 struct sofa_error *e)
{
    int found = 0;
    enum sofa_status status = SOFA_OK;
    request->sequence = ++l->sequence;
    l->requests++;
    l->noise = 0;
    for (unsigned i = 0; i < l->attempts && status == SOFA_OK && !found; i++) {
        if (i > 0) {
            l->repeats++;
            status = flush(l, e);
        }
        if (status == SOFA_OK)
            status = ask(l, request, answer, &found, e);
    }
    if (status != SOFA_OK)
        return status;
    if (!found)
        return give_up(l, request, e);
    if (answer->command & SOFA_LINK_REFUSED)
        return sofa_fail(e, SOFA_BAD_RESULT, "%s: the board has nothing to %s at 0x%08X (%u bytes)", l->stream.name,
                         request->command == SOFA_LINK_READ ? "read" : "write", (unsigned)request->address,
                         request->count);
    return SOFA_OK;
}

static enum sofa_status read_bytes(struct sofa_link *l, uint32_t address, uint8_t *data, size_t count,
                                   struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    while (count > 0 && status == SOFA_OK) {
        struct sofa_link_frame request = {.command = SOFA_LINK_READ, .address = address}, answer;
        request.count = (uint8_t)(count < SOFA_LINK_DATA_MAX ? count : SOFA_LINK_DATA_MAX);
        status = transact(l, &request, &answer, e);
        if (status == SOFA_OK)
            memcpy(data, answer.data, request.count);
        data += request.count;
        address += request.count;
        count -= request.count;
    }
    return status;
}

static enum sofa_status write_bytes(struct sofa_link *l, uint32_t address, const uint8_t *data, size_t count,
                                    struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    while (count > 0 && status == SOFA_OK) {
        struct sofa_link_frame request = {.command = SOFA_LINK_WRITE, .address = address}, answer;
        request.count = (uint8_t)(count < SOFA_LINK_DATA_MAX ? count : SOFA_LINK_DATA_MAX);
        memcpy(request.data, data, request.count);
        status = transact(l, &request, &answer, e);
        data += request.count;
        address += request.count;
        count -= request.count;
    }
    return status;
}

static enum sofa_status link_get(void *user, unsigned offset, uint32_t *value, struct sofa_error *e)
{
    uint8_t b[4] = {0};
    enum sofa_status status = read_bytes(user, SOFA_LINK_REGISTERS + offset, b, sizeof b, e);
    *value = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return status;
}

static enum sofa_status link_put(void *user, unsigned offset, uint32_t value, struct sofa_error *e)
{
    const uint8_t b[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    return write_bytes(user, SOFA_LINK_REGISTERS + offset, b, sizeof b, e);
}

static enum sofa_status check_span(const struct sofa_link *l, uint64_t address, size_t count, struct sofa_error *e)
{
    if (address >= SOFA_LINK_REGISTERS || count > SOFA_LINK_REGISTERS - address)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: %zu bytes of memory at 0x%llX, must end below 0x%08X", l->stream.name, count,
                         (unsigned long long)address, SOFA_LINK_REGISTERS);
    return SOFA_OK;
}

static enum sofa_status link_read(void *user, uint64_t address, uint8_t *data, size_t count, struct sofa_error *e)
{
    enum sofa_status status = check_span(user, address, count, e);
    return status == SOFA_OK ? read_bytes(user, (uint32_t)address, data, count, e) : status;
}

static enum sofa_status link_write(void *user, uint64_t address, const uint8_t *data, size_t count,
                                   struct sofa_error *e)
{
    enum sofa_status status = check_span(user, address, count, e);
    return status == SOFA_OK ? write_bytes(user, (uint32_t)address, data, count, e) : status;
}

static void link_close(void *user)
{
    struct sofa_link *l = user;
    l->stream.close(l->stream.user);
}

enum sofa_status sofa_link_open(struct sofa_bus *bus, struct sofa_link *l, const struct sofa_stream *stream,
                                unsigned baud, unsigned margin_ms, struct sofa_error *e)
{
    uint64_t frames_ms = 2ull * SOFA_LINK_FRAME_MAX * BITS_PER_BYTE * 1000 / baud + 1;
    *l = (struct sofa_link){.stream = *stream, .wait_ms = (unsigned)frames_ms + margin_ms, .attempts = ATTEMPTS};
    *bus = (struct sofa_bus){.user = l, .get = link_get, .put = link_put, .read = link_read, .write = link_write,
                             .close = link_close};
    struct sofa_link_frame request = {.command = SOFA_LINK_READ}, answer;
    enum sofa_status status = transact(l, &request, &answer, e);
    if (status != SOFA_OK)
        link_close(l);
    return status;
}

enum sofa_status sofa_link_config(struct sofa_link *l, struct sofa_config *c, struct sofa_error *e)
{
    uint32_t first;
    struct sofa_error why;
    enum sofa_status status = link_get(l, SOFA_LINK_CONFIG - SOFA_LINK_REGISTERS, &first, e);
    if (status == SOFA_OK && ((first & 0xFFFF) != SOFA_KEY_COUNT || first >> 16 > SOFA_MODE_TOKENS))
        status = sofa_fail(e, SOFA_BAD_RESULT, "%s: the board's configuration has %u keys and mode %u, this program knows %u and "
                           "modes 0 and 1; is the bitstream of another version?", l->stream.name, (unsigned)(first & 0xFFFF),
                           (unsigned)(first >> 16), (unsigned)SOFA_KEY_COUNT);
    sofa_config_default(c);
    c->mode = status == SOFA_OK ? (enum sofa_mode)(first >> 16) : SOFA_MODE_KV;
    strcpy(c->name, "board");
    for (unsigned key = 0; key < SOFA_KEY_COUNT && status == SOFA_OK; key++) {
        uint32_t value;
        status = link_get(l, SOFA_LINK_CONFIG - SOFA_LINK_REGISTERS + 4 * (key + 1), &value, e);
        if (status == SOFA_OK)
            *sofa_key_value(c, key) = value;
    }
    if (status == SOFA_OK && sofa_config_check(c, &why) != SOFA_OK)
        status = sofa_fail(e, SOFA_BAD_RESULT, "%s: the board's configuration is illegal: %.300s", l->stream.name, why.text);
    return status;
}
