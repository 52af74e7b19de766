/* SPDX-License-Identifier: Apache-2.0 */
/* A stream over a serial port, or over anything that behaves like one (a pseudo-terminal). */
#ifndef SOFA_SERIAL_H
#define SOFA_SERIAL_H

#include "bus.h"

/* Raw, 8N1, no flow control, for this process alone. Errors name the port: no such device, no permission, in use, a rate it
 * does not know. Later errors: the port went away. */
enum sofa_status sofa_serial_open(struct sofa_stream *stream, const char *path, unsigned baud, struct sofa_error *e);

#endif
