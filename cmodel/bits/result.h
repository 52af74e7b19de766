/* SPDX-License-Identifier: Apache-2.0 */
/* What a run of the model leaves: outputs, selection, counters, and the tiles in order of execution. */
#ifndef SOFA_RESULT_H
#define SOFA_RESULT_H

#include "../config/config.h"

#include <stddef.h>

/* Architectural counters: equal in model and RTL whatever the memory's timing. */
struct sofa_counters {
    uint64_t pairs;      /* (row, key) attended */
    uint64_t keys;       /* needed keys over all blocks = K and V rows read (mode tokens: generated + fetched) */
    uint64_t key_rows;   /* visible keys over all blocks: predicted from (mode tokens: token rows read) */
    uint64_t khat_rows;  /* mode kv: rows read for prediction, of d.khat_keys keys each */
    uint64_t raises;     /* references raised after a row's first pair */
    uint64_t clipped;    /* kept candidates dropped by the radius */
    uint64_t empty_rows; /* rows that see no key */
    uint64_t blocks, tiles; /* blocks; tiles with at least one visible key */
    uint64_t bytes_query, bytes_key, bytes_value, bytes_range, bytes_output; /* on the bus, whole beats read; bytes written */
    uint64_t bytes_khat; /* mode kv: read for prediction */
    /* mode tokens */
    uint64_t generated, fetched;   /* keys: generated when first needed, read back by later blocks */
    uint64_t khat_beats, khat_beats_skipped; /* of key prediction: done, skipped */
    uint64_t zero_terms;           /* products of key prediction that a zero token or code makes superfluous */
    uint64_t code_loads, weight_loads; /* how often all codes, all weights were read; biases: once if weights were */
    uint64_t token_rereads;        /* token rows read once more, to generate K and V from slices */
    uint64_t bytes_token, bytes_weight; /* on the bus; weights: with codes and biases */
    uint64_t key_groups;           /* predicted: of predict.keys keys, some row of the block sees one */
    uint64_t bytes_rotary;         /* on the bus: cosines and sines */
    uint64_t bytes_cache_read, bytes_cache_write; /* whole beats read; bytes written */
};

/* Adds those of another job. */
void sofa_counters_add(struct sofa_counters *sum, const struct sofa_counters *part);

/* Where numbers leave their range, so that different ones count alike: a sign that a scale of the trace is wrong. */
struct sofa_saturations {
    uint64_t scores;    /* of attended pairs: their logarithm t exceeds 32 bits, 2^19 octaves */
    uint64_t predicted; /* predicted scores beyond predict.score_bits */
};

#define SOFA_COLUMN_WORDS (SOFA_HEAD_DIM_MAX / 64u)

/* What one tile of one block looks like to the scheduler; enough for the cycle model. */
struct sofa_tile {
    uint32_t block, base;  /* first key */
    uint16_t rows;         /* rows of the block */
    uint64_t *need;        /* tile keys x row words: bit r of need[key] */
    uint64_t *visible;     /* key words: some row sees the key */
    uint64_t *best;        /* key words: some row's best */
    uint16_t *group_first, *group_last; /* per key group: first and last row that sees it; first > last: none */
    uint32_t views;        /* (row, key group) pairs with a visible key */
    /* mode tokens */
    uint64_t *made;        /* key words: the key is generated in this tile; other needed ones are fetched */
    uint16_t *khat_beats;  /* key groups x words of H: beats of key prediction; 0: skipped. NULL unless tiles are kept */
};

/* One block: its keys that some row sees lie in [low, high); low >= high: none. */
struct sofa_block {
    uint32_t rows, low, high;   /* keys low..high - 1: those that some row sees lie there */
    uint32_t all_low, all_high; /* all_low..all_high - 1: all rows see these */
};

struct sofa_result {
    size_t rows, keys, dims;
    int16_t *o;         /* R x d */
    double *o_step;     /* d: real worth of a step of o, by column */
    uint8_t *selected;  /* R x S */
    struct sofa_counters counters;
    struct sofa_saturations saturated;
    struct sofa_tile *tile; /* in order of execution */
    size_t tiles;
    struct sofa_block *block; /* counters.blocks of them */
    /* mode tokens */
    unsigned words;           /* of predict.dims hidden units in a token */
    uint64_t *columns;        /* words x SOFA_COLUMN_WORDS: columns of Wk with a code that is not zero: the beats of a word
                                 when they are fewer than head_dim */
    uint8_t *valid;           /* S: keys whose pairs the cache holds after the job */
    int16_t *k, *v;           /* S x d: these pairs */
};
void sofa_tile_free(struct sofa_tile *tile);
void sofa_result_free(struct sofa_result *result);

#endif
