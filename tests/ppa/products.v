// SPDX-License-Identifier: Apache-2.0
// Products that tb/ppa/booth.v takes, of every sign and parity of widths, alone and in sums.
`default_nettype none
module products (
    input  wire signed [7:0]  i_a,
    input  wire signed [7:0]  i_b,
    input  wire [8:0]  i_c,
    input  wire [9:0]  i_d,
    input  wire signed [16:0] i_e,
    input  wire signed [8:0]  i_f,
    output wire signed [15:0] o_signed,
    output wire [18:0] o_unsigned,
    output wire signed [25:0] o_odd,
    output wire signed [19:0] o_sum,
    output wire [11:0] o_low
);
    assign o_signed = i_a * i_b;
    assign o_unsigned = i_c * i_d;
    assign o_odd = i_f * i_e;
    wire signed [17:0] one = $signed({{2{i_a[7]}}, i_a}) * i_b;
    wire signed [17:0] other = $signed({{2{i_b[7]}}, i_b}) * $signed(i_f[8:1]);
    assign o_sum = one - other + 20'sd77;
    assign o_low = i_c * i_d;
endmodule
`default_nettype wire
