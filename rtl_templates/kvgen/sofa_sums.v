//% -- SPDX-License-Identifier: Apache-2.0
//% local partial_bits = math.max(1, clog2(PREFETCH * 2 * PROJECT_BLOCKS))
//% local function partial_place(cycle)      -- {key of the batch, block}
//%   return ext("turn_" .. cycle, RING_BITS, partial_bits) .. " * " .. lit(partial_bits, 2 * PROJECT_BLOCKS) .. " + "
//%       .. ext("block_" .. cycle, KEY_BLOCK_BITS, partial_bits)
//% end
// The KV array beside its tokens, weights and biases: of each run of beats, which is a block of outputs, the sums.
// A beat's weights and tokens come a cycle after its issue, the block's biases (i_biases) a cycle after o_bias_place.
//% local values = {{"run", 1, 2, "i_issue", reset = true}, {"first", 1, 2, "i_first_word"}, {"last", 1, 2, "i_last_word"},
//%     {"block", KEY_BLOCK_BITS, SUM_TIME, "i_block"}, {"step", PROJECT_STEP_BITS, 1, "i_step"}}
//% if STREAMED then
// Partial sums of the keys of a batch are kept between slices.
//%   table.move({{"begin", 1, PROJECT_TREE + 3, "i_first_slice"}, {"final", 1, SUM_TIME, "i_final_slice"},
//%       {"turn", RING_BITS, SUM_TIME, "i_turn"}}, 1, 3, #values + 1, values)
//% end
// Throughput: a beat a cycle. The sums of a final slice stand in o_sums with o_sums_valid. Equals sofa_project().
`default_nettype none
module sofa_sums (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_issue,
    input  wire             i_first_word,
    input  wire             i_last_word,
    input  wire [$(KEY_BLOCK_BITS-1):0]  i_block,
    input  wire [$(PROJECT_STEP_BITS-1):0]  i_step,
//% if STREAMED then
    input  wire             i_first_slice,
    input  wire             i_final_slice,
    input  wire [$(RING_BITS-1):0]  i_turn,
//% end
    input  wire [$(PREDICT_DIMS*8-1):0] i_token_word,
    input  wire [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] i_weights,
    output wire [$(KEY_BLOCK_BITS-1):0]  o_bias_place,
    input  wire [$(PROJECT_OUTPUTS*32-1):0] i_biases,
    output wire             o_sums_valid,
    output wire [$(KEY_BLOCK_BITS-1):0]  o_sums_block,
    output wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] o_sums
);
    // what travels beside a beat: name_n is n cycles after its issue
$(travel(values))

    // cycle 1: the tokens of the step; cycle 2 on: the multipliers
    reg  [$(PROJECT_INPUTS*8-1):0] tokens_2;
    reg  [$(PROJECT_OUTPUTS*PROJECT_INPUTS*8-1):0] weights_2;
    wire [$(PROJECT_STEPS*PROJECT_INPUTS*8-1):0] words = $(ext("i_token_word", PREDICT_DIMS*8, PROJECT_STEPS*PROJECT_INPUTS*8));
    wire              unused_step = &{1'b0, step_1};
    always @(posedge clk) begin
        weights_2 <= i_weights;
        tokens_2 <= $(pick("words", PROJECT_INPUTS*8, PROJECT_STEPS, "step_1", PROJECT_STEP_BITS));
    end
    wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] initial_sums;
    wire              whole;
    sofa_project u_array (
        .clk(clk), .rst(rst), .i_valid(run_2), .i_first(first_2), .i_last(last_2), .i_tokens(tokens_2), .i_weights(weights_2),
        .i_initial(initial_sums), .o_valid(whole), .o_sums(o_sums));
    assign o_bias_place = block_$(PROJECT_TREE+2);
    assign o_sums_block = block_$(SUM_TIME);

    // what a block begins with
    wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] biases;
//% for output = 0, PROJECT_OUTPUTS - 1 do
    assign $(nth("biases", output, PROJECT_BITS)) = i_biases[$(output*32) +: $(PROJECT_BITS)];
//% end
    wire              unused_biases = &{1'b0, i_biases};
//% if STREAMED then
    wire [$(PROJECT_OUTPUTS*PROJECT_BITS-1):0] partial;
    sofa_ram #(.WIDTH($(PROJECT_OUTPUTS*PROJECT_BITS)), .DEPTH($(PREFETCH*2*PROJECT_BLOCKS)), .ABITS($(partial_bits))) u_partial (
        .clk(clk), .i_we(whole && !final_$(SUM_TIME)), .i_waddr($(partial_place(SUM_TIME))), .i_wdata(o_sums),
        .i_re(1'b1), .i_raddr($(partial_place(PROJECT_TREE + 2))), .o_rdata(partial));
    assign initial_sums = !begin_$(PROJECT_TREE + 3) ? partial : biases;
    assign o_sums_valid = whole && final_$(SUM_TIME);
//% else
    assign initial_sums = biases;
    assign o_sums_valid = whole;
//% end
endmodule
`default_nettype wire
