/* SPDX-License-Identifier: Apache-2.0 */
/* The law of cycles: RTL and cycle model agree exactly wherever the memory is ideal. */
#include "../cmodel/cycles/cycles.h"
#include "compare.h"

#include <inttypes.h>
#include <stdlib.h>

/* Faults, stalls and late responses are not the memory that the model knows. */
static int is_ideal(const struct tb_memory_options *o)
{
    return !o->random && o->fault_read == 0 && o->fault_write == 0 && o->stop == TB_STOP_NOTHING && o->response == 0;
}

enum sofa_status tb_compare_cycles(struct tb_comparison *cmp, const struct sofa_config *c, const struct sofa_job *j,
                                   const struct sofa_result *result, const struct tb_memory_options *memory,
                                   const struct tb_outcome *outcome, struct sofa_error *e)
{
    struct sofa_cycles cycles;
    if (cmp->mismatches || !is_ideal(memory))
        return SOFA_OK;
    enum sofa_status status = sofa_cycles_predict(&cycles, c, j, result, e);
    if (status == SOFA_OK && cycles.total != outcome->cycles) {
        tb_differ(cmp, "cycles: RTL needs %" PRIu64 ", predicted %" PRIu64, outcome->cycles, cycles.total);
        cmp->cycles_differ = 1;
    }
    return status;
}

enum sofa_status tb_compare_queue_cycles(struct tb_comparison *cmp, const struct sofa_config *c, const struct tb_queued *job,
                                         unsigned jobs, const struct tb_memory_options *memory, const struct tb_outcome *outcome,
                                         struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    uint64_t total = 0;
    struct sofa_queued *list;
    if (cmp->mismatches || !is_ideal(memory))
        return SOFA_OK;
    list = calloc(jobs, sizeof *list);
    if (!list)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the cycles of %u jobs", jobs);
    for (unsigned i = 0; i < jobs; i++)
        list[i] = (struct sofa_queued){.job = job[i].job, .result = job[i].result, .flags = job[i].flags};
    status = sofa_cycles_queue(&total, c, list, jobs, e);
    free(list);
    if (status == SOFA_OK && total != outcome->cycles) {
        tb_differ(cmp, "cycles of %u jobs: RTL needs %" PRIu64 ", predicted %" PRIu64, jobs, outcome->cycles, total);
        cmp->cycles_differ = 1;
    }
    return status;
}
