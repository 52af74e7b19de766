/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

const char *sofa_mode_name(enum sofa_mode mode)
{
    return mode == SOFA_MODE_TOKENS ? "tokens" : "kv";
}

unsigned sofa_clog2(uint64_t x)
{
    return x <= 1 ? 0 : 64u - (unsigned)__builtin_clzll(x - 1);
}
