//% -- SPDX-License-Identifier: Apache-2.0
// O of a retiring row, which comes whole: it waits in a register, of which a word leaves a cycle.
// i_valid: the row comes a cycle later. The other sofa_norm_hold_* have the same ports. Throughput: a row in $(NORM_WORDS) cycles; no
// handshake.
//% local groups = {}
//% for group = 0, NORM_UNIT_GROUPS - 1 do groups[#groups+1] = nth("i_o", group, WIDTH * NORM_BITS) end
`default_nettype none
module sofa_norm_hold_row (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_chunk,
    input  wire                 i_valid,
    input  wire [$(NORM_UNIT_GROUPS*WIDTH*NORM_BITS-1):0] i_o,
    output wire                 o_begins,        // the reciprocal
    output wire                 o_start,
    output wire [$(NORM_WIDTH*NORM_BITS-1):0] o_o
);
$(travel({{"start", 1, 1, "i_valid", reset = true}}))
    reg  [$(WIDTH*NORM_BITS-1):0] held;
    wire                        last;
    always @(posedge clk)
        if (start_1)
            held <= $(table.concat(groups, " | "));
    sofa_norm_words u_words (.clk(clk), .i_start(start_1), .i_held(held), .o_last(last), .o_o(o_o));
    assign o_start = start_1;
    assign o_begins = start_1;
    wire                        unused = &{1'b0, i_phase_chunk, last};
endmodule
`default_nettype wire
