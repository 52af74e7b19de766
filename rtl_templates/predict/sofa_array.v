//% -- SPDX-License-Identifier: Apache-2.0
// The array of prediction: a column of shift PEs for each of $(PREDICT_KEYS) keys, and what becomes of its sums.
//% if TOKENS then
// The same array predicts keys: tokens are stationary, columns of weight codes stream; the last word's beats yield K^, a dimension of all
// keys of the group at a time.
//% end
// Latency: $(latency("array", d.predict_latency - 2)) cycles from i_codes to what selection gets; throughput one beat a cycle. Handshake:
// none.
`default_nettype none
module sofa_array (
    input  wire               clk,
    // stationary operands
    input  wire               i_load,
    input  wire [$(COLUMN_BITS-1):0] i_load_column,
    input  wire [$(LOAD_KEYS*PREDICT_DIMS*ARRAY_BITS-1):0] i_operand,
    input  wire               i_swap,
//% if TOKENS then
    input  wire [$(PREDICT_DIMS-1):0] i_load_dims,      // of K^
    input  wire [$(PREDICT_KEYS*KHAT_BITS-1):0] i_khat,
    output wire [$(PREDICT_KEYS*KHAT_BITS-1):0] o_new_khat,
//% end
//% if ROTARY then
    input  wire               i_odd,
    input  wire               i_difference,
    input  wire [$(PREDICT_KEYS*16-1):0] i_turns,
//% end
//% if PARTIAL_SUMS then
    input  wire [$(PARTIAL_PLACE_BITS-1):0] i_place_before,  // of the partial sums: a cycle before the sums
    input  wire               i_start,                       // with the sums: no earlier beat
    input  wire [$(PARTIAL_PLACE_BITS-1):0] i_place,         // a cycle after the sums
    input  wire               i_keep,                        // more beats follow
//% end
//% if RANK then
    input  wire [$(INDEX_BITS-1):0] i_key,
    output wire [$(PREDICT_KEYS*ENTRY_BITS-1):0] o_entries,
//% end
//% if MASS then
    output wire [$(PREDICT_KEYS*OCTAVE_BITS-1):0] o_scores,
    output wire [$(PREDICT_KEYS-1):0] o_seen,
//% end
    // beat
    input  wire [$(PREDICT_DIMS*4-1):0] i_codes,
    input  wire [$(SUM_SHIFT_BITS-1):0] i_shift,                 // a cycle after the sums
    input  wire               i_sees,                        // a cycle before what selection gets
    input  wire [$(KEY_COUNT_BITS-1):0] i_low,
    input  wire [$(KEY_COUNT_BITS-1):0] i_high
);
    wire .*;

    // the number of negative codes completes the two's complements
//% local signs = {}
//% for dim = 0, PREDICT_DIMS - 1 do signs[dim+1] = "i_codes[" .. dim*4+3 .. "]" end
//% local tree, count, bits = sum_tree("negative", signs, 1, d.predict_tree, TREE_INPUTS, ARRAY_SUM_BITS)
$(tree)
    wire [$(ARRAY_SUM_BITS-1):0] negatives = $(ext(count, bits, ARRAY_SUM_BITS));
//% if PARTIAL_SUMS then
    wire [$(PREDICT_KEYS*ARRAY_SUM_BITS-1):0] partial, full;
    sofa_ram #(.WIDTH($(PREDICT_KEYS*ARRAY_SUM_BITS)), .DEPTH($(math.max(2, PARTIAL_PLACES))), .ABITS($(PARTIAL_PLACE_BITS))) u_partial (
        .clk(clk), .i_we(i_keep), .i_waddr(i_place), .i_wdata(full), .i_re(1'b1), .i_raddr(i_place_before), .o_rdata(partial));
//% end
//% for key = 0, PREDICT_KEYS - 1 do
//%   local function own(name, bits) return name .. "[" .. key * bits .. " +: " .. bits .. "]" end
//%   local sign = ARRAY_BITS > KHAT_BITS and "{" .. ARRAY_BITS-KHAT_BITS .. "{i_khat[" .. key*KHAT_BITS+KHAT_BITS-1 .. "]}}, " or ""
//%   local value = "{" .. sign .. own("i_khat", KHAT_BITS) .. "}"
    wire [$(ARRAY_SUM_BITS-1):0] sum_$(key);
    wire             seen_$(key) = i_sees && i_low <= $(lit(KEY_COUNT_BITS, key)) && i_high > $(lit(KEY_COUNT_BITS, key));
    sofa_column u_column_$(key) (
        .i_load(i_load && i_load_column == $(lit(COLUMN_BITS, key // LOAD_KEYS))), .i_dims(i_load_dims),
        .i_operand($(nth("i_operand", key % LOAD_KEYS, PREDICT_DIMS*ARRAY_BITS))),
        .i_value($(value)), .i_negatives(negatives), .o_sum(sum_$(key)), .*);
    sofa_score u_score_$(key) (
        .i_sum(sum_$(key)), .i_partial($(own("partial", ARRAY_SUM_BITS))), .o_full($(own("full", ARRAY_SUM_BITS))),
        .i_key(i_key + $(INDEX_BITS)'d$(key)), .i_seen(seen_$(key)), .o_entry($(own("o_entries", ENTRY_BITS))),
        .o_score($(own("o_scores", OCTAVE_BITS))), .o_seen(o_seen[$(key)]),
        .o_khat($(ROTARY and "khat_" .. key or own("o_new_khat", KHAT_BITS))), .*);
    sofa_turn_khat u_turn_$(key) (
        .i_khat(khat_$(key)), .i_turn($(own("i_turns", 16))), .o_khat($(own("o_new_khat", KHAT_BITS))), .*);
//% end
endmodule
`default_nettype wire
