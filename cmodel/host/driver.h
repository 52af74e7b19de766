/* SPDX-License-Identifier: Apache-2.0 */
/* Drives a core over a bus: identity, memory, descriptor, start, end, counters. */
#ifndef SOFA_DRIVER_H
#define SOFA_DRIVER_H

#include "../config/regs.h"
#include "../trace/job.h"
#include "bus.h"
#include "image.h"

#define SOFA_COUNTERS_MAX 32u

struct sofa_count {
    char name[32]; /* as in the register table, without _LO */
    uint64_t value;
};

struct sofa_counts {
    unsigned count;
    struct sofa_count item[SOFA_COUNTERS_MAX];
};

/* Registers by the table's name. */
enum sofa_status sofa_driver_get(const struct sofa_bus *bus, const char *name, uint32_t *value, struct sofa_error *e);
enum sofa_status sofa_driver_put(const struct sofa_bus *bus, const char *name, uint32_t value, struct sofa_error *e);

/* Checks ID and CONFIG_HASH. */
enum sofa_status sofa_driver_identify(const struct sofa_bus *bus, const struct sofa_config *c, struct sofa_error *e);
/* 1: a core of that configuration has registers for the place. */
int sofa_place_used(const struct sofa_config *c, enum sofa_place_kind kind);
/* The descriptor registers of a job. */
enum sofa_status sofa_driver_describe(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_job *j,
                                      const struct sofa_place place[SOFA_PLACES], uint32_t watchdog, struct sofa_error *e);
/* The job as a descriptor of the queue: SOFA_JOB_BYTES bytes, an image of the registers; the others are zero. flags: SOFA_FLAG_NOTIFY,
 * SOFA_FLAG_STOP. */
enum sofa_status sofa_driver_descriptor(uint8_t *out, const struct sofa_config *c, const struct sofa_job *j,
                                        const struct sofa_place place[SOFA_PLACES], uint32_t watchdog, uint32_t flags,
                                        struct sofa_error *e);
/* An empty ring of `count` descriptors at `base`; the queue begins when JOBS_TAIL is written. */
enum sofa_status sofa_driver_ring(const struct sofa_bus *bus, const struct sofa_config *c, uint64_t base, uint32_t count, struct sofa_error *e);
/* STATUS as the core writes it into a descriptor when its job has ended; 0 before. */
uint32_t sofa_driver_reported(const uint8_t *descriptor);
enum sofa_status sofa_driver_counters(const struct sofa_bus *bus, struct sofa_counts *counts, struct sofa_error *e);
/* Adds the counts of another job of the same core. */
void sofa_counts_add(struct sofa_counts *sum, const struct sofa_counts *part);
/* 0 if there is no such counter. */
uint64_t sofa_count_of(const struct sofa_counts *counts, const char *name);

struct sofa_run {
    double timeout;    /* seconds that a part may take after its start; <= 0: 60 */
    uint32_t watchdog; /* 0: that of the reset */
    /* Called now and then; may be NULL. done of total bytes (phase "load", "read") or rows ("run"). */
    void (*progress)(void *user, const char *phase, uint64_t done, uint64_t total);
    void *user;
};

struct sofa_ran {
    unsigned error;  /* STATUS.error of the first part that failed */
    unsigned parts;  /* jobs it took: as many rows at once as the memory holds */
    struct sofa_counts counts; /* summed over the parts */
    double seconds, load_seconds, run_seconds, read_seconds;
    uint64_t bytes;  /* moved between host and memory */
};

/* Loads Q, K, V and ranges (mode tokens: Q, X, codes, weights and ranges), runs all rows in parts of whole blocks, and reads O
 * (rows x head_dim) back. In mode tokens the later parts use what the earlier ones have generated.
 * SOFA_BAD_RESULT: time-out, a core that was reset, a job that ended with an error. */
enum sofa_status sofa_driver_run(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_trace *t,
                                 const struct sofa_job *j, const struct sofa_run *how, int16_t *output,
                                 struct sofa_ran *ran, struct sofa_error *e);

/* A head of a queue. */
struct sofa_driver_head {
    const struct sofa_trace *trace;
    const struct sofa_job *job;
    int16_t *output; /* rows x head_dim */
};
/* Runs whole heads as queues of jobs, of as many heads as the memory holds; ran->parts: how many queues. A core without a queue, or a head
 * that does not fit whole: SOFA_BAD_INPUT; else as sofa_driver_run. */
enum sofa_status sofa_driver_run_queue(const struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_driver_head *head,
                                       size_t heads, const struct sofa_run *how, struct sofa_ran *ran, struct sofa_error *e);

#endif
