/* SPDX-License-Identifier: Apache-2.0 */
/* What assertions of the RTL say. The compiler includes it before all of a core, so that Verilator prints through here. */
#ifndef TB_ASSERTION_H
#define TB_ASSERTION_H

#ifdef __cplusplus
/* Of Verilator, in the place of printf(). */
int tb_assertion_print(const char *format, ...);

/* Moves the first line that was printed in this thread before a $finish into `text`, which may hold an earlier one: then that stays. */
#define TB_ASSERTION_ROOM 400
void tb_assertion_take(char text[TB_ASSERTION_ROOM]);
#endif

#endif
