//% -- SPDX-License-Identifier: Apache-2.0
//% if not TOKENS then skip() end
//% local widest = math.min(PROJECT_BITS, 16 + clog2(PROJECT_INPUTS))     -- inputs beyond hidden_max are zero
// The multipliers of the KV array: $(PROJECT_OUTPUTS) outputs x $(PROJECT_INPUTS) inputs a cycle. A run of beats is summed; its first beat
// starts from i_initial, which is wanted $(PROJECT_TREE + 1) cycle(s) after the beat (with o_begin); the sums stand in o_sums with o_valid.
// Latency: $(latency("project", PROJECT_TREE + 2)) cycles from the last beat to o_valid; throughput a beat a cycle; runs follow each other
// without a gap.
`default_nettype none
module sofa_project (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_valid,
    input  wire             i_first,
    input  wire             i_last,
    input  wire [$(PROJECT_INPUTS*8-1):0] i_tokens,
    input  wire [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] i_weights,
    input  wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] i_initial,
    output wire             o_valid,
    output wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] o_sums
);
    // ---- control, beside the data ----
//% for n = 1, PROJECT_TREE + 1 do
    reg valid_$(n), first_$(n), last_$(n);
    always @(posedge clk) begin
        valid_$(n) <= $(n == 1 and "i_valid" or "valid_" .. (n-1)) && !rst;
        first_$(n) <= $(n == 1 and "i_first" or "first_" .. (n-1));
        last_$(n) <= $(n == 1 and "i_last" or "last_" .. (n-1));
    end
//% end
    reg  done;
    always @(posedge clk)
        done <= valid_$(PROJECT_TREE+1) && last_$(PROJECT_TREE+1) && !rst;
    assign o_valid = done;
//% for o = 0, PROJECT_OUTPUTS - 1 do

    // ---- output $(o) ----
//%   local names, width = {}, 16
//%   for i = 0, PROJECT_INPUTS - 1 do
    reg signed [15:0] p$(o)_0_$(i);
    always @(posedge clk) p$(o)_0_$(i) <=
        $("$signed(i_tokens[" .. (i*8) .. " +: 8]) * $signed(i_weights[" .. ((o*PROJECT_INPUTS+i)*8) .. " +: 8])");
//%     names[#names+1] = "p" .. o .. "_0_" .. i
//%   end
//%   for level = 1, PROJECT_TREE do
//%     local wider, sums = math.min(widest, width + math.min(clog2(TREE_INPUTS), clog2(#names))), {}
//%     for j = 1, #names, TREE_INPUTS do
//%       local part = {}
//%       for k = j, math.min(j + TREE_INPUTS - 1, #names) do part[#part+1] = sext(names[k], width, wider) end
    reg signed [$(wider-1):0] p$(o)_$(level)_$((j-1)//TREE_INPUTS);
    always @(posedge clk) p$(o)_$(level)_$((j-1)//TREE_INPUTS) <= $(table.concat(part, " + "));
//%       sums[#sums+1] = "p" .. o .. "_" .. level .. "_" .. ((j-1)//TREE_INPUTS)
//%     end
//%     names, width = sums, wider
//%   end
    reg  [$(PROJECT_BITS-1):0] sum_$(o);
    wire [$(PROJECT_BITS-1):0] before_$(o) = first_$(PROJECT_TREE+1) ? i_initial[$(o*PROJECT_BITS) +: $(PROJECT_BITS)] : sum_$(o);
    always @(posedge clk)
        if (valid_$(PROJECT_TREE+1))
            sum_$(o) <= before_$(o) + $(sext(names[1], width, PROJECT_BITS));
    assign o_sums[$(o*PROJECT_BITS) +: $(PROJECT_BITS)] = sum_$(o);
//% end
endmodule
`default_nettype wire
