//% -- SPDX-License-Identifier: Apache-2.0
// Score prediction: an array of $(cfg.predict.keys) x $(cfg.predict.dims) shift PEs. The K^ slice of a pass is stationary, rows' codes stream: a beat is one row, and the
// last slice's beat yields its $(cfg.predict.keys) scores, which go to selection. Passes follow each other without a gap while keys, queries and a
// need matrix are there and the same row's beats stand $(d.pass_distance) cycles apart.
// Latency: $(latency("predict", d.predict_latency)) cycles from issue to o_valid; throughput one beat a cycle; no back-pressure at the output (selection takes all).
// Equals sofa_predict_score() for the visible keys of a row.
//% local T = cfg.mode == "tokens"
//% local ROT = d.rotary == 1
//% if T then
// The same array predicts the keys: tokens are stationary, columns of weight codes stream, partial sums of a column are added over the
// words of X; the last word's beats yield K^, written a dimension at a time for all keys of the group. Equals sofa_scale_khat().
//% if ROT then
// A group's last pass of keys takes columns 0, d/2, 1, d/2 + 1, ..., so that both halves of a pair leave the array one after the other; two
// multipliers a key turn them in two cycles. Equals sofa_rotate_khat().
//% end
//% end
//% local KP, DC, D, G, SL, QB, BC = cfg.predict.keys, cfg.predict.dims, cfg.head_dim, d.groups, d.slices, cfg.query_block, cfg.tile.keys
//% local PB, FW, SB, EW, RB, IB, TB, KB = cfg.predict.operand_bits, d.sum_bits, cfg.predict.score_bits, d.entry_bits, d.row_bits, d.index_bits, d.tile_bits, d.key_bits
//% local GB, LB, CB, NT = math.max(1, clog2(G)), math.max(1, clog2(SL)), math.max(1, clog2(T and math.max(KP, DC) or KP)), d.predict_tree
//% local STREAM, CW = T and d.hidden_slices > 1, d.slice_words
//% local ORB = T and math.max(RB, clog2(D)) or RB        -- index of a beat: row, or column
//% local SUMS = SL > 1 or T                              -- a sum is put together from several beats
//% local spots = T and math.max(SL > 1 and 1 << RB or 1, STREAM and G * D or D) or 1 << RB
//% local PB2 = math.max(1, clog2(spots))
//% local H, HB = D // 2, math.max(1, clog2(D // 2))
//% local AW, WW, AB, DB, SLB = d.array_bits, clog2(CW + 1), math.max(1, clog2(BC * CW)), clog2(G * D), clog2(d.hidden_slices + 1)
//% local KB2 = math.max(1, clog2(CW * D))
//% local XB = clog2(QB + d.pass_distance + 1) + 1
//% local YB = XB + 2                                     -- of age and a row, signed
//% local RANK, MASS, OB, OF = d.by_rank == 1, d.by_mass == 1, d.octave_bits, d.octave_fraction
//% local near = not T and d.copies == 1 and not MASS     -- copies of the shift by the columns
//% local function saturate(x, from, to)
//%   if from == to then return x end
//%   local top = x .. "[" .. from-1 .. ":" .. to-1 .. "]"
//%   return "&" .. top .. " || ~|" .. top .. " ? " .. x .. "[" .. to-1 .. ":0] : {" .. x .. "[" .. from-1 .. "], {" .. to-1 .. "{!" .. x .. "[" .. from-1 .. "]}}}"
//% end
//% local SW, WB2 = MASS and FW + OF or FW, math.max(RANK and SB or 0, MASS and OB or 0) -- a scaled sum; a score
//% local NB = clog2(KP + 1)
//% local WB = math.max(KB, TB) + 1
//% local late = d.radius_rows == 1       -- selection looks up the row's radius
//% -- narrow: K^ and codes in memories of port words; HQ, HK: bits of a word's index, EQ, EK: its elements
//% local narrow, P, KW, QW = d.narrow == 1, cfg.memory.port_bits, cfg.data.key_bits, cfg.data.query_bits
//% local HQ, HK, EQ, EK = clog2(d.query_beats), clog2(d.key_beats), P // QW, P // KW
//% -- far: K^ comes in words of the port, a slice is one or more; HS: bits of a word's place in its slice
//% local far = d.far_reads == 1
//% local HS = far and clog2(DC // EK) or 0
//% local function word(slice, bits) return slice .. "[" .. (LB-1) .. ":" .. (LB-bits) .. "]" end
//% local function part(name, slice, elements, bits)
//%   local low = clog2(elements // DC)
//%   return low == 0 and name or name .. "[" .. slice .. "[" .. (low-1) .. ":0]*" .. (DC*bits) .. " +: " .. (DC*bits) .. "]"
//% end
`default_nettype none
module sofa_predict (
    input  wire               clk,
    input  wire               rst,
    input  wire [3:0]         i_score_shift,
//% if MASS then
    input  wire [5:0]         i_octave_shift,  // selection by mass: less the row's exponent, as far as there are places
//%   if RANK then
    input  wire               i_by_mass,
//%   end
//% end
    input  wire [31:0]        i_radius,
    input  wire               i_has_ranges,
    input  wire [$(KB-1):0]   i_keys,
    input  wire [$(TB-1):0]   i_tile_keys,
    // tile slots
    input  wire               i_tile,
    input  wire [$(3*KB-1):0] i_info_base,
    input  wire [2:0]         i_info_bank,
    input  wire [2:0]         i_info_seen,
    input  wire [$(3*G-1):0]  i_info_group_any,
    input  wire [$(3*G*RB-1):0] i_info_group_from,
    input  wire [$(3*G*RB-1):0] i_info_group_to,
//% if T then
    input  wire [$(3*BC-1):0] i_info_mask,
    input  wire [4:0]         i_khat_shift,
    input  wire [$(WW-1):0]   i_words_last,
//%   if STREAM then
    input  wire [$(SLB-1):0]  i_slices,
    input  wire               i_chunk,
    output wire               o_token_free,
//%   end
    // tokens and codes on chip: data one cycle later
    output wire               o_token_read,
    output wire [1:0]         o_token_slot,
    output wire [$(AB-1):0]   o_token_addr,
    input  wire [$(DC*8-1):0] i_tokens,
    input  wire [$(STREAM and 1 or 0):0]         i_codes_loaded,
//%   if STREAM then
    output wire               o_flag_half,
    output reg                o_code_half,
    output reg                o_code_release,
//%   end
    output wire [$(WW-1):0]   o_flag_word,
    input  wire [$(D-1):0]    i_flags,
    output wire [$(KB2-1):0]  o_code_addr,
    input  wire [$(DC*4-1):0] i_weight_codes,
    output wire               o_khat_busy,
//%   if ROT then
    // cosines and sines of a key group; data one cycle later
    output wire               o_turn_ask,
    input  wire               i_turn_asked,
    output wire [$(KB-1):0]   o_turn_key,
    output wire [$(GB-1):0]   o_turn_group,
    input  wire               i_turn_landed,
    output wire [$(HB-1):0]   o_turn_pair,
    output wire               o_turn_release,
    input  wire [$(KP*16-1):0] i_turns,
//%   end
//% end
    // keys as they arrive
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(IB-1):0]   i_key,
    input  wire               i_key_last,
//% if narrow or far then
    input  wire               i_word_valid,      // of the key that comes next with i_key_valid or before it
    input  wire [$(HK-1):0]   i_word_index,
    input  wire [$(EK*PB-1):0] i_word,
//% elseif not T then
    input  wire [$(D*PB-1):0] i_khat,
//% end
    // queries and ranges
    input  wire               i_code_we,
    input  wire [$(RB):0]     i_code_row,
//% if narrow then
    input  wire [$(HQ-1):0]   i_code_index,
    input  wire [$(EQ*6-1):0] i_code,
    input  wire               i_exponent_we,
    input  wire [$(RB):0]     i_exponent_row,
    input  wire [3:0]         i_exponent,
//% else
    input  wire [$(D*4+3):0]  i_code,
//% end
    input  wire [1:0]         i_query_ready,
    input  wire               i_range_we,
    input  wire [$(RB):0]     i_range_row,
    input  wire [$(2*KB-1):0] i_range,
    // need matrix
    input  wire [1:0]         i_parity_free,
    // to selection
    output wire               o_valid,
    output wire               o_first,
    output wire               o_last,
    output wire [$(RB-1):0]   o_row,
    output wire               o_new_block,
//% if RANK then
    output wire [$(KP*EW-1):0] o_entries,
//% end
//% if MASS then
    output wire [$(KP*OB-1):0] o_scores,
    output wire [$(KP-1):0]   o_seen,
//% end
//% if late then
    output wire               o_bank,
//% else
    output wire [$(SB-1):0]   o_radius_row,
//% end
    output wire               o_radius_on,
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
    wire [$(GB-1):0]  pass_group;
    wire [$(RB-1):0]  next_from, next_to;
    wire [$(LB-1):0]  pass_slice;
    wire              start;
    wire [$(CB-1):0]  read_column;
//% if T then
    wire              pass_keys, pass_all, pass_start, pass_final, pass_release, token_visible, khat_read, khat_done;
    wire [$(WW-1):0]  pass_word;
    wire [$(D-1):0]   pass_columns;
    wire [$(DB-1):0]  khat_addr;
    wire              tokens_any;
//%   if ROT then
    wire [1:0]        turn_slot;
    assign o_turn_key = $(pick("i_info_base", KB, 3, "turn_slot", 2));
//%   end
    sofa_token_loader u_loader (
        .clk(clk), .rst(rst), .i_words_last(i_words_last), .i_tile(i_tile), .i_info_bank(i_info_bank), .i_info_seen(i_info_seen), .i_info_mask(i_info_mask),
//%   if ROT then
        .o_turn_ask(o_turn_ask), .i_turn_asked(i_turn_asked), .o_turn_slot(turn_slot), .o_turn_group(o_turn_group), .i_turn_landed(i_turn_landed),
//%   end
//%   if STREAM then
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
//%   if SL == 1 then
    wire              unused_slice = &{1'b0, pass_slice};
//%   end
//%   if not STREAM then
    wire              unused_release = &{1'b0, pass_release};
//%   end
//% else
    wire [1:0]        read_slot;
    wire [$(IB-1):0]  read_key;
    wire [$(LB-1):0]  read_slice;
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
    reg  [$(ORB-1):0] row;
    reg  [$(RB-1):0]  last_row;
//% if T then
    reg               of_keys, all_columns, start_keys, final_keys;
    reg  [$(D-1):0]   columns;        // still to come after this one
    reg  [$(GB-1):0]  group;
    reg  [$(KB2-1):0] code_base;
    reg  [1:0]        gap;            // cycles since the last beat of keys, saturating
//%   if STREAM then
    reg               release_codes;
//%   end
//% end
    reg  [$(XB-1):0]  age;            // cycles since the pass's first beat, saturating
    reg               none, end_of_tile, bank;
    reg  [$(KB-1):0]  base;
    reg  [$(TB-1):0]  group_key;
//% if SL > 1 then
    reg               first_slice, final_slice;
    reg  [$(LB-1):0]  slice;
//% end
//% if T then
    wire              row_end = !active || (of_keys ? columns == $(D)'d0 : row[$(RB-1):0] == last_row);
    wire [$(D-1):0]   some_columns = start ? pass_columns : columns;
    wire [$(D-1):0]   later_columns = some_columns & (some_columns - $(D)'d1);
    reg  [$(ORB-1):0] next_column;
    integer i;
    always @* begin
        next_column = $(ORB)'d0;
        for (i = $(D-1); i >= 0; i = i - 1)
            if (some_columns[i])
                next_column = i[$(ORB-1):0];
    end
    wire              keys_apart = (pass_all && all_columns) || (gap >= 2'd$(d.key_pass_gap) && !(active && of_keys));
//% else
    wire              row_end = !active || row == last_row;
//% end
    // the pass that began `age` cycles ago with row `from` is so far ahead that the new one may begin with its row
    reg  signed [$(YB-1):0] ahead;    // age + from - $(d.pass_distance)
    wire signed [$(YB-1):0] next_wide = $(ext("next_from", RB, YB));
    wire signed [$(YB-1):0] older = $(ext("age", XB, YB)) - $(YB)'d$(d.pass_distance - 1);
    wire              apart = age >= $(XB)'d$(d.pass_distance) && ahead >= next_wide;
    wire              need_ready = !pass_first || !parity_taken[next_parity];
//% if T then
    assign start = pass_valid && row_end && (pass_keys ? age >= $(XB)'d$(d.pass_distance) && keys_apart
                                                       : need_ready && (pass_none || (apart && i_query_ready[next_bank])));
//% else
    assign start = pass_valid && row_end && need_ready && (pass_none || (apart && i_query_ready[next_bank]));
//% end
    wire              take_parity = start && pass_first;

    reg               valid0, swap0, end0;
    always @(posedge clk) begin
        if (start) begin
            row <= $(T and "pass_keys ? next_column : " .. ext("next_from", RB, ORB) or "next_from");
            last_row <= pass_none ? next_from : next_to;
            none <= pass_none;
            bank <= next_bank;
            base <= $(pick("i_info_base", KB, 3, "pass_slot", 2));
            group_key <= $(ext("pass_group", GB, TB)) * $(TB)'d$(KP);
            end_of_tile <= pass_last;
//% if SL > 1 then
            first_slice <= pass_slice == $(LB)'d0;
            final_slice <= pass_slice == $(LB)'d$(SL-1);
            slice <= pass_slice;
//% end
            if (pass_first)
                parity <= next_parity;
//% if T then
            of_keys <= pass_keys;
            all_columns <= pass_all;
            start_keys <= pass_start;
            final_keys <= pass_final;
            group <= pass_group;
            code_base <= $(ext("pass_word", WW, KB2)) * $(lit(KB2, D % (1 << KB2)));
//%   if STREAM then
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
            age <= $(XB)'d$((1 << XB) - 1);
            ahead <= $(YB)'sd$((1 << XB) - 1 - d.pass_distance);
//% if T then
            gap <= 2'd3;
//%   if STREAM then
            o_code_half <= 1'b0;
            o_code_release <= 1'b0;
//%   end
//% end
        end else begin
//% if T then
            if (active && of_keys)
                gap <= 2'd1;
            else if (gap != 2'd3)
                gap <= gap + 2'd1;
//%   if STREAM then
            o_code_release <= active && of_keys && release_codes && row_end && i_slices != $(lit(SLB, 1));
            if (active && of_keys && release_codes && row_end && i_slices != $(lit(SLB, 1)))
                o_code_half <= !o_code_half;
//%   end
//% end
            if (start)
                ahead <= $(T and "(pass_keys ? " .. YB .. "'sd0 : next_wide)" or "next_wide") + (pass_none ? older : -$(YB)'sd$(d.pass_distance - 1));
            else if (!(&age))
                ahead <= ahead + $(YB)'sd1;
            active <= start || !row_end;
            next_parity <= next_parity ^ take_parity;
            parity_taken <= (parity_taken | {take_parity && next_parity, take_parity && !next_parity}) & ~i_parity_free;
            if (start && !pass_none)
                age <= $(XB)'d1;
            else if (!(&age))
                age <= age + 1'b1;
        end
    end
    always @* begin
        valid0 = active && !none$(T and " && !of_keys" or "");
        end0 = active && end_of_tile && $(T and "!of_keys && row[" .. (RB-1) .. ":0]" or "row") == last_row;
    end
//% if T then
    wire                keys0 = active && of_keys;
//%   if ROT then
    wire [$(ORB-1):0]   half_row = {1'b0, row[$(ORB-1):1]};
    wire [$(ORB-1):0]   column = !final_keys ? row : row[0] ? half_row + $(lit(ORB, H)) : half_row;
//%   else
    wire [$(ORB-1):0]   column = row;
//%   end
    wire [$(KB2-1):0]   column_addr = $(ext("column", ORB, KB2));
    assign o_code_addr = code_base + column_addr;
    // where the sums of the beat are put together
//%   if STREAM then
    wire [$(PB2-1):0]   spot = of_keys ? $(ext("group", GB, PB2)) * $(lit(PB2, D % (1 << PB2))) + $(ext("column", ORB, PB2)) : $(ext("row", ORB, PB2));
//%   else
    wire [$(PB2-1):0]   spot = of_keys ? $(ext("column", ORB, PB2)) : $(ext("row", ORB, PB2));
//%   end
//% end
    always @(posedge clk) swap0 <= start && !rst;
    assign o_starved = !active && (waiting || (pass_valid && need_ready && !i_query_ready[next_bank]));
    assign o_blocked = !active && pass_valid && !need_ready;

    // ---- K^ memory and the array ----
    reg                 load;
    reg  [$(CB-1):0]    load_column;
//% if T then
    reg                 load_visible;
    reg  [$(DC-1):0]    load_dims;      // of K^
    wire [$(DC*AW-1):0] operand;
    wire [$(KP*PB-1):0] khat;
    wire [$(KP*PB-1):0] new_khat;
    reg  [$(DB-1):0]    new_khat_addr;
    reg                 new_khat_valid, new_khat_last;
    sofa_ram #(.WIDTH($(KP*PB)), .DEPTH($(math.max(2, G*D))), .ABITS($(DB))) u_khat (
        .clk(clk), .i_we(new_khat_valid), .i_waddr(new_khat_addr), .i_wdata(new_khat),
        .i_re(1'b1), .i_raddr(khat_addr), .o_rdata(khat));
//%   for i = 0, DC - 1 do
    assign operand[$(i*AW) +: $(AW)] = $(AW > 8 and "{{" .. (AW-8) .. "{i_tokens[" .. (i*8+7) .. "] && load_visible}}, i_tokens[" .. (i*8) .. " +: 8] & {8{load_visible}}}" or "i_tokens[" .. (i*8) .. " +: 8] & {8{load_visible}}");
//%   end
    assign tokens_any = |i_tokens && load_visible;
//%   built("khat_time", NT + (ROT and 7 or 4))
    assign khat_done = new_khat_valid && new_khat_last;
//%   if ROT then
    reg                 turn_odd, turn_diff;
    reg  [$(HB-1):0]    turn_pair;
    reg                 turn_valid_0, turn_valid_1, turn_valid_2, turn_last_0, turn_last_1, turn_last_2;
    reg  [$(DB-1):0]    turn_addr_0, turn_addr_1, turn_addr_2;
    assign o_turn_pair = turn_pair;
//%   built("turn_time", NT + 4)
    assign o_turn_release = turn_valid_0 && turn_last_0;
//%   end
    always @(posedge clk) begin
        load <= o_token_read && !rst;
        load_column <= read_column;
        load_visible <= token_visible;
//%   for i = 0, DC - 1 do
        load_dims[$(i)] <= khat_read && read_column == $(lit(CB, i));
//%   end
    end
//% else
    reg  [$(LB-1):0]    load_slice;
    reg  [$(DC*PB-1):0] operand;
//%   if near then
    // the memory is far: its word comes through a register
    reg                 load0;
    reg  [$(CB-1):0]    load0_column;
    reg  [$(DC*PB-1):0] chosen;
//%   end
//% if narrow then
    wire [$(EK*PB-1):0] khat;
    sofa_ram #(.WIDTH($(EK*PB)), .DEPTH($(3 << (IB+HK))), .ABITS($(IB+2+HK))) u_khat (
        .clk(clk), .i_we(i_word_valid), .i_waddr({i_key_slot, i_key, i_word_index}), .i_wdata(i_word),
        .i_re(1'b1), .i_raddr({read_slot, read_key, $(word("read_slice", HK))}), .o_rdata(khat));
//% elseif far then
    // the memory is as wide as a slice
    wire [$(DC*PB-1):0] khat;
    sofa_beats #(.BEAT($(EK*PB)), .BEATS($(DC//EK)), .HBITS($(math.max(1, HS))), .DEPTH($(3 << (IB+LB))), .ABITS($(IB+LB+2))) u_khat (
        .clk(clk), .i_we(i_word_valid && !rst), .i_index($(HS > 0 and "i_word_index[" .. (HS-1) .. ":0]" or "1'b0")),
        .i_waddr({i_key_slot, i_key, $(SL > 1 and "i_word_index[" .. (HK-1) .. ":" .. HS .. "]" or "1'b0")}), .i_wdata(i_word),
        .i_raddr({read_slot, read_key, read_slice}), .o_rdata(khat));
//% else
    wire [$(D*PB-1):0]  khat;
    sofa_ram #(.WIDTH($(D*PB)), .DEPTH($(3 << IB)), .ABITS($(IB+2))) u_khat (
        .clk(clk), .i_we(i_key_valid), .i_waddr({i_key_slot, i_key}), .i_wdata(i_khat),
        .i_re(1'b1), .i_raddr({read_slot, read_key}), .o_rdata(khat));
//% end
    always @(posedge clk) begin
//%   if near then
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
//% local chosen = near and "chosen" or "operand"
//% if narrow then
    always @* $(chosen) = $(part("khat", "load_slice", EK, PB));
    wire unused_slice = &{1'b0, load_slice};
//% elseif far then
    always @* $(chosen) = khat;
    wire unused_slice = &{1'b0, load_slice$(SL == 1 and ", pass_slice" or "")};
//% elseif SL > 1 then
    wire [$(SL*DC*PB-1):0] khat_pad = $(ext("khat", D*PB, SL*DC*PB));
    always @*
        case (load_slice)
//%   for s = 1, SL - 1 do
            $(LB)'d$(s): $(chosen) = khat_pad[$(s*DC*PB) +: $(DC*PB)];
//%   end
            default: $(chosen) = khat_pad[0 +: $(DC*PB)];
        endcase
//% else
    always @* $(chosen) = khat;
    wire unused_slice = &{1'b0, load_slice, pass_slice};
//% end
//% end

    // ---- cycle 1: codes and range of the row ----
    wire [$(2*KB-1):0]  range;
    wire [3:0]          exponent;
//% if narrow then
    wire [$(EQ*6-1):0]  code;
    sofa_ram #(.WIDTH($(EQ*6)), .DEPTH($(2 << (RB+HQ))), .ABITS($(RB+1+HQ))) u_codes (
        .clk(clk), .i_we(i_code_we), .i_waddr({i_code_row, i_code_index}), .i_wdata(i_code),
        .i_re(1'b1), .i_raddr({bank, row, $(word("slice", HQ))}), .o_rdata(code));
    sofa_ram #(.WIDTH(4), .DEPTH($(2 << RB)), .ABITS($(RB+1))) u_exponents (
        .clk(clk), .i_we(i_exponent_we), .i_waddr(i_exponent_row), .i_wdata(i_exponent),
        .i_re(1'b1), .i_raddr({bank, row}), .o_rdata(exponent));
//% else
    wire [$(D*4+3):0]   code;
    assign exponent = code[$(D*4+3):$(D*4)];
    sofa_ram #(.WIDTH($(D*4+4)), .DEPTH($(2 << RB)), .ABITS($(RB+1))) u_codes (
        .clk(clk), .i_we(i_code_we), .i_waddr(i_code_row), .i_wdata(i_code), .i_re(1'b1), .i_raddr({bank, row[$(RB-1):0]}), .o_rdata(code));
//% end
    sofa_ram #(.WIDTH($(2*KB)), .DEPTH($(2 << RB)), .ABITS($(RB+1))) u_ranges (
        .clk(clk), .i_we(i_range_we), .i_waddr(i_range_row), .i_wdata(i_range), .i_re(1'b1), .i_raddr({bank, row[$(RB-1):0]}), .o_rdata(range));

//% local attributes = {{"valid", 1, "valid0"}, {"end", 1, "end0"}, {"parity", 1, "parity"}, {"row", RB, "row[" .. (RB-1) .. ":0]"},
//%   {"start", 1, T and (SL > 1 and "(of_keys ? start_keys : first_slice)" or "(!of_keys || start_keys)") or "first_slice"},
//%   {"final", 1, T and (SL > 1 and "(of_keys ? final_keys : final_slice)" or "(!of_keys || final_keys)") or "final_slice"},
//%   {"keys", 1, "keys0"}, {"spot", PB2, "spot"}, {"khat_at", DB, "khat_at"}, {"last_column", 1, "columns == " .. D .. "'d0"},
//%   (late or d.orders == 1) and {"bank", 1, "bank"} or nil}
//% if ROT then
//%   attributes[#attributes+1] = {"odd", 1, "row[0]"}
//%   attributes[#attributes+1] = {"pair", HB, ext("half_row", ORB, HB)}
//% end
//% local last_stage = d.predict_latency
//% if T then
    wire [$(DB-1):0]    khat_at = $(ext("group", GB, DB)) * $(lit(DB, D % (1 << DB))) + $(ext("column", ORB, DB));
//% end
    // attributes of a beat travel beside it: name_n is n cycles after issue
//% for _, a in ipairs(attributes) do
//%   local name, bits = a[1], a[2]
//%   local till = (name == "start" and NT + 2) or (name == "final" and NT + 3) or (name == "keys" and NT + 4) or (name == "spot" and NT + 3) or (name == "bank" and not late and 2) or ((name == "khat_at" or name == "last_column" or name == "odd" or name == "pair") and NT + 3) or last_stage
//%   local only_tokens = name == "keys" or name == "spot" or name == "khat_at" or name == "last_column"
//%   if T or not (only_tokens or SL == 1 and (name == "start" or name == "final")) then
//%     for n = 1, till do
    reg $(bits > 1 and "[" .. (bits-1) .. ":0] " or "")$(name)_$(n);
    always @(posedge clk) $(name)_$(n) <= $(n == 1 and a[3] or name .. "_" .. (n-1))$((name == "valid" or name == "end" or name == "keys") and " && !rst" or "");
//%     end
//%   end
//% end
    reg                 swap1;
    reg  [$(KB-1):0]    base1;
    reg  [$(TB-1):0]    group_key1, group_key2;
    always @(posedge clk) begin
        swap1 <= swap0 && !rst;
        base1 <= base;
        group_key1 <= group_key;
        group_key2 <= group_key1;
    end

    reg  [$(DC*4-1):0]  codes2;
//% if narrow then
//%   local low = clog2(EQ // DC)
//%   if low > 0 then
    reg  [$(low-1):0]   slice1;
    always @(posedge clk) slice1 <= slice[$(low-1):0];
//%   end
    wire [$(DC*6-1):0]  elements = $(part("code", "slice1", EQ, 6));
//%   for i = 0, DC - 1 do
    wire [3:0]          below_$(i) = exponent - elements[$(i*6) +: 4];
    always @(posedge clk)
        codes2[$(i*4) +: 4] <= !elements[$(i*6+4)] || below_$(i) > 4'd$(cfg.predict.code_powers-1) ? 4'd0 : {elements[$(i*6+5)], 3'd7 - below_$(i)[2:0]};
//%   end
//% elseif SL > 1 then
    reg  [$(LB-1):0]    slice1;
    wire [$(D*4-1):0]   codes = code[$(D*4-1):0];
    wire [$(SL*DC*4-1):0] code_pad = $(ext("codes", D*4, SL*DC*4));
    always @(posedge clk) begin
        slice1 <= slice;
//%   if T then
        if (keys_1)
            codes2 <= i_weight_codes;
        else
//%   end
        case (slice1)
//%   for s = 1, SL - 1 do
            $(LB)'d$(s): codes2 <= code_pad[$(s*DC*4) +: $(DC*4)];
//%   end
            default: codes2 <= code_pad[0 +: $(DC*4)];
        endcase
    end
//% else
    always @(posedge clk) codes2 <= $(T and "keys_1 ? i_weight_codes : " or "")$(ext("code", D*4+4, D*4));
//% end

    // keys low .. high-1 of the tile are visible to the row
    wire [$(KB-1):0] first_key = i_has_ranges ? range[$(KB-1):0] : $(KB)'d0;
    wire [$(KB-1):0] visible = i_has_ranges ? range[$(2*KB-1):$(KB)] : i_keys;
    wire [$(WB-1):0] from_base = $(ext("first_key", KB, WB)) - $(ext("base1", KB, WB));
    wire [$(WB-1):0] to_base = $(ext("visible", KB, WB)) - $(ext("base1", KB, WB));
    wire [$(WB-1):0] tile_wide = $(ext("i_tile_keys", TB, WB));
    reg  [$(TB-1):0] low2, high2;
//% if not late then
    reg  [$(SB-1):0] radius2;
//% end
//% if not late then
    wire [31:0]      radius = i_radius >> exponent;
//% end
    always @(posedge clk) begin
        low2 <= from_base[$(WB-1)] ? $(TB)'d0 : from_base > tile_wide ? i_tile_keys : from_base[$(TB-1):0];
        high2 <= to_base[$(WB-1)] ? $(TB)'d0 : to_base > tile_wide ? i_tile_keys : to_base[$(TB-1):0];
//% if not late then
        radius2 <= |radius[31:$(SB)] ? $(SB)'d$((1 << SB) - 1) : radius[$(SB-1):0];
//% end
    end

//% if MASS then
    // the shift of a row's scores into octaves travels beside the beat
    reg  [5:0]       octaves_2;
    always @(posedge clk) octaves_2 <= i_octave_shift > {2'd0, exponent} ? i_octave_shift - {2'd0, exponent} : 6'd0;
//%   for n = 3, NT + 3 do
    reg  [5:0]       octaves_$(n);
    always @(posedge clk) octaves_$(n) <= octaves_$(n-1);
//%   end
//% end

    // ---- cycle 2: what the row sees of the group ----
    wire [$(TB):0]   group_end = {1'b0, group_key2} + $(TB+1)'d$(KP);
    wire [$(TB-1):0] low_in = low2 - group_key2;
    wire [$(TB-1):0] high_in = high2 - group_key2;
    wire             sees = low2 < high2 && {1'b0, low2} < group_end && high2 > group_key2;
    wire             sees_last = {1'b0, high2} <= group_end;
//% if d.orders == 1 then
    // rows of the block that have had a tile; blocks stand in the banks in turn
    reg  [$(QB-1):0] met;
    reg              met_bank;
    wire [$(QB-1):0] met_now = met & {$(QB){met_bank == bank_2}};
    wire             new2 = !met_now[row_2];
//% else
    reg              new2;            // the row's first key is in the tile
    always @(posedge clk) new2 <= !from_base[$(WB-1)];
//% end
    reg              sees_3, first_3, last_3, new_3;
    reg  [$(NB-1):0] low_3, high_3;   // in the group
//% if RANK then
    reg  [$(IB-1):0] key_3;           // first of the group
    always @(posedge clk) key_3 <= $(ext("group_key2", TB, IB));
//% end
//% if not late then
    reg  [$(SB-1):0] radius_3;
//% end
    always @(posedge clk) begin
        sees_3 <= sees && valid_2;
        first_3 <= low2 >= group_key2;
        last_3 <= sees_last;
        new_3 <= new2;
        low_3 <= low2 <= group_key2 ? $(NB)'d0 : $(ext("low_in", TB, NB));
        high_3 <= {1'b0, high2} >= group_end ? $(NB)'d$(KP) : $(ext("high_in", TB, NB));
//% if not late then
        radius_3 <= radius2;
//% end
    end
//% -- TB >= NB and TB >= IB always
//% if TB > NB then
    wire unused_in = &{1'b0, low_in[$(TB-1):$(NB)], high_in[$(TB-1):$(NB)]};
//% end
//% if d.orders == 1 then
    wire             meets = valid_2 && sees && sees_last$(SL > 1 and " && final_2" or "");
    always @(posedge clk)
        if (rst)
            met <= $(QB)'d0;
        else if (valid_2 || end_2) begin
            met_bank <= bank_2;
            met <= met_now | ($(ext("meets", 1, QB)) << row_2);
        end
//% end
    assign o_busy = sees_3;
//% for _, a in ipairs({{"sees", 1}, {"first", 1}, {"last", 1}, {"new", 1}, {"low", NB}, {"high", NB}, {"key", RANK and IB or 0}, not late and {"radius", SB} or nil}) do
//%   local name, bits = a[1], a[2]
//%   local till = bits == 0 and 3 or (name == "low" or name == "high" or name == "key") and last_stage - 1 or last_stage
//%   for n = 4, till do
    reg $(bits > 1 and "[" .. (bits-1) .. ":0] " or "")$(name)_$(n);
    always @(posedge clk) $(name)_$(n) <= $(name)_$(n-1);
//%   end
//% end

    // ---- cycles 2 .. $(NT+2): the array. The number of negative codes completes the two's complements ----
//% local names, width = {}, 1
//% for i = 0, DC - 1 do names[#names+1] = "codes2[" .. (i*4+3) .. "]" end
//% for level = 1, NT do
//%   local nw, out = width + math.min(clog2(d.tree_inputs), clog2(#names)), {}
//%   for j = 1, #names, d.tree_inputs do
//%     local part = {}
//%     for k = j, math.min(j + d.tree_inputs - 1, #names) do part[#part+1] = ext(names[k], width, nw) end
    reg [$(nw-1):0] negative$(level)_$((j-1)//d.tree_inputs);
    always @(posedge clk) negative$(level)_$((j-1)//d.tree_inputs) <= $(table.concat(part, " + "));
//%     out[#out+1] = "negative" .. level .. "_" .. ((j-1)//d.tree_inputs)
//%   end
//%   names, width = out, nw
//% end
    wire [$(FW-1):0] negatives = $(ext(names[1], width, FW));
//% local t = NT + 2
//% if SUMS then
//%   local at = T and "spot" or "row"
    wire [$(KP*FW-1):0] partial, full;
    sofa_ram #(.WIDTH($(KP*FW)), .DEPTH($(math.max(2, spots))), .ABITS($(T and PB2 or RB))) u_partial (
        .clk(clk), .i_we($(T and "(valid_" .. (t+1) .. " || keys_" .. (t+1) .. ")" or "valid_" .. (t+1)) && !final_$(t+1)), .i_waddr($(at)_$(t+1)), .i_wdata(full),
        .i_re(1'b1), .i_raddr($(at)_$(t-1)), .o_rdata(partial));
//% end
//% local more = d.array_powers - cfg.predict.code_powers  -- places that the array's codes are larger than those of Q
//% if MASS then
//%   local fixed = "{2'd0, i_score_shift} + " .. lit(6, OF + more)
//%   local octaves = "octaves_" .. t+1 .. (more > 0 and " + " .. lit(6, more) or "")
//%   local score = RANK and "(i_by_mass ? " .. octaves .. " : " .. fixed .. ")" or octaves
    wire [5:0]       shift = $(T and "keys_" .. t+1 .. " ? {1'b0, i_khat_shift} + " .. lit(6, OF) .. " : " .. score or score);
//% elseif T then
    wire [4:0]       shift = keys_$(t+1) ? i_khat_shift : {1'b0, i_score_shift}$(more > 0 and " + 5'd" .. more or "");
//% end
//% for k = 0, KP - 1 do
    wire [$(FW-1):0] sum_$(k);
//%   if T then
    wire [$(PB-1):0] khat_$(k) = khat[$(k*PB) +: $(PB)];
//%   end
    sofa_column u_column_$(k) (
        .clk(clk), .i_load(load && load_column == $(CB)'d$(k)), .i_operand(operand), .i_swap(swap1),
//%   if T then
        .i_dims(load_dims), .i_value($(sext("khat_" .. k, PB, AW))),
//%   end
        .i_codes(codes2), .i_negatives(negatives), .o_sum(sum_$(k)));
    reg signed [$(FW-1):0] full_$(k);
//%   if near then
    wire [3:0]       shift_$(k);
    sofa_copy #(.WIDTH(4)) u_shift_$(k) (.clk(clk), .i_data(i_score_shift), .o_data(shift_$(k)));
//%   end
//%   if MASS then
    wire signed [$(SW-1):0] scaled_$(k) = $signed({full_$(k), $(OF)'d0}) >>> shift;
//%   else
    wire signed [$(FW-1):0] scaled_$(k) = full_$(k) >>> $(T and "shift" or near and "shift_" .. k or "i_score_shift");
//%   end
//%   if T then
    wire             narrow_$(k) = &scaled_$(k)[$(SW-1):$(PB-1)] || ~|scaled_$(k)[$(SW-1):$(PB-1)];
    reg  [$(PB-1):0] predicted_$(k);
    always @(posedge clk)
        predicted_$(k) <= narrow_$(k) ? scaled_$(k)[$(PB-1):0] : {scaled_$(k)[$(SW-1)], {$(PB-1){!scaled_$(k)[$(SW-1)]}}};
//%     if ROT then
    // even beats hold the lower half of a pair, odd ones the upper; the pair is turned into the lower, then the upper half
    reg  [$(PB-1):0] before_$(k), earlier_$(k), turned_$(k);
    wire signed [$(PB-1):0] lower_$(k) = turn_odd ? before_$(k) : earlier_$(k);
    wire signed [$(PB-1):0] upper_$(k) = turn_odd ? predicted_$(k) : before_$(k);
    wire signed [7:0] lower_by_$(k) = turn_odd ? i_turns[$(k*16) +: 8] : i_turns[$(k*16+8) +: 8];
    wire signed [7:0] upper_by_$(k) = turn_odd ? i_turns[$(k*16+8) +: 8] : i_turns[$(k*16) +: 8];
    reg  signed [$(PB+7):0] lower_part_$(k), upper_part_$(k);
    wire [$(PB+8):0] turn_sum_$(k) = (turn_diff ? $(sext("lower_part_" .. k, PB+8, PB+9)) - $(sext("upper_part_" .. k, PB+8, PB+9))
                                     : $(sext("lower_part_" .. k, PB+8, PB+9)) + $(sext("upper_part_" .. k, PB+8, PB+9))) + $(lit(PB+9, 32));
    wire             turn_fits_$(k) = &turn_sum_$(k)[$(PB+8):$(PB+5)] || ~|turn_sum_$(k)[$(PB+8):$(PB+5)];
    wire             unused_turn_$(k) = &{1'b0, turn_sum_$(k)[5:0]};
    always @(posedge clk) begin
        before_$(k) <= predicted_$(k);
        earlier_$(k) <= before_$(k);
        lower_part_$(k) <= lower_$(k) * lower_by_$(k);
        upper_part_$(k) <= upper_$(k) * upper_by_$(k);
        turned_$(k) <= turn_fits_$(k) ? turn_sum_$(k)[$(PB+5):6] : {turn_sum_$(k)[$(PB+8)], {$(PB-1){!turn_sum_$(k)[$(PB+8)]}}};
    end
    assign new_khat[$(k*PB) +: $(PB)] = turned_$(k);
//%     else
    assign new_khat[$(k*PB) +: $(PB)] = predicted_$(k);
//%     end
//%   end
//%   if SW > WB2 then
    wire             fits_$(k) = &scaled_$(k)[$(SW-1):$(WB2-1)] || ~|scaled_$(k)[$(SW-1):$(WB2-1)];
//%   end
    reg  [$(WB2-1):0] score_$(k);
    wire             seen_$(k) = sees_$(t+2) && low_$(t+2) <= $(NB)'d$(k) && high_$(t+2) > $(NB)'d$(k);
//%   if RANK then
    wire [$(IB-1):0] key_of_$(k) = key_$(t+2) + $(IB)'d$(k);
    wire [$(SB-1):0] ranked_$(k) = $(saturate("score_" .. k, WB2, SB));
    reg  [$(EW-1):0] entry_$(k);
//%   end
//%   if MASS then
    reg  [$(OB-1):0] octave_$(k);
    reg              seen1_$(k);
//%   end
    always @(posedge clk) begin
//%   if SUMS then
        full_$(k) <= sum_$(k) + (start_$(t) ? $(FW)'d0 : partial[$(k*FW) +: $(FW)]);
//%   else
        full_$(k) <= sum_$(k);
//%   end
//%   if SW > WB2 then
        score_$(k) <= fits_$(k) ? scaled_$(k)[$(WB2-1):0] : {scaled_$(k)[$(SW-1)], {$(WB2-1){!scaled_$(k)[$(SW-1)]}}};
//%   else
        score_$(k) <= $(sext("scaled_" .. k, SW, WB2));
//%   end
//%   if RANK then
        entry_$(k) <= {1'b1, ~ranked_$(k)[$(SB-1)], ranked_$(k)[$(SB-2):0], ~key_of_$(k)} & {$(EW){seen_$(k)}};
//%   end
//%   if MASS then
        octave_$(k) <= $(saturate("score_" .. k, WB2, OB));
        seen1_$(k) <= seen_$(k);
//%   end
    end
//%   if RANK then
    assign o_entries[$(k*EW) +: $(EW)] = entry_$(k);
//%   end
//%   if MASS then
    assign o_scores[$(k*OB) +: $(OB)] = octave_$(k);
    assign o_seen[$(k)] = seen1_$(k);
//%   end
//%   if SUMS then
    assign full[$(k*FW) +: $(FW)] = full_$(k);
//%   end
//% end
//% local n = last_stage
//% if T then
    always @(posedge clk) begin
//%   if ROT then
        turn_valid_0 <= keys_$(t+1) && final_$(t+1) && !rst;
        turn_odd <= keys_$(t+1) && final_$(t+1) && odd_$(t+1);
        turn_diff <= turn_odd;
        turn_pair <= pair_$(t+1);
        turn_last_0 <= last_column_$(t+1);
        turn_addr_0 <= khat_at_$(t+1);
        turn_valid_1 <= turn_valid_0 && !rst;
        turn_valid_2 <= turn_valid_1 && !rst;
        {turn_last_2, turn_last_1} <= {turn_last_1, turn_last_0};
        {turn_addr_2, turn_addr_1} <= {turn_addr_1, turn_addr_0};
        new_khat_addr <= turn_addr_2;
        new_khat_valid <= turn_valid_2 && !rst;
        new_khat_last <= turn_last_2;
//%   else
        new_khat_addr <= khat_at_$(t+1);
        new_khat_valid <= keys_$(t+1) && final_$(t+1) && !rst;
        new_khat_last <= last_column_$(t+1);
//%   end
    end
    assign o_khat_busy = keys_$(t+2);
//% end

//% if SL > 1 then
    reg final_$(t+2), final_$(n);
    always @(posedge clk) begin
        final_$(t+2) <= final_$(t+1);
        final_$(n) <= final_$(t+2);
    end
    assign o_valid = valid_$(n) && sees_$(n) && final_$(n);
//% else
    assign o_valid = valid_$(n) && sees_$(n);
//% end
    assign o_first = first_$(n);
    assign o_last = last_$(n);
    assign o_row = row_$(n);
    assign o_new_block = new_$(n);
//% if late then
    assign o_bank = bank_$(n);
    wire unused_exponent = &{1'b0, exponent};
//% else
    assign o_radius_row = radius_$(n);
//% end
//% if not RANK then
    wire unused_shift = &{1'b0, i_score_shift};
//% end
    assign o_radius_on = i_radius != 32'hFFFFFFFF;
    assign o_parity = parity_$(n);
    assign o_end = end_$(n);
endmodule
`default_nettype wire
