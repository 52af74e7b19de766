/* SPDX-License-Identifier: Apache-2.0 */
/* The names of a Verilog text: declared before used, and none a keyword elsewhere. */
#ifndef SOFA_VERILOG_NAMES_H
#define SOFA_VERILOG_NAMES_H

#include <stddef.h>

enum { VERILOG_MESSAGE = 200 };

/* Reads modules of Verilog-2005, NUL-terminated. Returns the number of faults; message gets the first one: "LINE: name ...".
 * A fault is a name that is used before its declaration in the module (or never declared), and a name that is a keyword of
 * SystemVerilog (1800-2017) or Verilog-AMS (2.4). The order of generate scopes is judged, their extent is not. */
unsigned verilog_names(const char *text, char message[VERILOG_MESSAGE]);

#endif
