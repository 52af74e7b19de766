//% -- SPDX-License-Identifier: Apache-2.0
// round(O * y >> 17), product and rounding in one sum.
// The other sofa_norm_product_* have the same ports. Latency of O two cycles, of y one; throughput one a cycle, no handshake.
`default_nettype none
module sofa_norm_product_merged (
    input  wire                 clk,
    input  wire signed [18:0]   i_o,
    input  wire [15:0]          i_y,
    output reg  [19:0]          o_product
);
    reg  signed [18:0]          late;
    wire signed [16:0]          factor = {1'b0, i_y};
    wire signed [36:0]          product = late * factor;
    wire [36:0]                 rounded = product + 37'd65536;
    always @(posedge clk) begin
        late <= i_o;
        o_product <= rounded[36:17];
    end
    wire                        unused = &{1'b0, rounded[16:0]};
endmodule
`default_nettype wire
