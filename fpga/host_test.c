/* SPDX-License-Identifier: Apache-2.0 */
/* selftest: from the line to whole jobs, so that the first failure says what is broken. */
#include "../cmodel/bits/project.h"
#include "host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HIDDEN 40u /* of the tokens of a random head */
#define MEMORY_SAMPLE 512u /* bytes tested at each place */

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static int fill(struct sofa_tensor *t, size_t rows, size_t cols, unsigned bits, uint64_t *state)
{
    *t = (struct sofa_tensor){.rows = rows, .cols = cols, .step = 1.0 / (bits == 8 ? 16 : 4096)};
    t->value = malloc(rows * cols * sizeof *t->value);
    for (size_t i = 0; t->value && i < rows * cols; i++)
        t->value[i] = bits == 8 ? (int16_t)(int8_t)(next(state) >> 40) : (int16_t)(next(state) >> 40);
    return t->value != NULL;
}

/* Mode tokens: short tokens, as many as a serial line carries soon. */
static int fill_keys(struct sofa_trace *t, const struct sofa_config *c, size_t keys, uint64_t *state)
{
    size_t d = c->head_dim, hidden = c->hidden_max < HIDDEN ? c->hidden_max : HIDDEN;
    if (c->mode == SOFA_MODE_TOKENS)
        return fill(&t->tokens.x, keys, hidden, c->data.token_bits, state) &&
               fill(&t->tokens.wk, hidden, d, c->data.weight_bits, state) &&
               fill(&t->tokens.wv, hidden, d, c->data.weight_bits, state);
    return fill(&t->k, keys, d, c->data.key_bits, state) && fill(&t->v, keys, d, c->data.value_bits, state);
}

enum sofa_status host_random_trace(struct sofa_trace *t, const struct sofa_config *c, size_t rows, size_t keys,
                                   int causal, uint64_t seed, struct sofa_error *e)
{
    *t = (struct sofa_trace){.scale = 1 / sqrt(c->head_dim), .has_ranges = causal};
    t->first = calloc(rows, sizeof *t->first);
    t->visible = malloc(rows * sizeof *t->visible);
    if (!t->first || !t->visible || !fill(&t->q, rows, c->head_dim, c->data.query_bits, &seed) ||
        !fill_keys(t, c, keys, &seed))
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows and %zu keys", rows, keys);
    for (size_t row = 0; row < rows; row++)
        t->visible[row] = (uint32_t)(causal ? (row + 1) * keys / rows : keys);
    return c->mode == SOFA_MODE_TOKENS ? sofa_tokens_project(t, c, e) : SOFA_OK;
}

static enum sofa_status test_registers(struct host *h, struct sofa_error *e)
{
    static const uint32_t pattern[] = {0, 0xFFFFFFFF, 0x55555555, 0xAAAAAAAA, 0x12345678};
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < sizeof pattern / sizeof pattern[0] && status == SOFA_OK; i++) {
        uint32_t got = 0;
        status = sofa_driver_put(&h->bus, "WATCHDOG", pattern[i], e);
        if (status == SOFA_OK)
            status = sofa_driver_get(&h->bus, "WATCHDOG", &got, e);
        if (status == SOFA_OK && got != pattern[i])
            status = sofa_fail(e, SOFA_BAD_RESULT, "register WATCHDOG holds 0x%08X, 0x%08X was written", (unsigned)got,
                               (unsigned)pattern[i]);
    }
    return status;
}

static enum sofa_status test_place(struct host *h, uint64_t address, size_t count, uint64_t seed, struct sofa_error *e)
{
    uint8_t want[MEMORY_SAMPLE], got[MEMORY_SAMPLE] = {0};
    for (size_t i = 0; i < count; i++)
        want[i] = (uint8_t)(next(&seed) >> 40);
    enum sofa_status status = h->bus.write(h->bus.user, address, want, count, e);
    if (status == SOFA_OK)
        status = h->bus.read(h->bus.user, address, got, count, e);
    for (size_t i = 0; i < count && status == SOFA_OK; i++)
        if (got[i] != want[i])
            status = sofa_fail(e, SOFA_BAD_RESULT, "memory at 0x%llX holds 0x%02X, 0x%02X was written",
                               (unsigned long long)address + i, got[i], want[i]);
    return status;
}

/* The two ends and every power of two: stuck address and data lines. */
static enum sofa_status test_memory(struct host *h, struct sofa_error *e)
{
    uint64_t base = h->bus.base, size = h->bus.size;
    size_t count = size < MEMORY_SAMPLE ? (size_t)size : MEMORY_SAMPLE;
    enum sofa_status status = test_place(h, base, count, 1, e);
    if (status == SOFA_OK)
        status = test_place(h, base + size - count, count, 2, e);
    for (uint64_t at = count; at + count <= size && status == SOFA_OK; at *= 2)
        status = test_place(h, base + at, count, at, e);
    for (uint64_t at = 1; at < size && status == SOFA_OK; at *= 2) { /* marks that overwrite each other tell of aliases */
        uint8_t mark = (uint8_t)(at % 251);
        status = h->bus.write(h->bus.user, base + at, &mark, 1, e);
    }
    for (uint64_t at = 1; at < size && status == SOFA_OK; at *= 2) {
        uint8_t got = 0;
        status = h->bus.read(h->bus.user, base + at, &got, 1, e);
        if (status == SOFA_OK && got != (uint8_t)(at % 251))
            status = sofa_fail(e, SOFA_BAD_RESULT, "memory at 0x%llX holds 0x%02X, 0x%02X was written: is an address line stuck?",
                               (unsigned long long)(base + at), got, (unsigned)(at % 251));
    }
    return status;
}

