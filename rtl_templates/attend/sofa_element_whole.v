//% -- SPDX-License-Identifier: Apache-2.0
// An element of SA-2: o_new = round(p * V) + o_kept, with o_kept = O >>> 2 move, 0 with a row's first pair; from one multiplier, whose
// product is rounded by a carry. sofa_element_merged has the same ports.
// Latency from i_old to o_new: one cycle; from p and V one more than that of the multiplier. Throughput: one a cycle; no handshake. Equals
// SA-2 of sofa_attend_pair().
//% local product_bits, dropped = 17 + VALUE_BITS, VALUE_BITS - 2 - OUTPUT_FRACTION
//% local bits = product_bits - dropped - 1              -- p is not negative: the product has its sign twice
`default_nettype none
module sofa_element_whole (
    input  wire                clk,
    input  wire [15:0]         i_weight,
    input  wire signed [$(VALUE_BITS-1):0] i_value,
    input  wire signed [$(ACCUMULATOR_BITS-1):0] i_old,
    input  wire                i_first,
    input  wire [$(RAISE_BITS-1):0] i_move,
    output reg  signed [$(ACCUMULATOR_BITS-1):0] o_kept,
    output wire [$(ACCUMULATOR_BITS-1):0] o_new
);
    wire [$(product_bits-1):0] product;
    sofa_$(PRODUCT) #($(parameters("A", 17, "B", VALUE_BITS))) u_product (
        .clk(clk), .i_a({1'b0, i_weight}), .i_b(i_value), .o_p(product));
    reg  [$(bits-1):0]  weighted;
    reg                half;
    always @(posedge clk) begin
        weighted <= product[$(product_bits-2):$(dropped)];
        half <= product[$(dropped-1)];
        o_kept <= i_first ? $(ACCUMULATOR_BITS)'sd0 : i_old >>> {i_move, 1'b0};
    end
    wire [$(ACCUMULATOR_BITS):0] sum = {o_kept, 1'b1} + {$(sext("weighted", bits, ACCUMULATOR_BITS)), half};
    assign o_new = sum[$(ACCUMULATOR_BITS):1];
    wire               unused = &{1'b0, product, sum[0]};
endmodule
`default_nettype wire
