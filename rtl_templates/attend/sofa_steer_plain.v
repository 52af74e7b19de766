//% -- SPDX-License-Identifier: Apache-2.0
// By how many steps of two places an accumulator is shifted: by the raise of its pair. It retires as it is.
// sofa_steer_aligned has the same ports. No handshake.
`default_nettype none
module sofa_steer_plain (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_retire,
    input  wire [$(LEADING_BITS-1):0] i_places,
    input  wire [$(RAISE_BITS-1):0] i_shift,
    output wire [$(RAISE_BITS-1):0] o_move
);
    assign o_move = i_shift;
    wire               unused = &{1'b0, clk, rst, i_retire, i_places};
endmodule
`default_nettype wire
