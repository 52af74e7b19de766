/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of compiled cores: one directory per design, made under another name and renamed, so that concurrent runs and
 * killed ones do no harm. */
#ifndef TB_CACHE_H
#define TB_CACHE_H

#include "process.h"

/* $SOFA_CACHE, or $XDG_CACHE_HOME/sofa, or ~/.cache/sofa; created when missing. */
enum sofa_status tb_cache_root(char *root, struct sofa_error *e);
/* A new directory in the root for work; leftovers of runs that were killed more than a day ago are removed. */
enum sofa_status tb_cache_work(char *work, const char *root, struct sofa_error *e);
/* Renames work to root/name. If another run was faster, its directory stays and work is removed. */
enum sofa_status tb_cache_publish(const char *work, const char *root, const char *name, struct sofa_error *e);

#endif
