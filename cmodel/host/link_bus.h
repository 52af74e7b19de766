/* SPDX-License-Identifier: Apache-2.0 */
/* A bus over the UART bridge's protocol (link.h): asks, waits, asks again. */
#ifndef SOFA_LINK_BUS_H
#define SOFA_LINK_BUS_H

#include "../config/config.h"
#include "bus.h"
#include "link.h"

struct sofa_link {
    struct sofa_stream stream;
    struct sofa_link_parser parser;
    uint8_t sequence;
    unsigned wait_ms;  /* for an answer */
    unsigned attempts; /* before a request counts as failed */
    uint64_t requests, repeats, bytes; /* so far; bytes of both directions */
    unsigned noise;    /* bytes of the present request that were no answer */
};

/* Takes the stream over (closed with the bus) and makes sure that somebody answers. baud sets the time-out, margin_ms adds to
 * it. Errors close the stream. */
enum sofa_status sofa_link_open(struct sofa_bus *bus, struct sofa_link *link, const struct sofa_stream *stream,
                                unsigned baud, unsigned margin_ms, struct sofa_error *e);
/* What the board says it was built with. The name becomes "board". */
enum sofa_status sofa_link_config(struct sofa_link *link, struct sofa_config *c, struct sofa_error *e);

#endif
