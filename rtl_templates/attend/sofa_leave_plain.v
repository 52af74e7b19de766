//% -- SPDX-License-Identifier: Apache-2.0
// What leaves a lane for normalisation: accumulators as they are read. sofa_leave_aligned and sofa_leave_shared have the same ports.
// Combinational, no handshake.
`default_nettype none
module sofa_leave_plain (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_retire,
    input  wire [$(WIDTH*ACCUMULATOR_BITS-1):0] i_old,
    input  wire [$(WIDTH*ACCUMULATOR_BITS-1):0] i_kept,
    output wire [$(WIDTH*NORM_BITS-1):0] o_o
);
    assign o_o = i_old;
    wire               unused = &{1'b0, clk, rst, i_retire, i_kept};
endmodule
`default_nettype wire
