/* SPDX-License-Identifier: Apache-2.0 */
/* The register map of sofa_core: one table from which the RTL, the C and Verilog headers, the documents and the programs
 * that drive the core take names, offsets and fields. */
#ifndef SOFA_REGS_H
#define SOFA_REGS_H

#include "config.h"

#define SOFA_ID 0x50FA0001u
#define SOFA_WATCHDOG_RESET 0x00100000u

#define SOFA_CONTROL_START 1u /* CONTROL */
#define SOFA_CONTROL_ABORT 2u
#define SOFA_CONTROL_CLEAR 4u
#define SOFA_CONTROL_INVALIDATE 8u /* mode tokens */
#define SOFA_STATUS_BUSY 1u /* STATUS */
#define SOFA_STATUS_DONE 2u
#define SOFA_STATUS_ERROR_SHIFT 8
#define SOFA_FLAG_CARRY 1u /* FLAGS */
#define SOFA_FLAG_RANGES 2u
#define SOFA_FLAG_KEEP 4u /* mode tokens */
#define SOFA_FLAG_NOTIFY 8u /* these two with jobs.queue */
#define SOFA_FLAG_STOP 16u
#define SOFA_NO_RADIUS 0xFFFFFFFFu /* RADIUS */

/* STATUS.error */
enum sofa_error_code {
    SOFA_ERROR_NONE = 0,
    SOFA_ERROR_ROWS = 1,
    SOFA_ERROR_KEYS = 2,
    SOFA_ERROR_TILE = 3,
    SOFA_ERROR_KEPT = 4,
    SOFA_ERROR_ALIGNMENT = 5,
    SOFA_ERROR_MODE = 6,
    SOFA_ERROR_RANGE = 7,
    SOFA_ERROR_READ_BUS = 8,
    SOFA_ERROR_WRITE_BUS = 9,
    SOFA_ERROR_ABORTED = 10,
    SOFA_ERROR_WATCHDOG = 11,
    SOFA_ERROR_SCALE = 12,
    SOFA_ERROR_HIDDEN = 13,
    SOFA_ERROR_JOBS = 14,
    SOFA_ERROR_COUNT
};
/* NAME in lower case ("read_bus") and one sentence; NULL for an unknown code. */
const char *sofa_error_code_name(unsigned code);
const char *sofa_error_code_text(unsigned code);

enum sofa_register_kind {
    SOFA_REG_CONSTANT,
    SOFA_REG_CONTROL,    /* pulses */
    SOFA_REG_STATUS,
    SOFA_REG_SETTING,    /* writable at any time */
    SOFA_REG_DESCRIPTOR, /* of a job: writes are ignored while busy */
    SOFA_REG_JOBS,       /* of the queue of jobs */
    SOFA_REG_COUNTER     /* 64 bits, a _LO and a _HI register; reading _LO takes hold of _HI */
};

const char *sofa_register_kind_name(enum sofa_register_kind kind);

#define SOFA_FIELDS_MAX 5u
struct sofa_field {
    const char *name; /* lower case */
    unsigned low, bits;
    const char *description;
};

struct sofa_register {
    const char *name; /* upper case, with _LO or _HI where there are two */
    unsigned offset;  /* bytes */
    enum sofa_register_kind kind;
    const char *access; /* "RO", "RW" or "WO" */
    unsigned bits;
    uint32_t reset;
    const char *description;
    struct sofa_field field[SOFA_FIELDS_MAX]; /* unused ones have no name */
};

/* The table, by ascending offset, as it is for the widest address. */
const struct sofa_register *sofa_registers(unsigned *count);

/* The register as configuration c has it (width of bases, CONFIG_HASH); 0 if c does without it. */
int sofa_register_for(struct sofa_register *out, const struct sofa_register *r, const struct sofa_config *c);

/* Bits of what is added to a counter in one cycle; name as in the table ("PAIRS_LO"). 0 for other registers. */
unsigned sofa_counter_increment_bits(const char *name, const struct sofa_config *c, const struct sofa_derived *d);

/* 1 for what may differ in jobs that are in the machine together; of _LO and _HI both. */
int sofa_register_apart(const char *name);

/* Offset in bytes of a register of the table, -1 if there is none of that name. */
int sofa_register_offset(const char *name);

#endif
