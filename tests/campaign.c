/* SPDX-License-Identifier: Apache-2.0 */
#include "campaign.h"

#include "tests.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SAMPLES 3u /* places of a design that make test tries */
#define RECORDS 24u
#define KINDS 24u
#define HOUR 3600
#define ATTEMPTS 3u /* the first victim with both memories, the second with an ideal one */

/* What a campaign has tried; tests are processes of their own, so this is memory that they share. */
struct campaign_record {
    const char *suite, *name;
    unsigned ended;            /* designs */
    uint64_t tried, places;
    int runs[DESIGNS];         /* 1: begun and not ended */
    uint64_t place[DESIGNS];   /* the last that was tried */
    struct {
        char name[40];
        uint64_t count;
    } kind[KINDS];
    int told;
};
static struct campaign_record *records; /* RECORDS of them */
static const char *suite_name; /* that is being made */

int campaign_whole(void)
{
    return getenv("SOFA_WHOLE") != NULL;
}

/* Of each campaign that has ended. */
static void tell(void)
{
    for (struct campaign_record *r = records; r < records + RECORDS && r->name; r++) {
        if (r->told || !r->places)
            continue;
        r->told = 1;
        printf("  %s, %s: %" PRIu64 " of %" PRIu64 " places of %u designs", r->suite, r->name, r->tried, r->places, r->ended);
        for (unsigned k = 0; k < KINDS && r->kind[k].count; k++)
            printf("%s %s %" PRIu64, k ? "," : ":", r->kind[k].name, r->kind[k].count);
        printf("\n");
        for (unsigned d = 0; d < DESIGNS; d++)
            if (r->runs[d])
                printf("  ended early; replay: CK_RUN_CASE=%s SOFA_SEED=%" PRIu64 " SOFA_PLACE=%u:%" PRIu64 " build/test/sofatest %s\n",
                       r->name, test_seed(), d, r->place[d], r->suite);
    }
    fflush(stdout);
}

/* Or a free one. */
static struct campaign_record *find(const char *name)
{
    struct campaign_record *r = records;
    while (r->name && strcmp(r->name, name) != 0)
        r++;
    return r;
}

Suite *campaign_suite(const char *name)
{
    suite_name = name;
    return suite_create(name);
}

void campaign_add(Suite *suite, const char *name, const TTest *test, size_t first, size_t end)
{
    if (!records) {
        records = mmap(NULL, RECORDS * sizeof *records, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (records == MAP_FAILED)
            exit(2);
    }
    struct campaign_record *r = find(name);
    r->suite = suite_name;
    r->name = name;
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, campaign_whole() ? 4 * HOUR : 400);
    tcase_add_unchecked_fixture(tcase, NULL, tell);
    tcase_add_loop_test(tcase, test, (int)first, (int)end);
    suite_add_tcase(suite, tcase);
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t state = a * 0x9E3779B97F4A7C15u + b;
    return test_random(&state);
}

void campaign_open(struct campaign *c, const char *name, size_t design)
{
    *c = (struct campaign){.record = find(name), .design = design};
    open_design(&c->f, design);
    c->seed = mix(test_seed(), design);
    c->record->runs[design] = 1;
}

void campaign_close(struct campaign *c)
{
    ck_assert_msg(c->record->tried > 0 || getenv("SOFA_PLACE"), "%s: nothing was tried", c->record->name);
    c->record->ended++;
    c->record->runs[c->design] = 0;
    close_design(&c->f);
}

int campaign_tries(struct campaign *c, uint64_t n, uint64_t places)
{
    const char *only = getenv("SOFA_PLACE");
    size_t design = c->design;
    uint64_t place = n;
    int given = only && sscanf(only, "%zu:%" SCNu64, &design, &place) > 0;
    c->record->places++;
    if (given ? design != c->design || place != n : !campaign_whole() && mix(c->seed, n) % places >= SAMPLES && n != c->seed % places)
        return 0;
    c->record->tried++;
    c->record->place[c->design] = n;
    c->f.random.state = mix(c->seed, n);
    return 1;
}

void campaign_count(struct campaign *c, const char *kind)
{
    unsigned k = 0;
    while (k < KINDS - 1 && c->record->kind[k].count && strcmp(c->record->kind[k].name, kind) != 0)
        k++;
    snprintf(c->record->kind[k].name, sizeof c->record->kind[k].name, "%s", kind);
    c->record->kind[k].count++;
}

