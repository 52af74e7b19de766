/* SPDX-License-Identifier: Apache-2.0 */
/* A bus mapped into the process: registers and memory of a Zynq-style system. */
#ifndef SOFA_MAPPED_H
#define SOFA_MAPPED_H

#include "bus.h"

/* Either a UIO device ("/dev/uio0": map 0 holds the registers, map 1 memory for the core), or a file and where things are in
 * it, "FILE:REGISTERS:MEMORY:BYTES" ("/dev/mem:0x43c00000:0x30000000:0x1000000"); the core sees the memory at the offset
 * MEMORY. Errors name the part that is wrong. */
enum sofa_status sofa_mapped_open(struct sofa_bus *bus, const char *where, struct sofa_error *e);
/* Whether `where` has one of these forms. */
int sofa_mapped_is(const char *where);

#endif
