//% -- SPDX-License-Identifier: Apache-2.0
//% if cfg.mode ~= "tokens" then skip() end
//% local KP, DC, D, G, SL, BC, CW = cfg.predict.keys, cfg.predict.dims, cfg.head_dim, d.groups, d.slices, cfg.tile.keys, d.slice_words
//% local RB, IB, GB, LB = d.row_bits, d.index_bits, math.max(1, clog2(d.groups)), math.max(1, clog2(d.slices))
//% local CB = math.max(1, clog2(math.max(KP, DC)))
//% local WB, AB, DB, NB = clog2(CW + 1), math.max(1, clog2(BC * CW)), clog2(G * D), clog2(G + 1)
//% local ROT = d.rotary == 1
//% local STREAM, SB = d.hidden_slices > 1, clog2(d.hidden_slices + 1)
// Walks the passes of the tiles in order and loads the operands of each into the shadow of the array while the pass before is running.
// A tile is predicted in two phases. Keys (phase 1.1): for each slice of X, key group and word, the tokens of $(KP) keys, one key a cycle;
// beats are the columns of Wk. Scores (phase 1.2): for each key group and slice of dimensions, K^, one dimension a cycle; beats are
// rows. A word whose tokens or codes are all zero is stepped over, columns whose codes are all zero are left out of a pass
// (never in a group's first pass or the last word of a slice).
// o_pass_* describes the loaded pass until i_pass_taken. A tile without visible keys is a pass without beats (o_pass_none).
`default_nettype none
module sofa_token_loader (
    input  wire               clk,
    input  wire               rst,
//% if STREAM then
    input  wire [$(SB-1):0]   i_slices,
//% end
    input  wire [$(WB-1):0]   i_words_last,
    // tile slots, filled in order 0, 1, 2, 0 ...
    input  wire               i_tile,
    input  wire [2:0]         i_info_bank,
    input  wire [2:0]         i_info_seen,
    input  wire [$(3*BC-1):0] i_info_mask,
    input  wire [$(3*G-1):0]  i_info_group_any,
    input  wire [$(3*G*RB-1):0] i_info_group_from,
    input  wire [$(3*G*RB-1):0] i_info_group_to,
    // arrival of tokens
//% if STREAM then
    input  wire               i_chunk,         // pulse: the next token slot is being filled
    output wire               o_token_free,    // pulse: the oldest token slot is free (more than one slice)
//% end
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(IB-1):0]   i_key,
    input  wire               i_key_last,
//% if ROT then
    // cosines and sines of a group: asked for when its keys begin, needed by its last pass of keys
    output wire               o_turn_ask,
    input  wire               i_turn_asked,
    output wire [1:0]         o_turn_slot,
    output wire [$(GB-1):0]   o_turn_group,
    input  wire               i_turn_landed,
//% end
    // codes
    input  wire [$(STREAM and 1 or 0):0]         i_codes_loaded,  // halves of their memory
//% if STREAM then
    output wire               o_flag_half,
//% end
    output wire [$(WB-1):0]   o_flag_word,
    input  wire [$(D-1):0]    i_flags,         // of the word, one cycle later
    // reads of the token tile and of K^: data one cycle later
    output wire               o_read,
    output wire [1:0]         o_read_slot,
    output wire [$(AB-1):0]   o_read_addr,
    output wire               o_visible,       // with o_read: some row sees the key
    output wire               o_khat_read,
    output wire [$(DB-1):0]   o_khat_addr,
    output wire [$(CB-1):0]   o_column,        // key of the group, or dimension of the slice
    input  wire               i_any,           // of the tokens that came last: not all zero
    input  wire               i_khat_done,     // pulse: K^ of the next group stands in its memory
    // pass
    output reg                o_pass_valid,
    input  wire               i_pass_taken,
    output reg                o_pass_none,
    output reg                o_pass_keys,     // phase 1.1
    output reg  [1:0]         o_pass_slot,
    output reg                o_pass_bank,
    output reg  [$(GB-1):0]   o_pass_group,
    output reg  [$(RB-1):0]   o_pass_from,     // first and last row that sees the group
    output reg  [$(RB-1):0]   o_pass_to,
    output reg  [$(LB-1):0]   o_pass_slice,
    output reg                o_pass_first,    // of the tile's scores
    output reg                o_pass_last,
    output reg  [$(WB-1):0]   o_pass_word,     // of the slice of X
    output reg  [$(D-1):0]    o_pass_columns,
    output reg                o_pass_all,      // columns
    output reg                o_pass_start,    // of the group's K^
    output reg                o_pass_final,
    output reg                o_pass_release,  // of the slice of codes
    output wire               o_waiting        // for tokens or codes
);
    localparam [2:0] TILE = 3'd0, GROUP = 3'd1, WAIT = 3'd2, LOAD = 3'd3, POST = 3'd4;
    reg  [2:0]        state;
    reg  [1:0]        tiles;          // filled and not finished
    reg  [1:0]        slot;
    reg               scores;         // phase
    reg  [$(G-1):0]   todo;           // groups of the phase, the present one included
    reg               first;
    reg  [$(GB-1):0]  group;
    reg  [$(LB-1):0]  slice;
    reg  [$(WB-1):0]  word;
    reg  [$(CB-1):0]  column;
    reg  [$(AB-1):0]  token_addr;
    reg  [$(DB-1):0]  khat_addr;
    reg  [$(KP-1):0]  visible;
    reg               any;
    wire              vacant = !o_pass_valid || i_pass_taken;
    wire [$(G-1):0]   rest = todo & (todo - $(G)'d1);
    wire              last_group = rest == $(G)'d0;
    wire              last_slice = slice == $(LB)'d$(SL-1);
    wire              none = !($(pick("i_info_seen", 1, 3, "slot", 2)));
    wire [$(G-1):0]   groups = $(pick("i_info_group_any", G, 3, "slot", 2));
    wire [$(BC-1):0]  mask = $(pick("i_info_mask", BC, 3, "slot", 2));
    wire [$(G*KP-1):0] mask_pad = $(ext("mask", BC, G*KP));
    wire [$(G*RB-1):0] slot_from = $(pick("i_info_group_from", G*RB, 3, "slot", 2));
    wire [$(G*RB-1):0] slot_to = $(pick("i_info_group_to", G*RB, 3, "slot", 2));

    reg  [$(GB-1):0]  lowest;
    integer g;
    always @* begin
        lowest = $(GB)'d0;
        for (g = $(G-1); g >= 0; g = g - 1)
            if (todo[g])
                lowest = g[$(GB-1):0];
    end

    // ---- slices of X ----
//% if STREAM then
    reg  [$(SB-1):0]  chunk;          // the slice, from 1
    wire              last_chunk = chunk == i_slices;
    wire              streamed = i_slices != $(lit(SB, 1));
    wire              last_word = word == (last_chunk ? i_words_last : $(lit(WB, CW))) - 1'b1;
    reg  [1:0]        ring;           // token slot when there are several slices
    reg               half;           // of the codes
    // a half may still be loaded with the slice before the last, which a pass reads: slices that came are counted
    reg  [1:0]        code_slices, loaded_before;
    wire              code_landed = |(i_codes_loaded & ~loaded_before);
    wire              codes_here = streamed ? code_slices != 2'd0 || code_landed : i_codes_loaded[0];
    assign            o_flag_half = half;
    wire [1:0]        token_slot = streamed ? ring : slot;
    wire              filling = streamed ? i_chunk : i_tile;
    reg  [$(G-1):0]   begun;          // groups of which a pass was made
    wire              has_begun = |(begun & todo & ~rest);
//% else
    wire              codes_here = i_codes_loaded;
    wire              last_chunk = 1'b1;
    wire              last_word = word == i_words_last - 1'b1;
    wire [1:0]        token_slot = slot;
    wire              filling = i_tile;
    reg               has_begun;
//% end

    // ---- arrival: keys come in ascending order, slots in order ----
    reg  [2:0]        complete;
    reg               some;           // key `arrived` of slot `arrived_slot` and all visible before it are here
    reg  [1:0]        arrived_slot;
    reg  [$(IB-1):0]  arrived;
    reg  [1:0]        filled;         // slot that is filled next
    wire [$(IB):0]    beyond = ($(ext("group", GB, IB+1)) + 1'b1) * $(lit(IB+1, KP));
    wire              whole_slot = $(pick("complete", 1, 3, "token_slot", 2));
    wire              here = whole_slot || (some && arrived_slot == token_slot && {1'b0, arrived} >= beyond);
    always @(posedge clk) begin
        if (i_key_valid) begin
            arrived_slot <= i_key_slot;
            arrived <= i_key;
        end
        if (rst) begin
            complete <= 3'b000;
            some <= 1'b0;
            filled <= 2'd0;
        end else begin
            if (filling)
                filled <= filled == 2'd$(d.tile_slots-1) ? 2'd0 : filled + 2'd1;
            if (i_key_valid)
                some <= 1'b1;
            else if (filling && arrived_slot == filled)
                some <= 1'b0;
//% for n = 0, 2 do
            complete[$(n)] <= (complete[$(n)] && !(filling && filled == 2'd$(n)))
                           || (i_key_valid && i_key_last && i_key_slot == 2'd$(n));
//% end
        end
    end

    // ---- K^ of groups that has been predicted; their scores follow in the same order ----
    reg  [$(NB-1):0]  done, turn;
    wire              khat_here = done > turn;

//% if ROT then
    reg  [1:0]        turns;          // groups of them that are here
    wire              final_word = !scores && !none && last_word && last_chunk;
    wire              turns_here = turns != 2'd0 || !final_word;
    wire              group_asked = !o_turn_ask || i_turn_asked;
    assign o_turn_ask = state == GROUP && !scores && last_chunk;
    assign o_turn_slot = slot;
    assign o_turn_group = lowest;
//% end
    assign o_read = state == LOAD && !scores;
    assign o_read_slot = token_slot;
    assign o_read_addr = token_addr;
    assign o_visible = visible[0];
    assign o_khat_read = state == LOAD && scores;
    assign o_khat_addr = khat_addr;
    assign o_column = column;
    assign o_flag_word = word;
    assign o_waiting = state == WAIT && !scores && !(here && codes_here$(ROT and " && turns_here" or ""));

    wire              loaded = column == (scores ? $(CB)'d$(DC-1) : $(CB)'d$(KP-1));
    // in state POST the last tokens are coming
    wire              skip = !scores && !none && !last_word && (!(any || i_any) || (has_begun && i_flags == $(D)'d0));
    wire              post = state == POST && vacant && !skip;
    wire              step = state == POST && (skip || vacant);
    wire              last_pass = none || (scores && last_slice && last_group);
    wire              end_of_group = scores ? last_slice : last_word;
    wire              end_of_chunk = !scores && !none && last_word && last_group;
    wire              finish = step && last_pass;
    wire              whole = !has_begun || last_word;
    wire [$(GB-1):0]  next_group = state == GROUP ? lowest : group;
    wire [$(WB-1):0]  next_word = state == GROUP ? $(WB)'d0 : word + 1'b1;
//% if STREAM then
    assign o_token_free = step && end_of_chunk && streamed;
//% end

    always @(posedge clk) begin
        case (state)
            TILE: begin
                todo <= groups;
                first <= 1'b1;
                scores <= 1'b0;
                slice <= $(LB)'d0;
                word <= $(WB)'d0;
//% if STREAM then
                chunk <= $(lit(SB, 1));
                begun <= $(G)'d0;
//% end
            end
            GROUP: begin
                group <= lowest;
                column <= $(CB)'d0;
                any <= 1'b0;
                khat_addr <= $(ext("lowest", GB, DB)) * $(lit(DB, D % (1 << DB)));
//% if G > 1 then
                visible <= mask_pad[lowest * $(KP) +: $(KP)];
//% else
                visible <= mask_pad;
//% end
//% if not STREAM then
                has_begun <= 1'b0;
//% end
            end
            LOAD: begin
                column <= loaded ? $(CB)'d0 : column + 1'b1;
                token_addr <= token_addr + $(lit(AB, CW % (1 << AB)));
                khat_addr <= khat_addr + 1'b1;
                if (!scores) begin
                    visible <= $(KP > 1 and "{visible[0], visible[" .. (KP-1) .. ":1]}" or "visible");
                    any <= any || (i_any && column != $(CB)'d0);
                end
            end
            POST: if (step) begin
                any <= 1'b0;
                if (scores)
                    first <= 1'b0;
//% if STREAM then
                if (post && !scores)
                    begun <= begun | (todo & ~rest);
                if (end_of_chunk)
                    chunk <= chunk + 1'b1;
//% else
                if (post && !scores)
                    has_begun <= 1'b1;
//% end
                slice <= last_slice || !scores ? $(LB)'d0 : slice + 1'b1;
                word <= last_word || scores ? $(WB)'d0 : word + 1'b1;
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
            token_addr <= $(ext("next_group", GB, AB)) * $(lit(AB, KP * CW % (1 << AB))) + $(ext("next_word", WB, AB));
        if (post) begin
            o_pass_none <= none;
            o_pass_keys <= !scores && !none;
            o_pass_slot <= slot;
            o_pass_bank <= $(pick("i_info_bank", 1, 3, "slot", 2));
            o_pass_group <= group;
//% if G > 1 then
            o_pass_from <= slot_from[group*$(RB) +: $(RB)];
            o_pass_to <= slot_to[group*$(RB) +: $(RB)];
//% else
            o_pass_from <= slot_from;
            o_pass_to <= slot_to;
//% end
            o_pass_slice <= slice;
            o_pass_first <= first && (scores || none);
            o_pass_last <= last_pass;
            o_pass_word <= word;
            o_pass_columns <= whole ? {$(D){1'b1}} : i_flags;
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
            done <= $(NB)'d0;
            turn <= $(NB)'d0;
//% if STREAM then
            ring <= 2'd0;
            half <= 1'b0;
            code_slices <= 2'd0;
            loaded_before <= 2'b00;
//% end
//% if ROT then
            turns <= 2'd0;
//% end
        end else begin
//% if ROT then
            turns <= turns + {1'b0, i_turn_landed} - {1'b0, post && final_word};
//% end
            case (state)
                TILE: if (tiles != 2'd0)
                    state <= none ? POST : GROUP;
                GROUP: $(ROT and "if (group_asked) " or "")state <= WAIT;
                // the shadow is free once the pass before has been taken
                WAIT: if ((scores ? khat_here : here && codes_here$(ROT and " && turns_here" or "")) && vacant)
                    state <= LOAD;
                LOAD: if (loaded)
                    state <= POST;
                POST: if (step)
                    state <= last_pass ? TILE : end_of_group ? GROUP : WAIT;
                default: state <= TILE;
            endcase
            tiles <= tiles + {1'b0, i_tile} - {1'b0, finish};
            if (finish)
                slot <= slot == 2'd$(d.tile_slots-1) ? 2'd0 : slot + 2'd1;
            o_pass_valid <= post || (o_pass_valid && !i_pass_taken);
            done <= state == TILE ? $(NB)'d0 : done + $(ext("i_khat_done", 1, NB));
            if (state == TILE)
                turn <= $(NB)'d0;
            else if (step && scores && last_slice)
                turn <= turn + 1'b1;
//% if STREAM then
            loaded_before <= i_codes_loaded;
            code_slices <= code_slices + {1'b0, code_landed} - {1'b0, o_token_free};
            if (o_token_free) begin
                ring <= ring == 2'd$(d.tile_slots-1) ? 2'd0 : ring + 2'd1;
                half <= !half;
            end
//% end
        end
    end
endmodule
`default_nettype wire
