/* SPDX-License-Identifier: Apache-2.0 */
/* The host's side of the serial line: a board that answers with any bytes. The host ends with data or one line of error, reads the board's
 * configuration only if it is legal, and the parser never says that there is an answer with a wrong CRC. */
#include "fuzz.h"

#include "../../cmodel/host/link_bus.h"

#include <string.h>

struct board {
    const uint8_t *at;
    size_t left;
    uint8_t sequence, count; /* of the last request */
};

static enum sofa_status send(void *user, const uint8_t *data, size_t count, struct sofa_error *e)
{
    struct board *b = user;
    (void)e;
    if (count > SOFA_LINK_REQUEST_HEAD && data[0] == SOFA_LINK_SYNC) {
        b->sequence = data[2];
        b->count = data[3];
    }
    return SOFA_OK;
}

/* 0xFE: a good answer to the last request, with bytes of the input; 0xFF: nothing comes; else as many bytes of the input as it says. */
static enum sofa_status receive(void *user, uint8_t *data, size_t room, size_t *got, unsigned ms, struct sofa_error *e)
{
    struct board *b = user;
    (void)ms, (void)e;
    *got = 0;
    if (b->left == 0)
        return SOFA_OK;
    unsigned kind = *b->at++;
    b->left--;
    if (kind == 0xFE) {
        struct sofa_link_frame f = {.command = SOFA_LINK_WRITE, .count = b->count};
        uint8_t request[SOFA_LINK_FRAME_MAX];
        uint32_t crc = SOFA_LINK_CRC_INIT;
        size_t from = b->left < b->count ? b->left : b->count;
        memcpy(f.data, b->at, from);
        b->at += from;
        b->left -= from;
        sofa_link_encode(request, &f);
        const uint8_t head[] = {SOFA_LINK_SYNC, SOFA_LINK_ANSWER | SOFA_LINK_READ, b->sequence, b->count};
        fuzz_require(room >= sizeof head + b->count + SOFA_LINK_CRC_BYTES, "no room for a frame");
        memcpy(data, head, sizeof head);
        memcpy(data + sizeof head, f.data, b->count);
        size_t length = sizeof head + b->count;
        for (size_t i = 1; i < length; i++) {
            crc ^= data[i];
            for (int bit = 0; bit < 8; bit++)
                crc = crc >> 1 ^ (crc & 1 ? SOFA_LINK_CRC_POLYNOMIAL : 0);
        }
        for (unsigned i = 0; i < SOFA_LINK_CRC_BYTES; i++)
            data[length++] = (uint8_t)(~crc >> 8 * i);
        *got = length;
    } else if (kind != 0xFF) {
        *got = kind < b->left ? kind : b->left;
        *got = *got < room ? *got : room;
        memcpy(data, b->at, *got);
        b->at += *got;
        b->left -= *got;
    }
    return SOFA_OK;
}

static void close_nothing(void *user)
{
    (void)user;
}

/* Whether `length` bytes from `at` on are a frame with a right CRC. */
static int right(const uint8_t *at, size_t length)
{
    uint32_t crc = SOFA_LINK_CRC_INIT;
    for (size_t i = 1; i < length; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? SOFA_LINK_CRC_POLYNOMIAL : 0);
    }
    return at[0] == SOFA_LINK_SYNC && crc == SOFA_LINK_CRC_RESIDUE;
}

static void parse(const uint8_t *data, size_t size)
{
    struct sofa_link_parser p = {.count = 0};
    struct sofa_link_frame answer;
    for (size_t i = 0; i < size; i++) {
        int whole = sofa_link_take(&p, data[i], &answer), found = 0;
        fuzz_require(p.count < SOFA_LINK_FRAME_MAX, "a parser that is full");
        if (!whole)
            continue;
        /* an answer to a write has no data; bytes behind a frame may have come before it was found */
        size_t frame = SOFA_LINK_ANSWER_HEAD + SOFA_LINK_CRC_BYTES;
        frame += answer.command == (SOFA_LINK_ANSWER | SOFA_LINK_READ) ? answer.count : 0;
        size_t last = i + 1 >= frame ? i + 1 - frame : 0, from = i > SOFA_LINK_FRAME_MAX ? i - SOFA_LINK_FRAME_MAX : 0;
        for (size_t at = from; at <= last && frame <= i + 1 && !found; at++)
            found = right(data + at, frame);
        fuzz_require(found, "an answer with a wrong CRC");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct board b = {.at = data, .left = size};
    struct sofa_stream stream = {.user = &b, .name = "board", .send = send, .receive = receive, .close = close_nothing};
    struct sofa_bus bus;
    struct sofa_link l;
    struct sofa_config c;
    struct sofa_error e = {.text = ""};
    uint8_t bytes[600];
    parse(data, size);
    enum sofa_status status = sofa_link_open(&bus, &l, &stream, 115200, 0, &e);
    fuzz_check(status, &e);
    if (status != SOFA_OK)
        return 0;
    fuzz_check(bus.read(bus.user, 0, bytes, sizeof bytes, &e), &e);
    status = sofa_link_config(&l, &c, &e);
    fuzz_check(status, &e);
    fuzz_require(status != SOFA_OK || sofa_config_check(&c, &e) == SOFA_OK, "an illegal configuration of a board");
    bus.close(bus.user);
    return 0;
}
