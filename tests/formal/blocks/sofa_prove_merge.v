//% -- SPDX-License-Identifier: Apache-2.0
// sofa_merge gives the largest entries of two ordered lists in order; stated as in sofa_prove_sort, where BITS is explained, too.
// proof entries_2_2: induction 6: tile.keys=8 predict.keys=2 tile.kept_max=2 select.policy=rank predict.score_bits=8
// proof bits_4_8: induction 8: BITS=1 tile.keys=32 predict.keys=16 tile.kept_max=4 select.policy=rank predict.score_bits=8
// proof bits_24_32: induction 10: BITS=1 tile.keys=128 predict.keys=32 tile.kept_max=24 select.policy=rank predict.score_bits=8
//% local network, time = network_merge(), select_timing.merged - select_timing.sorted
//% local inputs, outputs, count_bits = network.inputs, network.outputs, clog2(network.inputs + 1)
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

    reg  [$(count_bits-1):0] count;
    integer i;
    always @* begin
        count = $(count_bits)'d0;
        for (i = 0; i < $(inputs); i = i + 1)
            count = count + $(ext("(entries[i*" .. ENTRY_BITS .. " +: " .. ENTRY_BITS .. "] >= least)", 1, count_bits));
    end
    reg  [$(time*count_bits-1):0] counts;
    reg  [$(time*ENTRY_BITS-1):0] leasts;
    reg  [$(time-1):0] here;
    initial here = $(time)'d0;
    always @(posedge clk) begin
        counts <= {counts, count};
        leasts <= {leasts, least};
        here <= {here, 1'b1};
    end
    wire [$(count_bits-1):0] had = counts[$(time*count_bits-1):$((time-1)*count_bits)];
    wire [$(ENTRY_BITS-1):0] needed = leasts[$(time*ENTRY_BITS-1):$((time-1)*ENTRY_BITS)];
    wire        unused = &{1'b0, rst, top};
    generate
        for (n = 0; n < $(outputs); n = n + 1) begin : place
            always @(posedge clk)
                if (here[$(time-1)])
                    assert ((list[n*$(ENTRY_BITS) +: $(ENTRY_BITS)] >= needed) == (had > n));
        end
    endgenerate
endmodule
`default_nettype wire
