/* The version of everything in this repository. */
#ifndef SOFA_VERSION_H
#define SOFA_VERSION_H

#define SOFA_VERSION "0.1.0"
#define SOFA_VERSION_WORD 0x00000100u /* register VERSION: major << 16 | minor << 8 | patch */

#endif
