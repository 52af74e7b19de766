/* SPDX-License-Identifier: Apache-2.0 */
/* sofamodel --encode-weights: what a host does with the projections of a head before it stores them. */
#ifndef SOFA_ENCODE_H
#define SOFA_ENCODE_H

#include "../config/config.h"

/* Reads wk and wv (H x d, float or integers with their scale) of an .npz file; writes wk, wv (int8) with wk_scale and
 * wv_scale, and wk_code (uint8: sign in bit 3, code in bits 2..0) with wk_code_scale, what code 1 is worth. */
enum sofa_status sofa_encode_file(const char *out, const char *trace, const struct sofa_config *c, struct sofa_error *e);

#endif
