/* SPDX-License-Identifier: Apache-2.0 */
/* For heads.c and its tests: the list of heads that options name. */
#ifndef SOFA_HEADS_LIST_H
#define SOFA_HEADS_LIST_H

#include "heads.h"

struct sofa_heads {
    struct sofa_head_run *run;
    size_t count;
};

/* In the order of the command line. Errors: two outputs of one name. The caller frees, also after an error. */
enum sofa_status sofa_heads_list(struct sofa_heads *list, const struct sofa_run_options *o, struct sofa_error *e);
void sofa_heads_free(struct sofa_heads *list);

#endif
