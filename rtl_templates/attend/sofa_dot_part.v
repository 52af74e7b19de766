//% -- SPDX-License-Identifier: Apache-2.0
//% local extended, sum = QUERY_BITS + clog2(DOT_PART), {}
// Products of $(DOT_PART) query and key elements, all in one sum: a synthesis tool adds their partial products up and carries once.
// Latency $(latency("dot_part", 1)) cycle, throughput one sum a cycle, no handshake.
`default_nettype none
module sofa_dot_part (
    input  wire                clk,
    input  wire [$(DOT_PART*QUERY_BITS-1):0] i_q,
    input  wire [$(DOT_PART*KEY_BITS-1):0] i_k,
    output reg  [$(DOT_PART_BITS-1):0] o_sum
);
//% for element = 0, DOT_PART - 1 do
//%   sum[#sum+1] = "product_" .. element
    wire [$(QUERY_BITS-1):0]        query_$(element) = $(nth("i_q", element, QUERY_BITS));
    wire signed [$(extended-1):0] q_$(element) = $(sext("query_" .. element, QUERY_BITS, extended));
    wire signed [$(KEY_BITS-1):0] k_$(element) = $(nth("i_k", element, KEY_BITS));
    wire signed [$(DOT_PART_BITS-1):0] product_$(element) = q_$(element) * k_$(element);
//% end
    always @(posedge clk) o_sum <= $(table.concat(sum, " + "));
endmodule
`default_nettype wire
