//% -- SPDX-License-Identifier: Apache-2.0
// From the sums of a key to its score: put together over beats$(PARTIAL_SUMS and "" or " (here one)"), scaled, saturated, and laid out for
// selection. Latency: $(latency("score", RANK and 3 or 2)) cycles from i_sum to selection; throughput one beat a cycle. Handshake: none.
// Equals sofa_predict_score()$(TOKENS and ", K^: sofa_scale_khat()" or "").
//% local wide_bits = math.max(RANK and SCORE_BITS or 0, MASS and OCTAVE_BITS or 0)      -- of a score, before it is one of either policy
`default_nettype none
module sofa_score (
    input  wire         clk,
    input  wire [$(ARRAY_SUM_BITS-1):0] i_sum,
//% if PARTIAL_SUMS then
    input  wire         i_start,        // no earlier beat
    input  wire [$(ARRAY_SUM_BITS-1):0] i_partial,
    output wire [$(ARRAY_SUM_BITS-1):0] o_full,
//% end
//% if RANK then
    input  wire [$(INDEX_BITS-1):0] i_key,      // in its tile
    output reg  [$(ENTRY_BITS-1):0] o_entry,
//% end
//% if MASS then
    output wire [$(OCTAVE_BITS-1):0] o_score,
    output reg          o_seen,
//% end
//% if TOKENS then
    output reg  [$(KHAT_BITS-1):0] o_khat,      // two cycles after the sum
//% end
    input  wire [$(SUM_SHIFT_BITS-1):0] i_shift,    // a cycle after the sum
    input  wire         i_seen                  // the row sees the key: a cycle before the score
);
    reg  signed [$(ARRAY_SUM_BITS-1):0] full;
    reg  [$(wide_bits-1):0] score;
    wire [$(SUM_SHIFT_BITS-1):0] shift;
//% if SHIFT_COPIES then
    sofa_copy #(.WIDTH($(SUM_SHIFT_BITS))) u_shift (.clk(clk), .i_data(i_shift), .o_data(shift));
//% else
    assign shift = i_shift;
//% end
    wire signed [$(SCALED_SUM_BITS-1):0] scaled = $(MASS and "$signed({full, " .. OCTAVE_FRACTION .. "'d0})" or "full") >>> shift;
    always @(posedge clk) begin
        full <= i_sum$(PARTIAL_SUMS and " + (i_start ? " .. ARRAY_SUM_BITS .. "'d0 : i_partial)" or "");
        score <= $(saturated("scaled", SCALED_SUM_BITS, wide_bits));
    end
//% if PARTIAL_SUMS then
    assign o_full = full;
//% end
//% if RANK then
    wire [$(SCORE_BITS-1):0] ranked = $(saturated("score", wide_bits, SCORE_BITS));
    always @(posedge clk)
        o_entry <= {1'b1, ~ranked[$(SCORE_BITS-1)], ranked[$(SCORE_BITS-2):0], ~i_key} & {$(ENTRY_BITS){i_seen}};
//% end
//% if BOTH_POLICIES then
    reg  [$(OCTAVE_BITS-1):0] octaves;
    always @(posedge clk) octaves <= $(saturated("score", wide_bits, OCTAVE_BITS));
//% end
//% if MASS then
    assign o_score = $(RANK and "octaves" or "score");
    always @(posedge clk) o_seen <= i_seen;
//% end
//% if TOKENS then
    always @(posedge clk) o_khat <= $(saturated("scaled", SCALED_SUM_BITS, KHAT_BITS));
//% end
endmodule
`default_nettype wire
