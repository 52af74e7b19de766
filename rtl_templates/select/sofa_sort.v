//% -- SPDX-License-Identifier: Apache-2.0
// Orders the entries of a beat: o_list holds its $(select_timing.fresh) largest, largest first. An odd-even merge network, computed
// and pruned by sofa_network_sort(): the entry on line n after level l is x<l>_<n>, in the registers of stage s q<s>_<n>.
// Latency: $(latency("sort", select_timing.sorted)) cycles; throughput one beat a cycle. Handshake: none, sofa_select counts.
//% local net, EW = network_sort(), d.entry_bits
//% local TB = cfg.predict.score_bits + 1
`default_nettype none
module sofa_sort (
    input  wire             clk,
    input  wire [$(net.inputs*EW-1):0] i_entries, // {valid, score, ~index}
//% if d.groups == 1 then
    output wire [$(TB-1):0] o_top, // {valid, score} of the largest, after $(net.top_stage) cycles
//% end
    output wire [$(net.outputs*EW-1):0] o_list
);
//% local x = {}
//% for n = 0, net.inputs - 1 do x[n] = "i_entries[" .. n*EW+EW-1 .. ":" .. n*EW .. "]" end
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
//% if d.groups == 1 then
    assign o_top = q$(net.top_stage)_$(net.output[1])[$(EW-1):$(EW-TB)];
//% end
//% local list = {}
//% for i, n in ipairs(net.output) do list[net.outputs+1-i] = x[n] end
    assign o_list = {$(table.concat(list, ",\n        "))};
endmodule
`default_nettype wire
