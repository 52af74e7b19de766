//% -- SPDX-License-Identifier: Apache-2.0
// Orders the entries of a beat: o_list holds its $(select_timing.fresh) largest, largest first. An odd-even merge network, computed
// and pruned by sofa_network_sort(): the entry on line n after level l is x<l>_<n>, in the registers of stage s q<s>_<n>.
// Latency: $(latency("sort", select_timing.sorted)) cycles; throughput one beat a cycle. Handshake: none, sofa_select counts.
//% local network = network_sort()
`default_nettype none
module sofa_sort (
    input  wire             clk,
    input  wire [$(network.inputs*ENTRY_BITS-1):0] i_entries, // {valid, score, ~index}
//% if KEY_GROUPS == 1 then
    output wire [$(TOP_BITS-1):0] o_top, // {valid, score} of the largest, after $(network.top_stage) cycles
//% end
    output wire [$(network.outputs*ENTRY_BITS-1):0] o_list
);
//% local line = {}
//% for position = 0, network.inputs - 1 do
//%   line[position] = range("i_entries", position*ENTRY_BITS+ENTRY_BITS-1, position*ENTRY_BITS)
//% end
//% for number, stage in ipairs(network.stages) do
//%   for _, level in ipairs(stage.levels) do
    // level $(level.level)
//%     for _, pair in ipairs(level.compare) do
//%       local high, low, level_name = line[pair.high], line[pair.low], level.level .. "_"
    wire less$(level_name)$(pair.high) = $(high) < $(low);
//%       if pair.keep_high then line[pair.high] = "x" .. level_name .. pair.high
    wire [$(ENTRY_BITS-1):0] $(line[pair.high]) = less$(level_name)$(pair.high) ? $(low) : $(high);
//%       end
//%       if pair.keep_low then line[pair.low] = "x" .. level_name .. pair.low
    wire [$(ENTRY_BITS-1):0] $(line[pair.low]) = less$(level_name)$(pair.high) ? $(high) : $(low);
//%       end
//%     end
//%   end
//%   for _, position in ipairs(stage.live) do
    reg  [$(ENTRY_BITS-1):0] q$(number)_$(position);
//%   end
    always @(posedge clk) begin
//%   for _, position in ipairs(stage.live) do
        q$(number)_$(position) <= $(line[position]);
//%     line[position] = "q" .. number .. "_" .. position
//%   end
    end
//% end
//% if KEY_GROUPS == 1 then
    assign o_top = q$(network.top_stage)_$(network.output[1])[$(ENTRY_BITS-1):$(ENTRY_BITS-TOP_BITS)];
//% end
//% local list = {}
//% for rank, position in ipairs(network.output) do list[network.outputs+1-rank] = line[position] end
    assign o_list = {$(table.concat(list, ",\n        "))};
endmodule
`default_nettype wire