/* A job that must be refused: no rows. */
static enum sofa_status test_refusal(struct host *h, struct sofa_error *e)
{
    uint32_t state = 0;
    enum sofa_status status = sofa_driver_put(&h->bus, "ROWS", 0, e);
    if (status == SOFA_OK)
        status = sofa_driver_put(&h->bus, "CONTROL", SOFA_CONTROL_START, e);
    if (status == SOFA_OK)
        status = sofa_driver_get(&h->bus, "STATUS", &state, e);
    if (status == SOFA_OK && state != (SOFA_STATUS_DONE | (uint32_t)SOFA_ERROR_ROWS << SOFA_STATUS_ERROR_SHIFT))
        return sofa_fail(e, SOFA_BAD_RESULT, "a job without rows was not refused: STATUS is 0x%08X", (unsigned)state);
    return status == SOFA_OK ? sofa_driver_put(&h->bus, "CONTROL", SOFA_CONTROL_CLEAR, e) : status;
}

static enum sofa_status make_head(struct host *h, struct host_head *head, int causal, uint64_t seed, struct sofa_error *e)
{
    const struct sofa_config *c = &h->config;
    const struct sofa_options options = {.radius = causal ? 2.0 : INFINITY, .carry = causal};
    size_t keys = 2ul * c->tile.keys + 1, rows = 2ul * c->query_block + 1;
    enum sofa_status status = host_random_trace(&head->trace, c, rows, keys < c->keys_max ? keys : c->keys_max, causal, seed, e);
    return status == SOFA_OK ? sofa_job_make(&head->job, c, &head->trace, &options, e) : status;
}

static enum sofa_status test_jobs(struct host *h, struct host_head *head, size_t heads, struct sofa_error *e)
{
    struct host_result result;
    enum sofa_status status = host_execute(h, head, heads, &result, e);
    if (status == SOFA_OK && result.mismatches)
        status = sofa_fail(e, SOFA_BAD_RESULT, "board and model differ in %llu places; the first: %s",
                           (unsigned long long)result.mismatches, result.first);
    return status;
}

static enum sofa_status test_job(struct host *h, int causal, uint64_t seed, struct sofa_error *e)
{
    struct host_head head = {.trace = {.q = {0}}};
    enum sofa_status status = make_head(h, &head, causal, seed, e);
    if (status == SOFA_OK)
        status = test_jobs(h, &head, 1, e);
    sofa_trace_free(&head.trace);
    return status;
}

/* Both of these jobs. */
static enum sofa_status test_queue(struct host *h, struct sofa_error *e)
{
    struct host_head head[2] = {{.trace = {.q = {0}}}, {.trace = {.q = {0}}}};
    enum sofa_status status = make_head(h, &head[0], 0, 1, e);
    if (status == SOFA_OK)
        status = make_head(h, &head[1], 1, 2, e);
    if (status == SOFA_OK)
        status = test_jobs(h, head, 2, e);
    for (unsigned i = 0; i < 2; i++)
        sofa_trace_free(&head[i].trace);
    return status;
}

static enum sofa_status step(struct host *h, unsigned n, struct sofa_error *e)
{
    switch (n) {
    case 0: return host_identify(h, e);
    case 1: return test_registers(h, e);
    case 2: return test_memory(h, e);
    case 3: return test_refusal(h, e);
    case 4: return test_job(h, 0, 1, e);
    case 5: return test_job(h, 1, 2, e);
    default: return test_queue(h, e);
    }
}

enum sofa_status host_selftest(struct host *h, struct sofa_error *e)
{
    static const char *const name[] = {"identity and configuration", "registers", "memory", "refusal of a bad job",
                                       "a job without ranges", "a causal job with radius", "a queue of jobs"};
    unsigned tests = sizeof name / sizeof name[0];
    for (unsigned n = 0; n < tests; n++) {
        struct sofa_error why = {""};
        enum sofa_status status = step(h, n, &why);
        if (!h->options->json)
            printf("%-28s %s\n", name[n], status == SOFA_OK ? "ok" : "FAILED");
        if (status != SOFA_OK)
            return sofa_fail(e, status, "selftest, %s: %.400s", name[n], why.text);
        if (n == 0 && !h->config.jobs.queue)
            tests--; /* the last one */
    }
    if (h->options->json)
        printf("{\"passed\": true, \"tests\": %u}\n", tests);
    else
        printf("selftest passed\n");
    return SOFA_OK;
}
