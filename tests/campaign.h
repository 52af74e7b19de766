/* SPDX-License-Identifier: Apache-2.0 */
/* Campaigns: at every place of small jobs in turn something goes wrong, and each time the core must end as it has to and run the next job
 * right. SOFA_WHOLE=1 tries every place, else a few by the seed. SOFA_PLACE=DESIGN:PLACE tries that one alone, as a failure says, SOFA_PLACE=DESIGN all
 * of a design. What was tried is counted by kind, over all designs, and printed at the end of each campaign. */
#ifndef SOFA_TESTS_CAMPAIGN_H
#define SOFA_TESTS_CAMPAIGN_H

#include "disturb.h"

#include <check.h>

enum { VICTIMS = 2, FOLLOWERS = 2 };

struct campaign {
    struct fixture f;
    struct campaign_record *record;
    size_t design;
    uint64_t seed; /* the random numbers of a place do not depend on those before it */
    struct head victim[VICTIMS], follower[FOLLOWERS];
    struct head giver; /* mode tokens: generates what the second victim keeps */
};

/* A suite of campaigns; then each with one test for each design. Names are constants. */
Suite *campaign_suite(const char *name);
void campaign_add(Suite *suite, const char *name, const TTest *test, size_t first, size_t end);

/* Opens the design; the campaign is the one of the test that runs. */
void campaign_open(struct campaign *c, const char *name, size_t design);
void campaign_close(struct campaign *c);
/* With small jobs: the first victim has causal ranges, the second one other ranges, another order and, where there is a choice, another policy
 * of selection; in mode tokens it keeps pairs. The followers come behind them. */
void campaign_heads(struct campaign *c);
void campaign_free_heads(struct campaign *c);

/* 1: every place is tried. */
int campaign_whole(void);
/* 1: place n of `places` is to be tried. */
int campaign_tries(struct campaign *c, uint64_t n, uint64_t places);
void campaign_count(struct campaign *c, const char *kind);

/* A victim with a memory. */
struct attempt {
    const struct head *head;
    struct tb_memory_options memory;
    struct undisturbed whole;
};
/* At each place of each victim, of which an undisturbed job has so many: what is done to it. Afterwards a follower runs. Returns 1
 * if the core has forgotten all pairs. */
typedef uint64_t campaign_places(const struct attempt *a);
typedef int campaign_disturb(struct campaign *c, const struct attempt *a, uint64_t place);
void campaign_run(struct campaign *c, campaign_places *places, campaign_disturb *disturb);

#endif
