/* SPDX-License-Identifier: Apache-2.0 */
/* Directories with everything below them. */
#ifndef GEN_TREE_H
#define GEN_TREE_H

#include "../cmodel/base/error.h"

#include <jansson.h>

/* SOFA_OK if every file below root is a key of `ours` (NULL: if there is none); else a message that names one. */
enum sofa_status gen_tree_check(const char *root, const json_t *ours, struct sofa_error *e);

/* Removes the files that are keys of `ours`, then the directories that are empty. */
void gen_tree_remove_ours(const char *root, const json_t *ours);

/* Removes everything, root too. */
void gen_tree_remove(const char *root);

/* Makes the directories that `path` stands in, as mkdir -p does; its first `root` bytes are there. 0 and errno if one cannot be made. */
int gen_tree_make_parents(char *path, size_t root);

#endif
