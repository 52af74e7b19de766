//% -- SPDX-License-Identifier: Apache-2.0
// The order of keys in the KV array when all weights and tokens are on chip: as they come, each of one slice.
// Handshake: valid/ready; a key is taken in the cycle in which the one before ends. Ports: those of
// sofa_batched_keys and sofa_tokens_again.
`default_nettype none
module sofa_resident_keys (
    input  wire             clk,
    input  wire             rst,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire             i_tokens_come,
    // keys: $(GENERATED_KEY.names()), wanted: $(WANTED_KEY.names())
    input  wire             i_key_valid,
    output wire             o_key_ready,
    input  wire [$(GENERATED_KEY.bits-1):0]  i_key,
    // the key at hand
    output wire             o_take,
    output wire [$(WANTED_KEY.bits-1):0] o_next,
    output reg              o_have,
    input  wire             i_key_end,
    output wire             o_tokens_here,
    input  wire [$(SLICE_WORD_BITS-1):0]  i_word,     // which is read; its place on chip is known without
    input  wire [$(PREDICT_DIMS*8-1):0] i_token,
    output wire [$(PREDICT_DIMS*8-1):0] o_token_word,
    output wire             o_final_slice,
    output wire [$(SLICE_WORD_BITS-1):0]  o_slice_words,
    // weights
    output wire             o_demand,
    input  wire [$(SLICE_HALVES-1):0] i_weights_loaded,
    output wire             o_weights_here,
    output wire             o_weight_half,
    output wire             o_weight_release
);
    assign o_next = $(GENERATED_KEY.of("wanted", "i_key"));
    assign o_take = i_key_valid && o_key_ready;
    assign o_key_ready = !o_have || i_key_end;
    assign o_demand = i_tokens_come;
    assign o_tokens_here = 1'b1;
    assign o_token_word = i_token;
    assign o_weights_here = i_weights_loaded;
    assign o_weight_half = 1'b0;
    assign o_weight_release = 1'b0;
    assign o_final_slice = 1'b1;
    assign o_slice_words = i_words_last;
    wire              unused_inputs = &{1'b0, $(GENERATED_KEY.of("batch_end", "i_key")), i_word};
    always @(posedge clk)
        if (rst)
            o_have <= 1'b0;
        else
            o_have <= o_take || (o_have && !i_key_end);
endmodule
`default_nettype wire
