//% -- SPDX-License-Identifier: Apache-2.0
// The key that the KV array works on: of its blocks of outputs, the words of its slice of tokens, of these the steps. A step is issued
// when tokens, weights and biases are there; a row begins when the write-back has room for it, a K row also needs i_turn_free.
// Throughput: a step a cycle. Handshake: i_take loads the key that stands in i_next, o_key_end is its last step.
`default_nettype none
module sofa_key_steps (
    input  wire             clk,
    input  wire             rst,
    // the key: {tile slot, index, place in the ring, key}
    input  wire             i_take,
    input  wire [$(WANTED_KEY.bits-1):0] i_next,
    input  wire             i_have,         // a key is at hand
    input  wire             i_final_slice,
    input  wire [$(SLICE_WORD_BITS-1):0]  i_slice_words,
    output wire             o_key_end,
    // what a step needs
    input  wire             i_tokens_here,
    input  wire             i_weights_here,
    input  wire             i_bias_loaded,
    input  wire             i_back_taken,   // pulse: a row has left the queue of the write-back
    input  wire             i_turn_free,    // a K row may begin
    // the step
    output wire             o_issue,
    output wire             o_first_word,   // of the block
    output wire             o_last_word,
    output wire             o_row_start,
    output wire             o_row_end,
    output wire             o_is_v,
    output wire [$(RING_BITS-1):0]  o_ring,
    output wire [$(KEY_NUMBER_BITS-1):0]  o_row_key,
    output wire [$(KEY_BLOCK_BITS-1):0]  o_block,
    output wire [$(PROJECT_STEP_BITS-1):0]  o_step,
    output wire [$(SLICE_WORD_BITS-1):0]  o_word,
    output wire [1:0]       o_token_slot,
    output wire [$(TOKEN_PLACE_BITS-1):0] o_token_addr,
    output wire [$(WEIGHT_PLACE_BITS-1):0] o_weight_place,
    output wire             o_starved,
    output wire             o_blocked
);
//% local first_value = lit(KEY_BLOCK_BITS, PROJECT_BLOCKS)
    reg  [1:0]        slot;
    reg  [$(INDEX_BITS-1):0]  index;
    reg  [$(RING_BITS-1):0]  ring;
    reg  [$(KEY_NUMBER_BITS-1):0]  key;
    reg  [$(KEY_BLOCK_BITS-1):0]  block;
    reg  [$(SLICE_WORD_BITS-1):0]  word;
    reg  [$(WEIGHT_PLACE_BITS-1):0] weight;
    reg  [$(TOKEN_PLACE_BITS-1):0] token_base;
    reg  [$(WRITE_BACK_BITS-1):0] credit;      // free rows of the write-back queue
//% if PROJECT_STEPS > 1 then
    reg  [$(PROJECT_STEP_BITS-1):0]  step;
    wire              last_step = step == $(lit(PROJECT_STEP_BITS, PROJECT_STEPS - 1));
    always @(posedge clk)
        if (i_take || o_key_end)
            step <= $(lit(PROJECT_STEP_BITS, 0));
        else if (o_issue)
            step <= last_step ? $(lit(PROJECT_STEP_BITS, 0)) : step + 1'b1;
//% else
    wire              step = 1'b0;         // a word is one step
    wire              last_step = 1'b1;
//% end
    assign o_first_word = word == $(SLICE_WORD_BITS)'d0 && step == $(lit(PROJECT_STEP_BITS, 0));
    assign o_last_word = word == i_slice_words - 1'b1 && last_step;
    assign o_is_v = block >= $(first_value);
    assign o_row_start = i_final_slice && o_first_word && (block == $(KEY_BLOCK_BITS)'d0 || block == $(first_value));
    assign o_row_end = i_final_slice && o_last_word && (block == $(lit(KEY_BLOCK_BITS, PROJECT_BLOCKS - 1)) ||
        block == $(lit(KEY_BLOCK_BITS, 2*PROJECT_BLOCKS - 1)));
    wire              credit_here = !o_row_start || (credit != $(WRITE_BACK_BITS)'d0 && (o_is_v || i_turn_free));
    assign o_issue = i_have && i_tokens_here && i_weights_here && i_bias_loaded && credit_here;
    assign o_key_end = o_issue && o_last_word && block == $(lit(KEY_BLOCK_BITS, 2*PROJECT_BLOCKS - 1));
    assign o_blocked = i_have && i_tokens_here && i_weights_here && i_bias_loaded && !credit_here;
    assign o_starved = i_have && !(i_tokens_here && i_weights_here && i_bias_loaded);
    assign o_ring = ring;
    assign o_row_key = key;
    assign o_block = block;
    assign o_step = step;
    assign o_word = word;
    assign o_weight_place = weight;
    assign o_token_slot = slot;
    assign o_token_addr = token_base + $(ext("word", SLICE_WORD_BITS, TOKEN_PLACE_BITS));
    wire              unused_index = &{1'b0, index};

    wire [$(TOKEN_PLACE_BITS-1):0] next_base =
        $(ext(WANTED_KEY.of("index", "i_next"), INDEX_BITS, TOKEN_PLACE_BITS)) * $(lit(TOKEN_PLACE_BITS, SLICE_WORDS));
    always @(posedge clk) begin
        if (i_take) begin
            $(WANTED_KEY.names()) <= i_next;
            token_base <= next_base;
        end
        if (i_take || o_key_end) begin
            block <= $(KEY_BLOCK_BITS)'d0;
            word <= $(SLICE_WORD_BITS)'d0;
            weight <= $(WEIGHT_PLACE_BITS)'d0;
        end else if (o_issue) begin
            weight <= weight + 1'b1;
            if (last_step)
                word <= o_last_word ? $(SLICE_WORD_BITS)'d0 : word + 1'b1;
            if (o_last_word)
                block <= block + 1'b1;
        end
        if (rst)
            credit <= $(lit(WRITE_BACK_BITS, d.write_back_rows));
        else
            credit <= credit - $(ext("(o_issue && o_row_start)", 1, WRITE_BACK_BITS)) + $(ext("i_back_taken", 1, WRITE_BACK_BITS));
    end

$(holds("back_place_reserved", "!(o_issue && o_row_start) || credit != " .. lit(WRITE_BACK_BITS, 0)))
$(holds("back_place_owed", at_most("credit", WRITE_BACK_BITS, d.write_back_rows)))
endmodule
`default_nettype wire
