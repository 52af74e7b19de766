//% -- SPDX-License-Identifier: Apache-2.0
// Score prediction: an array of $(cfg.predict.keys) x $(cfg.predict.dims) shift PEs. The K^ slice of a pass is stationary, rows' codes stream: a beat is one row, and the
// last slice's beat yields its $(cfg.predict.keys) scores, which go to selection. Passes follow each other without a gap while keys, queries and a
// need matrix are there and the same row's beats stand $(d.pass_distance) cycles apart.
// Latency: $(latency("predict", d.predict_latency)) cycles from issue to o_valid; throughput one beat a cycle; no back-pressure at the output (selection takes all).
// Equals sofa_predict_score() for the visible keys of a row.
//% if TOKENS then
// The same array predicts the keys: tokens are stationary, columns of weight codes stream, partial sums of a column are added over the
// words of X; the last word's beats yield K^, written a dimension at a time for all keys of the group. Equals sofa_scale_khat().
//% if ROTARY then
// A group's last pass of keys takes columns 0, d/2, 1, d/2 + 1, ..., so that both halves of a pair leave the array one after the other; two
// multipliers a key turn them in two cycles. Equals sofa_rotate_khat().
//% end
//% end
//% local PREDICT_TREE = d.predict_tree
//% local ITEM_BITS = TOKENS and math.max(ROW_BITS, clog2(HEAD_DIM)) or ROW_BITS        -- index of a beat: row, or column
//% local PARTIAL_SUMS = DIM_SLICES > 1 or TOKENS                              -- a sum is put together from several beats
//% local SPOTS = TOKENS and math.max(DIM_SLICES > 1 and 1 << ROW_BITS or 1, STREAMED and KEY_GROUPS * HEAD_DIM or HEAD_DIM) or 1 << ROW_BITS
//% local SPOT_BITS = math.max(1, clog2(SPOTS))
//% local AGE_BITS = clog2(QUERY_BLOCK + d.pass_distance + 1) + 1
//% local AHEAD_BITS = AGE_BITS + 2                                     -- of age and a row, signed
//% local SHIFT_COPIES = not TOKENS and COPIED_REGISTERS and not MASS     -- copies of the shift by the columns
//% local function saturate(name, from, to)
//%   if from == to then return name end
//%   local top = name .. "[" .. from-1 .. ":" .. to-1 .. "]"
//%   return "&" .. top .. " || ~|" .. top .. " ? " .. name .. "[" .. to-1 .. ":0] : {" .. name .. "[" .. from-1 .. "], {" .. to-1 .. "{!" .. name .. "[" .. from-1 .. "]}}}"
//% end
//% local SCALED_SUM_BITS, WIDE_SCORE_BITS = MASS and SUM_BITS + OCTAVE_FRACTION or SUM_BITS, math.max(RANK and SCORE_BITS or 0, MASS and OCTAVE_BITS or 0) -- a scaled sum; a score
//% -- of a shift into octaves: bits, the largest that counts
//% local CODE_PLACES = d.array_powers - cfg.predict.code_powers -- that the array's codes are larger than those of Q
//% local OCTAVE_SHIFT_BITS = MASS and math.min(6, clog2(SCALED_SUM_BITS + CODE_PLACES)) or 0
//% local OCTAVE_SHIFT_MOST = (1 << OCTAVE_SHIFT_BITS) - 1 - CODE_PLACES
//% local BEAT_RADII = RANK and not STORED_RADII        -- a row's radius comes with its scores
//% local KEY_COUNT_BITS = clog2(PREDICT_KEYS + 1)                    -- holds 0 to PREDICT_KEYS
//% -- elements of a word of the port
//% local PORT_QUERY_ELEMENTS, PORT_KEY_ELEMENTS = PORT_BITS // QUERY_BITS, PORT_BITS // KEY_BITS
//% local WORD_PLACE_BITS = REGISTERED_LINKS and clog2(PREDICT_DIMS // PORT_KEY_ELEMENTS) or 0     -- place of a word of K^ in its slice
//% local function word(slice, bits) return slice .. "[" .. (DIM_SLICE_BITS-1) .. ":" .. (DIM_SLICE_BITS-bits) .. "]" end
//% local function part(name, slice, elements, bits)
//%   local low = clog2(elements // PREDICT_DIMS)
//%   return low == 0 and name or name .. "[" .. slice .. "[" .. (low-1) .. ":0]*" .. (PREDICT_DIMS*bits) .. " +: " .. (PREDICT_DIMS*bits) .. "]"
//% end
`default_nettype none
module sofa_predict (
    input  wire               clk,
    input  wire               rst,
//% if RANK then
    input  wire [3:0]         i_score_shift,
//% end
//% if MASS then
    input  wire [5:0]         i_octave_shift,  // selection by mass: less the row's exponent, as far as there are places
//%   if RANK then
    input  wire               i_by_mass,
//%   end
//% end
//% if RANK then
    input  wire [31:0]        i_radius,
//% end
    input  wire               i_has_ranges,
    input  wire [$(KEY_NUMBER_BITS-1):0]   i_keys,
    input  wire [$(TILE_BITS-1):0]   i_tile_keys,
    // tile slots
    input  wire               i_tile,
    input  wire [$(3*KEY_NUMBER_BITS-1):0] i_info_base,
    input  wire [2:0]         i_info_bank,
    input  wire [2:0]         i_info_seen,
    input  wire [$(3*KEY_GROUPS-1):0]  i_info_group_any,
    input  wire [$(3*KEY_GROUPS*ROW_BITS-1):0] i_info_group_from,
    input  wire [$(3*KEY_GROUPS*ROW_BITS-1):0] i_info_group_to,
//% if TOKENS then
    input  wire [$(3*TILE_KEYS-1):0] i_info_mask,
    input  wire [4:0]         i_khat_shift,
    input  wire [$(SLICE_WORD_BITS-1):0]   i_words_last,
//%   if STREAMED then
    input  wire [$(SLICE_COUNT_BITS-1):0]  i_slices,
    input  wire               i_chunk,
    output wire               o_token_free,
//%   end
    // tokens and codes on chip: data one cycle later
    output wire               o_token_read,
    output wire [1:0]         o_token_slot,
    output wire [$(TOKEN_PLACE_BITS-1):0]   o_token_addr,
    input  wire [$(PREDICT_DIMS*8-1):0] i_tokens,
    input  wire [$(STREAMED and 1 or 0):0]         i_codes_loaded,
//%   if STREAMED then
    output wire               o_flag_half,
    output reg                o_code_half,
    output reg                o_code_release,
//%   end
    output wire [$(SLICE_WORD_BITS-1):0]   o_flag_word,
    input  wire [$(HEAD_DIM-1):0]    i_flags,
    output wire [$(CODE_PLACE_BITS-1):0]  o_code_addr,
    input  wire [$(PREDICT_DIMS*4-1):0] i_weight_codes,
    output wire               o_khat_busy,
//%   if ROTARY then
    // cosines and sines of a key group; data one cycle later
    output wire               o_turn_ask,
    input  wire               i_turn_asked,
    output wire [$(KEY_NUMBER_BITS-1):0]   o_turn_key,
    output wire [$(KEY_GROUP_BITS-1):0]   o_turn_group,
    input  wire               i_turn_landed,
    output wire [$(HEAD_PAIR_BITS-1):0]   o_turn_pair,
    output wire               o_turn_release,
    input  wire [$(PREDICT_KEYS*16-1):0] i_turns,
//%   end
//% end
    // keys as they arrive
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(INDEX_BITS-1):0]   i_key,
    input  wire               i_key_last,
//% if WORD_MEMORIES or REGISTERED_LINKS then
    input  wire               i_word_valid,      // of the key that comes next with i_key_valid or before it
    input  wire [$(KEY_WORD_BITS-1):0]   i_word_index,
    input  wire [$(PORT_KEY_ELEMENTS*KHAT_BITS-1):0] i_word,
//% elseif not TOKENS then
    input  wire [$(HEAD_DIM*KHAT_BITS-1):0] i_khat,
//% end
    // queries and ranges
    input  wire               i_code_we,
    input  wire [$(ROW_BITS):0]     i_code_row,
//% if WORD_MEMORIES then
    input  wire [$(QUERY_WORD_BITS-1):0]   i_code_index,
    input  wire [$(PORT_QUERY_ELEMENTS*6-1):0] i_code,
    input  wire               i_exponent_we,
    input  wire [$(ROW_BITS):0]     i_exponent_row,
    input  wire [3:0]         i_exponent,
//% else
    input  wire [$(HEAD_DIM*4+3):0]  i_code,
//% end
    input  wire [1:0]         i_query_ready,
    input  wire               i_range_we,
    input  wire [$(ROW_BITS):0]     i_range_row,
    input  wire [$(2*KEY_NUMBER_BITS-1):0] i_range,
    // need matrix
    input  wire [1:0]         i_parity_free,
    // to selection
    output wire               o_valid,
//% if RANK then
    output wire               o_first,
    output wire               o_last,
//% end
    output wire [$(ROW_BITS-1):0]   o_row,
    output wire               o_new_block,
//% if RANK then
    output wire [$(PREDICT_KEYS*ENTRY_BITS-1):0] o_entries,
//% end
//% if MASS then
    output wire [$(PREDICT_KEYS*OCTAVE_BITS-1):0] o_scores,
    output wire [$(PREDICT_KEYS-1):0]   o_seen,
//% end
//% if STORED_RADII then
    output wire               o_bank,
//% elseif RANK then
    output wire [$(SCORE_BITS-1):0]   o_radius_row,
//% end
//% if RANK then
    output wire               o_radius_on,
//% end
    output wire               o_parity,
    output wire               o_end,
    // counters
    output wire               o_busy,
    output wire               o_starved,
    output wire               o_blocked
);
    // ---- passes ----
    wire              pass_valid, pass_none, pass_first, pass_last, waiting;
    wire [1:0]        pass_slot;
    wire              next_bank;
    wire [$(KEY_GROUP_BITS-1):0]  pass_group;
    wire [$(ROW_BITS-1):0]  next_from, next_to;
    wire [$(DIM_SLICE_BITS-1):0]  pass_slice;
    wire              start;
    wire [$(COLUMN_BITS-1):0]  read_column;
//% if TOKENS then
    wire              pass_keys, pass_all, pass_start, pass_final, pass_release, token_visible, khat_read, khat_done;
    wire [$(SLICE_WORD_BITS-1):0]  pass_word;
    wire [$(HEAD_DIM-1):0]   pass_columns;
    wire [$(KHAT_PLACE_BITS-1):0]  khat_addr;
    wire              tokens_any;
//%   if ROTARY then
    wire [1:0]        turn_slot;
    assign o_turn_key = $(pick("i_info_base", KEY_NUMBER_BITS, 3, "turn_slot", 2));
//%   end
    sofa_token_loader u_loader (
        .clk(clk), .rst(rst), .i_words_last(i_words_last), .i_tile(i_tile), .i_info_bank(i_info_bank), .i_info_seen(i_info_seen), .i_info_mask(i_info_mask),
//%   if ROTARY then
        .o_turn_ask(o_turn_ask), .i_turn_asked(i_turn_asked), .o_turn_slot(turn_slot), .o_turn_group(o_turn_group), .i_turn_landed(i_turn_landed),
//%   end
//%   if STREAMED then
        .i_slices(i_slices), .i_chunk(i_chunk), .o_token_free(o_token_free), .o_flag_half(o_flag_half),
//%   end
        .i_info_group_any(i_info_group_any), .i_info_group_from(i_info_group_from), .i_info_group_to(i_info_group_to),
        .i_key_valid(i_key_valid), .i_key_slot(i_key_slot), .i_key(i_key), .i_key_last(i_key_last),
        .i_codes_loaded(i_codes_loaded), .o_flag_word(o_flag_word), .i_flags(i_flags),
        .o_read(o_token_read), .o_read_slot(o_token_slot), .o_read_addr(o_token_addr), .o_visible(token_visible),
        .o_khat_read(khat_read), .o_khat_addr(khat_addr), .o_column(read_column), .i_any(tokens_any), .i_khat_done(khat_done),
        .o_pass_valid(pass_valid), .i_pass_taken(start), .o_pass_none(pass_none), .o_pass_keys(pass_keys), .o_pass_slot(pass_slot), .o_pass_bank(next_bank),
        .o_pass_group(pass_group), .o_pass_from(next_from), .o_pass_to(next_to), .o_pass_slice(pass_slice), .o_pass_first(pass_first),
        .o_pass_last(pass_last), .o_pass_word(pass_word), .o_pass_columns(pass_columns), .o_pass_all(pass_all),
        .o_pass_start(pass_start), .o_pass_final(pass_final), .o_pass_release(pass_release), .o_waiting(waiting));
//%   if DIM_SLICES == 1 then
    wire              unused_slice = &{1'b0, pass_slice};
//%   end
//%   if not STREAMED then
    wire              unused_release = &{1'b0, pass_release};
//%   end
//% else
    wire [1:0]        read_slot;
    wire [$(INDEX_BITS-1):0]  read_key;
    wire [$(DIM_SLICE_BITS-1):0]  read_slice;
    wire              read;
    sofa_loader u_loader (
        .clk(clk), .rst(rst), .i_tile(i_tile), .i_info_bank(i_info_bank), .i_info_seen(i_info_seen), .i_info_group_any(i_info_group_any),
        .i_info_group_from(i_info_group_from), .i_info_group_to(i_info_group_to),
        .i_key_valid(i_key_valid), .i_key_slot(i_key_slot), .i_key(i_key), .i_key_last(i_key_last),
        .o_read_slot(read_slot), .o_read_key(read_key), .o_read_slice(read_slice), .o_read(read), .o_column(read_column),
        .o_pass_valid(pass_valid), .i_pass_taken(start), .o_pass_none(pass_none), .o_pass_slot(pass_slot), .o_pass_bank(next_bank),
        .o_pass_group(pass_group), .o_pass_from(next_from), .o_pass_to(next_to), .o_pass_slice(pass_slice), .o_pass_first(pass_first), .o_pass_last(pass_last),
        .o_waiting(waiting));
//% end

    // ---- issue: rows from .. to of the pass ----
    reg               active, parity, next_parity;
    reg  [1:0]        parity_taken;
    reg  [$(ITEM_BITS-1):0] row;
    reg  [$(ROW_BITS-1):0]  last_row;
//% if TOKENS then
    reg               of_keys, all_columns, start_keys, final_keys;
    reg  [$(HEAD_DIM-1):0]   columns;        // still to come after this one
    reg  [$(KEY_GROUP_BITS-1):0]  group;
    reg  [$(CODE_PLACE_BITS-1):0] code_base;
    reg  [1:0]        gap;            // cycles since the last beat of keys, saturating
//%   if STREAMED then
    reg               release_codes;
//%   end
//% end
    reg  [$(AGE_BITS-1):0]  age;            // cycles since the pass's first beat, saturating
    reg               none, end_of_tile, bank;
    reg  [$(KEY_NUMBER_BITS-1):0]  base;
    reg  [$(TILE_BITS-1):0]  group_key;
//% if DIM_SLICES > 1 then
    reg               first_slice, final_slice;
    reg  [$(DIM_SLICE_BITS-1):0]  slice;
//% end
//% if TOKENS then
    wire              row_end = !active || (of_keys ? columns == $(HEAD_DIM)'d0 : row[$(ROW_BITS-1):0] == last_row);
    wire [$(HEAD_DIM-1):0]   some_columns = start ? pass_columns : columns;
    wire [$(HEAD_DIM-1):0]   later_columns = some_columns & (some_columns - $(HEAD_DIM)'d1);
    reg  [$(ITEM_BITS-1):0] next_column;
    integer i;
    always @* begin
        next_column = $(ITEM_BITS)'d0;
        for (i = $(HEAD_DIM-1); i >= 0; i = i - 1)
            if (some_columns[i])
                next_column = i[$(ITEM_BITS-1):0];
    end
    wire              keys_apart = (pass_all && all_columns) || (gap >= 2'd$(d.key_pass_gap) && !(active && of_keys));
//% else
    wire              row_end = !active || row == last_row;
//% end
    // the pass that began `age` cycles ago with row `from` is so far ahead that the new one may begin with its row
    reg  signed [$(AHEAD_BITS-1):0] ahead;    // age + from - $(d.pass_distance)
    wire signed [$(AHEAD_BITS-1):0] next_wide = $(ext("next_from", ROW_BITS, AHEAD_BITS));
    wire signed [$(AHEAD_BITS-1):0] older = $(ext("age", AGE_BITS, AHEAD_BITS)) - $(AHEAD_BITS)'d$(d.pass_distance - 1);
    wire              apart = age >= $(AGE_BITS)'d$(d.pass_distance) && ahead >= next_wide;
    wire              need_ready = !pass_first || !parity_taken[next_parity];
//% if TOKENS then
    assign start = pass_valid && row_end && (pass_keys ? age >= $(AGE_BITS)'d$(d.pass_distance) && keys_apart
                                                       : need_ready && (pass_none || (apart && i_query_ready[next_bank])));
//% else
    assign start = pass_valid && row_end && need_ready && (pass_none || (apart && i_query_ready[next_bank]));
//% end
    wire              take_parity = start && pass_first;

    reg               valid0, swap0, end0;
    always @(posedge clk) begin
        if (start) begin
            row <= $(TOKENS and "pass_keys ? next_column : " .. ext("next_from", ROW_BITS, ITEM_BITS) or "next_from");
            last_row <= pass_none ? next_from : next_to;
            none <= pass_none;
            bank <= next_bank;
            base <= $(pick("i_info_base", KEY_NUMBER_BITS, 3, "pass_slot", 2));
            group_key <= $(ext("pass_group", KEY_GROUP_BITS, TILE_BITS)) * $(TILE_BITS)'d$(PREDICT_KEYS);
            end_of_tile <= pass_last;
//% if DIM_SLICES > 1 then
            first_slice <= pass_slice == $(DIM_SLICE_BITS)'d0;
            final_slice <= pass_slice == $(DIM_SLICE_BITS)'d$(DIM_SLICES-1);
            slice <= pass_slice;
//% end
            if (pass_first)
                parity <= next_parity;
//% if TOKENS then
            of_keys <= pass_keys;
            all_columns <= pass_all;
            start_keys <= pass_start;
            final_keys <= pass_final;
            group <= pass_group;
            code_base <= $(ext("pass_word", SLICE_WORD_BITS, CODE_PLACE_BITS)) * $(lit(CODE_PLACE_BITS, HEAD_DIM % (1 << CODE_PLACE_BITS)));
//%   if STREAMED then
            release_codes <= pass_release;
//%   end
        end else if (!row_end)
            row <= of_keys ? next_column : row + 1'b1;
        columns <= later_columns;
//% else
        end else if (!row_end)
            row <= row + 1'b1;
//% end
        if (rst) begin
            active <= 1'b0;
            next_parity <= 1'b0;
            parity_taken <= 2'b00;
            age <= $(AGE_BITS)'d$((1 << AGE_BITS) - 1);
            ahead <= $(AHEAD_BITS)'sd$((1 << AGE_BITS) - 1 - d.pass_distance);
//% if TOKENS then
            gap <= 2'd3;
//%   if STREAMED then
            o_code_half <= 1'b0;
            o_code_release <= 1'b0;
//%   end
//% end
        end else begin
//% if TOKENS then
            if (active && of_keys)
                gap <= 2'd1;
            else if (gap != 2'd3)
                gap <= gap + 2'd1;
//%   if STREAMED then
            o_code_release <= active && of_keys && release_codes && row_end && i_slices != $(lit(SLICE_COUNT_BITS, 1));
            if (active && of_keys && release_codes && row_end && i_slices != $(lit(SLICE_COUNT_BITS, 1)))
                o_code_half <= !o_code_half;
//%   end
//% end
            if (start)
                ahead <= $(TOKENS and "(pass_keys ? " .. AHEAD_BITS .. "'sd0 : next_wide)" or "next_wide") + (pass_none ? older : -$(AHEAD_BITS)'sd$(d.pass_distance - 1));
            else if (!(&age))
                ahead <= ahead + $(AHEAD_BITS)'sd1;
            active <= start || !row_end;
            next_parity <= next_parity ^ take_parity;
            parity_taken <= (parity_taken | {take_parity && next_parity, take_parity && !next_parity}) & ~i_parity_free;
            if (start && !pass_none)
                age <= $(AGE_BITS)'d1;
            else if (!(&age))
                age <= age + 1'b1;
        end
    end
    always @* begin
        valid0 = active && !none$(TOKENS and " && !of_keys" or "");
        end0 = active && end_of_tile && $(TOKENS and "!of_keys && row[" .. (ROW_BITS-1) .. ":0]" or "row") == last_row;
    end
//% if TOKENS then
    wire                keys0 = active && of_keys;
//%   if ROTARY then
    wire [$(ITEM_BITS-1):0]   half_row = {1'b0, row[$(ITEM_BITS-1):1]};
    wire [$(ITEM_BITS-1):0]   column = !final_keys ? row : row[0] ? half_row + $(lit(ITEM_BITS, HEAD_PAIRS)) : half_row;
//%   else
    wire [$(ITEM_BITS-1):0]   column = row;
//%   end
    wire [$(CODE_PLACE_BITS-1):0]   column_addr = $(ext("column", ITEM_BITS, CODE_PLACE_BITS));
    assign o_code_addr = code_base + column_addr;
    // where the sums of the beat are put together
//%   if STREAMED then
    wire [$(SPOT_BITS-1):0]   spot = of_keys ? $(ext("group", KEY_GROUP_BITS, SPOT_BITS)) * $(lit(SPOT_BITS, HEAD_DIM % (1 << SPOT_BITS))) + $(ext("column", ITEM_BITS, SPOT_BITS)) : $(ext("row", ITEM_BITS, SPOT_BITS));
//%   else
    wire [$(SPOT_BITS-1):0]   spot = of_keys ? $(ext("column", ITEM_BITS, SPOT_BITS)) : $(ext("row", ITEM_BITS, SPOT_BITS));
//%   end
//% end
    always @(posedge clk) swap0 <= start && !rst;
    assign o_starved = !active && (waiting || (pass_valid && need_ready && !i_query_ready[next_bank]));
    assign o_blocked = !active && pass_valid && !need_ready;

    // ---- K^ memory and the array ----
    reg                 load;
    reg  [$(COLUMN_BITS-1):0]    load_column;
//% if TOKENS then
    reg                 load_visible;
    reg  [$(PREDICT_DIMS-1):0]    load_dims;      // of K^
    wire [$(PREDICT_DIMS*ARRAY_BITS-1):0] operand;
    wire [$(PREDICT_KEYS*KHAT_BITS-1):0] khat;
    wire [$(PREDICT_KEYS*KHAT_BITS-1):0] new_khat;
    reg  [$(KHAT_PLACE_BITS-1):0]    new_khat_addr;
    reg                 new_khat_valid, new_khat_last;
    sofa_ram #(.WIDTH($(PREDICT_KEYS*KHAT_BITS)), .DEPTH($(math.max(2, KEY_GROUPS*HEAD_DIM))), .ABITS($(KHAT_PLACE_BITS))) u_khat (
        .clk(clk), .i_we(new_khat_valid), .i_waddr(new_khat_addr), .i_wdata(new_khat),
        .i_re(1'b1), .i_raddr(khat_addr), .o_rdata(khat));
//%   for i = 0, PREDICT_DIMS - 1 do
    assign operand[$(i*ARRAY_BITS) +: $(ARRAY_BITS)] = $(ARRAY_BITS > 8 and "{{" .. (ARRAY_BITS-8) .. "{i_tokens[" .. (i*8+7) .. "] && load_visible}}, i_tokens[" .. (i*8) .. " +: 8] & {8{load_visible}}}" or "i_tokens[" .. (i*8) .. " +: 8] & {8{load_visible}}");
//%   end
    assign tokens_any = |i_tokens && load_visible;
//%   built("khat_time", PREDICT_TREE + (ROTARY and 7 or 4))
    assign khat_done = new_khat_valid && new_khat_last;
//%   if ROTARY then
    reg                 turn_odd, turn_diff;
    reg  [$(HEAD_PAIR_BITS-1):0]    turn_pair;
    reg                 turn_valid_0, turn_valid_1, turn_valid_2, turn_last_0, turn_last_1, turn_last_2;
    reg  [$(KHAT_PLACE_BITS-1):0]    turn_addr_0, turn_addr_1, turn_addr_2;
    assign o_turn_pair = turn_pair;
//%   built("turn_time", PREDICT_TREE + 4)
    assign o_turn_release = turn_valid_0 && turn_last_0;
//%   end
    always @(posedge clk) begin
        load <= o_token_read && !rst;
        load_column <= read_column;
        load_visible <= token_visible;
//%   for i = 0, PREDICT_DIMS - 1 do
        load_dims[$(i)] <= khat_read && read_column == $(lit(COLUMN_BITS, i));
//%   end
    end
//% else
    reg  [$(DIM_SLICE_BITS-1):0]    load_slice;
    reg  [$(PREDICT_DIMS*KHAT_BITS-1):0] operand;
//%   if SHIFT_COPIES then
    // the memory is far: its word comes through a register
    reg                 load0;
    reg  [$(COLUMN_BITS-1):0]    load0_column;
    reg  [$(PREDICT_DIMS*KHAT_BITS-1):0] chosen;
//%   end
//% if WORD_MEMORIES then
    wire [$(PORT_KEY_ELEMENTS*KHAT_BITS-1):0] khat;
    sofa_ram #(.WIDTH($(PORT_KEY_ELEMENTS*KHAT_BITS)), .DEPTH($(3 << (INDEX_BITS+KEY_WORD_BITS))), .ABITS($(INDEX_BITS+2+KEY_WORD_BITS))) u_khat (
        .clk(clk), .i_we(i_word_valid), .i_waddr({i_key_slot, i_key, i_word_index}), .i_wdata(i_word),
        .i_re(1'b1), .i_raddr({read_slot, read_key, $(word("read_slice", KEY_WORD_BITS))}), .o_rdata(khat));
//% elseif REGISTERED_LINKS then
    // the memory is as wide as a slice
    wire [$(PREDICT_DIMS*KHAT_BITS-1):0] khat;
    sofa_beats #(.BEAT($(PORT_KEY_ELEMENTS*KHAT_BITS)), .BEATS($(PREDICT_DIMS//PORT_KEY_ELEMENTS)), .HBITS($(math.max(1, WORD_PLACE_BITS))), .DEPTH($(3 << (INDEX_BITS+DIM_SLICE_BITS))), .ABITS($(INDEX_BITS+DIM_SLICE_BITS+2))) u_khat (
        .clk(clk), .i_we(i_word_valid && !rst), .i_index($(WORD_PLACE_BITS > 0 and "i_word_index[" .. (WORD_PLACE_BITS-1) .. ":0]" or "1'b0")),
        .i_waddr({i_key_slot, i_key, $(DIM_SLICES > 1 and "i_word_index[" .. (KEY_WORD_BITS-1) .. ":" .. WORD_PLACE_BITS .. "]" or "1'b0")}), .i_wdata(i_word),
        .i_raddr({read_slot, read_key, read_slice}), .o_rdata(khat));
//% else
    wire [$(HEAD_DIM*KHAT_BITS-1):0]  khat;
    sofa_ram #(.WIDTH($(HEAD_DIM*KHAT_BITS)), .DEPTH($(3 << INDEX_BITS)), .ABITS($(INDEX_BITS+2))) u_khat (
        .clk(clk), .i_we(i_key_valid), .i_waddr({i_key_slot, i_key}), .i_wdata(i_khat),
        .i_re(1'b1), .i_raddr({read_slot, read_key}), .o_rdata(khat));
//% end
    always @(posedge clk) begin
//%   if SHIFT_COPIES then
        load0 <= read && !rst;
        load0_column <= read_column;
        load <= load0 && !rst;
        load_column <= load0_column;
        operand <= chosen;
//%   else
        load <= read && !rst;
        load_column <= read_column;
//%   end
        load_slice <= read_slice;
    end
//% local chosen = SHIFT_COPIES and "chosen" or "operand"
//% if WORD_MEMORIES then
    always @* $(chosen) = $(part("khat", "load_slice", PORT_KEY_ELEMENTS, KHAT_BITS));
    wire unused_slice = &{1'b0, load_slice};
//% elseif REGISTERED_LINKS then
    always @* $(chosen) = khat;
    wire unused_slice = &{1'b0, load_slice$(DIM_SLICES == 1 and ", pass_slice" or "")};
//% elseif DIM_SLICES > 1 then
    wire [$(DIM_SLICES*PREDICT_DIMS*KHAT_BITS-1):0] khat_pad = $(ext("khat", HEAD_DIM*KHAT_BITS, DIM_SLICES*PREDICT_DIMS*KHAT_BITS));
    always @*
        case (load_slice)
//%   for slice = 1, DIM_SLICES - 1 do
            $(DIM_SLICE_BITS)'d$(slice): $(chosen) = khat_pad[$(slice*PREDICT_DIMS*KHAT_BITS) +: $(PREDICT_DIMS*KHAT_BITS)];
//%   end
            default: $(chosen) = khat_pad[0 +: $(PREDICT_DIMS*KHAT_BITS)];
        endcase
//% else
    always @* $(chosen) = khat;
    wire unused_slice = &{1'b0, load_slice, pass_slice};
//% end
//% end

    // ---- cycle 1: codes and range of the row ----
    wire [$(2*KEY_NUMBER_BITS-1):0]  range;
    wire [3:0]          exponent;
//% if WORD_MEMORIES then
    wire [$(PORT_QUERY_ELEMENTS*6-1):0]  code;
    sofa_ram #(.WIDTH($(PORT_QUERY_ELEMENTS*6)), .DEPTH($(2 << (ROW_BITS+QUERY_WORD_BITS))), .ABITS($(ROW_BITS+1+QUERY_WORD_BITS))) u_codes (
        .clk(clk), .i_we(i_code_we), .i_waddr({i_code_row, i_code_index}), .i_wdata(i_code),
        .i_re(1'b1), .i_raddr({bank, row, $(word("slice", QUERY_WORD_BITS))}), .o_rdata(code));
    sofa_ram #(.WIDTH(4), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_exponents (
        .clk(clk), .i_we(i_exponent_we), .i_waddr(i_exponent_row), .i_wdata(i_exponent),
        .i_re(1'b1), .i_raddr({bank, row}), .o_rdata(exponent));
//% else
    wire [$(HEAD_DIM*4+3):0]   code;
    assign exponent = code[$(HEAD_DIM*4+3):$(HEAD_DIM*4)];
    sofa_ram #(.WIDTH($(HEAD_DIM*4+4)), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_codes (
        .clk(clk), .i_we(i_code_we), .i_waddr(i_code_row), .i_wdata(i_code), .i_re(1'b1), .i_raddr({bank, row[$(ROW_BITS-1):0]}), .o_rdata(code));
//% end
    sofa_ram #(.WIDTH($(2*KEY_NUMBER_BITS)), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_ranges (
        .clk(clk), .i_we(i_range_we), .i_waddr(i_range_row), .i_wdata(i_range), .i_re(1'b1), .i_raddr({bank, row[$(ROW_BITS-1):0]}), .o_rdata(range));

//% local attributes = {{"valid", 1, "valid0"}, {"end", 1, "end0"}, {"parity", 1, "parity"}, {"row", ROW_BITS, "row[" .. (ROW_BITS-1) .. ":0]"},
//%   {"start", 1, TOKENS and (DIM_SLICES > 1 and "(of_keys ? start_keys : first_slice)" or "(!of_keys || start_keys)") or "first_slice"},
//%   {"final", 1, TOKENS and (DIM_SLICES > 1 and "(of_keys ? final_keys : final_slice)" or "(!of_keys || final_keys)") or "final_slice"},
//%   {"keys", 1, "keys0"}, {"spot", SPOT_BITS, "spot"}, {"khat_at", KHAT_PLACE_BITS, "khat_at"}, {"last_column", 1, "columns == " .. HEAD_DIM .. "'d0"},
//%   (STORED_RADII or ORDERS) and {"bank", 1, "bank"} or nil}
//% if ROTARY then
//%   attributes[#attributes+1] = {"odd", 1, "row[0]"}
//%   attributes[#attributes+1] = {"pair", HEAD_PAIR_BITS, ext("half_row", ITEM_BITS, HEAD_PAIR_BITS)}
//% end
//% local last_stage = d.predict_latency
//% if TOKENS then
    wire [$(KHAT_PLACE_BITS-1):0]    khat_at = $(ext("group", KEY_GROUP_BITS, KHAT_PLACE_BITS)) * $(lit(KHAT_PLACE_BITS, HEAD_DIM % (1 << KHAT_PLACE_BITS))) + $(ext("column", ITEM_BITS, KHAT_PLACE_BITS));
//% end
    // attributes of a beat travel beside it: name_n is n cycles after issue
//% for _, attribute in ipairs(attributes) do
//%   local name, bits = attribute[1], attribute[2]
//%   local till = (name == "start" and PREDICT_TREE + 2) or (name == "final" and PREDICT_TREE + 3) or (name == "keys" and PREDICT_TREE + 4) or (name == "spot" and PREDICT_TREE + 3) or (name == "bank" and not STORED_RADII and 2) or ((name == "khat_at" or name == "last_column" or name == "odd" or name == "pair") and PREDICT_TREE + 3) or last_stage
//%   local only_tokens = name == "keys" or name == "spot" or name == "khat_at" or name == "last_column"
//%   if TOKENS or not (only_tokens or DIM_SLICES == 1 and (name == "start" or name == "final")) then
//%     for n = 1, till do
    reg $(bits > 1 and "[" .. (bits-1) .. ":0] " or "")$(name)_$(n);
    always @(posedge clk) $(name)_$(n) <= $(n == 1 and attribute[3] or name .. "_" .. (n-1))$((name == "valid" or name == "end" or name == "keys") and " && !rst" or "");
//%     end
//%   end
//% end
    reg                 swap1;
    reg  [$(KEY_NUMBER_BITS-1):0]    base1;
    reg  [$(TILE_BITS-1):0]    group_key1, group_key2;
    always @(posedge clk) begin
        swap1 <= swap0 && !rst;
        base1 <= base;
        group_key1 <= group_key;
        group_key2 <= group_key1;
    end

    reg  [$(PREDICT_DIMS*4-1):0]  codes2;
//% if WORD_MEMORIES then
//%   local low = clog2(PORT_QUERY_ELEMENTS // PREDICT_DIMS)
//%   if low > 0 then
    reg  [$(low-1):0]   slice1;
    always @(posedge clk) slice1 <= slice[$(low-1):0];
//%   end
    wire [$(PREDICT_DIMS*6-1):0]  elements = $(part("code", "slice1", PORT_QUERY_ELEMENTS, 6));
//%   for i = 0, PREDICT_DIMS - 1 do
    wire [3:0]          below_$(i) = exponent - elements[$(i*6) +: 4];
    always @(posedge clk)
        codes2[$(i*4) +: 4] <= !elements[$(i*6+4)] || below_$(i) > 4'd$(cfg.predict.code_powers-1) ? 4'd0 : {elements[$(i*6+5)], 3'd7 - below_$(i)[2:0]};
//%   end
//% elseif DIM_SLICES > 1 then
    reg  [$(DIM_SLICE_BITS-1):0]    slice1;
    wire [$(HEAD_DIM*4-1):0]   codes = code[$(HEAD_DIM*4-1):0];
    wire [$(DIM_SLICES*PREDICT_DIMS*4-1):0] code_pad = $(ext("codes", HEAD_DIM*4, DIM_SLICES*PREDICT_DIMS*4));
    always @(posedge clk) begin
        slice1 <= slice;
//%   if TOKENS then
        if (keys_1)
            codes2 <= i_weight_codes;
        else
//%   end
        case (slice1)
//%   for slice = 1, DIM_SLICES - 1 do
            $(DIM_SLICE_BITS)'d$(slice): codes2 <= code_pad[$(slice*PREDICT_DIMS*4) +: $(PREDICT_DIMS*4)];
//%   end
            default: codes2 <= code_pad[0 +: $(PREDICT_DIMS*4)];
        endcase
    end
//% else
    always @(posedge clk) codes2 <= $(TOKENS and "keys_1 ? i_weight_codes : " or "")$(ext("code", HEAD_DIM*4+4, HEAD_DIM*4));
//% end

    // keys low .. high-1 of the tile are visible to the row
    wire [$(KEY_NUMBER_BITS-1):0] first_key = i_has_ranges ? range[$(KEY_NUMBER_BITS-1):0] : $(KEY_NUMBER_BITS)'d0;
    wire [$(KEY_NUMBER_BITS-1):0] visible = i_has_ranges ? range[$(2*KEY_NUMBER_BITS-1):$(KEY_NUMBER_BITS)] : i_keys;
    wire [$(TILE_END_BITS-1):0] from_base = $(ext("first_key", KEY_NUMBER_BITS, TILE_END_BITS)) - $(ext("base1", KEY_NUMBER_BITS, TILE_END_BITS));
    wire [$(TILE_END_BITS-1):0] to_base = $(ext("visible", KEY_NUMBER_BITS, TILE_END_BITS)) - $(ext("base1", KEY_NUMBER_BITS, TILE_END_BITS));
    wire [$(TILE_END_BITS-1):0] tile_wide = $(ext("i_tile_keys", TILE_BITS, TILE_END_BITS));
    reg  [$(TILE_BITS-1):0] low2, high2;
//% if BEAT_RADII then
    reg  [$(SCORE_BITS-1):0] radius2;
    wire [31:0]      radius = i_radius >> exponent;
//% end
    always @(posedge clk) begin
        low2 <= from_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : from_base > tile_wide ? i_tile_keys : from_base[$(TILE_BITS-1):0];
        high2 <= to_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : to_base > tile_wide ? i_tile_keys : to_base[$(TILE_BITS-1):0];
//% if BEAT_RADII then
        radius2 <= |radius[31:$(SCORE_BITS)] ? $(SCORE_BITS)'d$((1 << SCORE_BITS) - 1) : radius[$(SCORE_BITS-1):0];
//% end
    end

//% if MASS then
    // the shift of a row's scores into octaves travels beside the beat
    wire [5:0]       octaves = i_octave_shift > {2'd0, exponent} ? i_octave_shift - {2'd0, exponent} : 6'd0;
    reg  [$(OCTAVE_SHIFT_BITS-1):0] octaves_2; // no more than leave the sign alone
    always @(posedge clk) octaves_2 <= $(OCTAVE_SHIFT_MOST < 63 and "octaves > " .. lit(6, OCTAVE_SHIFT_MOST) .. " ? " .. lit(OCTAVE_SHIFT_BITS, OCTAVE_SHIFT_MOST) .. " : octaves[" .. OCTAVE_SHIFT_BITS-1 .. ":0]" or "octaves");
//%   for n = 3, PREDICT_TREE + 3 do
    reg  [$(OCTAVE_SHIFT_BITS-1):0] octaves_$(n);
    always @(posedge clk) octaves_$(n) <= octaves_$(n-1);
//%   end
//% end

    // ---- cycle 2: what the row sees of the group ----
    wire [$(TILE_BITS):0]   group_end = {1'b0, group_key2} + $(TILE_BITS+1)'d$(PREDICT_KEYS);
    wire [$(TILE_BITS-1):0] low_in = low2 - group_key2;
    wire [$(TILE_BITS-1):0] high_in = high2 - group_key2;
    wire             sees = low2 < high2 && {1'b0, low2} < group_end && high2 > group_key2;
//% if RANK or ORDERS then
    wire             sees_last = {1'b0, high2} <= group_end;
//% end
//% if ORDERS then
    // rows of the block that have had a tile; blocks stand in the banks in turn
    reg  [$(QUERY_BLOCK-1):0] met;
    reg              met_bank;
    wire [$(QUERY_BLOCK-1):0] met_now = met & {$(QUERY_BLOCK){met_bank == bank_2}};
    wire             new2 = !met_now[row_2];
//% else
    reg              new2;            // the row's first key is in the tile
    always @(posedge clk) new2 <= !from_base[$(TILE_END_BITS-1)];
//% end
    reg              sees_3, new_3$(RANK and ", first_3, last_3" or "");
    reg  [$(KEY_COUNT_BITS-1):0] low_3, high_3;   // in the group
//% if RANK then
    reg  [$(INDEX_BITS-1):0] key_3;           // first of the group
    always @(posedge clk) key_3 <= $(ext("group_key2", TILE_BITS, INDEX_BITS));
//% end
//% if BEAT_RADII then
    reg  [$(SCORE_BITS-1):0] radius_3;
//% end
    always @(posedge clk) begin
        sees_3 <= sees && valid_2;
//% if RANK then
        first_3 <= low2 >= group_key2;
        last_3 <= sees_last;
//% end
        new_3 <= new2;
        low_3 <= low2 <= group_key2 ? $(KEY_COUNT_BITS)'d0 : $(ext("low_in", TILE_BITS, KEY_COUNT_BITS));
        high_3 <= {1'b0, high2} >= group_end ? $(KEY_COUNT_BITS)'d$(PREDICT_KEYS) : $(ext("high_in", TILE_BITS, KEY_COUNT_BITS));
//% if BEAT_RADII then
        radius_3 <= radius2;
//% end
    end
//% -- TB >= NB and TB >= IB always
//% if TILE_BITS > KEY_COUNT_BITS then
    wire unused_in = &{1'b0, low_in[$(TILE_BITS-1):$(KEY_COUNT_BITS)], high_in[$(TILE_BITS-1):$(KEY_COUNT_BITS)]};
//% end
//% if ORDERS then
    wire             meets = valid_2 && sees && sees_last$(DIM_SLICES > 1 and " && final_2" or "");
    always @(posedge clk)
        if (rst)
            met <= $(QUERY_BLOCK)'d0;
        else if (valid_2 || end_2) begin
            met_bank <= bank_2;
            met <= met_now | ($(ext("meets", 1, QUERY_BLOCK)) << row_2);
        end
//% end
    assign o_busy = sees_3;
//% for _, attribute in ipairs({{"sees", 1}, {"first", RANK and 1 or 0}, {"last", RANK and 1 or 0}, {"new", 1}, {"low", KEY_COUNT_BITS}, {"high", KEY_COUNT_BITS}, {"key", RANK and INDEX_BITS or 0}, {"radius", BEAT_RADII and SCORE_BITS or 0}}) do
//%   local name, bits = attribute[1], attribute[2]
//%   local till = bits == 0 and 3 or (name == "low" or name == "high" or name == "key") and last_stage - 1 or last_stage
//%   for n = 4, till do
    reg $(bits > 1 and "[" .. (bits-1) .. ":0] " or "")$(name)_$(n);
    always @(posedge clk) $(name)_$(n) <= $(name)_$(n-1);
//%   end
//% end

    // ---- cycles 2 .. $(PREDICT_TREE+2): the array. The number of negative codes completes the two's complements ----
//% local names, width = {}, 1
//% for i = 0, PREDICT_DIMS - 1 do names[#names+1] = "codes2[" .. (i*4+3) .. "]" end
//% for level = 1, PREDICT_TREE do
//%   local wider, out = width + math.min(clog2(d.tree_inputs), clog2(#names)), {}
//%   for j = 1, #names, d.tree_inputs do
//%     local part = {}
//%     for k = j, math.min(j + d.tree_inputs - 1, #names) do part[#part+1] = ext(names[k], width, wider) end
    reg [$(wider-1):0] negative$(level)_$((j-1)//d.tree_inputs);
    always @(posedge clk) negative$(level)_$((j-1)//d.tree_inputs) <= $(table.concat(part, " + "));
//%     out[#out+1] = "negative" .. level .. "_" .. ((j-1)//d.tree_inputs)
//%   end
//%   names, width = out, wider
//% end
    wire [$(SUM_BITS-1):0] negatives = $(ext(names[1], width, SUM_BITS));
//% local summed = PREDICT_TREE + 2
//% if PARTIAL_SUMS then
//%   local place = TOKENS and "spot" or "row"
    wire [$(PREDICT_KEYS*SUM_BITS-1):0] partial, full;
    sofa_ram #(.WIDTH($(PREDICT_KEYS*SUM_BITS)), .DEPTH($(math.max(2, SPOTS))), .ABITS($(TOKENS and SPOT_BITS or ROW_BITS))) u_partial (
        .clk(clk), .i_we($(TOKENS and "(valid_" .. (summed+1) .. " || keys_" .. (summed+1) .. ")" or "valid_" .. (summed+1)) && !final_$(summed+1)), .i_waddr($(place)_$(summed+1)), .i_wdata(full),
        .i_re(1'b1), .i_raddr($(place)_$(summed-1)), .o_rdata(partial));
//% end
//% if MASS then
//%   -- of a sum with OCTAVE_FRACTION bits of fraction: of scores in octaves, of others, of keys
//%   local shift_bits = math.max(OCTAVE_SHIFT_BITS, TOKENS and 6 or 0, RANK and 5 or 0)
//%   local octaves = ext("octaves_" .. summed+1, OCTAVE_SHIFT_BITS, shift_bits) .. (CODE_PLACES > 0 and " + " .. lit(shift_bits, CODE_PLACES) or "")
//%   local fixed = ext("i_score_shift", 4, shift_bits) .. " + " .. lit(shift_bits, OCTAVE_FRACTION + CODE_PLACES)
//%   local score = RANK and "(i_by_mass ? " .. octaves .. " : " .. fixed .. ")" or octaves
    wire [$(shift_bits-1):0] shift = $(TOKENS and "keys_" .. summed+1 .. " ? {1'b0, i_khat_shift} + " .. lit(6, OCTAVE_FRACTION) .. " : " .. score or score);
//% elseif TOKENS then
    wire [4:0]       shift = keys_$(summed+1) ? i_khat_shift : {1'b0, i_score_shift}$(CODE_PLACES > 0 and " + 5'd" .. CODE_PLACES or "");
//% end
//% for key = 0, PREDICT_KEYS - 1 do
    wire [$(SUM_BITS-1):0] sum_$(key);
//%   if TOKENS then
    wire [$(KHAT_BITS-1):0] khat_$(key) = khat[$(key*KHAT_BITS) +: $(KHAT_BITS)];
//%   end
    sofa_column u_column_$(key) (
        .clk(clk), .i_load(load && load_column == $(COLUMN_BITS)'d$(key)), .i_operand(operand), .i_swap(swap1),
//%   if TOKENS then
        .i_dims(load_dims), .i_value($(sext("khat_" .. key, KHAT_BITS, ARRAY_BITS))),
//%   end
        .i_codes(codes2), .i_negatives(negatives), .o_sum(sum_$(key)));
    reg signed [$(SUM_BITS-1):0] full_$(key);
//%   if SHIFT_COPIES then
    wire [3:0]       shift_$(key);
    sofa_copy #(.WIDTH(4)) u_shift_$(key) (.clk(clk), .i_data(i_score_shift), .o_data(shift_$(key)));
//%   end
//%   if MASS then
    wire signed [$(SCALED_SUM_BITS-1):0] scaled_$(key) = $signed({full_$(key), $(OCTAVE_FRACTION)'d0}) >>> shift;
//%   else
    wire signed [$(SUM_BITS-1):0] scaled_$(key) = full_$(key) >>> $(TOKENS and "shift" or SHIFT_COPIES and "shift_" .. key or "i_score_shift");
//%   end
//%   if TOKENS then
    wire             narrow_$(key) = &scaled_$(key)[$(SCALED_SUM_BITS-1):$(KHAT_BITS-1)] || ~|scaled_$(key)[$(SCALED_SUM_BITS-1):$(KHAT_BITS-1)];
    reg  [$(KHAT_BITS-1):0] predicted_$(key);
    always @(posedge clk)
        predicted_$(key) <= narrow_$(key) ? scaled_$(key)[$(KHAT_BITS-1):0] : {scaled_$(key)[$(SCALED_SUM_BITS-1)], {$(KHAT_BITS-1){!scaled_$(key)[$(SCALED_SUM_BITS-1)]}}};
//%     if ROTARY then
    // even beats hold the lower half of a pair, odd ones the upper; the pair is turned into the lower, then the upper half
    reg  [$(KHAT_BITS-1):0] before_$(key), earlier_$(key), turned_$(key);
    wire signed [$(KHAT_BITS-1):0] lower_$(key) = turn_odd ? before_$(key) : earlier_$(key);
    wire signed [$(KHAT_BITS-1):0] upper_$(key) = turn_odd ? predicted_$(key) : before_$(key);
    wire signed [7:0] lower_by_$(key) = turn_odd ? i_turns[$(key*16) +: 8] : i_turns[$(key*16+8) +: 8];
    wire signed [7:0] upper_by_$(key) = turn_odd ? i_turns[$(key*16+8) +: 8] : i_turns[$(key*16) +: 8];
    reg  signed [$(KHAT_BITS+7):0] lower_part_$(key), upper_part_$(key);
    wire [$(KHAT_BITS+8):0] turn_sum_$(key) = (turn_diff ? $(sext("lower_part_" .. key, KHAT_BITS+8, KHAT_BITS+9)) - $(sext("upper_part_" .. key, KHAT_BITS+8, KHAT_BITS+9))
                                     : $(sext("lower_part_" .. key, KHAT_BITS+8, KHAT_BITS+9)) + $(sext("upper_part_" .. key, KHAT_BITS+8, KHAT_BITS+9))) + $(lit(KHAT_BITS+9, 32));
    wire             turn_fits_$(key) = &turn_sum_$(key)[$(KHAT_BITS+8):$(KHAT_BITS+5)] || ~|turn_sum_$(key)[$(KHAT_BITS+8):$(KHAT_BITS+5)];
    wire             unused_turn_$(key) = &{1'b0, turn_sum_$(key)[5:0]};
    always @(posedge clk) begin
        before_$(key) <= predicted_$(key);
        earlier_$(key) <= before_$(key);
        lower_part_$(key) <= lower_$(key) * lower_by_$(key);
        upper_part_$(key) <= upper_$(key) * upper_by_$(key);
        turned_$(key) <= turn_fits_$(key) ? turn_sum_$(key)[$(KHAT_BITS+5):6] : {turn_sum_$(key)[$(KHAT_BITS+8)], {$(KHAT_BITS-1){!turn_sum_$(key)[$(KHAT_BITS+8)]}}};
    end
    assign new_khat[$(key*KHAT_BITS) +: $(KHAT_BITS)] = turned_$(key);
//%     else
    assign new_khat[$(key*KHAT_BITS) +: $(KHAT_BITS)] = predicted_$(key);
//%     end
//%   end
//%   if SCALED_SUM_BITS > WIDE_SCORE_BITS then
    wire             fits_$(key) = &scaled_$(key)[$(SCALED_SUM_BITS-1):$(WIDE_SCORE_BITS-1)] || ~|scaled_$(key)[$(SCALED_SUM_BITS-1):$(WIDE_SCORE_BITS-1)];
//%   end
    reg  [$(WIDE_SCORE_BITS-1):0] score_$(key);
    wire             seen_$(key) = sees_$(last_stage-1) && low_$(last_stage-1) <= $(KEY_COUNT_BITS)'d$(key) && high_$(last_stage-1) > $(KEY_COUNT_BITS)'d$(key);
//%   if RANK then
    wire [$(INDEX_BITS-1):0] key_of_$(key) = key_$(last_stage-1) + $(INDEX_BITS)'d$(key);
    wire [$(SCORE_BITS-1):0] ranked_$(key) = $(saturate("score_" .. key, WIDE_SCORE_BITS, SCORE_BITS));
    reg  [$(ENTRY_BITS-1):0] entry_$(key);
//%   end
//%   if MASS then
//%     if RANK then
    reg  [$(OCTAVE_BITS-1):0] octave_$(key);
//%     end
    reg              seen1_$(key);
//%   end
    always @(posedge clk) begin
//%   if PARTIAL_SUMS then
        full_$(key) <= sum_$(key) + (start_$(summed) ? $(SUM_BITS)'d0 : partial[$(key*SUM_BITS) +: $(SUM_BITS)]);
//%   else
        full_$(key) <= sum_$(key);
//%   end
//%   if SCALED_SUM_BITS > WIDE_SCORE_BITS then
        score_$(key) <= fits_$(key) ? scaled_$(key)[$(WIDE_SCORE_BITS-1):0] : {scaled_$(key)[$(SCALED_SUM_BITS-1)], {$(WIDE_SCORE_BITS-1){!scaled_$(key)[$(SCALED_SUM_BITS-1)]}}};
//%   else
        score_$(key) <= $(sext("scaled_" .. key, SCALED_SUM_BITS, WIDE_SCORE_BITS));
//%   end
//%   if RANK then
        entry_$(key) <= {1'b1, ~ranked_$(key)[$(SCORE_BITS-1)], ranked_$(key)[$(SCORE_BITS-2):0], ~key_of_$(key)} & {$(ENTRY_BITS){seen_$(key)}};
//%   end
//%   if MASS then
//%     if RANK then
        octave_$(key) <= $(saturate("score_" .. key, WIDE_SCORE_BITS, OCTAVE_BITS));
//%     end
        seen1_$(key) <= seen_$(key);
//%   end
    end
//%   if RANK then
    assign o_entries[$(key*ENTRY_BITS) +: $(ENTRY_BITS)] = entry_$(key);
//%   end
//%   if MASS then
    assign o_scores[$(key*OCTAVE_BITS) +: $(OCTAVE_BITS)] = $(RANK and "octave" or "score")_$(key);
    assign o_seen[$(key)] = seen1_$(key);
//%   end
//%   if PARTIAL_SUMS then
    assign full[$(key*SUM_BITS) +: $(SUM_BITS)] = full_$(key);
//%   end
//% end
//% if TOKENS then
    always @(posedge clk) begin
//%   if ROTARY then
        turn_valid_0 <= keys_$(summed+1) && final_$(summed+1) && !rst;
        turn_odd <= keys_$(summed+1) && final_$(summed+1) && odd_$(summed+1);
        turn_diff <= turn_odd;
        turn_pair <= pair_$(summed+1);
        turn_last_0 <= last_column_$(summed+1);
        turn_addr_0 <= khat_at_$(summed+1);
        turn_valid_1 <= turn_valid_0 && !rst;
        turn_valid_2 <= turn_valid_1 && !rst;
        {turn_last_2, turn_last_1} <= {turn_last_1, turn_last_0};
        {turn_addr_2, turn_addr_1} <= {turn_addr_1, turn_addr_0};
        new_khat_addr <= turn_addr_2;
        new_khat_valid <= turn_valid_2 && !rst;
        new_khat_last <= turn_last_2;
//%   else
        new_khat_addr <= khat_at_$(summed+1);
        new_khat_valid <= keys_$(summed+1) && final_$(summed+1) && !rst;
        new_khat_last <= last_column_$(summed+1);
//%   end
    end
    assign o_khat_busy = keys_$(summed+2);
//% end

//% if DIM_SLICES > 1 then
//%   for stage = summed + 2, last_stage do
    reg final_$(stage);
    always @(posedge clk) final_$(stage) <= final_$(stage-1);
//%   end
    assign o_valid = valid_$(last_stage) && sees_$(last_stage) && final_$(last_stage);
//% else
    assign o_valid = valid_$(last_stage) && sees_$(last_stage);
//% end
    assign o_row = row_$(last_stage);
    assign o_new_block = new_$(last_stage);
//% if RANK then
    assign o_first = first_$(last_stage);
    assign o_last = last_$(last_stage);
    assign o_radius_on = i_radius != 32'hFFFFFFFF;
//%   if STORED_RADII then
    assign o_bank = bank_$(last_stage);
    wire unused_exponent = &{1'b0, exponent};
//%   else
    assign o_radius_row = radius_$(last_stage);
//%   end
//% end
    assign o_parity = parity_$(last_stage);
    assign o_end = end_$(last_stage);
endmodule
`default_nettype wire
