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
//% local inputs, outputs, count_bits = network.inputs, network.outputs, clog2(network.inputs + 1)
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

    // how many entries reach the threshold, as many cycles ago as the network takes
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
    wire        unused = rst;
    generate
        for (n = 0; n < $(outputs); n = n + 1) begin : place
            always @(posedge clk)
                if (here[$(time-1)])
                    assert ((list[n*$(ENTRY_BITS) +: $(ENTRY_BITS)] >= needed) == (had > n));
        end
    endgenerate
endmodule
`default_nettype wire
