/* SPDX-License-Identifier: Apache-2.0 */
#include "cut.h"

uint64_t sofa_whole_beats(uint64_t bits, unsigned port)
{
    return (bits + port - 1) / port;
}

unsigned sofa_slice_size(const struct sofa_derived *d, const struct sofa_pack *p, unsigned slice)
{
    return slice + 1 == p->slices ? p->words_last : d->slice_words;
}

void sofa_pack_shape(struct sofa_pack *p, const struct sofa_config *c, size_t hidden)
{
    struct sofa_derived d;
    unsigned port = c->memory.port_bits;
    sofa_config_derive(c, &d);
    *p = (struct sofa_pack){.words = (unsigned)((hidden + c->predict.dims - 1) / c->predict.dims)};
    p->slices = (p->words + d.slice_words - 1) / d.slice_words;
    p->words_last = p->words - (p->slices - 1) * d.slice_words;
    p->bias_beats = sofa_whole_beats(2ull * d.project_blocks * d.bias_unit, port);
    for (unsigned slice = 0; slice < p->slices; slice++) {
        uint64_t words = sofa_slice_size(&d, p, slice);
        p->code_beats += sofa_whole_beats(words * c->head_dim * d.code_unit, port);
        p->weight_beats += sofa_whole_beats(words * 2 * d.project_blocks * d.project_steps * d.weight_unit, port);
    }
    p->code_bytes = p->code_beats * d.port_bytes;
    p->weight_bytes = (p->bias_beats + p->weight_beats) * d.port_bytes;
}
