/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json: what was emitted, for programs. */
#ifndef GEN_MANIFEST_H
#define GEN_MANIFEST_H

#include "../cmodel/base/error.h"
#include "files.h"
#include "values.h"

#include <jansson.h>

#define GEN_MANIFEST "manifest.json"
#define GEN_TOP "core" /* after the prefix */

/* generator, version, vendor, license, name, hash, top, configuration, derived. The caller releases *root. */
enum sofa_status gen_manifest_configuration(json_t **root, const struct gen_values *v, struct sofa_error *e);

/* Adds manifest.json: the above, and ports, latencies, memories and the files so far. */
enum sofa_status gen_manifest_add(struct gen_files *files, const struct gen_values *v, const struct gen_facts *facts,
                                  struct sofa_error *e);

/* Reads DIRECTORY/manifest.json and returns the set of the files that sofagen wrote (an object whose keys are their
 * paths); NULL if there is no manifest of ours. */
json_t *gen_manifest_files(const char *directory);

#endif
