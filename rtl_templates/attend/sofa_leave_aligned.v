//% -- SPDX-License-Identifier: Apache-2.0
// What leaves a lane for normalisation: accumulators behind the shifter, of which normalisation needs the lower bits.
// sofa_leave_shared and sofa_leave_plain have the same ports. Combinational, no handshake.
`default_nettype none
module sofa_leave_aligned (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_retire,
    input  wire [$(WIDTH*ACCUMULATOR_BITS-1):0] i_old,
    input  wire [$(WIDTH*ACCUMULATOR_BITS-1):0] i_kept,
    output wire [$(WIDTH*NORM_BITS-1):0] o_o
);
    genvar element;
    generate
        for (element = 0; element < $(WIDTH); element = element + 1) begin : elements
            assign o_o[element*$(NORM_BITS) +: $(NORM_BITS)] = i_kept[element*$(ACCUMULATOR_BITS) +: $(NORM_BITS)];
        end
    endgenerate
    wire               unused = &{1'b0, clk, rst, i_retire, i_old, i_kept};
endmodule
`default_nettype wire
