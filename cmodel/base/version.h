/* SPDX-License-Identifier: Apache-2.0 */
/* The version of everything in this repository, and under which licence it and what it emits may be used. */
#ifndef SOFA_VERSION_H
#define SOFA_VERSION_H

#define SOFA_VERSION "0.2.0"
#define SOFA_VERSION_WORD 0x00000200u /* register VERSION: major << 16 | minor << 8 | patch */

#define SOFA_VENDOR "opensofa"
#define SOFA_LICENCE "SPDX-License-Identifier: Apache-2.0"

#endif
