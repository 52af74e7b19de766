//% -- SPDX-License-Identifier: Apache-2.0
// round(O * y >> 17), from products with the halves of y.
// The other sofa_norm_product_* have the same ports. Latency of O two cycles, of y one; throughput one a cycle, no handshake.
`default_nettype none
module sofa_norm_product_halves (
    input  wire                 clk,
    input  wire signed [18:0]   i_o,
    input  wire [15:0]          i_y,
    output wire [19:0]          o_product
);
    reg  signed [18:0]          late;
    reg  signed [27:0]          low, high;
    always @(posedge clk) begin
        late <= i_o;
        low <= late * $signed({1'b0, i_y[7:0]});
        high <= late * $signed({1'b0, i_y[15:8]});
    end
    wire [36:0]                 product = {high[27], high, 8'd0} + {{9{low[27]}}, low} + 37'd65536;
    assign o_product = product[36:17];
    wire                        unused = &{1'b0, product[16:0]};
endmodule
`default_nettype wire
