//% -- SPDX-License-Identifier: Apache-2.0
// For which client a row stands at the end of a read channel.
`default_nettype none
module sofa_standing_plain #(
    parameter CLIENTS = 4
) (
    input  wire               clk,
    input  wire [CLIENTS-1:0] i_next,
    output reg  [CLIENTS-1:0] o_valid,
    output wire [CLIENTS-1:0] o_standing    // the same
);
    always @(posedge clk) o_valid <= i_next;
    assign o_standing = o_valid;
endmodule
`default_nettype wire
