//% -- SPDX-License-Identifier: Apache-2.0
// round(O * y >> 17), from a product of 16 bits without sign and one with the three upper bits of O, whose multipliers register what they
// get. The other sofa_norm_product_* have the same ports; these want y a cycle earlier. Latency two cycles, throughput one a cycle, no
// handshake.
`default_nettype none
module sofa_norm_product_registered (
    input  wire                 clk,
    input  wire signed [18:0]   i_o,
    input  wire [15:0]          i_y,
    output wire [19:0]          o_product
);
    wire [33:0]                 low;
    wire [19:0]                 high;
    sofa_multiply #(.A(17), .B(17)) u_low (.clk(clk), .i_a({1'b0, i_o[15:0]}), .i_b({1'b0, i_y}), .o_p(low));
    sofa_multiply #(.A(3), .B(17)) u_high (.clk(clk), .i_a(i_o[18:16]), .i_b({1'b0, i_y}), .o_p(high));
    wire [21:0]                 upper = {high[19], high, 1'b1} + {5'd0, low[31:16], 1'b1};    // from bit 15 on, rounded
    assign o_product = upper[21:2];
    wire                        unused = &{1'b0, low, upper[1:0]};
endmodule
`default_nettype wire
