/* SPDX-License-Identifier: Apache-2.0 */
/* A head in a core's memory: where its tensors stand, their loading, and reading O back. */
#ifndef SOFA_LOAD_H
#define SOFA_LOAD_H

#include "driver.h"

struct sofa_load {
    const struct sofa_bus *bus;
    const struct sofa_config *config;
    const struct sofa_trace *trace;
    const struct sofa_job *job;
    const struct sofa_run *how;
    struct sofa_ran *ran;
    struct sofa_place place[SOFA_PLACES];
    size_t keys; /* that some row sees; the others need not be loaded */
    size_t part_rows;
};

/* Finds keys and strides; bus, config, trace and job are set. */
void sofa_load_open(struct sofa_load *l);
/* From the memory's begin on, as many rows as it holds: part_rows. */
enum sofa_status sofa_load_place(struct sofa_load *l, struct sofa_error *e);
/* All rows, from `start` on; returns where they end. */
uint64_t sofa_load_place_whole(struct sofa_load *l, uint64_t start);
/* What all parts of the rows share; some rows with their ranges; O of some rows, to the row `first` of the output. */
enum sofa_status sofa_load_shared(struct sofa_load *l, struct sofa_error *e);
enum sofa_status sofa_load_rows(struct sofa_load *l, size_t first, size_t rows, struct sofa_error *e);
enum sofa_status sofa_load_output(struct sofa_load *l, size_t first, size_t rows, int16_t *output, struct sofa_error *e);
/* Bytes into memory, counted and told. */
enum sofa_status sofa_load_bytes(struct sofa_load *l, uint64_t base, const uint8_t *bytes, size_t count, struct sofa_error *e);
/* To how->progress. */
void sofa_load_tell(const struct sofa_load *l, const char *phase, uint64_t done, uint64_t total);

#endif
