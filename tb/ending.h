/* SPDX-License-Identifier: Apache-2.0 */
/* What must not outlive a program that a signal ends: compilers at work, directories and files that are not finished. */
#ifndef TB_ENDING_H
#define TB_ENDING_H

#include <sys/types.h>

/* For programs, before anything else: from now on SIGHUP, SIGINT, SIGPIPE and SIGTERM end what is remembered here before they end
 * the program. A signal that was ignored stays ignored. */
void tb_ending_begin(void);

/* A file, or a directory with everything in it. What does not fit the table stays behind. */
void tb_ending_remember(const char *path);
void tb_ending_forget(const char *path);

/* fork(); in the parent the child's process group, which the child leads, is remembered until tb_ending_reaped(). */
pid_t tb_ending_fork(void);
void tb_ending_reaped(void);

#endif
