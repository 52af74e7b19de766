//% -- SPDX-License-Identifier: Apache-2.0
// Generates the K and V row of a key from its tokens: $(PROJECT_OUTPUTS) outputs x $(PROJECT_INPUTS) hidden units a cycle, K first, then V,
// then the next key, without a gap as long as keys wait and the write-back has room (sofa_generated_rows).
// Resident weights are loaded while the first tile of tokens is predicted from (sofa_resident_keys). When X has several slices
// (sofa_batched_keys), they are loaded for every batch, the first slice while the batch before is in its last, and tokens are read again.
// Latency: $(latency("kvgen", SUM_TIME + 2)) cycles from a row's last beat to the row. Handshake: valid/ready. Equals sofa_generate() of
// sofa_project().
`default_nettype none
module sofa_kvgen (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire [15:0]      i_slices,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire [4:0]       i_k_shift,
    input  wire [4:0]       i_v_shift,
    input  wire [$(ADDRESS_BITS-1):0]  i_weight_base,
    input  wire             i_tokens_come,  // pulse: a tile of tokens is here
    output wire             o_settled,      // no weights are left to request
    // keys: $(GENERATED_KEY.names()), wanted: $(WANTED_KEY.names())
    input  wire             i_key_valid,
    output wire             o_key_ready,
    input  wire [$(GENERATED_KEY.bits-1):0]  i_key,
    // biases and weights
    output wire             o_req_valid,
    input  wire             i_req_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_req_addr,
    output wire [7:0]       o_req_len,
    input  wire             i_beat_valid,
    output wire             o_beat_ready,
    input  wire [$(PORT_BITS-1):0]  i_beat,
    // tokens on chip: data one cycle later
    output wire [1:0]       o_token_slot,
    output wire [$(TOKEN_PLACE_BITS-1):0] o_token_addr,
    input  wire [$(PREDICT_DIMS*8-1):0] i_token,
//% if STREAMED then
    // tokens from memory; o_x_final: the last slice of X
    input  wire [$(ADDRESS_BITS-1):0]  i_x_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_x_stride,
    input  wire [7:0]       i_len_last,
    output wire             o_x_valid,
    input  wire             i_x_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_x_addr,
    output wire [7:0]       o_x_len,
    output wire             o_x_final,
    input  wire             i_x_word_valid,
    input  wire [$(PREDICT_DIMS*8-1):0] i_x_word,
    input  wire             i_x_word_last,
//% end
//% if ROTARY then
    // cosines and sines of a key
    input  wire [$(ADDRESS_BITS-1):0]  i_rotary_base,
    input  wire [$(ADDRESS_BITS-1):0]  i_rotary_stride,
    output wire             o_turn_valid,
    input  wire             i_turn_ready,
    output wire [$(ADDRESS_BITS-1):0]  o_turn_addr,
    input  wire             i_turns_valid,
    input  wire [$(HEAD_DIM*16-1):0] i_turns,
//% end
    // rows
    output wire             o_k_valid,
    output wire             o_v_valid,
    output wire [$(RING_BITS-1):0] o_k_ring,
    output wire [$(RING_BITS-1):0] o_v_ring,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_k_row,
    output wire [$(HEAD_DIM*VALUE_BITS-1):0] o_v_row,
    output wire             o_wr_valid,
    input  wire             i_wr_ready,
    output wire             o_wr_is_v,
    output wire [$(KEY_NUMBER_BITS-1):0] o_wr_key,
    output wire [$(GENERATED_ROW_BITS-1):0] o_wr_row,
    output wire             o_busy,
    output wire             o_starved,
    output wire             o_blocked
);
    wire .*;

    sofa_resident_keys u_keys (.o_have(have), .*);
    sofa_batched_keys u_batches (.o_have(have), .*);
    sofa_tokens_again u_again (.*);
    sofa_array_weights u_weights (.*);
    sofa_key_steps u_steps (.*);
    assign o_busy = issue;
    sofa_sums u_sums (.*);
    sofa_generated_rows u_rows (.*);
endmodule
`default_nettype wire
