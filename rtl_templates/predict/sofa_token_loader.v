//% -- SPDX-License-Identifier: Apache-2.0
//% local GROUP_COUNT_BITS = clog2(KEY_GROUPS + 1)
// Walks the passes of the tiles in order and loads the operands of each into the shadow of the array while the pass before is running.
// A tile is predicted in two phases. Keys (phase 1.1): for each slice of X, key group and word, the tokens of $(PREDICT_KEYS) keys, one key
// a cycle; beats are the columns of Wk. Scores (phase 1.2): for each key group and slice of dimensions, K^, one dimension a cycle; beats
// are rows. A word whose tokens or codes are all zero is stepped over, columns whose codes are all zero are left out of a pass
// (never in a group's first pass or the last word of a slice).
// o_pass_* describes the loaded pass until i_pass_taken. A tile without visible keys is a pass without beats (o_pass_none).
`default_nettype none
module sofa_token_loader (
    input  wire               clk,
    input  wire               rst,
    input  wire [$(SLICE_WORD_BITS-1):0]   i_words_last,
    // tile slots, filled in order 0, 1, 2, 0 ...
    input  wire               i_tile,
    input  wire [$(TILE_SLOTS*KEY_NUMBER_BITS-1):0] i_info_base,
    input  wire [$(TILE_SLOTS-1):0] i_info_bank,
    input  wire [$(TILE_SLOTS-1):0] i_info_seen,
    input  wire [$(TILE_SLOTS*TILE_KEYS-1):0] i_info_mask,
    input  wire [$(TILE_SLOTS*KEY_GROUPS-1):0]  i_info_group_any,
    input  wire [$(TILE_SLOTS*KEY_GROUPS*ROW_BITS-1):0] i_info_group_from,
    input  wire [$(TILE_SLOTS*KEY_GROUPS*ROW_BITS-1):0] i_info_group_to,
    // arrival of tokens
//% if STREAMED then
    input  wire [$(SLICE_COUNT_BITS-1):0]   i_slices,
    input  wire               i_chunk,         // pulse: the next token slot is being filled
    output wire               o_token_free,    // pulse: the oldest token slot is free (more than one slice)
    output wire               o_flag_half,     // of the codes
//% end
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(INDEX_BITS-1):0]   i_key,
    input  wire               i_key_last,
//% if ROTARY then
    // cosines and sines of a group: asked for when its keys begin, needed by its last pass of keys
    output wire               o_turn_ask,
    input  wire               i_turn_asked,
    output wire [1:0]         o_turn_slot,
    output wire [$(KEY_GROUP_BITS-1):0]   o_turn_group,
    input  wire               i_turn_landed,
//% end
    // codes
    input  wire [$(SLICE_HALVES-1):0]         i_codes_loaded,  // halves of their memory
    output wire [$(SLICE_WORD_BITS-1):0]   o_flag_word,
    input  wire [$(HEAD_DIM-1):0]    i_flags,         // of the word, one cycle later
    // reads of the token tile and of K^: data one cycle later
    output wire               o_read,
    output wire [1:0]         o_read_slot,
    output wire [$(TOKEN_PLACE_BITS-1):0]   o_read_addr,
    output wire               o_visible,       // with o_read: some row sees the key
    output wire               o_khat_read,
    output wire [$(KHAT_PLACE_BITS-1):0]   o_khat_addr,
    output wire [$(COLUMN_BITS-1):0]   o_column,        // key of the group, or dimension of the slice
    input  wire               i_any,           // of the tokens that came last: not all zero
    input  wire               i_khat_done,     // pulse: K^ of the next group stands in its memory
    // pass
    output reg                o_pass_valid,
    input  wire               i_pass_taken,
    output reg                o_pass_none,
    output reg                o_pass_keys,     // phase 1.1
    output reg                o_pass_bank,
    output reg  [$(KEY_NUMBER_BITS-1):0] o_pass_base,     // first key of its tile
    output reg  [$(KEY_GROUP_BITS-1):0]   o_pass_group,
    output reg  [$(ROW_BITS-1):0]   o_pass_from,     // first and last row that sees the group
    output reg  [$(ROW_BITS-1):0]   o_pass_to,
    output reg  [$(DIM_SLICE_BITS-1):0]   o_pass_slice,
    output reg                o_pass_first,    // of the tile's scores
    output reg                o_pass_last,
    output reg  [$(SLICE_WORD_BITS-1):0]   o_pass_word,     // of the slice of X
    output reg  [$(HEAD_DIM-1):0]    o_pass_columns,
    output reg                o_pass_all,      // columns
    output reg                o_pass_start,    // of the group's K^
    output reg                o_pass_final,
    output reg                o_pass_release,  // of the slice of codes
    output wire               o_waiting,       // for tokens or codes
    output wire               o_loaded,        // pulse: all passes of a tile have been loaded; its slot
    output wire [1:0]         o_loaded_slot
);
    localparam [2:0] TILE = 3'd0, GROUP = 3'd1, WAIT = 3'd2, LOAD = 3'd3, POST = 3'd4;
    reg  [2:0]        state;
    reg  [1:0]        tiles;          // filled and not finished
    reg  [1:0]        slot;
    reg               scores;         // phase
    reg  [$(KEY_GROUPS-1):0]   todo;           // groups of the phase, the present one included
    reg               first;
    reg  [$(KEY_GROUP_BITS-1):0]  group;
    reg  [$(DIM_SLICE_BITS-1):0]  slice;
    reg  [$(SLICE_WORD_BITS-1):0]  word;
    reg  [$(COLUMN_BITS-1):0]  column;
    reg  [$(TOKEN_PLACE_BITS-1):0]  token_addr;
    reg  [$(KHAT_PLACE_BITS-1):0]  khat_addr;
    reg  [$(PREDICT_KEYS-1):0]  visible;
    reg               any;
    wire              vacant = !o_pass_valid || i_pass_taken;
    wire [$(KEY_GROUPS-1):0]   rest = todo & (todo - $(KEY_GROUPS)'d1);
    wire              last_group = rest == $(KEY_GROUPS)'d0;
    wire              last_slice = slice == $(DIM_SLICE_BITS)'d$(DIM_SLICES-1);
    wire              none = !($(pick("i_info_seen", 1, TILE_SLOTS, "slot", 2)));
    wire [$(KEY_GROUPS-1):0]   groups = $(pick("i_info_group_any", KEY_GROUPS, TILE_SLOTS, "slot", 2));
    wire [$(TILE_KEYS-1):0]  mask = $(pick("i_info_mask", TILE_KEYS, TILE_SLOTS, "slot", 2));
    wire [$(KEY_GROUPS*PREDICT_KEYS-1):0] mask_pad = $(ext("mask", TILE_KEYS, KEY_GROUPS*PREDICT_KEYS));
    wire [$(KEY_GROUPS*ROW_BITS-1):0] slot_from = $(pick("i_info_group_from", KEY_GROUPS*ROW_BITS, TILE_SLOTS, "slot", 2));
    wire [$(KEY_GROUPS*ROW_BITS-1):0] slot_to = $(pick("i_info_group_to", KEY_GROUPS*ROW_BITS, TILE_SLOTS, "slot", 2));

    reg  [$(KEY_GROUP_BITS-1):0]  lowest;
    integer place;
    always @* begin
        lowest = $(KEY_GROUP_BITS)'d0;
        for (place = $(KEY_GROUPS-1); place >= 0; place = place - 1)
            if (todo[place])
                lowest = place[$(KEY_GROUP_BITS-1):0];
    end

    // ---- slices of X, arrival of their tokens ----
    wire              last_chunk, last_word, has_begun, codes_here, filling, here, step, post, end_of_chunk;
    wire [1:0]        token_slot;
    wire [$(KEY_GROUPS-1):0]   group_bit = todo & ~rest;
    wire              tile_begins = state == TILE, group_begins = state == GROUP;
    wire              made = post && !scores;
    wire              chunk_ends = step && end_of_chunk;
    sofa_resident_slice u_slice (.o_token_slot(token_slot), .*);
    sofa_token_slices u_slices (.o_token_slot(token_slot), .*);
    wire [$(INDEX_BITS):0]    beyond = ($(ext("group", KEY_GROUP_BITS, INDEX_BITS+1)) + 1'b1) * $(lit(INDEX_BITS+1, PREDICT_KEYS));
    sofa_arrival u_arrival (.i_slot(token_slot), .*);

    // ---- K^ of groups that has been predicted; their scores follow in the same order ----
    reg  [$(GROUP_COUNT_BITS-1):0]  done, turn;
    wire              khat_here = done > turn;

    assign o_read = state == LOAD && !scores;
    assign o_read_slot = token_slot;
    assign o_read_addr = token_addr;
    assign o_visible = visible[0];
    assign o_khat_read = state == LOAD && scores;
    assign o_khat_addr = khat_addr;
    assign o_column = column;
    assign o_flag_word = word;

    wire              loaded = column == (scores ? $(COLUMN_BITS)'d$(PREDICT_DIMS-1) : $(COLUMN_BITS)'d$(PREDICT_KEYS-1));
    // in state POST the last tokens are coming
    wire              skip = !scores && !none && !last_word && (!(any || i_any) || (has_begun && i_flags == $(HEAD_DIM)'d0));
    assign            post = state == POST && vacant && !skip;
    assign            step = state == POST && (skip || vacant);
    wire              last_pass = none || (scores && last_slice && last_group);
    wire              end_of_group = scores ? last_slice : last_word;
    assign            end_of_chunk = !scores && !none && last_word && last_group;
    wire              finish = step && last_pass;
    assign o_loaded = finish;
    assign o_loaded_slot = slot;
    wire              whole = !has_begun || last_word;
    wire [$(KEY_GROUP_BITS-1):0]  next_group = state == GROUP ? lowest : group;
    wire [$(SLICE_WORD_BITS-1):0]  next_word = state == GROUP ? $(SLICE_WORD_BITS)'d0 : word + 1'b1;
//% if ROTARY then
    reg  [1:0]        turns;          // groups whose cosines and sines are here
    wire              final_word = !scores && !none && last_word && last_chunk;
    wire              turns_here = turns != 2'd0 || !final_word;
    wire              group_asked = !o_turn_ask || i_turn_asked;
    assign o_turn_ask = state == GROUP && !scores && last_chunk;
    assign o_turn_slot = slot;
    assign o_turn_group = lowest;
    always @(posedge clk)
        turns <= rst ? 2'd0 : turns + {1'b0, i_turn_landed} - {1'b0, post && final_word};
//% else
    wire              turns_here = 1'b1;
    wire              group_asked = 1'b1;
//% end
    wire              keys_here = here && codes_here && turns_here;
    assign o_waiting = state == WAIT && !scores && !keys_here;

    always @(posedge clk) begin
        case (state)
            TILE: begin
                todo <= groups;
                first <= 1'b1;
                scores <= 1'b0;
                slice <= $(DIM_SLICE_BITS)'d0;
                word <= $(SLICE_WORD_BITS)'d0;
            end
            GROUP: begin
                group <= lowest;
                column <= $(COLUMN_BITS)'d0;
                any <= 1'b0;
                khat_addr <= $(ext("lowest", KEY_GROUP_BITS, KHAT_PLACE_BITS)) * $(lit(KHAT_PLACE_BITS, HEAD_DIM % (1 << KHAT_PLACE_BITS)));
                visible <= $(selected("mask_pad", "lowest", PREDICT_KEYS, KEY_GROUPS));
            end
            LOAD: begin
                column <= loaded ? $(COLUMN_BITS)'d0 : column + 1'b1;
                token_addr <= token_addr + $(lit(TOKEN_PLACE_BITS, SLICE_WORDS % (1 << TOKEN_PLACE_BITS)));
                khat_addr <= khat_addr + 1'b1;
                if (!scores) begin
                    visible <= $(PREDICT_KEYS > 1 and "{visible[0], visible[" .. (PREDICT_KEYS-1) .. ":1]}" or "visible");
                    any <= any || (i_any && column != $(COLUMN_BITS)'d0);
                end
            end
            POST: if (step) begin
                any <= 1'b0;
                if (scores)
                    first <= 1'b0;
                slice <= last_slice || !scores ? $(DIM_SLICE_BITS)'d0 : slice + 1'b1;
                word <= last_word || scores ? $(SLICE_WORD_BITS)'d0 : word + 1'b1;
                if (end_of_chunk)
                    todo <= groups;
                else if (end_of_group)
                    todo <= rest;
                if (end_of_chunk && last_chunk)
                    scores <= 1'b1;
            end
            default: ;
        endcase
        if (state == GROUP || state == POST)
            token_addr <= $(ext("next_group", KEY_GROUP_BITS, TOKEN_PLACE_BITS))
                * $(lit(TOKEN_PLACE_BITS, PREDICT_KEYS * SLICE_WORDS % (1 << TOKEN_PLACE_BITS)))
                + $(ext("next_word", SLICE_WORD_BITS, TOKEN_PLACE_BITS));
        if (post) begin
            o_pass_none <= none;
            o_pass_keys <= !scores && !none;
            o_pass_bank <= $(pick("i_info_bank", 1, TILE_SLOTS, "slot", 2));
            o_pass_base <= $(pick("i_info_base", KEY_NUMBER_BITS, TILE_SLOTS, "slot", 2));
            o_pass_group <= group;
            o_pass_from <= $(selected("slot_from", "group", ROW_BITS, KEY_GROUPS));
            o_pass_to <= $(selected("slot_to", "group", ROW_BITS, KEY_GROUPS));
            o_pass_slice <= slice;
            o_pass_first <= first && (scores || none);
            o_pass_last <= last_pass;
            o_pass_word <= word;
            o_pass_columns <= whole ? {$(HEAD_DIM){1'b1}} : i_flags;
            o_pass_all <= whole;
            o_pass_start <= !has_begun;
            o_pass_final <= last_word && last_chunk;
            o_pass_release <= end_of_chunk;
        end
        if (rst) begin
            state <= TILE;
            tiles <= 2'd0;
            slot <= 2'd0;
            o_pass_valid <= 1'b0;
            done <= $(GROUP_COUNT_BITS)'d0;
            turn <= $(GROUP_COUNT_BITS)'d0;
        end else begin
            case (state)
                TILE: if (tiles != 2'd0)
                    state <= none ? POST : GROUP;
                GROUP: if (group_asked)
                    state <= WAIT;
                // the shadow is free once the pass before has been taken
                WAIT: if ((scores ? khat_here : keys_here) && vacant)
                    state <= LOAD;
                LOAD: if (loaded)
                    state <= POST;
                POST: if (step)
                    state <= last_pass ? TILE : end_of_group ? GROUP : WAIT;
                default: state <= TILE;
            endcase
            tiles <= tiles + {1'b0, i_tile} - {1'b0, finish};
            if (finish)
                slot <= $(next_slot("slot"));
            o_pass_valid <= post || (o_pass_valid && !i_pass_taken);
            done <= state == TILE ? $(GROUP_COUNT_BITS)'d0 : done + $(ext("i_khat_done", 1, GROUP_COUNT_BITS));
            if (state == TILE)
                turn <= $(GROUP_COUNT_BITS)'d0;
            else if (step && scores && last_slice)
                turn <= turn + 1'b1;
        end
    end
endmodule
`default_nettype wire
