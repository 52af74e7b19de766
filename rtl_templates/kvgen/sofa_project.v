//% -- SPDX-License-Identifier: Apache-2.0
//% if cfg.mode ~= "tokens" then skip() end
//% local OUT, IN, PJ = cfg.kvgen.outputs, cfg.kvgen.inputs, d.project_bits
//% local NT, TW = d.project_tree, math.min(PJ, 16 + clog2(cfg.kvgen.inputs))     -- inputs beyond hidden_max are zero
// The multipliers of the KV array: $(OUT) outputs x $(IN) inputs a cycle. A run of beats is summed; its first beat starts from
// i_initial, which is wanted $(NT + 1) cycle(s) after the beat (with o_begin); the sums stand in o_sums with o_valid.
// Latency: $(latency("project", NT + 2)) cycles from the last beat to o_valid; throughput a beat a cycle; runs follow each other without a gap.
`default_nettype none
module sofa_project (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    input  wire             i_first,
    input  wire             i_last,
    input  wire [$(IN*8-1):0] i_tokens,
    input  wire [$(OUT*IN*8-1):0] i_weights,
    input  wire [$(OUT*PJ-1):0] i_initial,
    output wire             o_valid,
    output wire [$(OUT*PJ-1):0] o_sums
);
    // ---- control, beside the data ----
//% for n = 1, NT + 1 do
    reg valid_$(n), first_$(n), last_$(n);
    always @(posedge clk) begin
        valid_$(n) <= $(n == 1 and "i_valid" or "valid_" .. (n-1)) && !rst;
        first_$(n) <= $(n == 1 and "i_first" or "first_" .. (n-1));
        last_$(n) <= $(n == 1 and "i_last" or "last_" .. (n-1));
    end
//% end
    reg  done;
    always @(posedge clk)
        done <= valid_$(NT+1) && last_$(NT+1) && !rst;
    assign o_valid = done;
//% for o = 0, OUT - 1 do

    // ---- output $(o) ----
//%   local names, width = {}, 16
//%   for i = 0, IN - 1 do
    reg signed [15:0] p$(o)_0_$(i);
    always @(posedge clk) p$(o)_0_$(i) <= $("$signed(i_tokens[" .. (i*8) .. " +: 8]) * $signed(i_weights[" .. ((o*IN+i)*8) .. " +: 8])");
//%     names[#names+1] = "p" .. o .. "_0_" .. i
//%   end
//%   for level = 1, NT do
//%     local nw, out = math.min(TW, width + math.min(clog2(d.tree_inputs), clog2(#names))), {}
//%     for j = 1, #names, d.tree_inputs do
//%       local part = {}
//%       for k = j, math.min(j + d.tree_inputs - 1, #names) do part[#part+1] = sext(names[k], width, nw) end
    reg signed [$(nw-1):0] p$(o)_$(level)_$((j-1)//d.tree_inputs);
    always @(posedge clk) p$(o)_$(level)_$((j-1)//d.tree_inputs) <= $(table.concat(part, " + "));
//%       out[#out+1] = "p" .. o .. "_" .. level .. "_" .. ((j-1)//d.tree_inputs)
//%     end
//%     names, width = out, nw
//%   end
    reg  [$(PJ-1):0] sum_$(o);
    wire [$(PJ-1):0] before_$(o) = first_$(NT+1) ? i_initial[$(o*PJ) +: $(PJ)] : sum_$(o);
    always @(posedge clk)
        if (valid_$(NT+1))
            sum_$(o) <= before_$(o) + $(sext(names[1], width, PJ));
    assign o_sums[$(o*PJ) +: $(PJ)] = sum_$(o);
//% end
endmodule
`default_nettype wire
