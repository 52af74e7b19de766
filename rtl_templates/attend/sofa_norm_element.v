//% -- SPDX-License-Identifier: Apache-2.0
// An element of a finished row: o = sat16(round((O >>> (e - 14)) * y >> 17)), or 0 for a row without a key (i_started, with the product).
// O comes first, i_y when the multiplier needs it. Latency from O: four cycles; throughput one a cycle; no handshake.
// Equals the rounding in sofa_attend_finish().
`default_nettype none
module sofa_norm_element (
    input  wire                 clk,
    input  wire signed [$(NORM_BITS-1):0] i_o,
    input  wire [$(NORM_REST_BITS-1):0] i_rest,
    input  wire [15:0]          i_y,
    input  wire                 i_started,
    output reg  [15:0]          o_q
);
    wire signed [$(NORM_BITS-1):0] placed = i_o >>> i_rest;
    reg  [18:0]                 aligned;
    wire [19:0]                 product;
    sofa_norm_product_$(NORM_PRODUCT) u_product (.clk(clk), .i_o(aligned), .i_y(i_y), .o_product(product));
    always @(posedge clk) begin
        aligned <= placed[18:0];
        o_q <= !i_started ? 16'd0 : $(saturated("product", 20, 16));
    end
    wire                        unused_placed = &{1'b0, placed};
endmodule
`default_nettype wire
