/* SPDX-License-Identifier: Apache-2.0 */
/* The benches' memory with the images of a small job, and pins that the test moves. */
#ifndef SOFA_TESTS_BUS_H
#define SOFA_TESTS_BUS_H

#include "../tb/memory.h"
#include "../tb/synthetic.h"

struct bus {
    struct sofa_config config;
    struct sofa_trace trace;
    struct sofa_job job;
    struct tb_layout layout;
    struct tb_memory *memory;
    struct tb_pins_in in;
    struct tb_pins_out out;
};

/* 5 rows, 9 keys of 12 elements: 24 bytes, three beats. Two read channels. */
void open_bus(struct bus *b, const struct tb_memory_options *o);
/* The same job with a port of 32 bits; in mode tokens. Ideal memory. */
void open_narrow(struct bus *b);
void open_cache(struct bus *b);
void close_bus(struct bus *b);
/* A cycle. */
void step(struct bus *b);
/* Offers a read. */
void ask(struct bus *b, unsigned channel, uint64_t address, uint8_t len);
/* Writes a row of three beats, the n-th full of n. */
void write_row(struct bus *b, uint64_t address);
/* The referee must have named `text`. Closes the bus. */
void expect_violation(struct bus *b, const char *text);

#endif
