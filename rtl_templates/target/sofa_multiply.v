//% -- SPDX-License-Identifier: Apache-2.0
// Product of two signed numbers between registers, as multipliers of FPGAs have them inside; a board's family may bring its own.
// Latency $(latency("multiply", 2)) cycles, throughput one a cycle, no handshake.
`default_nettype none
module sofa_multiply #(
    parameter A = 8,
    parameter B = 8
) (
    input  wire                  clk,
    input  wire signed [A-1:0]   i_a,
    input  wire signed [B-1:0]   i_b,
    output reg  signed [A+B-1:0] o_p
);
    reg signed [A-1:0] a;
    reg signed [B-1:0] b;
    always @(posedge clk) begin
        a <= i_a;
        b <= i_b;
        o_p <= a * b;
    end
endmodule
`default_nettype wire
