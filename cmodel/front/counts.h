/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of sofa_core as the model knows them, by the names of the register table. */
#ifndef SOFA_COUNTS_H
#define SOFA_COUNTS_H

#include "../bits/model.h"
#include "../host/driver.h"

/* Those that no timing changes, in the table's order of names; a mode leaves out what only the other one counts. */
void sofa_counts_expect(struct sofa_counts *counts, const struct sofa_config *c, const struct sofa_counters *n);
/* K and V rows cross the bus in whole beats; in mode tokens only rows that are read back. */
void sofa_count_row_beats(const struct sofa_config *c, const struct sofa_counters *n, uint64_t *key, uint64_t *value);

#endif
