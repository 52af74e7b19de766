/* SPDX-License-Identifier: Apache-2.0 */
/* A covering array: configurations in which every two values of two keys appear together, if sofa_config_check() lets them. Numeric keys have a few
 * values, the least and the largest that compiles in seconds among them. Built by greedy choice; a library that does so would have to ask
 * sofa_config_check() of configurations that are only begun, which it cannot judge. */
#ifndef TB_PAIR_CASE_H
#define TB_PAIR_CASE_H

#include "corner_case.h"

#define TB_PAIR_ROWS 160u

struct tb_pairs {
    unsigned rows;
    struct sofa_config row[TB_PAIR_ROWS];
    unsigned legal, covered; /* pairs of values; those that the rows hold */
    unsigned illegal;        /* that no configuration may have */
};

/* The array of a seed: tb_pairs_free() ends it. */
enum sofa_status tb_pairs_make(struct tb_pairs **pairs, uint64_t seed, struct sofa_error *e);
void tb_pairs_free(struct tb_pairs *pairs);
/* Row `index`, with the random numbers of its jobs. */
void tb_pairs_case(struct tb_case *c, const struct tb_pairs *pairs, uint64_t seed, unsigned index);

#endif
