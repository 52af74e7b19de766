//% -- SPDX-License-Identifier: Apache-2.0
// The slice of X that keys are predicted from, when there are several: each of a tile has a token slot, which is free after its last pass
// (o_token_free), and a half of the memory of codes. A variant of sofa_resident_slice, as which it works when a job has one slice.
`default_nettype none
module sofa_token_slices (
    input  wire               clk,
    input  wire               rst,
    input  wire [$(SLICE_COUNT_BITS-1):0] i_slices,
    input  wire               i_chunk,         // pulse: as i_tile, of token slots
    output wire               o_token_free,    // pulse: the oldest token slot is free (more than one slice)
    output wire               o_flag_half,     // of the codes
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
    reg  [$(SLICE_COUNT_BITS-1):0] chunk;          // the slice, from 1
    reg  [1:0]        ring;           // token slot when there are several slices
    reg               half;           // of the codes
    // a half may still be loaded with the slice before the last, which a pass reads: slices that came are counted
    reg  [1:0]        code_slices, loaded_before;
    reg  [$(KEY_GROUPS-1):0] begun;          // groups of which a pass was made
    wire              streamed = i_slices != $(lit(SLICE_COUNT_BITS, 1));
    wire              code_landed = |(i_codes_loaded & ~loaded_before);
    assign o_last_chunk = chunk == i_slices;
    assign o_last_word = i_word == (o_last_chunk ? i_words_last : $(lit(SLICE_WORD_BITS, SLICE_WORDS))) - 1'b1;
    assign o_has_begun = |(begun & i_group_bit);
    assign o_codes_here = streamed ? code_slices != 2'd0 || code_landed : i_codes_loaded[0];
    assign o_flag_half = half;
    assign o_token_slot = streamed ? ring : i_slot;
    assign o_filling = streamed ? i_chunk : i_tile;
    assign o_token_free = i_chunk_ends && streamed;
    wire              unused_begins = i_group_begins;
    always @(posedge clk) begin
        if (i_tile_begins) begin
            chunk <= $(lit(SLICE_COUNT_BITS, 1));
            begun <= $(KEY_GROUPS)'d0;
        end else begin
            if (i_made)
                begun <= begun | i_group_bit;
            if (i_chunk_ends)
                chunk <= chunk + 1'b1;
        end
        if (rst) begin
            ring <= 2'd0;
            half <= 1'b0;
            code_slices <= 2'd0;
            loaded_before <= 2'b00;
        end else begin
            loaded_before <= i_codes_loaded;
            code_slices <= code_slices + {1'b0, code_landed} - {1'b0, o_token_free};
            if (o_token_free) begin
                ring <= $(next_slot("ring"));
                half <= !half;
            end
        end
    end
endmodule
`default_nettype wire
