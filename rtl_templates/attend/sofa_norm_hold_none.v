//% -- SPDX-License-Identifier: Apache-2.0
// O of a retiring row where a unit takes a chunk a cycle, as a lane gives it: the unit registers it unless the lane has done so.
// i_valid: the row's first chunk comes now. The other sofa_norm_hold_* have the same ports. Throughput: a chunk a cycle; no handshake.
//% local groups = {}
//% for group = 0, NORM_UNIT_GROUPS - 1 do groups[#groups+1] = nth("i_o", group, WIDTH * NORM_BITS) end
`default_nettype none
module sofa_norm_hold_none (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_chunk,
    input  wire                 i_valid,
    input  wire [$(NORM_UNIT_GROUPS*WIDTH*NORM_BITS-1):0] i_o,
    output wire                 o_begins,        // the reciprocal
    output wire                 o_start,         // the first word leaves a cycle later
    output wire [$(NORM_WIDTH*NORM_BITS-1):0] o_o
);
    wire [$(WIDTH*NORM_BITS-1):0] o_0 = $(table.concat(groups, " | "));
//% local stages = 1 - d.lane_aligns
$(travel({{"o", WIDTH * NORM_BITS, stages, "o_0"}}))
    assign o_o = o_$(stages);
    assign o_start = i_valid;
    assign o_begins = i_valid;
    wire                        unused = &{1'b0, clk, rst, i_phase_chunk};
endmodule
`default_nettype wire
