//% -- SPDX-License-Identifier: Apache-2.0
// round(O * y >> 17), from a product of 16 bits without sign and one with the three upper bits of O.
// The other sofa_norm_product_* have the same ports. Latency of O two cycles, of y one; throughput one a cycle, no handshake.
`default_nettype none
module sofa_norm_product_whole (
    input  wire                 clk,
    input  wire signed [18:0]   i_o,
    input  wire [15:0]          i_y,
    output wire [19:0]          o_product
);
    reg  signed [18:0]          late;
    reg  [31:0]                 low;
    reg  signed [19:0]          high;
    always @(posedge clk) begin
        late <= i_o;
        low <= late[15:0] * i_y;
        high <= $signed(late[18:16]) * $signed({1'b0, i_y});
    end
    wire [21:0]                 upper = {high[19], high, 1'b1} + {5'd0, low[31:16], 1'b1};    // from bit 15 on, rounded
    assign o_product = upper[21:2];
    wire                        unused = &{1'b0, low, upper[1:0]};
endmodule
`default_nettype wire
