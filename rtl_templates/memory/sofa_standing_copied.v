//% -- SPDX-License-Identifier: Apache-2.0
// For which client a row stands at the end of a read channel: o_valid goes far, so that what stays has a register of its own. A variant of
// sofa_standing_plain.
`default_nettype none
module sofa_standing_copied #(
    parameter CLIENTS = 4
) (
    input  wire               clk,
    input  wire [CLIENTS-1:0] i_next,
    output reg  [CLIENTS-1:0] o_valid,
    output wire [CLIENTS-1:0] o_standing    // the same
);
    always @(posedge clk) o_valid <= i_next;
    sofa_copy #(.WIDTH(CLIENTS)) u_standing (.clk(clk), .i_data(i_next), .o_data(o_standing));
endmodule
`default_nettype wire