/* ---- victims ---- */

/* By rank, if the core can. */
static void make_ranked(struct head *h, struct fixture *f, size_t rows, size_t keys, enum tb_view view, const struct sofa_options *o)
{
    for (;;) {
        f->heads++;
        make_head(h, f, rows, keys, TB_RANDOM_VALUES, view, o);
        if (f->config.select.policy != SOFA_POLICY_BOTH || h->job.policy == SOFA_POLICY_RANK)
            return;
        free_head(h);
    }
}

/* The giver's tokens, other ranges. */
static void make_keeper(struct campaign *c, struct tb_random from, size_t rows, size_t keys)
{
    struct head *h = &c->victim[1];
    unsigned heads = c->f.heads;
    make_ranked(&c->giver, &c->f, rows, keys, TB_CAUSAL, &plain);
    struct tb_random after = c->f.random;
    c->f.random = from;
    c->f.heads = heads;
    make_ranked(h, &c->f, rows, keys, TB_CAUSAL, &plain);
    c->f.random = after;
    tb_synthetic_see(&h->trace, TB_SEE_ALL, &c->f.random);
    h->job.has_ranges = h->trace.has_ranges;
    h->job.keep = 1;
    h->job.valid = c->giver.result.valid;
    model_again(h, &c->f);
}

void campaign_heads(struct campaign *c)
{
    struct fixture *f = &c->f;
    const struct sofa_config *k = &f->config;
    const struct sofa_options backwards = {.radius = -1, .order_given = (int)k->select.orders, .order = SOFA_ORDER_OWN};
    size_t block = k->query_block, rows = block < 8 ? block + 1 : 3, keys = k->tile.keys + 2;
    make_head(&c->victim[0], f, rows, keys, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    if (k->mode == SOFA_MODE_TOKENS)
        make_keeper(c, f->random, rows, keys);
    else
        make_ranked(&c->victim[1], f, rows, keys, TB_ANY_RANGE, &backwards);
    make_head(&c->follower[0], f, 2, keys < 10 ? keys - 1 : 8, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
    make_ranked(&c->follower[1], f, rows, keys < 10 ? 3 : 5, TB_CAUSAL, &backwards);
    c->follower[1].job.keep = k->mode == SOFA_MODE_TOKENS; /* of nothing: for where pairs are forgotten */
    model_again(&c->follower[1], f);
}

void campaign_free_heads(struct campaign *c)
{
    for (unsigned i = 0; i < VICTIMS; i++)
        free_head(&c->victim[i]);
    for (unsigned i = 0; i < FOLLOWERS; i++)
        free_head(&c->follower[i]);
    if (c->f.config.mode == SOFA_MODE_TOKENS)
        free_head(&c->giver);
}

/* ---- places ---- */

static void prepare(struct campaign *c, const struct attempt *a)
{
    if (a->head->job.keep)
        run_exact(&c->f, &c->giver, 0, "the job before it");
}

static uint64_t try_places(struct campaign *c, struct attempt *a, campaign_places *places, campaign_disturb *disturb, uint64_t first, uint64_t all)
{
    uint64_t count = places(a);
    for (uint64_t n = 0; n < count && all; n++) {
        if (!campaign_tries(c, first + n, all))
            continue;
        prepare(c, a);
        int forgotten = disturb(c, a, n);
        run_exact(&c->f, &c->follower[forgotten ? n % FOLLOWERS : 0], 0, "the job after it");
    }
    return first + count;
}

void campaign_run(struct campaign *c, campaign_places *places, campaign_disturb *disturb)
{
    struct attempt attempt[ATTEMPTS];
    uint64_t all = 0, n = 0;
    campaign_heads(c);
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        struct attempt *a = &attempt[i];
        *a = (struct attempt){.head = &c->victim[i / 2], .memory = {.random = (int)(i & 1), .seed = c->seed >> 8}};
        prepare(c, a);
        run_undisturbed(&c->f, a->head, &a->memory, &a->whole);
        all = try_places(c, a, places, disturb, all, 0);
    }
    for (unsigned i = 0; i < ATTEMPTS; i++)
        n = try_places(c, &attempt[i], places, disturb, n, all);
    campaign_free_heads(c);
}
