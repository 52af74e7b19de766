/* SPDX-License-Identifier: Apache-2.0 */
#include "functional.h"

#include "../cmodel/config/regs.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *source_name(const struct sofa_config *c)
{
    return c->mode == SOFA_MODE_TOKENS ? "tokens" : c->predict.source == SOFA_SOURCE_PLANE ? "plane" : "rows";
}

/* A number of rows or keys beside what the machine takes at once. */
static const char *size_name(uint64_t n, unsigned whole)
{
    if (n == 1)
        return "one";
    if (n < whole)
        return "below";
    if (n == whole)
        return "whole";
    return n % whole ? "above" : "several";
}

static const char *error_name(unsigned error)
{
    const char *name = sofa_error_code_name(error);
    return name ? name : "unknown";
}

void tb_functional_note(const struct sofa_config *c, const struct sofa_job *j, int random_memory, int queued, unsigned error)
{
    static const char *const order[SOFA_ORDERS + 1] = {"ascending", "nearest", "own", "illegal"};
    const char *directory = getenv("SOFA_FUNCTIONAL");
    char path[PATH_MAX], line[256];
    if (!directory || snprintf(path, sizeof path, "%s/jobs.txt", directory) >= (int)sizeof path)
        return;
    int n = snprintf(line, sizeof line,
                     "source=%s policy=%s order=%s memory=%s ran=%s ends=%s rows=%s keys=%s ranges=%s keep=%s\n", source_name(c),
                     j->policy == SOFA_POLICY_MASS ? "mass" : "rank", order[j->order < SOFA_ORDERS ? j->order : SOFA_ORDERS],
                     random_memory ? "random" : "ideal", queued ? "queue" : "alone", error_name(error), size_name(j->rows, c->query_block),
                     size_name(j->keys, j->tile ? j->tile : 1), j->has_ranges ? "given" : "none", j->keep ? "yes" : "no");
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || write(file, line, (size_t)n) != n) /* whole lines, whoever else writes */
        perror(path);
    if (file >= 0)
        close(file);
}
