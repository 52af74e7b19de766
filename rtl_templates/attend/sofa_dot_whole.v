//% -- SPDX-License-Identifier: Apache-2.0
// SA-1 of one lane: products of $(WIDTH) query and key elements and their sum.
// Latency $(latency("dot_whole", 2 + d.dot_tree)) cycles (operands and products registered, $(d.dot_tree) tree stages); throughput
// one beat a cycle, no handshake. sofa_dot_merged has the same ports. Equals one beat of the dot product s of docs/arithmetic.md.
//% local products = {}
`default_nettype none
module sofa_dot_whole (
    input  wire                clk,
    input  wire [$(WIDTH*QUERY_BITS-1):0] i_q,
    input  wire [$(WIDTH*KEY_BITS-1):0] i_k,
    output wire [$(DOT_BITS-1):0] o_sum
);
//% for element = 0, WIDTH - 1 do
//%   products[#products+1] = "product_" .. element
    wire [$(QUERY_BITS+KEY_BITS-1):0] product_$(element);
    sofa_multiply #($(parameters("A", QUERY_BITS, "B", KEY_BITS))) u_product_$(element) (
        .clk(clk), .i_a($(nth("i_q", element, QUERY_BITS))), .i_b($(nth("i_k", element, KEY_BITS))), .o_p(product_$(element)));
//% end
//% local tree, sum, bits = sum_tree("sum", products, QUERY_BITS + KEY_BITS, d.dot_tree, TREE_INPUTS, DOT_BITS, true)
$(tree)
    assign o_sum = $(sext(sum, bits, DOT_BITS));
endmodule
`default_nettype wire
