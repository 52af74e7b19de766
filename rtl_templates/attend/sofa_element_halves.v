//% -- SPDX-License-Identifier: Apache-2.0
// An element of SA-2: o_new = round(p * V) + o_kept, with o_kept = O >>> move, 0 with a row's first pair; from products with the halves of
// V. sofa_element_whole has the same ports.
// Latency from i_old to o_new: one cycle; from p and V: two. Throughput: one a cycle; no handshake. Equals SA-2 of sofa_attend_pair().
//% local product_bits, dropped = 17 + VALUE_BITS, VALUE_BITS - 6
//% local bits = product_bits - dropped + 1
`default_nettype none
module sofa_element_halves (
    input  wire                clk,
    input  wire [15:0]         i_weight,
    input  wire signed [$(VALUE_BITS-1):0] i_value,
    input  wire signed [$(ACCUMULATOR_BITS-1):0] i_old,
    input  wire                i_first,
    input  wire [5:0]          i_move,
    output reg  signed [$(ACCUMULATOR_BITS-1):0] o_kept,
    output wire [$(ACCUMULATOR_BITS-1):0] o_new
);
    wire signed [25:0] low;
    wire signed [24:0] high;
    sofa_product #(.A(17), .B(9)) u_low (.clk(clk), .i_a({1'b0, i_weight}), .i_b({1'b0, i_value[7:0]}), .o_p(low));
    sofa_product #(.A(17), .B(8)) u_high (.clk(clk), .i_a({1'b0, i_weight}), .i_b(i_value[15:8]), .o_p(high));
    wire [$(product_bits):0] product = {high[24], high, 8'd0} + $(sext("low", 26, product_bits + 1)) +
        $(product_bits+1)'d$(1 << dropped - 1);
    reg  [$(bits-1):0]  weighted;
    always @(posedge clk) begin
        weighted <= product[$(product_bits):$(dropped)];
        o_kept <= i_first ? $(ACCUMULATOR_BITS)'sd0 : i_old >>> i_move;
    end
    assign o_new = o_kept + $(sext("weighted", bits, ACCUMULATOR_BITS));
    wire               unused = &{1'b0, product};
endmodule
`default_nettype wire
