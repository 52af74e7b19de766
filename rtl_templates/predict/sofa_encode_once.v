//% -- SPDX-License-Identifier: Apache-2.0
// A query row that the encoder takes at once. Combinational. A variant of sofa_encode_steps.
`default_nettype none
module sofa_encode_once (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_valid,
    input  wire [$(HEAD_DIM*QUERY_BITS-1):0]  i_row,
    output wire [$(ENCODE_WIDTH*QUERY_BITS-1):0] o_part,   // elements of this step
    output wire                o_last,   // the row's last ones
    output wire                o_begun,  // a cycle later: not its first ones
    output wire                o_here    // a cycle later: there were any
);
    assign o_part = i_row;
    assign o_last = i_valid;
    assign o_begun = 1'b0;
    assign o_here = 1'b1;
    wire               unused = &{1'b0, clk, rst};
endmodule
`default_nettype wire
