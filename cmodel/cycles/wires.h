/* SPDX-License-Identifier: Apache-2.0 */
/* Wires of the cycle model: what follows in a cycle from the registers of several engines. */
#ifndef SOFA_CYCLES_WIRES_H
#define SOFA_CYCLES_WIRES_H

#include "machine.h"

/* First in a cycle: who asks whom; in mode tokens before it, what is taken and what comes. */
void sofa_find_tokens(struct sofa_machine *m);
void sofa_find_requests(struct sofa_machine *m);

/* The row at a channel's output is client's; NULL: none. */
const struct sofa_read *sofa_row_for(const struct sofa_machine *m, unsigned client);
int sofa_row_taken(const struct sofa_machine *m, unsigned client);
int sofa_query_taken(const struct sofa_machine *m);
int sofa_range_stored(const struct sofa_machine *m);
int sofa_weight_taken(const struct sofa_machine *m, const struct sofa_read *row);
int sofa_turn_taken(const struct sofa_machine *m);
/* Of a tile: visible keys in a row that is read for prediction, and the first of them; the next row with one. */
#define SOFA_NO_ROW UINT32_MAX
unsigned sofa_row_keys(const struct sofa_machine *m, const struct sofa_tile *tile, unsigned row, unsigned *first);
unsigned sofa_visible_row(const struct sofa_machine *m, const struct sofa_tile *tile, unsigned from);
/* Mode kv: the key whose K^ comes in this cycle. */
struct sofa_arrival sofa_arriving_key(const struct sofa_machine *m);
int sofa_channel_of(const struct sofa_machine *m, unsigned client);

/* The tile in a slot; NULL for a block without visible keys. */
const struct sofa_tile *sofa_tile_of(const struct sofa_machine *m, const struct sofa_slot *slot);
const struct sofa_tile *sofa_slot_tile(const struct sofa_machine *m, unsigned slot);
/* First key group from `group` on that some row sees; d.key_groups if none. */
unsigned sofa_seen_group(const struct sofa_machine *m, const struct sofa_tile *tile, unsigned group);

/* Mode tokens: tokens are read once more, for generation; beats of a token's slice; the read that a client asks for. */
int sofa_asks_again(const struct sofa_machine *m);
unsigned sofa_token_beats(const struct sofa_machine *m, int final);
struct sofa_read sofa_asked_tokens(const struct sofa_machine *m, unsigned client);

/* 1 if the writer (0: store, 1: write-back) sends a beat in this cycle. */
int sofa_writer_sends(const struct sofa_machine *m, unsigned writer);

#endif
