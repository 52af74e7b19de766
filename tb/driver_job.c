/* Jobs of the driver: descriptor, start, progress, counters. */
#include "driver.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_CLOCKS 16u    /* after done, before the bus is asked whether it is empty */
#define SILENT_WATCHDOGS 4u /* watchdog periods without a handshake or done: the core hangs */
#define LOOK_CLOCKS 1024u   /* between looks at the wall clock */
#define FIRST_LINE_SECONDS 5.0
#define LINE_SECONDS 2.0

struct setting {
    const char *name;
    uint32_t value;
};

static enum sofa_status write_all(struct tb_driver *d, const struct setting *s, size_t count, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < count && status == SOFA_OK; i++)
        status = tb_write(d, s[i].name, s[i].value, e);
    return status;
}

static enum sofa_status load_memory(struct tb_driver *d, const struct tb_layout *l, struct sofa_error *e)
{
    static const char *const low[TB_KINDS] = {"Q_BASE_LO", "K_BASE_LO", "V_BASE_LO", "O_BASE_LO", "RANGE_BASE_LO"};
    static const char *const high[TB_KINDS] = {"Q_BASE_HI", "K_BASE_HI", "V_BASE_HI", "O_BASE_HI", "RANGE_BASE_HI"};
    static const char *const stride[TB_KINDS] = {"Q_STRIDE", "K_STRIDE", "V_STRIDE", "O_STRIDE", NULL};
    enum sofa_status status = SOFA_OK;
    for (unsigned k = 0; k < TB_KINDS && status == SOFA_OK; k++) {
        const struct tb_region *r = &l->region[k];
        status = tb_write(d, low[k], (uint32_t)r->base, e);
        if (status == SOFA_OK && d->config->memory.address_bits > 32)
            status = tb_write(d, high[k], (uint32_t)(r->base >> 32), e);
        if (status == SOFA_OK && stride[k])
            status = tb_write(d, stride[k], r->stride, e);
    }
    return status;
}

enum sofa_status tb_load_job(struct tb_driver *d, const struct sofa_job *j, const struct tb_layout *l,
                             struct sofa_error *e)
{
    const struct setting settings[] = {
        {"WATCHDOG", TB_WATCHDOG},
        {"IRQ_ENABLE", 1},
        {"ROWS", j->rows},
        {"KEYS", j->keys},
        {"TILE", j->tile},
        {"KEPT", j->kept},
        {"FLAGS", (j->carry ? SOFA_FLAG_CARRY : 0) | (j->has_ranges ? SOFA_FLAG_RANGES : 0)},
        {"MODE", 0},
        {"RADIUS", j->radius},
        {"SCORE_SHIFT", j->score_shift},
        {"SCALE_MANTISSA", j->scale_mantissa},
        {"SCALE_SHIFT", j->scale_shift},
    };
    enum sofa_status status = write_all(d, settings, sizeof settings / sizeof settings[0], e);
    return status == SOFA_OK ? load_memory(d, l, e) : status;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct progress {
    double start, next;
    uint64_t first_clock;
    int terminal, shown;
};

static enum sofa_status show(struct tb_driver *d, struct progress *p, struct sofa_error *e)
{
    uint32_t blocks, rows;
    enum sofa_status status = tb_read(d, "BLOCKS_LO", &blocks, e);
    if (status == SOFA_OK)
        status = tb_read(d, "ROWS", &rows, e);
    if (status != SOFA_OK)
        return status;
    unsigned all = (unsigned)((rows + d->config->query_block - 1u) / d->config->query_block);
    fprintf(stderr, "%s%llu cycles, %u of %u blocks%s", p->terminal ? "\r" : "",
            (unsigned long long)(d->clocks - p->first_clock), (unsigned)blocks, all, p->terminal ? "" : "\n");
    p->shown = 1;
    p->next = now() + LINE_SECONDS;
    return SOFA_OK;
}

static int hangs(const struct tb_driver *d, const struct tb_wait *wait, uint64_t start)
{
    if (wait->max_clocks && d->clocks - start >= wait->max_clocks)
        return 1;
    return d->memory.now - d->memory.last_activity > (uint64_t)SILENT_WATCHDOGS * TB_WATCHDOG;
}

static enum sofa_status wait_done(struct tb_driver *d, const struct tb_wait *wait, struct tb_outcome *o,
                                  struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    uint64_t start = d->clocks;
    struct progress p = {.start = now(), .first_clock = start, .terminal = isatty(STDERR_FILENO)};
    int aborted = 0;
    p.next = p.start + (p.terminal ? LINE_SECONDS : FIRST_LINE_SECONDS);
    d->memory.last_activity = d->memory.now;
    while (!d->out.irq && !hangs(d, wait, start) && status == SOFA_OK) {
        tb_step(d);
        uint64_t passed = d->clocks - start;
        if (wait->abort_after && passed >= wait->abort_after && !aborted) {
            status = tb_write(d, "CONTROL", SOFA_CONTROL_ABORT, e);
            aborted = 1;
        } else if (wait->progress && passed % LOOK_CLOCKS == 0 && now() > p.next)
            status = show(d, &p, e);
    }
    if (p.terminal && p.shown)
        fputc('\n', stderr);
    o->finished = d->out.irq;
    o->clocks = d->clocks - start;
    o->seconds = now() - p.start;
    return status;
}

static enum sofa_status read_counters(struct tb_driver *d, struct tb_outcome *o, struct sofa_error *e)
{
    unsigned count;
    enum sofa_status status = SOFA_OK;
    const struct sofa_register *r = sofa_registers(&count);
    for (unsigned i = 0; i + 1 < count && status == SOFA_OK; i++) {
        size_t length = strlen(r[i].name);
        if (r[i].kind != SOFA_REG_COUNTER || strcmp(r[i].name + length - 3, "_LO") != 0 ||
            o->counters == TB_COUNTERS_MAX)
            continue;
        struct tb_counter *c = &o->counter[o->counters++];
        uint32_t low, high = 0;
        snprintf(c->name, sizeof c->name, "%.*s", (int)(length - 3), r[i].name);
        status = tb_read(d, r[i].name, &low, e); /* holds the upper half for the next read */
        if (status == SOFA_OK)
            status = tb_read(d, r[i + 1].name, &high, e);
        c->value = (uint64_t)high << 32 | low;
    }
    return status;
}

enum sofa_status tb_execute(struct tb_driver *d, const struct tb_wait *wait, struct tb_outcome *o,
                            struct sofa_error *e)
{
    uint32_t state = 0;
    *o = (struct tb_outcome){0};
    enum sofa_status status = tb_write(d, "CONTROL", SOFA_CONTROL_START, e);
    if (status == SOFA_OK)
        status = wait_done(d, wait, o, e);
    for (unsigned i = 0; i < DRAIN_CLOCKS; i++)
        tb_step(d);
    o->idle_after = tb_memory_idle(&d->memory);
    if (status == SOFA_OK)
        status = tb_read(d, "STATUS", &state, e);
    o->error = state >> SOFA_STATUS_ERROR_SHIFT & 0xFF;
    if (status == SOFA_OK)
        status = read_counters(d, o, e);
    o->cycles = tb_counter(o, "CYCLES");
    if (status == SOFA_OK)
        status = tb_write(d, "CONTROL", SOFA_CONTROL_CLEAR, e);
    return status;
}

uint64_t tb_counter(const struct tb_outcome *o, const char *name)
{
    for (unsigned i = 0; i < o->counters; i++)
        if (strcmp(o->counter[i].name, name) == 0)
            return o->counter[i].value;
    return 0;
}
