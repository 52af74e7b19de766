/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol of the UART bridge (rtl_templates/top/sofa_frame.v), byte by byte, both directions:
 *
 *   sync, command, sequence, count, address (4 bytes, request only), data, CRC-32 (4 bytes)
 *
 * Multi-byte numbers are little-endian. The CRC is that of zlib over everything between sync and CRC. A request reads or
 * writes `count` bytes from a byte address on; a write request and the answer to a read carry them as data. The answer
 * repeats sequence and count, its command has SOFA_LINK_ANSWER set, and SOFA_LINK_REFUSED (count 0) when command or address
 * is wrong.
 * A request with a wrong CRC is not answered; the host asks again after a while, with the same sequence. A write with the
 * sequence of the request before is answered but not done, so that nothing is started twice. Before it asks again the host
 * sends SOFA_LINK_FLUSH zero bytes: they end whatever frame the bridge believes to be in. */
#ifndef SOFA_LINK_H
#define SOFA_LINK_H

#include <stddef.h>
#include <stdint.h>

#define SOFA_LINK_SYNC 0xC5u
#define SOFA_LINK_READ 0x01u
#define SOFA_LINK_WRITE 0x02u
#define SOFA_LINK_ANSWER 0x80u
#define SOFA_LINK_REFUSED 0x40u
#define SOFA_LINK_CRC_INIT 0xFFFFFFFFu
#define SOFA_LINK_CRC_POLYNOMIAL 0xEDB88320u
#define SOFA_LINK_CRC_RESIDUE 0xDEBB20E3u /* of the register, after data and CRC */

#define SOFA_LINK_DATA_MAX 248u
#define SOFA_LINK_REQUEST_HEAD 8u /* sync to address */
#define SOFA_LINK_ANSWER_HEAD 4u  /* sync to count */
#define SOFA_LINK_CRC_BYTES 4u
#define SOFA_LINK_FRAME_MAX (SOFA_LINK_REQUEST_HEAD + 255u + SOFA_LINK_CRC_BYTES)
#define SOFA_LINK_FLUSH SOFA_LINK_FRAME_MAX

/* Addresses: memory from 0 on; from here on the registers of sofa_core (whole words), then the words that tell the
 * configuration: how many numeric keys (bits 15:0) and the mode (bits 31:16, as enum sofa_mode), then the keys' values in the
 * order of sofa_config_keys(). */
#define SOFA_LINK_REGISTERS 0x80000000u
#define SOFA_LINK_CONFIG (SOFA_LINK_REGISTERS + 0x400u)

struct sofa_link_frame {
    uint8_t command, sequence, count;
    uint32_t address;
    uint8_t data[255];
};

/* Bytes of the request in out (SOFA_LINK_FRAME_MAX bytes are enough). */
size_t sofa_link_encode(uint8_t *out, const struct sofa_link_frame *request);

/* Finds answers in a stream of bytes; starts as {0}. */
struct sofa_link_parser {
    uint8_t byte[SOFA_LINK_FRAME_MAX];
    size_t count;
};
/* Takes one byte. 1: *answer is a whole answer with a right CRC; 0: not yet. After a wrong CRC the search goes on behind the
 * sync byte, so that no good frame is lost to garbage before it. */
int sofa_link_take(struct sofa_link_parser *p, uint8_t byte, struct sofa_link_frame *answer);

#endif
