/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations with keys at the ends of their ranges: alone, all together, and some at their ends by dice. */
#ifndef TB_CORNER_CASE_H
#define TB_CORNER_CASE_H

#include "random_case.h"

/* How far a corner is tried; the rest takes too long. */
enum tb_effort {
    TB_CHECK, /* the configuration is legal and everything that follows from it can be derived */
    TB_LINT,  /* emitted and linted */
    TB_RUN    /* compiled and simulated, too */
};

/* What compiles in seconds, and what tools lint in seconds. */
enum tb_effort tb_effort_of(const struct sofa_config *c);
/* Keys that are bound to others follow those that are set; may change what is set where no other way is left. */
void tb_follow(struct sofa_config *c, const unsigned char *set);
/* Every value becomes an override, so that none follows another. */
void tb_write_overrides(struct tb_case *c);
/* Only mode tokens has the key. */
int tb_is_of_tokens(unsigned key);

/* Corners of a seed are 0 .. this - 1; those whose keys are chosen by dice come last. */
unsigned tb_corner_count(void);
/* Of those, the ones without dice. */
unsigned tb_corner_fixed(void);
/* Also gives c what its jobs need. what: in words which keys are where, at least 96 characters. */
enum sofa_status tb_corner_config(struct tb_case *c, enum tb_effort *effort, char *what, uint64_t seed, unsigned index,
                                  struct sofa_error *e);

#endif
