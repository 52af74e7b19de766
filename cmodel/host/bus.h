/* SPDX-License-Identifier: Apache-2.0 */
/* How a program reaches a core and its memory: over a serial line (link_bus.h), mapped into the process (mapped.h), or in
 * simulation. */
#ifndef SOFA_BUS_H
#define SOFA_BUS_H

#include "../base/error.h"

#include <stddef.h>
#include <stdint.h>

struct sofa_bus {
    void *user; /* handed to the functions */
    uint64_t base, size; /* of the memory, as the core sees it; size 0: not known yet */
    enum sofa_status (*get)(void *user, unsigned offset, uint32_t *value, struct sofa_error *e); /* register */
    enum sofa_status (*put)(void *user, unsigned offset, uint32_t value, struct sofa_error *e);
    enum sofa_status (*read)(void *user, uint64_t address, uint8_t *data, size_t count, struct sofa_error *e);
    enum sofa_status (*write)(void *user, uint64_t address, const uint8_t *data, size_t count, struct sofa_error *e);
    void (*close)(void *user);
};

/* Bytes in both directions with a time-out. */
struct sofa_stream {
    void *user;
    char name[96]; /* in messages */
    enum sofa_status (*send)(void *user, const uint8_t *data, size_t count, struct sofa_error *e);
    /* At least one byte unless `ms` pass: then *got is 0. */
    enum sofa_status (*receive)(void *user, uint8_t *data, size_t room, size_t *got, unsigned ms, struct sofa_error *e);
    void (*close)(void *user);
};

#endif
