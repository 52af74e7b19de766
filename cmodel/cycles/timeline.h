/* SPDX-License-Identifier: Apache-2.0 */
/* What each engine does when, as the cycle model sees it: spans of cycles in which it is busy. */
#ifndef SOFA_CYCLES_TIMELINE_H
#define SOFA_CYCLES_TIMELINE_H

#include "machine.h"

/* Tracks: engines, then read channels, then lanes. */
enum sofa_track {
    SOFA_TRACK_SOURCE,    /* a block's tiles are looked for */
    SOFA_TRACK_PREDICT,   /* a pass goes through the shift array */
    SOFA_TRACK_SELECT,    /* beats of scores enter the selection network */
    SOFA_TRACK_SCHEDULE,  /* needed keys of a tile are listed */
    SOFA_TRACK_KVGEN,     /* mode tokens: the KV array multiplies */
    SOFA_TRACK_NORMALISE, /* rows on their way through normalisation */
    SOFA_TRACK_STORE,     /* beats of O */
    SOFA_TRACK_CHANNEL,
    SOFA_TRACK_LANE = SOFA_TRACK_CHANNEL + 2,
    SOFA_TRACKS = SOFA_TRACK_LANE + SOFA_QUERY_BLOCK_MAX
};

enum sofa_span_kind {
    SOFA_SPAN_ENGINE,
    SOFA_SPAN_BLOCK,  /* block */
    SOFA_SPAN_TILE,   /* block and tile */
    SOFA_SPAN_KEYS,   /* the same, key prediction */
    SOFA_SPAN_READ,   /* what: enum sofa_client */
    SOFA_SPAN_PAIRS,  /* lanes: products */
    SOFA_SPAN_RETIRE  /* lanes: finished rows leave */
};

/* Cycles begin to end - 1 since the write of CONTROL.start; tile: index in the result, UINT32_MAX for a block without visible keys. */
struct sofa_span {
    uint64_t begin, end;
    uint32_t block, tile;
    uint16_t track;
    uint8_t kind, what;
};

struct sofa_timeline {
    struct sofa_span *span; /* of one track in order and apart */
    size_t count, room;
    uint64_t total;         /* cycles */
    unsigned channels, lanes;
    /* of the run */
    int failed; /* out of memory */
    size_t last[SOFA_TRACKS]; /* the track's last span + 1; 0: none */
    struct sofa_slot pass;    /* that is issued */
    int of_keys;
    unsigned slice;                 /* of the pass */
    unsigned request_head[2]; /* a cycle ago */
};

/* At the end of each step, before the registers take their next values. */
void sofa_timeline_look(struct sofa_timeline *t, const struct sofa_machine *m);
void sofa_timeline_free(struct sofa_timeline *t);

#endif
