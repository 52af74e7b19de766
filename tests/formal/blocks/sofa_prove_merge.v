//% -- SPDX-License-Identifier: Apache-2.0
// sofa_merge gives the largest entries of two ordered lists in order; stated as in sofa_prove_sort, where BITS is explained, too.
// proof entries_2_2: induction 6: tile.keys=8 predict.keys=2 tile.kept_max=2 select.policy=rank predict.score_bits=8
// proof bits_4_8: induction 8: BITS=1 tile.keys=32 predict.keys=16 tile.kept_max=4 select.policy=rank predict.score_bits=8
// proof bits_24_32: induction 10: BITS=1 tile.keys=128 predict.keys=32 tile.kept_max=24 select.policy=rank predict.score_bits=8
//% local network, time = network_merge(), select_timing.merged - select_timing.sorted
//% local inputs, outputs = network.inputs, network.outputs
`default_nettype none
module sofa_prove_merge #(
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
            // both lists come largest first
            if (n > 0 && n != $(KEPT_MAX)) begin : ordered
                always @(posedge clk)
                    assume (entries[(n-1)*$(ENTRY_BITS) +: $(ENTRY_BITS)] >= entries[n*$(ENTRY_BITS) +: $(ENTRY_BITS)]);
            end
        end
    endgenerate
    wire [$(outputs*ENTRY_BITS-1):0] list;
    wire [$(TOP_BITS-1):0] top;
    sofa_merge dut (
        .clk(clk), .i_kept(entries[$(KEPT_MAX*ENTRY_BITS-1):0]), .i_fresh(entries[$(inputs*ENTRY_BITS-1):$(KEPT_MAX*ENTRY_BITS)]),
        .o_top(top), .o_list(list));

    wire        unused = &{1'b0, rst, top};
    sofa_prove_largest #(
        .WIDTH($(ENTRY_BITS)), .INPUTS($(inputs)), .OUTPUTS($(outputs)), .TIME($(time)), .CBITS($(clog2(inputs + 1)))
    ) largest (
        .clk(clk), .entries(entries), .least(least), .list(list));
endmodule
`default_nettype wire
