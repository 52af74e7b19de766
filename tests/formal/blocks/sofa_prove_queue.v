//% -- SPDX-License-Identifier: Apache-2.0
// sofa_queue keeps the order of any words of a writer that reserves its places, DEPTH and one in the register; what it holds is offered
// in the second cycle at the latest; an offer stands.
// proof cells: pdr: DEPTH=4 ABITS=2
// proof two: pdr: DEPTH=2 ABITS=1
// proof deep: pdr: DEPTH=8 ABITS=3
`default_nettype none
module sofa_prove_queue #(
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
    wire             can_get;
    wire [WIDTH-1:0] get_data;
    wire [ABITS:0]   inside;
    sofa_prove_reset begins (.clk(clk), .rst(rst));
    sofa_queue #(.WIDTH(WIDTH), .DEPTH(DEPTH), .ABITS(ABITS)) dut (
        .clk(clk), .rst(rst), .i_valid(put), .i_data(put_data), .o_valid(can_get), .i_ready(get), .o_data(get_data));
    sofa_prove_stream #(.WIDTH(WIDTH), .MOST(DEPTH), .CBITS(ABITS+1)) stream (
        .clk(clk), .rst(rst), .mark(mark), .put(put), .put_data(put_data), .get(get && can_get), .get_data(get_data), .inside(inside));
    reg held;
    always @(posedge clk) begin
        assume (!put || inside < DEPTH);
        held <= !rst && inside != 0 && !(inside == 1 && get && can_get);
        if (!rst)
            queue_offers: assert (!held || can_get);
    end
endmodule
`default_nettype wire
