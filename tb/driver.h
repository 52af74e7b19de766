/* SPDX-License-Identifier: Apache-2.0 */
/* Drives sofa_core as a host does: registers, start, interrupt, counters; and moves simulated time. */
#ifndef TB_DRIVER_H
#define TB_DRIVER_H

#include "../cmodel/host/driver.h"
#include "core.h"
#include "memory.h"

#define TB_WATCHDOG 0x10000u /* cycles without progress, unless a test says otherwise */

struct tb_driver {
    const struct sofa_config *config;
    struct tb_core core;
    struct tb_memory memory;
    struct tb_pins_in in;
    struct tb_pins_out out;
    uint64_t clocks;
};

struct tb_wait {
    uint64_t max_clocks;  /* give up after so many; 0: never */
    uint64_t abort_after; /* write CONTROL.abort after so many clocks; 0: never */
    uint64_t progress;    /* blocks in all, for lines on stderr when it takes long; 0: none */
};

struct tb_outcome {
    int finished;         /* the core said done; 0: it hung */
    int idle_after;       /* nothing was under way on the bus at done or shortly after */
    unsigned error;       /* STATUS.error */
    uint64_t cycles;      /* register CYCLES */
    uint64_t clocks;      /* simulated from start to done */
    double seconds;       /* of the host for these */
    struct sofa_counts counts;
};

enum sofa_status tb_driver_open(struct tb_driver **driver, const struct sofa_config *c, const struct tb_core_options *o,
                                struct sofa_error *e);
/* 0, or the errno of the first write that failed to a file of waves. */
int tb_driver_close(struct tb_driver *driver);

void tb_step(struct tb_driver *d);
void tb_reset(struct tb_driver *d);
/* The registers as cmodel/host/driver.h takes them; there is no memory behind this bus. */
struct sofa_bus tb_bus(struct tb_driver *d);
/* Registers by the table's name. Errors: no answer. */
enum sofa_status tb_write(struct tb_driver *d, const char *name, uint32_t value, struct sofa_error *e);
enum sofa_status tb_read(struct tb_driver *d, const char *name, uint32_t *value, struct sofa_error *e);
/* Descriptor registers of a job whose memory is l. */
enum sofa_status tb_load_job(struct tb_driver *d, const struct sofa_job *j, const struct tb_layout *l,
                             struct sofa_error *e);
/* Writes the jobs' descriptors into the ring, each with its flags; the images of job i are those of l[i], the ring is l[jobs]. */
enum sofa_status tb_load_queue(struct tb_driver *d, const struct sofa_job *const *job, const uint32_t *flags, unsigned jobs,
                               const struct tb_layout *l, struct sofa_error *e);
/* As tb_execute, for the jobs of a ring of `count` descriptors up to the one before `tail`. */
enum sofa_status tb_execute_queue(struct tb_driver *d, unsigned count, unsigned tail, const struct tb_layout *ring,
                                  const struct tb_wait *wait, struct tb_outcome *o, struct sofa_error *e);
/* Starts and waits for the interrupt; reads status and counters, clears done. */
enum sofa_status tb_execute(struct tb_driver *d, const struct tb_wait *wait, struct tb_outcome *o,
                            struct sofa_error *e);
/* 0 if there is no such counter. */
uint64_t tb_counter(const struct tb_outcome *o, const char *name);

#endif
