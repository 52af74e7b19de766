/* SPDX-License-Identifier: Apache-2.0 */
/* Which heads a command line names, and where their outputs go. */
#include "heads_list.h"

#include "../base/output.h"
#include "../trace/file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum sofa_status add(struct sofa_heads *list, const char *trace, size_t head, size_t heads, struct sofa_error *e)
{
    struct sofa_head_run *more = realloc(list->run, (list->count + 1) * sizeof *more);
    if (!more)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu heads", list->count + 1);
    list->run = more;
    more[list->count] = (struct sofa_head_run){.trace = trace, .head = head, .heads = heads};
    list->count++;
    return SOFA_OK;
}

/* All heads of a file; for one that cannot be read its error. */
static enum sofa_status add_trace(struct sofa_heads *list, const char *trace, size_t only, struct sofa_error *e)
{
    size_t heads = 1;
    struct sofa_error why;
    enum sofa_status readable = sofa_trace_heads(&heads, trace, &why);
    if (readable != SOFA_OK) {
        enum sofa_status added = add(list, trace, only == SIZE_MAX ? 0 : only, 1, e);
        if (added == SOFA_OK) {
            list->run[list->count - 1].status = readable;
            list->run[list->count - 1].error = why;
        }
        return added;
    }
    if (only != SIZE_MAX)
        return add(list, trace, only, heads, e);
    enum sofa_status status = SOFA_OK;
    for (size_t head = 0; head < heads && status == SOFA_OK; head++)
        status = add(list, trace, head, heads, e);
    return status;
}

/* OUT.npz of one head, OUT-TRACE[-hN].npz of one of several. */
static char *output_path(const char *out, const struct sofa_head_run *run, int several)
{
    size_t length = strlen(out), stem = length > 4 && strcmp(out + length - 4, ".npz") == 0 ? length - 4 : length;
    const char *slash = strrchr(run->trace, '/'), *name = slash ? slash + 1 : run->trace;
    size_t named = strlen(name), part = named > 4 && strcmp(name + named - 4, ".npz") == 0 ? named - 4 : named;
    char head[32] = "", *path = malloc(length + named + sizeof head + 8);
    if (!path)
        return NULL;
    if (run->heads > 1)
        snprintf(head, sizeof head, "-h%zu", run->head);
    if (several)
        sprintf(path, "%.*s-%.*s%s.npz", (int)stem, out, (int)part, name, head);
    else
        strcpy(path, out);
    return path;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* They can be written as far as that can be known before, and two traces of one name do not write one file. */
static enum sofa_status check_outputs(const struct sofa_heads *list, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < list->count && status == SOFA_OK; i++)
        status = sofa_output_check(list->run[i].out_path, e);
    if (status != SOFA_OK)
        return status;
    char **sorted = malloc(list->count * sizeof *sorted);
    if (!sorted)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu names", list->count);
    for (size_t i = 0; i < list->count; i++)
        sorted[i] = list->run[i].out_path;
    qsort(sorted, list->count, sizeof *sorted, compare_paths);
    for (size_t i = 1; i < list->count && status == SOFA_OK; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status = sofa_fail(e, SOFA_BAD_INPUT, "-o: two heads would be written to %.300s; rename a trace", sorted[i]);
    free(sorted);
    return status;
}

enum sofa_status sofa_heads_list(struct sofa_heads *list, const struct sofa_run_options *o, struct sofa_error *e)
{
    enum sofa_status status = SOFA_OK;
    *list = (struct sofa_heads){.run = NULL};
    for (unsigned i = 0; i < o->traces && status == SOFA_OK; i++)
        status = add_trace(list, o->trace[i], o->head, e);
    for (size_t i = 0; o->out_path && i < list->count && status == SOFA_OK; i++) {
        list->run[i].out_path = output_path(o->out_path, &list->run[i], list->count > 1);
        if (!list->run[i].out_path)
            status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu names", list->count);
    }
    return status == SOFA_OK && o->out_path ? check_outputs(list, e) : status;
}

void sofa_heads_free(struct sofa_heads *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->run[i].out_path);
        sofa_result_free(&list->run[i].result);
    }
    free(list->run);
    *list = (struct sofa_heads){.run = NULL};
}
