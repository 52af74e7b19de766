//% -- SPDX-License-Identifier: Apache-2.0
// What a key is predicted from on its way to prediction: its packed K^, or its K row, of which K^ is the top bits and the rest is lost.
// Combinational. Handshake: none, every row is taken. Equals sofa_truncate_key().
//% -- of a row, or of the word of a row
//% local whole = QUERY_IN_WORDS and "i_word" or "i_row"
//% local elements = QUERY_IN_WORDS and PORT_BITS // KHAT_ELEMENT_BITS or HEAD_DIM
//% local top = KHAT_ELEMENT_BITS - KHAT_BITS
`default_nettype none
module sofa_khat_rows (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     i_come,
    input  wire [$(TILE_TAG.bits-1):0] i_tag,
    input  wire [$(whole == "i_word" and PORT_BITS - 1 or KHAT_ROW_BITS - 1):0] $(whole),
    // to prediction
    output wire                     o_valid,
    output wire [1:0]               o_slot,
    output wire [$(INDEX_BITS-1):0] o_index,
    output wire                     o_both,         // and the key after it
    output wire                     o_last,         // of its tile
    output wire [$(LOAD_KEYS*elements*KHAT_BITS-1):0] o_khat
);
    wire                            unused = &{1'b0, clk, rst, $(whole)};
    assign o_valid = i_come;
    assign o_both = 1'b0;
    assign o_last = $(TILE_TAG.of("last", "i_tag"));
    assign o_slot = $(TILE_TAG.of("slot", "i_tag"));
    assign o_index = $(TILE_TAG.of("key", "i_tag"));
    wire [$(elements*KHAT_BITS-1):0] khat;
    assign o_khat = $(ext("khat", elements * KHAT_BITS, LOAD_KEYS * elements * KHAT_BITS));
//% for element = 0, elements - 1 do
    assign khat[$(element*KHAT_BITS) +: $(KHAT_BITS)] = $(whole)[$(element*KHAT_ELEMENT_BITS+top) +: $(KHAT_BITS)];
//% end
endmodule
`default_nettype wire
