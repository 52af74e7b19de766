//% -- SPDX-License-Identifier: Apache-2.0
//% if d.groups == 1 then skip() end
// Merges the ordered entries of a beat into the row's kept list: o_list holds the $(cfg.tile.kept_max) largest of both, largest first. An
// odd-even merge network, computed and pruned by sofa_network_merge(); names as in sofa_sort.
// Latency: $(latency("merge", select_timing.merged - select_timing.sorted)) cycles; throughput one beat a cycle. Handshake: none, sofa_select counts.
//% local net, EW = network_merge(), d.entry_bits
//% local KM, TB = cfg.tile.kept_max, cfg.predict.score_bits + 1
`default_nettype none
module sofa_merge (
    input  wire             clk,
    input  wire [$(KM*EW-1):0] i_kept, // {valid, score, ~index}, largest first
    input  wire [$((net.inputs-KM)*EW-1):0] i_fresh,
    output wire [$(TB-1):0] o_top, // {valid, score} of the largest, after $(net.top_stage) cycle(s)
    output wire [$(net.outputs*EW-1):0] o_list
);
//% local x = {}
//% for n = 0, KM - 1 do x[n] = "i_kept[" .. n*EW+EW-1 .. ":" .. n*EW .. "]" end
//% for n = 0, net.inputs - KM - 1 do x[KM+n] = "i_fresh[" .. n*EW+EW-1 .. ":" .. n*EW .. "]" end
//% for s, stage in ipairs(net.stages) do
//%   for _, level in ipairs(stage.levels) do
    // level $(level.level)
//%     for _, c in ipairs(level.compare) do
//%       local a, b, at = x[c.high], x[c.low], level.level .. "_"
    wire less$(at)$(c.high) = $(a) < $(b);
//%       if c.keep_high then x[c.high] = "x" .. at .. c.high
    wire [$(EW-1):0] $(x[c.high]) = less$(at)$(c.high) ? $(b) : $(a);
//%       end
//%       if c.keep_low then x[c.low] = "x" .. at .. c.low
    wire [$(EW-1):0] $(x[c.low]) = less$(at)$(c.high) ? $(a) : $(b);
//%       end
//%     end
//%   end
//%   for _, n in ipairs(stage.live) do
    reg  [$(EW-1):0] q$(s)_$(n);
//%   end
    always @(posedge clk) begin
//%   for _, n in ipairs(stage.live) do
        q$(s)_$(n) <= $(x[n]);
//%     x[n] = "q" .. s .. "_" .. n
//%   end
    end
//% end
    assign o_top = q$(net.top_stage)_$(net.output[1])[$(EW-1):$(EW-TB)];
//% local list = {}
//% for i, n in ipairs(net.output) do list[net.outputs+1-i] = x[n] end
    assign o_list = {$(table.concat(list, ",\n        "))};
endmodule
`default_nettype wire
