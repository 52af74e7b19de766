//% -- SPDX-License-Identifier: Apache-2.0
// t = round(s * mantissa >> shift), saturated to 32 bits. A multiplier has 18 x 18 bits, so each takes a part of the score; sofa_multiply
// registers it. Throughput: a score a cycle; no handshake. The ports are those of sofa_scale_bits. Equals the scaling in
// sofa_attend_pair().
`default_nettype none
module sofa_scale_whole (
    input  wire            clk,
    input  wire [$(PHASE_BITS-1):0] i_step,
    input  wire [$(DOT_BITS-1):0] i_s,
    input  wire [15:0]     i_mantissa,
    input  wire [5:0]      i_shift,
    output wire [31:0]     o_t
);
    wire [$(SCALED_BITS-1):0] product;
//% local parts, low, bits = {}, 0
//% repeat
//%   local last = DOT_BITS - low <= 18
//%   bits = last and DOT_BITS - low or 18
    wire signed [$(bits-1):0] score_$(low) = $(last and range("i_s", DOT_BITS - 1, low) or "{1'b0, " .. range("i_s", low + 16, low) .. "}");
    wire signed [$(bits+16):0] scaled_$(low);
    sofa_$(PRODUCT) #($(parameters("A", bits, "B", 17))) u_scaled_$(low) (
        .clk(clk), .i_a(score_$(low)), .i_b({1'b0, i_mantissa}), .o_p(scaled_$(low)));
//%   parts[#parts+1] = join(sext("scaled_" .. low, bits + 17, SCALED_BITS - low), low > 0 and lit(low, 0) or "")
//%   low = low + 17
//% until last
    assign product = $(table.concat(parts, " + "));
    sofa_scale_round u_round (.clk(clk), .i_product(product), .i_shift(i_shift), .o_t(o_t));
    wire unused_step = &{1'b0, i_step};
endmodule
`default_nettype wire
