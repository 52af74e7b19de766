/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors rtl_templates/memory/sofa_slices.v: codes, biases, weights, cosines and sines in halves. */
#include "slices.h"

static uint32_t slice_words(const struct sofa_slices_shape *shape, unsigned slice)
{
    return slice + 1 == shape->slices ? shape->last : shape->full;
}

static int end_of_slice(const struct sofa_slices_state *now, const struct sofa_slices_shape *shape)
{
    return now->place + 1 == slice_words(shape, now->landing);
}

int sofa_slice_beat_ready(const struct sofa_slices_state *now, const struct sofa_slices_shape *shape)
{
    return shape->per == 1 || now->left <= 1 || end_of_slice(now, shape);
}

void sofa_request_slices(struct sofa_slices_state *next, const struct sofa_slices_state *now,
                           const struct sofa_slices_shape *shape, int demand, int asked)
{
    int vacant = !now->request || asked, burst = now->asking && vacant, last_burst = now->beats <= shape->burst;
    int last_slice = now->slice + 1 == shape->slices, begin = !now->asking && now->runs > 0 && now->used != shape->halves;
    uint32_t words = slice_words(shape, now->slice);
    if (begin)
        next->beats = shape->per > 1 ? (words + shape->per - 1) / shape->per : words * shape->gather;
    if (burst) {
        next->request_beats = last_burst ? now->beats : shape->burst;
        next->beats = now->beats - shape->burst;
    }
    if (burst && last_burst)
        next->slice = last_slice ? 0 : now->slice + 1;
    next->runs += (unsigned)(demand && !(shape->slices == 1 && !shape->repeat && now->asked_once));
    next->runs -= (unsigned)(burst && last_burst && last_slice);
    next->asked_once |= demand;
    next->used += (unsigned)begin;
    next->asking = begin || (now->asking && !(burst && last_burst));
    if (vacant)
        next->request = burst;
}

/* A beat comes (take), a half is released. */
void sofa_land_slices(struct sofa_slices_state *next, const struct sofa_slices_state *now,
                        const struct sofa_slices_shape *shape, int take, int release)
{
    int write = take, end = end_of_slice(now, shape);
    if (shape->gather > 1) {
        write = take && now->gathered + 1 == shape->gather;
        if (take)
            next->gathered = write ? 0 : now->gathered + 1;
    } else if (shape->per > 1) {
        write = now->left != 0;
        if (write)
            next->left = end ? 0 : now->left - 1;
        if (take)
            next->left = shape->per;
    }
    if (write) {
        next->place = end ? 0 : now->place + 1;
        if (end) {
            next->landing = now->landing + 1 == shape->slices ? 0 : now->landing + 1;
            next->loaded |= 1u << now->landing_half;
            next->landing_half ^= shape->halves > 1;
        }
    }
    if (release) {
        next->loaded &= ~(1u << now->release_half);
        next->release_half ^= shape->halves > 1;
        next->used--;
    }
}
