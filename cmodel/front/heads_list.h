/* SPDX-License-Identifier: Apache-2.0 */
/* The list of heads that options name. */
#ifndef SOFA_HEADS_LIST_H
#define SOFA_HEADS_LIST_H

#include "options.h"
#include "report.h"

struct sofa_head_run {
    const char *trace;
    size_t head, heads;      /* heads: of the file */
    char *out_path;          /* -o; NULL: none */
    enum sofa_status status; /* not SOFA_OK before it runs: the file cannot be read */
    struct sofa_error error;
    int reported;            /* report holds something, whatever the status */
    struct sofa_report report;
    struct sofa_result result;     /* if the heads are a queue, until all are freed; else nothing */
    struct sofa_measured measured; /* report.measured may point at it */
};

struct sofa_heads {
    struct sofa_head_run *run;
    size_t count;
};

/* In the order of the command line. Errors: two outputs of one name. The caller frees, also after an error. */
enum sofa_status sofa_heads_list(struct sofa_heads *list, const struct sofa_run_options *o, struct sofa_error *e);
void sofa_heads_free(struct sofa_heads *list);

#endif
