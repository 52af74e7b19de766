//% -- SPDX-License-Identifier: Apache-2.0
// SA-1 of one lane: the sum of products of $(WIDTH) query and key elements, from sums of a few (sofa_dot_part).
// Latency $(latency("dot_merged", math.max(1, d.dot_tree))) cycle(s), throughput one beat a cycle, no handshake. sofa_dot_whole has the
// same ports. Equals one beat of the dot product s of docs/arithmetic.md.
//% local parts, sums = math.ceil(WIDTH / DOT_PART), {}
`default_nettype none
module sofa_dot_merged (
    input  wire                clk,
    input  wire [$(WIDTH*QUERY_BITS-1):0] i_q,
    input  wire [$(WIDTH*KEY_BITS-1):0] i_k,
    output wire [$(DOT_BITS-1):0] o_sum
);
    wire [$(parts*DOT_PART*QUERY_BITS-1):0] q = $(ext("i_q", WIDTH * QUERY_BITS, parts * DOT_PART * QUERY_BITS));
    wire [$(parts*DOT_PART*KEY_BITS-1):0] k = $(ext("i_k", WIDTH * KEY_BITS, parts * DOT_PART * KEY_BITS));
//% for index = 0, parts - 1 do
//%   sums[#sums+1] = "part_" .. index
    wire [$(DOT_PART_BITS-1):0] part_$(index);
    sofa_dot_part u_part_$(index) (
        .clk(clk), .i_q($(nth("q", index, DOT_PART * QUERY_BITS))), .i_k($(nth("k", index, DOT_PART * KEY_BITS))), .o_sum(part_$(index)));
//% end
//% local tree, sum, bits = sum_tree("sum", sums, DOT_PART_BITS, math.max(0, d.dot_tree - 1), TREE_INPUTS, DOT_BITS, true)
$(tree)
    assign o_sum = $(sext(sum, bits, DOT_BITS));
endmodule
`default_nettype wire
