//% -- SPDX-License-Identifier: Apache-2.0
// An assertion: what is offered stays, with its data, until it is taken. Only under SOFA_ASSERT, see sofa_holds.
`default_nettype none
`ifdef SOFA_ASSERT
module sofa_stands #(
    parameter WIDTH = 1
) (
    input wire             clk,
    input wire             rst,
    input wire             i_valid,
    input wire             i_ready,
    input wire [WIDTH-1:0] i_data
);
    reg             waits;
    reg [WIDTH-1:0] data;
    always @(posedge clk) begin
        waits <= i_valid && !i_ready && !rst;
        data <= i_data;
    end
    sofa_holds offer (.clk(clk), .rst(rst), .i_holds(!waits || (i_valid && i_data == data)));
endmodule
`endif
`default_nettype wire
