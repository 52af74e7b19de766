/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of a few jobs on a core of the tests. */
#ifndef SOFA_TESTS_QUEUES_H
#define SOFA_TESTS_QUEUES_H

#include "cores.h"

#define JOBS 4u /* at most */

/* Designs with a queue. */
enum { QUEUED = 9 };
extern const size_t queued[QUEUED];

struct queue {
    struct fixture *f;
    unsigned jobs;
    struct head head[JOBS];
    struct tb_queued job[JOBS];
    struct tb_layout images[JOBS + 1]; /* of the jobs and the ring, once they are loaded */
};

/* Job `number` of a head. alike, mode kv: all but rows, scales and addresses become those of the first job, so that the jobs overlap where the core
 * lets them. */
void add_job(struct queue *q, unsigned number, size_t rows, size_t keys, enum tb_view view, int alike);
void free_jobs(struct queue *q);

/* Images and descriptors; the queue is begun by JOBS_TAIL. */
void load_queue(struct queue *q, const struct tb_memory_options *m);
/* Tells the core where the ring is, and that it has `count` descriptors. Returns its address. */
uint64_t open_ring(struct queue *q, unsigned count);
void unload_queue(struct queue *q);

/* STATUS in the descriptor of a job. */
uint32_t reported(const struct queue *q, unsigned job);
/* Jobs first to end - 1 have been reported with that error. */
void expect_reported(const struct queue *q, unsigned first, unsigned end, unsigned code);
/* The outputs of a job that has been run right. */
void expect_output(const struct queue *q, unsigned job);
uint32_t read_register(struct queue *q, const char *name);
/* Until the interrupt, which is cleared. */
void wait_end(struct queue *q);

#endif
