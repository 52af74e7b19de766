//% -- SPDX-License-Identifier: Apache-2.0
// O of a retiring row, which comes whole: it waits in a register, whose words move to where they are taken, one a cycle, by a copy for
// each word of what starts them. The reciprocal begins a cycle before the row comes, as the multipliers register what they get. i_valid:
// the row comes two cycles later. The other sofa_norm_hold_* have the same ports. Throughput: a row in $(NORM_WORDS) cycles; no handshake.
`default_nettype none
module sofa_norm_hold_shifted (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [$(PHASE_BITS-1):0] i_phase_chunk,
    input  wire                 i_valid,
    input  wire [$(NORM_UNIT_GROUPS*WIDTH*NORM_BITS-1):0] i_o,
    output wire                 o_begins,        // the reciprocal
    output wire                 o_start,
    output wire [$(NORM_WIDTH*NORM_BITS-1):0] o_o
);
//% local word_bits = NORM_WIDTH * NORM_BITS
$(travel({{"start", 1, 2, "i_valid", reset = true}}))
    wire [$(NORM_WORDS*word_bits-1):0] row = $(ext("i_o", WIDTH * NORM_BITS, NORM_WORDS * word_bits));
    wire [$((NORM_WORDS+1)*word_bits-1):0] held;     // behind the last word there is nothing
    genvar word;
    assign held[$(NORM_WORDS*word_bits) +: $(word_bits)] = $(word_bits)'d0;
    generate
        for (word = 0; word < $(NORM_WORDS); word = word + 1) begin : words
            wire                        starts;
            reg  [$(word_bits-1):0]     present;
            sofa_copy #(.WIDTH(1)) u_starts (.clk(clk), .i_data(start_1 && !rst), .o_data(starts));
            always @(posedge clk)
                present <= starts ? row[word*$(word_bits) +: $(word_bits)] : held[(word+1)*$(word_bits) +: $(word_bits)];
            assign held[word*$(word_bits) +: $(word_bits)] = present;
        end
    endgenerate
    reg  [$(word_bits-1):0]     taken;
    always @(posedge clk) taken <= held[$(word_bits-1):0];
    assign o_o = taken;
    assign o_begins = start_1;
    assign o_start = start_2;
    wire                        unused = &{1'b0, i_phase_chunk};
endmodule
`default_nettype wire
