/* SPDX-License-Identifier: Apache-2.0 */
/* sofahost: what its commands share. */
#ifndef FPGA_HOST_H
#define FPGA_HOST_H

#include "../cmodel/bits/model.h"
#include "../cmodel/host/driver.h"
#include "../cmodel/host/link_bus.h"

#define HOST_OVERRIDES_MAX 128u

struct host_options {
    const char *port, *config, *command;
    char *const *argument; /* of the command */
    int arguments;
    const char *override[HOST_OVERRIDES_MAX];
    unsigned overrides, baud;
    double timeout; /* of a job, seconds */
    struct sofa_options run;
    size_t row_first, row_end;
    size_t head; /* SIZE_MAX: the trace's only one */
    int json;
};

struct host {
    const struct host_options *options;
    struct sofa_bus bus;
    struct sofa_link link;
    int serial; /* link is in use */
    struct sofa_config config;
};

/* Opens the port. Then host_identify() for every command that needs the configuration. */
enum sofa_status host_open(struct host *h, const struct host_options *o, struct sofa_error *e);
/* The configuration is that of --config, or what the board tells; the core must have its hash. */
enum sofa_status host_identify(struct host *h, struct sofa_error *e);
void host_close(struct host *h);

struct host_head {
    struct sofa_trace trace;
    struct sofa_job job;
};

/* Jobs on the board and in the model, all together. */
struct host_result {
    struct sofa_ran ran;
    struct sofa_counters model;
    struct sofa_balance balance; /* of the first trace */
    uint64_t mismatches;
    char first[160]; /* the first difference */
};
enum sofa_status host_execute(struct host *h, const struct host_head *head, size_t heads, struct host_result *result,
                              struct sofa_error *e);
/* A head of small random numbers; the caller frees, also after an error. causal: row r sees keys up to its own place. */
enum sofa_status host_random_trace(struct sofa_trace *t, const struct sofa_config *c, size_t rows, size_t keys,
                                   int causal, uint64_t seed, struct sofa_error *e);

enum sofa_status host_info(struct host *h, struct sofa_error *e);
enum sofa_status host_read(struct host *h, struct sofa_error *e);
enum sofa_status host_write(struct host *h, struct sofa_error *e);
enum sofa_status host_selftest(struct host *h, struct sofa_error *e);
enum sofa_status host_run(struct host *h, struct sofa_error *e);
enum sofa_status host_bench(struct host *h, struct sofa_error *e);

#endif
