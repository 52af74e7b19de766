//% -- SPDX-License-Identifier: Apache-2.0
// Product of two signed numbers, with a register behind.
// Latency $(latency("product", 1)) cycle, throughput one a cycle, no handshake.
`default_nettype none
module sofa_product #(
    parameter A = 8,
    parameter B = 8
) (
    input  wire                  clk,
    input  wire signed [A-1:0]   i_a,
    input  wire signed [B-1:0]   i_b,
    output reg  signed [A+B-1:0] o_p
);
    always @(posedge clk) o_p <= i_a * i_b;
endmodule
`default_nettype wire
