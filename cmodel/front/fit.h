/* SPDX-License-Identifier: Apache-2.0 */
/* --fit: the keys of a configuration that traces decide. */
#ifndef SOFA_FIT_H
#define SOFA_FIT_H

#include "../config/config.h"
#include "../trace/npz.h"

#include <stddef.h>

#define SOFA_FIT_KEYS 5u

/* What traces need; the first one decides head_dim and mode, the largest the other sizes. */
struct sofa_fit {
    int begun;
    int tokens, rotary; /* tokens: 1 if the trace has x and no k, -1 if it has both */
    size_t head_dim, keys, hidden;
};

/* Adds what a file's shapes say. A file that cannot be read says nothing: its error comes when it is loaded. */
void sofa_fit_add(struct sofa_fit *fit, const char *path);
void sofa_fit_add_arrays(struct sofa_fit *fit, struct sofa_npz *z);
/* What must be set on top of c: head_dim, mode and kvgen.rotary where they differ, keys_max and hidden_max where they are too
 * small. Writes "KEY=VALUE" and returns how many. */
unsigned sofa_fit_overrides(char text[SOFA_FIT_KEYS][40], const struct sofa_fit *fit, const struct sofa_config *c);

#endif
