//% -- SPDX-License-Identifier: Apache-2.0
// The shift PEs of one key: a stationary K^ slice (the next one loaded in its shadow) against a stream of query codes.
// PEs share one adder tree. Negative terms enter as one's complement; what is missing to the two's complement, the number of
// negative codes, is the same for all keys and comes in as i_negatives, aligned with the tree's output.
//% local T = cfg.mode == "tokens"
//% if T then
// The operand is a token slice, loaded whole, or K^, which comes a dimension at a time (i_dims says which).
//% end
// Latency: $(latency("column", d.predict_tree)) cycles from codes to sum; throughput one beat a cycle; i_swap makes the shadow current.
//% local DC, PB = cfg.predict.dims, d.array_bits
//% local TW, FW = PB + d.array_powers - 1, d.sum_bits
`default_nettype none
module sofa_column (
    input  wire                 clk,
    input  wire                 i_load,
    input  wire [$(DC*PB-1):0]  i_operand,
//% if T then
    input  wire [$(DC-1):0]     i_dims,
    input  wire [$(PB-1):0]     i_value,
//% end
    input  wire                 i_swap,
    input  wire [$(DC*4-1):0]   i_codes,
    input  wire [$(FW-1):0]     i_negatives,
    output wire [$(FW-1):0]     o_sum
);
    reg [$(DC*PB-1):0] shadow, operand;

    always @(posedge clk) begin
        if (i_load)
            shadow <= i_operand;
//% if T then
//%   for i = 0, DC - 1 do
        if (i_dims[$(i)])
            shadow[$(i*PB) +: $(PB)] <= i_value;
//%   end
//% end
        if (i_swap)
            operand <= shadow;
    end

    // operand << (c - $(8 - d.array_powers)), signed
    function signed [$(TW-1):0] term(input signed [$(PB-1):0] x, input [3:0] code);
        reg signed [$(TW-1):0] wide, by4, by2, by1;
        begin
            wide = {x, $(d.array_powers-1)'d0};
            by4 = code[2] ? wide : wide >>> 4;
            by2 = code[1] ? by4 : by4 >>> 2;
            by1 = code[0] ? by2 : by2 >>> 1;
            term = (code[2:0] == 3'd0 ? $(TW)'sd0 : by1) ^ {$(TW){code[3]}};
        end
    endfunction
//% -- c = 7 leaves the operand at the top; each absent bit of c takes its weight off: 7 - c places to the right
//% local names, width = {}, TW
//% for i = 0, DC - 1 do
    wire signed [$(TW-1):0] t0_$(i) = term(operand[$(i*PB) +: $(PB)], i_codes[$(i*4) +: 4]);
//%   names[#names+1] = "t0_" .. i
//% end
//% local level, IN = 0, d.tree_inputs
//% repeat
//%   level = level + 1
//%   local nw = math.min(FW, width + math.min(clog2(IN), clog2(#names)))
//%   local out = {}
//%   for j = 1, #names, IN do
//%     local part = {}
//%     for k = j, math.min(j + IN - 1, #names) do part[#part+1] = nw == width and names[k] or "{{" .. (nw-width) .. "{" .. names[k] .. "[" .. (width-1) .. "]}}, " .. names[k] .. "}" end
    reg signed [$(nw-1):0] t$(level)_$((j-1)//IN);
    always @(posedge clk) t$(level)_$((j-1)//IN) <= $(table.concat(part, " + "));
//%     out[#out+1] = "t" .. level .. "_" .. ((j-1)//IN)
//%   end
//%   names, width = out, nw
//% until #names == 1
    assign o_sum = $(width == FW and names[1] or "{{" .. (FW-width) .. "{" .. names[1] .. "[" .. (width-1) .. "]}}, " .. names[1] .. "}") + i_negatives;
endmodule
`default_nettype wire
