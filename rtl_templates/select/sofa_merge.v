//% -- SPDX-License-Identifier: Apache-2.0
// Merges the ordered entries of a beat into the row's kept list: o_list holds the $(cfg.tile.kept_max) largest of both, largest first. An
// odd-even merge network, computed and pruned by sofa_network_merge(); names as in sofa_sort.
//% local cycles = select_timing.merged - select_timing.sorted
// Latency: $(latency("merge", cycles)) cycles; throughput one beat a cycle. Handshake: none, sofa_select counts.
//% local network = network_merge()
`default_nettype none
module sofa_merge (
    input  wire             clk,
    input  wire [$(KEPT_MAX*ENTRY_BITS-1):0] i_kept, // {valid, score, ~index}, largest first
    input  wire [$((network.inputs-KEPT_MAX)*ENTRY_BITS-1):0] i_fresh,
    output wire [$(TOP_BITS-1):0] o_top, // {valid, score} of the largest, after $(network.top_stage) cycle(s)
    output wire [$(network.outputs*ENTRY_BITS-1):0] o_list
);
//% local line = {}
//% for position = 0, KEPT_MAX - 1 do line[position] = range("i_kept", position*ENTRY_BITS+ENTRY_BITS-1, position*ENTRY_BITS) end
//% for position = 0, network.inputs - KEPT_MAX - 1 do
//%   line[KEPT_MAX+position] = range("i_fresh", position*ENTRY_BITS+ENTRY_BITS-1, position*ENTRY_BITS)
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
    assign o_top = q$(network.top_stage)_$(network.output[1])[$(ENTRY_BITS-1):$(ENTRY_BITS-TOP_BITS)];
//% local list = {}
//% for rank, position in ipairs(network.output) do list[network.outputs+1-rank] = line[position] end
    assign o_list = {$(table.concat(list, ",\n        "))};
endmodule
`default_nettype wire
