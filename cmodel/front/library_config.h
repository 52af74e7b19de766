/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration's handle holds; for library*.c only. */
#ifndef SOFA_LIBRARY_CONFIG_H
#define SOFA_LIBRARY_CONFIG_H

#include "input.h"
#include "library.h"

struct sofa_library_config {
    char *path;      /* NULL: none */
    char *override[SOFA_OVERRIDES_MAX];
    unsigned overrides;
    struct sofa_setup setup;
    enum sofa_status status;
    struct sofa_error error;
    char *json;
};

/* With fit, sizes follow it. */
struct sofa_library_config *sofa_library_config_make(const char *path, const char *const *overrides, unsigned count,
                                                     const struct sofa_fit *fit);

#endif
