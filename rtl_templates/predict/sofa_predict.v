//% -- SPDX-License-Identifier: Apache-2.0
// Score prediction: an array of $(PREDICT_KEYS) x $(PREDICT_DIMS) shift PEs. The K^ slice of a pass is stationary, rows' codes stream: a
// beat is one row, and the last slice's beat yields its $(PREDICT_KEYS) scores, which go to selection. Passes follow each other without a
// gap while keys, queries and a need matrix are there and the same row's beats stand $(d.pass_distance) cycles apart.
// Latency: $(latency("predict", d.predict_latency)) cycles from issue to o_valid; throughput one beat a cycle; no back-pressure at the
// output (selection takes all). Equals sofa_predict_score() for the visible keys of a row.
//% if TOKENS then
// The same array predicts the keys: tokens are stationary, columns of weight codes stream, partial sums of a column are added over the
// words of X; the last word's beats yield K^, written a dimension at a time for all keys of the group. Equals sofa_scale_khat().
//% end
//% if ROTARY then
// A group's last pass of keys takes columns 0, d/2, 1, d/2 + 1, ..., so that both halves of a pair leave the array one after the other; two
// multipliers a key turn them in two cycles. Equals sofa_rotate_khat().
//% end
`default_nettype none
module sofa_predict (
    input  wire               clk,
    input  wire               rst,
    input  wire               i_has_ranges,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(TILE_BITS-1):0] i_tile_keys,
    // tile slots
    input  wire               i_tile,
    input  wire [$(TILE_SLOTS*KEY_NUMBER_BITS-1):0] i_info_base,
    input  wire [$(TILE_SLOTS-1):0] i_info_bank,
    input  wire [$(TILE_SLOTS-1):0] i_info_seen,
    input  wire [$(TILE_SLOTS*KEY_GROUPS-1):0] i_info_group_any,
    input  wire [$(TILE_SLOTS*KEY_GROUPS*ROW_BITS-1):0] i_info_group_from,
    input  wire [$(TILE_SLOTS*KEY_GROUPS*ROW_BITS-1):0] i_info_group_to,
    // keys as they arrive
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(INDEX_BITS-1):0] i_key,
    input  wire               i_key_last,
//% if TOKENS then
    // tokens and codes on chip: data one cycle later
    input  wire [$(TILE_SLOTS*TILE_KEYS-1):0] i_info_mask,
    input  wire [4:0]         i_khat_shift,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    output wire               o_token_read,
    output wire [1:0]         o_token_slot,
    output wire [$(TOKEN_PLACE_BITS-1):0] o_token_addr,
    input  wire [$(PREDICT_DIMS*8-1):0] i_tokens,
    input  wire [$(STREAMED and 1 or 0):0] i_codes_loaded,
    output wire [$(SLICE_WORD_BITS-1):0] o_flag_word,
    input  wire [$(HEAD_DIM-1):0] i_flags,
    output wire [$(CODE_PLACE_BITS-1):0] o_code_addr,
    input  wire [$(PREDICT_DIMS*4-1):0] i_weight_codes,
    output wire               o_khat_busy,
//% elseif QUERY_IN_WORDS then
    input  wire               i_word_valid,      // of the key that comes next with i_key_valid or before it
    input  wire [$(KHAT_WORD_BITS-1):0] i_word_index,
    input  wire [$(PORT_BITS//KHAT_ELEMENT_BITS*KHAT_BITS-1):0] i_khat,
//% else
    input  wire               i_key_both,        // and the key after it
    input  wire [$(LOAD_KEYS*HEAD_DIM*KHAT_BITS-1):0] i_khat,
//% end
//% if STREAMED then
    input  wire [$(SLICE_COUNT_BITS-1):0] i_slices,
    input  wire               i_chunk,
    output wire               o_token_free,
    output wire               o_flag_half,
    output wire               o_code_half,
    output wire               o_code_release,
//% end
//% if ROTARY then
    // cosines and sines of a key group; data one cycle later
    output wire               o_turn_ask,
    input  wire               i_turn_asked,
    output wire [$(KEY_NUMBER_BITS-1):0] o_turn_key,
    output wire [$(KEY_GROUP_BITS-1):0] o_turn_group,
    input  wire               i_turn_landed,
    output wire [$(HEAD_PAIR_BITS-1):0] o_turn_pair,
    output wire               o_turn_release,
    input  wire [$(PREDICT_KEYS*16-1):0] i_turns,
//% end
    // queries and ranges
    input  wire               i_code_we,
    input  wire [$(ROW_BITS):0] i_code_row,
//% if WORD_MEMORIES then
    input  wire [$(QUERY_WORD_BITS-1):0] i_code_index,
    input  wire [$(PORT_BITS//QUERY_BITS*6-1):0] i_code,
    input  wire               i_exponent_we,
    input  wire [$(ROW_BITS):0] i_exponent_row,
    input  wire [3:0]         i_exponent,
//% else
    input  wire [$(HEAD_DIM*4+3):0] i_code,
//% end
    input  wire [1:0]         i_query_ready,
    input  wire               i_range_we,
    input  wire [$(ROW_BITS):0] i_range_row,
    input  wire [$(2*KEY_NUMBER_BITS-1):0] i_range,
    output wire               o_loaded,        // pulse: all passes of a tile have been loaded; its slot
    output wire [1:0]         o_loaded_slot,
    // need matrix
    input  wire [1:0]         i_parity_free,
    // to selection
    output wire               o_valid,
    output wire [$(ROW_BITS-1):0] o_row,
    output wire               o_new_block,
//% if RANK then
    input  wire [3:0]         i_score_shift,
    input  wire [31:0]        i_radius,
    output wire               o_first,
    output wire               o_last,
    output wire [$(PREDICT_KEYS*ENTRY_BITS-1):0] o_entries,
    output wire               o_radius_on,
    output wire               $(STORED_RADII and "o_bank" or "[" .. SCORE_BITS-1 .. ":0] o_radius_row"),
//% end
//% if BOTH_POLICIES then
    input  wire               i_by_mass,
//% end
//% if MASS then
    input  wire [$(JOBS*6-1):0] i_octave_shift,  // of each job; less the row's exponent, as far as there are places
    input  wire [1:0]         i_bank_jobs,
    output wire [$(PREDICT_KEYS*OCTAVE_BITS-1):0] o_scores,
    output wire [$(PREDICT_KEYS-1):0] o_seen,
//% end
    output wire               o_parity,
    output wire               o_end,
    // counters
    output wire               o_busy,
    output wire               o_starved,
    output wire               o_blocked
);
    wire .*;
//% local summed, final = d.predict_tree + 2, d.predict_latency      -- cycles from issue to the sums, and to selection

    // ---- passes, and the beats that are issued for them ----
//% local last_key = LOAD_KEYS > 1 and "i_key + " .. ext("i_key_both", 1, INDEX_BITS) or "i_key"
    sofa_loader u_loader (.i_pass_taken(start), .i_key($(last_key)), .o_column(read_column), .*);
    sofa_token_loader u_loader (
        .i_pass_taken(start), .o_read(o_token_read), .o_read_slot(o_token_slot), .o_read_addr(o_token_addr), .o_visible(token_visible),
        .o_column(read_column), .i_any(tokens_any), .i_khat_done(new_khat_valid && new_khat_last), .*);
    sofa_issue u_issue (
        .o_keys(keys_0), .o_khat_place(khat_place_0), .o_last_column(last_column_0), .o_spot(spot_0), .o_odd(odd_0), .o_pair(pair_0),
        .o_swap(swap_0), .o_valid(valid_0), .o_end(end_0), .o_parity(parity_0), .o_row(row_0), .o_bank(bank_0), .*);
//% if ROTARY then
    assign o_turn_key = $(pick("i_info_base", KEY_NUMBER_BITS, TILE_SLOTS, "turn_slot", 2));
//% end

    // ---- what travels beside a beat: name_n is n cycles after issue ----
//% local function some(condition, cycles) return condition and cycles or 0 end
$(travel({{"valid", 1, final, "valid_0", reset = true}, {"end", 1, final, "end_0", reset = true}, {"parity", 1, final, "parity_0"}}))
$(travel({{"row", ROW_BITS, final, "row_0"}, {"bank", 1, STORED_RADII and final or ORDERS and 2 or some(JOBS > 1, 1), "bank_0"}}))
$(travel({{"swap", 1, 1, "swap_0", reset = true}}))
//% -- of its sums: the first beat that they are put together from, the last one, where they stand in between
//% local last = DIM_SLICES > 1 and final or some(TOKENS, summed + 1)
$(travel({{"start", 1, some(PARTIAL_SUMS, summed), "sum_start"}, {"final", 1, last, "sum_final"}}))
//% -- of a beat of keys
//% local place = TOKENS and "spot" or "row"
$(travel({{"keys", 1, some(TOKENS, summed + 2), "keys_0", reset = true}, {"spot", PARTIAL_PLACE_BITS, some(TOKENS, summed + 1), "spot_0"}}))
$(travel({{"khat_place", KHAT_PLACE_BITS, some(TOKENS, summed + 1), "khat_place_0"}}))
$(travel({{"last_column", 1, some(TOKENS, summed + 1), "last_column_0"}}))
$(travel({{"odd", 1, some(ROTARY, summed + 1), "odd_0"}, {"pair", HEAD_PAIR_BITS, some(ROTARY, summed + 1), "pair_0"}}))
//% -- of what its row sees of the group
$(travel({{"sees", 1, final, "sees_3", first = 4}, {"new", 1, final, "new_3", first = 4}}))
$(travel({{"first", 1, some(RANK, final), "first_3", first = 4}, {"last", 1, some(RANK, final), "last_3", first = 4}}))
$(travel({{"low", KEY_COUNT_BITS, final - 1, "low_3", first = 4}, {"high", KEY_COUNT_BITS, final - 1, "high_3", first = 4}}))
$(travel({{"key", INDEX_BITS, some(RANK, final - 1), "key_3", first = 4}}))
$(travel({{"radius", SCORE_BITS, some(BEAT_RADII, final), "radius_3", first = 4}}))

    // ---- operands of the array, codes and keys of a row ----
    sofa_operands u_operands (.*);
    sofa_token_operands u_operands (.i_token_read(o_token_read), .*);
    sofa_row_codes u_codes (.i_bank(bank_0), .i_row(row_0), .*);
    sofa_row_radius u_radius (.i_exponent(exponent), .o_radius(radius_3), .*);
    sofa_visible u_visible (
        .i_bank(bank_0), .i_row(row_0), .i_final_2($(DIM_SLICES > 1 and "final_2" or "1'b1")), .o_sees(sees_3), .o_first(first_3),
        .o_last(last_3), .o_new(new_3), .o_low(low_3), .o_high(high_3), .o_key(key_3), .*);
    wire unused = &{1'b0, sum_start, sum_final, slice, exponent, first_3, last_3, key_3};

    // ---- the array ----
//% local fraction = MASS and OCTAVE_FRACTION or 0              -- that a sum is given before it is shifted
//% local function plus(places) return places > 0 and " + " .. lit(SUM_SHIFT_BITS, places) or "" end
//% local score = ext("i_score_shift", 4, SUM_SHIFT_BITS) .. plus(fraction + CODE_PLACES)
//% local keys = ext("i_khat_shift", 5, SUM_SHIFT_BITS) .. plus(fraction)
//% if MASS then
    // of a row's scores into octaves; no more than leave the sign alone
//%   local bank = JOBS > 1 and "bank_1" or "1'b0"
    wire       job = $(bank) ? i_bank_jobs[1] : i_bank_jobs[0];
    wire [5:0] octave_shift = $(of_job("i_octave_shift", 6, "job"));
    wire [5:0] octaves = octave_shift > {2'd0, exponent} ? octave_shift - {2'd0, exponent} : 6'd0;
    wire       unused_job = job;
//%   local most = (1 << OCTAVE_SHIFT_BITS) - 1 - CODE_PLACES
//%   local bounded = most < 63 and "octaves > " .. lit(6, most) .. " ? " .. lit(OCTAVE_SHIFT_BITS, most) .. " : " or ""
$(travel({{"octaves", OCTAVE_SHIFT_BITS, summed + 1, bounded .. ext("octaves", 6, OCTAVE_SHIFT_BITS), first = 2}}))
//%   local by_mass = ext("octaves_" .. summed + 1, OCTAVE_SHIFT_BITS, SUM_SHIFT_BITS) .. plus(CODE_PLACES)
//%   score = RANK and "(i_by_mass ? " .. by_mass .. " : " .. score .. ")" or by_mass
//% end
    wire [$(SUM_SHIFT_BITS-1):0] shift = $(TOKENS and "keys_" .. summed + 1 .. " ? " .. keys .. " : " or "")$(score);
    sofa_array u_array (
        .i_swap(swap_1), .i_start(start_$(summed)), .i_place_before($(place)_$(summed-1)), .i_place($(place)_$(summed+1)),
        .i_keep($(TOKENS and "(valid_" .. summed+1 .. " || keys_" .. summed+1 .. ")" or "valid_" .. summed+1) && !final_$(summed+1)),
        .i_sees(sees_$(final-1)), .i_low(low_$(final-1)),
        .i_high(high_$(final-1)), .i_key(key_$(final-1)), .i_odd(turn_odd), .i_difference(turn_difference), .*);
    sofa_khat_write u_khat_write (
        .i_valid(keys_$(summed+1) && final_$(summed+1)), .i_last(last_column_$(summed+1)), .i_addr(khat_place_$(summed+1)),
        .i_odd(odd_$(summed+1)), .i_pair(pair_$(summed+1)), .o_odd(turn_odd), .o_difference(turn_difference), .o_pair(o_turn_pair),
        .o_release(o_turn_release), .*);
//% if TOKENS then
    assign o_khat_busy = keys_$(summed+2);
//% end

    // ---- to selection ----
    assign o_valid = valid_$(final) && sees_$(final)$(DIM_SLICES > 1 and " && final_" .. final or "");
    assign o_row = row_$(final);
    assign o_new_block = new_$(final);
//% if RANK then
    assign o_first = first_$(final);
    assign o_last = last_$(final);
    assign $(STORED_RADII and "o_bank = bank_" or "o_radius_row = radius_")$(final);
    assign o_radius_on = i_radius != 32'hFFFFFFFF;
//% end
    assign o_parity = parity_$(final);
    assign o_end = end_$(final);
    assign o_busy = sees_3;
endmodule
`default_nettype wire
