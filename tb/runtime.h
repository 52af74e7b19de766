/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of Verilator's runtime library, which take longer to compile than a small core: kept for the next one. */
#ifndef TB_RUNTIME_H
#define TB_RUNTIME_H

/* Copies the kept objects into obj, where make finds them. 0: there are none, or they are damaged. */
int tb_runtime_take(const char *kept, const char *obj);
/* Keeps those of obj. Never fails: the next core compiles its own then. */
void tb_runtime_keep(const char *kept, const char *obj);

#endif
