/* SPDX-License-Identifier: Apache-2.0 */
/* The register maps of two cores in one C file: each has its own names, and what only one configuration has, the other has not. */
#include "a_regs.h"
#include "b_regs.h"

_Static_assert(A_REG_ID == B_REG_ID && A_REG_CONFIG_HASH == B_REG_CONFIG_HASH, "the same offsets");
_Static_assert(A_REG_CONFIG_HASH_VALUE != B_REG_CONFIG_HASH_VALUE, "two configurations");
_Static_assert(B_REG_HIDDEN > 0, "mode tokens");

#ifdef A_REG_HIDDEN
#error "a register of mode tokens in mode kv"
#endif
#ifdef SOFA_REG_ID
#error "a name without its prefix"
#endif

int main(void)
{
    return 0;
}
