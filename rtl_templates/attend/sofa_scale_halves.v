//% -- SPDX-License-Identifier: Apache-2.0
// t = round(s * mantissa >> shift), saturated to 32 bits, from products with the halves of the mantissa.
// Latency $(latency("scale_halves", d.scale_time)) cycles, throughput a score a cycle, no handshake. The ports are those of
// sofa_scale_bits. Equals the scaling in sofa_attend_pair().
`default_nettype none
module sofa_scale_halves (
    input  wire            clk,
    input  wire [$(PHASE_BITS-1):0] i_step,
    input  wire [$(DOT_BITS-1):0] i_s,
    input  wire [15:0]     i_mantissa,
    input  wire [5:0]      i_shift,
    output wire [31:0]     o_t
);
    wire signed [$(DOT_BITS+8):0] low, high;
    wire [$(SCALED_BITS-1):0] product = {high, 8'd0} + $(sext("low", DOT_BITS + 9, SCALED_BITS));
    sofa_product #($(parameters("A", DOT_BITS, "B", 9))) u_low (.clk(clk), .i_a(i_s), .i_b({1'b0, i_mantissa[7:0]}), .o_p(low));
    sofa_product #($(parameters("A", DOT_BITS, "B", 9))) u_high (.clk(clk), .i_a(i_s), .i_b({1'b0, i_mantissa[15:8]}), .o_p(high));
    sofa_scale_round u_round (.clk(clk), .i_product(product), .i_shift(i_shift), .o_t(o_t));
    wire unused_step = &{1'b0, i_step};
endmodule
`default_nettype wire
