/* SPDX-License-Identifier: Apache-2.0 */
/* Mode tokens in the cycle model: tokens and weights on their way to the shift array and the KV array, and the rows that the
 * KV array makes. For cycles*.[ch] only. */
#ifndef SOFA_CYCLES_TOKENS_H
#define SOFA_CYCLES_TOKENS_H

#include "../config/config.h"

#include <stddef.h>
#include <stdint.h>

struct sofa_machine;

#define SOFA_PLACES_MAX 256u /* of the ring of K and V rows: memory.prefetch */

/* sofa_token_tile: beats of X become words. */
struct sofa_cut_state {
    unsigned fill, word; /* fill: in units of the common divisor of beat and word */
    uint8_t final, generate, last, slot;
    uint16_t key;
};

/* sofa_slices. */
struct sofa_slices_state {
    unsigned runs, slice, used, landing, landing_half, release_half;
    unsigned loaded; /* halves, a bit each */
    int asking, asked_once, request;
    uint32_t beats, request_beats, place;
    unsigned left, gathered; /* words of the beat at hand; beats of the word at hand */
};
struct sofa_slices_shape {
    unsigned per, gather, halves, slices;
    int repeat; /* a single slice is loaded on every demand */
    uint32_t full, last; /* words of a full and of the last slice */
    uint32_t burst;      /* beats, at most */
};

/* sofa_token_loader, what it has beyond sofa_loader; and the issue of key passes. */
struct sofa_key_pass_state {
    int scores; /* phase */
    unsigned word, chunk, ring, done, turn;
    unsigned codes, codes_before; /* slices of codes that are here and not passed by; halves that were loaded a cycle ago */
    unsigned turns, turns_before; /* groups of cosines and sines that are here; halves that were loaded a cycle ago */
    uint64_t begun[SOFA_TILE_KEYS_MAX / 64];
    /* the pass on offer */
    int keys, all, final, release;
    unsigned beats;
    /* the pass that is issued */
    int of_keys, all_columns, final_keys, release_keys;
    unsigned columns, gap;
    int code_release; /* pulse */
};

/* sofa_supply. */
struct sofa_supply_state {
    enum { SUPPLY_IDLE, SUPPLY_CLEAR, SUPPLY_LOOK, SUPPLY_MARK } state;
    unsigned line, batch_key, written_left, barrier;
    int batch_any;
    int k_valid, v_valid; /* reads on offer */
    unsigned k_place, v_place;
    /* the key at hand */
    int first, last, made;
    unsigned slot, place;
    unsigned head, tail; /* of the list of keys to generate */
};
struct sofa_generate_entry {
    uint16_t place;
    uint8_t end;
};

/* sofa_order towards sofa_supply. */
struct sofa_ask_state {
    int valid, fresh, first, last, made;
    unsigned place, next_place;
};

/* sofa_kvgen, sofa_write_back, sofa_write_mux. */
struct sofa_kvgen_state {
    int have;
    uint32_t at;            /* beat of the key's slice */
    unsigned place, credit; /* in the ring; free rows of the write-back queue */
    enum { KVGEN_IDLE, KVGEN_COLLECT, KVGEN_FETCH, KVGEN_FIRST, KVGEN_RUN, KVGEN_GAP } state;
    unsigned count, turn, slice, half, gap;
    int demanded; /* the weights for the batch whose keys come */
    /* tokens once more */
    enum { X_REST, X_LOOK, X_PLACE, X_ASK } fetch;
    unsigned fetch_turn, fetch_slice, used, here;
    /* rows on their way out */
    unsigned queued, back_beats;
    uint8_t queue_out; /* a row stands at the queue's output */
    /* sofa_rotate */
    int turn_busy, turn_ask, turn_row, turn_here, turn_done;
    unsigned turn_count, turn_place;
    int mux_busy, mux_owner;
};

void sofa_open_tokens(struct sofa_machine *m);
/* Part of a cycle that comes first: what is taken, what comes. */
void sofa_find_tokens(struct sofa_machine *m);
void sofa_step_tokens(struct sofa_machine *m);
void sofa_step_token_predict(struct sofa_machine *m);
void sofa_step_supply(struct sofa_machine *m);
void sofa_step_kvgen(struct sofa_machine *m);
void sofa_step_kvgen_memory(struct sofa_machine *m); /* codes, biases and weights */
/* What the read channels and sofa_tiles of cycles_memory.c ask of this. */
struct sofa_read;
void sofa_ask_tokens(struct sofa_machine *m);
struct sofa_read sofa_asked_tokens(const struct sofa_machine *m, unsigned client);
int sofa_weight_taken(const struct sofa_machine *m, const struct sofa_read *row);
int sofa_turn_taken(const struct sofa_machine *m);
int sofa_asks_again(const struct sofa_machine *m); /* tokens for generation */
int sofa_may_begin_tile(const struct sofa_machine *m);
void sofa_begin_chunks(struct sofa_machine *m);
void sofa_next_chunk(struct sofa_machine *m);
void sofa_describe_chunk(const struct sofa_machine *m, struct sofa_read *read);
/* No weights are left to read. */
int sofa_weights_settled(const struct sofa_machine *m);
/* 1 if the writer (0: store, 1: write-back) sends a beat in this cycle. */
int sofa_writer_sends(const struct sofa_machine *m, unsigned writer);
/* All generated rows are on their way to memory. */
int sofa_rows_written(const struct sofa_machine *m);
void sofa_step_write_mux(struct sofa_machine *m);

#endif
