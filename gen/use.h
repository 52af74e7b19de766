/* SPDX-License-Identifier: Apache-2.0 */
/* Which values of a configuration a template reads: the head of the file that it becomes names them. */
#ifndef GEN_USE_H
#define GEN_USE_H

#include <lua.h>

#define GEN_USE_MAX 256u

/* A mark for each key, in the order of sofa_config_keys(), and for each field of gen_derived_fields(). */
struct gen_use {
    unsigned char mode, key[GEN_USE_MAX], derived[GEN_USE_MAX];
};

void gen_use_clear(struct gen_use *use);
void gen_use_add(struct gen_use *use, const struct gen_use *more);
/* "tile.keys" and the like, or the mode; of struct sofa_derived. Other names do not count. */
void gen_use_key(struct gen_use *use, const char *path);
void gen_use_derived(struct gen_use *use, const char *name);

/* Replaces the table on top of the stack by one that reads it and notes what is read: with prefix "d." in derived, else as keys
 * ("" or "tile."). Reading an absent name is an error that names `what`. use must outlive the state. May raise a Lua error. */
void gen_use_watch(lua_State *L, struct gen_use *use, const char *what, const char *prefix);

/* Lets the environment on top of the stack keep what is assigned to its names, with what was read to find each value; reading such a name
 * notes that, too. Ends with gen_use_keep(L, use, 0): then assignments are an error. May raise a Lua error. */
void gen_use_keep(lua_State *L, struct gen_use *use, int assignable);

#endif
