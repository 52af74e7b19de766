//% -- SPDX-License-Identifier: Apache-2.0
// The {first, visible} record that has come in words of the port: the earlier words are kept, the last one stands (i_word).
`default_nettype none
module sofa_record_words (
    input  wire             clk,
    input  wire             i_word_valid,
    input  wire [$(RANGE_WORD_BITS-1):0] i_word_index,
    input  wire [$(PORT_BITS-1):0]  i_word,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(RECORD_BITS-1):0] i_record,      // number of the record in its row
    output wire [$(KEY_NUMBER_BITS-1):0] o_first,
    output wire [$(KEY_NUMBER_BITS-1):0] o_visible,
    output wire             o_sees,        // the row sees a key
    output wire             o_bad          // one is larger than the number of keys
);
    wire             unused_record = &{1'b0, i_record};
//% for field, name in ipairs({"first", "visible"}) do
//%   local pieces, above = record_pieces((field - 1) * 32), {}
//%   for _, piece in ipairs(pieces.kept) do
    reg  [$(piece.top-piece.place):0] $(name)_$(piece.word);
    always @(posedge clk)
        if (i_word_valid && i_word_index == $(RANGE_WORD_BITS)'d$(piece.word))
            $(name)_$(piece.word) <= $(range("i_word", piece.high, piece.low));
    assign o_$(name)[$(piece.top):$(piece.place)] = $(name)_$(piece.word);
//%   end
//%   for _, piece in ipairs(pieces.direct) do
    assign o_$(name)[$(piece.top):$(piece.place)] = $(range("i_word", piece.high, piece.low));
//%   end
    // what is too large for the number of a key
//%   for _, piece in ipairs(pieces.kept_above) do
    reg             $(name)_over_$(piece.word);
    always @(posedge clk)
        if (i_word_valid && i_word_index == $(RANGE_WORD_BITS)'d$(piece.word))
            $(name)_over_$(piece.word) <= |$(range("i_word", piece.high, piece.low));
//%     table.insert(above, name .. "_over_" .. piece.word)
//%   end
//%   for _, piece in ipairs(pieces.direct_above) do table.insert(above, "|" .. range("i_word", piece.high, piece.low)) end
    wire            $(name)_over = $(table.concat(above, " || "));
//% end
    assign o_sees = o_first < o_visible;
    assign o_bad = visible_over || first_over || o_visible > i_keys || o_first > i_keys;
endmodule
`default_nettype wire
