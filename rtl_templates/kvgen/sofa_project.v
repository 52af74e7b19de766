//% -- SPDX-License-Identifier: Apache-2.0
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
//% for stage = 1, PROJECT_TREE + 1 do
    reg valid_$(stage), first_$(stage), last_$(stage);
    always @(posedge clk) begin
        valid_$(stage) <= $(stage == 1 and "i_valid" or "valid_" .. (stage-1)) && !rst;
        first_$(stage) <= $(stage == 1 and "i_first" or "first_" .. (stage-1));
        last_$(stage) <= $(stage == 1 and "i_last" or "last_" .. (stage-1));
    end
//% end
    reg  done;
    always @(posedge clk)
        done <= valid_$(PROJECT_TREE+1) && last_$(PROJECT_TREE+1) && !rst;
    assign o_valid = done;
//% for output = 0, PROJECT_OUTPUTS - 1 do

    // ---- output $(output) ----
//%   local names, width = {}, 16
//%   for input = 0, PROJECT_INPUTS - 1 do
    reg signed [15:0] p$(output)_0_$(input);
    always @(posedge clk) p$(output)_0_$(input) <=
        $("$signed(i_tokens[" .. (input*8) .. " +: 8]) * $signed(i_weights[" .. ((output*PROJECT_INPUTS+input)*8) .. " +: 8])");
//%     names[#names+1] = "p" .. output .. "_0_" .. input
//%   end
//%   for level = 1, PROJECT_TREE do
//%     local wider, sums = math.min(widest, width + math.min(clog2(TREE_INPUTS), clog2(#names))), {}
//%     for first = 1, #names, TREE_INPUTS do
//%       local part = {}
//%       for index = first, math.min(first + TREE_INPUTS - 1, #names) do part[#part+1] = sext(names[index], width, wider) end
    reg signed [$(wider-1):0] p$(output)_$(level)_$((first-1)//TREE_INPUTS);
    always @(posedge clk) p$(output)_$(level)_$((first-1)//TREE_INPUTS) <= $(table.concat(part, " + "));
//%       sums[#sums+1] = "p" .. output .. "_" .. level .. "_" .. ((first-1)//TREE_INPUTS)
//%     end
//%     names, width = sums, wider
//%   end
    reg  [$(PROJECT_BITS-1):0] sum_$(output);
    wire [$(PROJECT_BITS-1):0] before_$(output) =
        first_$(PROJECT_TREE+1) ? i_initial[$(output*PROJECT_BITS) +: $(PROJECT_BITS)] : sum_$(output);
    always @(posedge clk)
        if (valid_$(PROJECT_TREE+1))
            sum_$(output) <= before_$(output) + $(sext(names[1], width, PROJECT_BITS));
    assign o_sums[$(output*PROJECT_BITS) +: $(PROJECT_BITS)] = sum_$(output);
//% end
endmodule
`default_nettype wire
