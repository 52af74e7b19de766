//% -- SPDX-License-Identifier: Apache-2.0
// t = round(product >> shift), saturated to 32 bits.
// Latency $(latency("scale_round", 3)) cycles (product registered, shifted, rounded), throughput one a cycle, no handshake.
`default_nettype none
module sofa_scale_round (
    input  wire            clk,
    input  wire [$(SCALED_BITS-1):0] i_product,
    input  wire [5:0]      i_shift,
    output reg  [31:0]     o_t
);
    reg  signed [$(SCALED_BITS-1):0] product, shifted;
    reg                     half;
    wire signed [$(SCALED_BITS):0] halves = {product, 1'b0};
    wire signed [$(SCALED_BITS):0] placed = halves >>> i_shift;
    wire [$(SCALED_BITS):0] rounded = $(sext("shifted", SCALED_BITS, SCALED_BITS + 1)) + $(ext("half", 1, SCALED_BITS + 1));
    always @(posedge clk) begin
        product <= i_product;
        shifted <= placed[$(SCALED_BITS):1];
        half <= placed[0];
        o_t <= $(saturated("rounded", SCALED_BITS + 1, 32));
    end
endmodule
`default_nettype wire
