//% -- SPDX-License-Identifier: Apache-2.0
// An element of SA-2: o_new = round(p * V) + o_kept, with o_kept = O >>> 2 move, 0 with a row's first pair. Product and rounding are one
// sum; O comes with p and V. sofa_element_whole has the same ports.
// Latency from i_old, p and V to o_new: one cycle. Throughput: one a cycle; no handshake. Equals SA-2 of sofa_attend_pair().
//% local product_bits, dropped = 17 + VALUE_BITS, VALUE_BITS - 2 - OUTPUT_FRACTION
//% local bits = product_bits - dropped - 1              -- p is not negative: the product has its sign twice
`default_nettype none
module sofa_element_merged (
    input  wire                clk,
    input  wire [15:0]         i_weight,
    input  wire signed [$(VALUE_BITS-1):0] i_value,
    input  wire signed [$(ACCUMULATOR_BITS-1):0] i_old,
    input  wire                i_first,
    input  wire [$(RAISE_BITS-1):0] i_move,
    output reg  signed [$(ACCUMULATOR_BITS-1):0] o_kept,
    output wire [$(ACCUMULATOR_BITS-1):0] o_new
);
    wire signed [16:0] weight = {1'b0, i_weight};
    wire signed [$(product_bits-1):0] product = weight * i_value;
    wire [$(product_bits-1):0] rounded = product + $(lit(product_bits, 1 << dropped - 1));
    reg  [$(bits-1):0]  weighted;
    always @(posedge clk) begin
        weighted <= rounded[$(product_bits-2):$(dropped)];
        o_kept <= i_first ? $(ACCUMULATOR_BITS)'sd0 : i_old >>> {i_move, 1'b0};
    end
    assign o_new = o_kept + $(sext("weighted", bits, ACCUMULATOR_BITS));
    wire               unused = &{1'b0, rounded};
endmodule
`default_nettype wire
