/* SPDX-License-Identifier: Apache-2.0 */
/* The cache of compiled cores: one directory per design, made under another name and renamed, so that concurrent runs and
 * killed ones do no harm. */
#ifndef TB_CACHE_H
#define TB_CACHE_H

#include "seal.h"

#define TB_CACHE_LIBRARY "core.so"

/* $SOFA_CACHE, or $XDG_CACHE_HOME/sofa, or ~/.cache/sofa; created when missing. */
enum sofa_status tb_cache_root(char *root, struct sofa_error *e);
/* A new directory for work, in the root, or below TMPDIR if the root takes none: then nothing can be published. Leftovers of
 * runs that were killed more than a day ago are removed. The caller ends it with tb_cache_publish or tb_cache_drop. */
enum sofa_status tb_cache_work(char *work, const char *root, struct sofa_error *e);
void tb_cache_drop(const char *work);
/* Writes the path of root/name's library. state: whether it can be used. Errors: it may not be read. */
enum sofa_status tb_cache_find(char *library, enum tb_seal_state *state, const char *root, const char *name,
                               struct sofa_error *e);
/* Whether tb_cache_publish can do its work. */
enum sofa_status tb_cache_writable(const char *root, struct sofa_error *e);
/* Waits until no other run compiles root/name, and lets others wait. */
int tb_cache_lock(const char *root, const char *name);
void tb_cache_unlock(int lock, const char *root, const char *name);
/* Puts work, sealed, in the place root/name. If another run was faster, its directory stays. A damaged one is replaced. */
enum sofa_status tb_cache_publish(const char *work, const char *root, const char *name, struct sofa_error *e);

#endif
