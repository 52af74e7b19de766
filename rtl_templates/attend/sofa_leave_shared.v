//% -- SPDX-License-Identifier: Apache-2.0
// What leaves a lane for normalisation: accumulators as they are read, zero unless their row retires (i_retire comes a cycle before), as
// they are or-ed with those of other lanes. sofa_leave_aligned and sofa_leave_plain have the same ports. No handshake.
`default_nettype none
module sofa_leave_shared (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_retire,
    input  wire [$(WIDTH*ACCUMULATOR_BITS-1):0] i_old,
    input  wire [$(WIDTH*ACCUMULATOR_BITS-1):0] i_kept,
    output wire [$(WIDTH*NORM_BITS-1):0] o_o
);
$(travel({{"retire", 1, 1, "i_retire", reset = true}}))
    assign o_o = i_old & {$(WIDTH*ACCUMULATOR_BITS){retire_1}};
    wire               unused = &{1'b0, i_kept};
endmodule
`default_nettype wire
