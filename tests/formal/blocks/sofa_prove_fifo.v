//% -- SPDX-License-Identifier: Apache-2.0
// sofa_fifo keeps the order of any words, takes one while it has room and offers one while it holds one; an offer stands.
// proof cells: pdr: DEPTH=4 ABITS=2
// proof two: pdr: DEPTH=2 ABITS=1
// proof deep: pdr: DEPTH=8 ABITS=3
// proof registered: pdr: DEPTH=4 ABITS=2 target=fpga
// proof registered_two: pdr: DEPTH=2 ABITS=1 target=fpga
`default_nettype none
module sofa_prove_fifo #(
    parameter WIDTH = 3,
    parameter DEPTH = 4,
    parameter ABITS = 2
) (
    input wire             clk,
    input wire             rst,
    input wire             mark,
    input wire             put,
    input wire [WIDTH-1:0] put_data,
    input wire             get
);
    wire             can_put, can_get;
    wire [WIDTH-1:0] get_data;
    wire [ABITS:0]   inside;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ABITS(ABITS)) dut (
        .clk(clk), .rst(rst), .i_valid(put), .o_ready(can_put), .i_data(put_data), .o_valid(can_get), .i_ready(get), .o_data(get_data));
    sofa_prove_stream #(.WIDTH(WIDTH), .MOST(DEPTH), .CBITS(ABITS+1)) stream (
        .clk(clk), .rst(rst), .mark(mark), .put(put && can_put), .put_data(put_data), .get(get && can_get), .get_data(get_data),
        .inside(inside));
    always @(posedge clk)
        if (!rst) begin
            fifo_takes: assert (can_put == (inside != DEPTH));
            fifo_offers: assert (can_get == (inside != 0));
        end
endmodule
`default_nettype wire
