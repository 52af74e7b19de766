/* SPDX-License-Identifier: Apache-2.0 */
/* Bad values of the registers of a job. */
#ifndef SOFA_TESTS_SPOILS_H
#define SOFA_TESTS_SPOILS_H

#include "../cmodel/config/regs.h"

/* The registers of a job below SOFA_JOB_BYTES, by offset / 4. */
struct descriptor {
    uint32_t word[SOFA_JOB_BYTES / 4];
};

/* With which error docs/registers.md has such a job refused; SOFA_ERROR_NONE: not at all. */
unsigned judge_descriptor(const struct sofa_config *c, const struct descriptor *d);

/* Register number `field` of the core's descriptor; 0 behind the last one. */
int find_field(struct sofa_register *field, const struct sofa_config *c, unsigned number);

/* Each value of the field that spoils the good descriptor d; of fields up to 16 bits, if `all`, every one, of wider ones and else every bit and
 * every two bits alone, all, none, what is one too large, and whatever is no multiple of the port. */
typedef void spoil_value(void *user, const struct sofa_register *field, uint32_t value, unsigned want);
void spoil_field(const struct sofa_config *c, const struct descriptor *d, const struct sofa_register *field, int all, spoil_value *use, void *user);

#endif
