//% -- SPDX-License-Identifier: Apache-2.0
// The slice of X that keys are predicted from, when there is but one: token slots are tile slots, codes stay.
`default_nettype none
module sofa_resident_slice (
    input  wire               clk,
    input  wire [$(SLICE_WORD_BITS-1):0] i_words_last,
    input  wire               i_tile,          // pulse: the next tile slot is being filled
    input  wire [$(SLICE_HALVES-1):0] i_codes_loaded,  // halves of the memory of codes
    // the pass
    input  wire [1:0]         i_slot,          // tile slot
    input  wire [$(SLICE_WORD_BITS-1):0] i_word,
    input  wire [$(KEY_GROUPS-1):0] i_group_bit,     // its group, one-hot
    input  wire               i_tile_begins,
    input  wire               i_group_begins,
    input  wire               i_made,          // pulse: it is one of keys
    input  wire               i_chunk_ends,    // pulse: it was the tile's last of the slice
    output wire               o_last_chunk,    // the slice is the last of X
    output wire               o_last_word,
    output wire               o_has_begun,     // a pass of keys of the group has been made
    output wire               o_codes_here,
    // tokens
    output wire [1:0]         o_token_slot,
    output wire               o_filling        // pulse: the next token slot is being filled
);
    reg               has_begun;
    always @(posedge clk)
        has_begun <= !i_group_begins && (has_begun || i_made);
    assign o_last_chunk = 1'b1;
    assign o_last_word = i_word == i_words_last - 1'b1;
    assign o_has_begun = has_begun;
    assign o_codes_here = i_codes_loaded;
    assign o_token_slot = i_slot;
    assign o_filling = i_tile;
    wire              unused_slices = &{1'b0, i_group_bit, i_tile_begins, i_chunk_ends};
endmodule
`default_nettype wire
