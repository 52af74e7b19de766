/* SPDX-License-Identifier: Apache-2.0 */
#include "kvgen.h"

#include "arith.h"
#include "rotary.h"

#include <stdlib.h>

void sofa_generate(int16_t *out, const int32_t *sum, size_t n, unsigned shift, unsigned bits)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (int16_t)sofa_saturate(sofa_round_shift(sum[i], shift), bits);
}

void sofa_generate_key(int16_t *out, const struct sofa_tokens *t, size_t key, size_t d, unsigned shift, unsigned bits)
{
    sofa_generate(out, t->k_sum + key * d, d, shift, bits);
    sofa_rotate_key(out, t, key, d, bits);
}

enum sofa_status sofa_kvgen_open(struct sofa_kvgen *g, const struct sofa_trace *t, unsigned key_bits, unsigned value_bits,
                                 struct sofa_error *e)
{
    size_t keys = t->k.rows, d = t->k.cols;
    *g = (struct sofa_kvgen){.trace = t, .key_bits = key_bits, .value_bits = value_bits};
    g->k = malloc(keys * d * sizeof *g->k);
    g->v = malloc(keys * d * sizeof *g->v);
    g->valid = calloc(keys, 1);
    if (!g->k || !g->v || !g->valid)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu generated keys", keys);
    return SOFA_OK;
}

void sofa_kvgen_keep(struct sofa_kvgen *g, const uint8_t *valid)
{
    for (size_t key = 0; key < g->trace->k.rows; key++)
        if (valid[key])
            sofa_kvgen_need(g, key);
}

int sofa_kvgen_need(struct sofa_kvgen *g, size_t key)
{
    size_t d = g->trace->k.cols;
    const struct sofa_tokens *t = &g->trace->tokens;
    if (g->valid[key])
        return 0;
    sofa_generate_key(g->k + key * d, t, key, d, g->k_shift, g->key_bits);
    sofa_generate(g->v + key * d, t->v_sum + key * d, d, g->v_shift, g->value_bits);
    g->valid[key] = 1;
    return 1;
}

void sofa_kvgen_close(struct sofa_kvgen *g)
{
    free(g->k);
    free(g->v);
    free(g->valid);
    *g = (struct sofa_kvgen){0};
}
