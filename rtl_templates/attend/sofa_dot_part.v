//% -- SPDX-License-Identifier: Apache-2.0
//% local part = math.min(TREE_INPUTS, WIDTH)
//% local growth = clog2(part)
//% local bits = QUERY_BITS + KEY_BITS + growth
//% local sum = {}
// Products of $(part) query and key elements, all in one sum: a synthesis tool adds their partial products up and carries once.
// Latency $(latency("dot_part", 1)) cycle, throughput one sum a cycle, no handshake.
`default_nettype none
module sofa_dot_part (
    input  wire                clk,
    input  wire [$(part*QUERY_BITS-1):0] i_q,
    input  wire [$(part*KEY_BITS-1):0] i_k,
    output reg  [$(bits-1):0] o_sum
);
//% for element = 0, part - 1 do
//%   sum[#sum+1] = "product_" .. element
    wire [$(QUERY_BITS-1):0]        query_$(element) = $(nth("i_q", element, QUERY_BITS));
    wire signed [$(QUERY_BITS+growth-1):0] q_$(element) = $(sext("query_" .. element, QUERY_BITS, QUERY_BITS + growth));
    wire signed [$(KEY_BITS-1):0] k_$(element) = $(nth("i_k", element, KEY_BITS));
    wire signed [$(bits-1):0] product_$(element) = q_$(element) * k_$(element);
//% end
    always @(posedge clk) o_sum <= $(table.concat(sum, " + "));
endmodule
`default_nettype wire
