//% -- SPDX-License-Identifier: Apache-2.0
// SA-1 of one lane: products of $(WIDTH) query elements and the halves of key elements, and their sum.
// Latency $(latency("dot_halves", 2 + d.dot_tree)) cycles (products, $(d.dot_tree) tree stages, and halves combined); throughput one beat a
// cycle, no handshake. sofa_dot_whole has the same ports. Equals one beat of the dot product s of docs/arithmetic.md.
//% local low, high = {}, {}
`default_nettype none
module sofa_dot_halves (
    input  wire                clk,
    input  wire [$(WIDTH*QUERY_BITS-1):0] i_q,
    input  wire [$(WIDTH*KEY_BITS-1):0] i_k,
    output reg  [$(DOT_BITS-1):0] o_sum
);
//% for element = 0, WIDTH - 1 do
//%   low[#low+1], high[#high+1] = "low_" .. element, "high_" .. element
    wire [$(QUERY_BITS+8):0] low_$(element);
    wire [$(QUERY_BITS+7):0] high_$(element);
    sofa_product #($(parameters("A", QUERY_BITS, "B", 9))) u_low_$(element) (
        .clk(clk), .i_a($(nth("i_q", element, QUERY_BITS))), .i_b({1'b0, i_k[$(element*16) +: 8]}), .o_p(low_$(element)));
    sofa_product #($(parameters("A", QUERY_BITS, "B", 8))) u_high_$(element) (
        .clk(clk), .i_a($(nth("i_q", element, QUERY_BITS))), .i_b(i_k[$(element*16+8) +: 8]), .o_p(high_$(element)));
//% end
//% local low_tree, low_sum, low_bits = sum_tree("low", low, QUERY_BITS + 9, d.dot_tree, TREE_INPUTS, DOT_BITS, true)
//% local high_tree, high_sum, high_bits = sum_tree("high", high, QUERY_BITS + 8, d.dot_tree, TREE_INPUTS, DOT_BITS - 8, true)
$(low_tree)
$(high_tree)
    always @(posedge clk) o_sum <= {$(sext(high_sum, high_bits, DOT_BITS - 8)), 8'd0} + $(sext(low_sum, low_bits, DOT_BITS));
endmodule
`default_nettype wire
