//% -- SPDX-License-Identifier: Apache-2.0
// The shift PEs of one key: a stationary K^ slice (the next one loaded in its shadow) against a stream of query codes.
// PEs share one adder tree. Negative terms enter as one's complement; what is missing to the two's complement, the number of
// negative codes, is the same for all keys and comes in as i_negatives, aligned with the tree's output.
//% if TOKENS then
// The operand is a token slice, loaded whole, or K^, which comes a dimension at a time (i_dims says which).
//% end
// Latency: $(latency("column", d.predict_tree)) cycles from codes to sum; throughput one beat a cycle; i_swap makes the shadow current.
//% local TERM_BITS = ARRAY_BITS + d.array_powers - 1
`default_nettype none
module sofa_column (
    input  wire                 clk,
    input  wire                 i_load,
    input  wire [$(PREDICT_DIMS*ARRAY_BITS-1):0]  i_operand,
//% if TOKENS then
    input  wire [$(PREDICT_DIMS-1):0]     i_dims,
    input  wire [$(ARRAY_BITS-1):0]     i_value,
//% end
    input  wire                 i_swap,
    input  wire [$(PREDICT_DIMS*4-1):0]   i_codes,
    input  wire [$(ARRAY_SUM_BITS-1):0]     i_negatives,
    output wire [$(ARRAY_SUM_BITS-1):0]     o_sum
);
    reg [$(PREDICT_DIMS*ARRAY_BITS-1):0] shadow, operand;

    always @(posedge clk) begin
        if (i_load)
            shadow <= i_operand;
//% if TOKENS then
//%   for dim = 0, PREDICT_DIMS - 1 do
        if (i_dims[$(dim)])
            shadow[$(dim*ARRAY_BITS) +: $(ARRAY_BITS)] <= i_value;
//%   end
//% end
        if (i_swap)
            operand <= shadow;
    end

    // operand << (c - $(8 - d.array_powers)), signed
    function signed [$(TERM_BITS-1):0] term(input signed [$(ARRAY_BITS-1):0] x, input [3:0] code);
        reg signed [$(TERM_BITS-1):0] wide, by4, by2, by1;
        begin
            wide = {x, $(d.array_powers-1)'d0};
            by4 = code[2] ? wide : wide >>> 4;
            by2 = code[1] ? by4 : by4 >>> 2;
            by1 = code[0] ? by2 : by2 >>> 1;
            term = (code[2:0] == 3'd0 ? $(TERM_BITS)'sd0 : by1) ^ {$(TERM_BITS){code[3]}};
        end
    endfunction
//% -- c = 7 leaves the operand at the top; each absent bit of c takes its weight off: 7 - c places to the right
//% local terms = {}
//% for dim = 0, PREDICT_DIMS - 1 do
    wire signed [$(TERM_BITS-1):0] t0_$(dim) = term(operand[$(dim*ARRAY_BITS) +: $(ARRAY_BITS)], i_codes[$(dim*4) +: 4]);
//%   terms[dim+1] = "t0_" .. dim
//% end
//% local tree, sum, bits = sum_tree("t", terms, TERM_BITS, d.predict_tree, TREE_INPUTS, ARRAY_SUM_BITS, true)
$(tree)
    assign o_sum = $(sext(sum, bits, ARRAY_SUM_BITS)) + i_negatives;
endmodule
`default_nettype wire
