//% -- SPDX-License-Identifier: Apache-2.0
// sofa_sort gives the largest entries of a beat in order: for every beat and every threshold t, place k of the list holds t or more
// exactly if more than k entries do. BITS = 1: for entries of all zeros and all ones, which by the 0-1 principle says it for all, since
// the network only compares entries and passes them on; without it the statement is for all entries (sofa_prove_merge has a size that a
// solver manages).
// proof bits_8: induction 8: BITS=1 tile.keys=8 predict.keys=8 tile.kept_max=8 select.policy=rank predict.score_bits=8
// proof bits_13: induction 8: BITS=1 tile.keys=13 predict.keys=13 tile.kept_max=5 select.policy=rank predict.score_bits=8
// proof bits_16: induction 12: BITS=1 tile.keys=16 predict.keys=16 tile.kept_max=4 select.policy=rank predict.score_bits=8
// proof bits_24: induction 12: BITS=1 tile.keys=24 predict.keys=24 tile.kept_max=6 select.policy=rank predict.score_bits=8
//% local network, time = network_sort(), select_timing.sorted
//% local inputs, outputs = network.inputs, network.outputs
`default_nettype none
module sofa_prove_sort #(
    parameter BITS = 0
) (
    input wire        clk,
    input wire        rst,
    input wire [$(inputs*ENTRY_BITS-1):0] any,
    input wire [$(inputs-1):0] bits,
    input wire [$(ENTRY_BITS-1):0] any_least
);
    wire [$(inputs*ENTRY_BITS-1):0] entries;
    wire [$(ENTRY_BITS-1):0] least = BITS ? $(ENTRY_BITS)'d1 : any_least;
    genvar n;
    generate
        for (n = 0; n < $(inputs); n = n + 1) begin : entry
            assign entries[n*$(ENTRY_BITS) +: $(ENTRY_BITS)] = BITS ? {$(ENTRY_BITS){bits[n]}} : any[n*$(ENTRY_BITS) +: $(ENTRY_BITS)];
        end
    endgenerate
    wire [$(outputs*ENTRY_BITS-1):0] list;
//% if KEY_GROUPS == 1 then
    wire [$(TOP_BITS-1):0] top;
//% end
    sofa_sort dut (.clk(clk), .i_entries(entries), $(KEY_GROUPS == 1 and ".o_top(top), " or "").o_list(list));

    wire        unused = rst;
    sofa_prove_largest #(
        .WIDTH($(ENTRY_BITS)), .INPUTS($(inputs)), .OUTPUTS($(outputs)), .TIME($(time)), .CBITS($(clog2(inputs + 1)))
    ) largest (
        .clk(clk), .entries(entries), .least(least), .list(list));
endmodule
`default_nettype wire
