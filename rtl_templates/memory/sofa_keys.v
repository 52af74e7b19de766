//% -- SPDX-License-Identifier: Apache-2.0
//% if TOKENS then skip() end
// K rows of the tiles on chip, as they come: into a memory that $(WORD_MEMORIES and "the lane reads word by word" or "the window reads"),
// and their top bits, K^, to prediction. Reads: data one cycle later. K^ is combinational. Handshake: none, every row is taken.
//% -- K^ of a row, or of the word of a row
//% local whole = QUERY_IN_WORDS and "i_word" or "i_row"
//% local elements = QUERY_IN_WORDS and PORT_BITS // KEY_BITS or HEAD_DIM
//% local word_place_bits = KEY_PLACE_BITS + KEY_WORD_BITS
`default_nettype none
module sofa_keys (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     i_come,
    input  wire [$(KEY_TAG_BITS-1):0] i_tag,
//% if QUERY_IN_WORDS then
    input  wire                     i_word_valid,   // of the row that comes with i_come or later
    input  wire [$(KEY_WORD_BITS-1):0] i_word_index,
    input  wire [$(PORT_BITS-1):0]  i_word,
//% else
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_row,
//% end
    // to prediction
    output wire [1:0]               o_slot,
    output wire [$(INDEX_BITS-1):0] o_index,
    output wire                     o_last,         // of its tile
    output wire [$(elements*KHAT_BITS-1):0] o_khat,
    // reads
//% if WORD_MEMORIES then
    input  wire [$(word_place_bits-1):0] i_addr, // {room, index, word}
    output wire [$(PORT_BITS-1):0]  o_key
//% else
    input  wire [1:0]               i_read_slot,
    input  wire [$(INDEX_BITS-1):0] i_read_key,
    output wire [$(HEAD_DIM*KEY_BITS-1):0] o_key
//% end
);
    assign o_last = $(TILE_TAG.of("last", "i_tag"));
    assign o_slot = $(TILE_TAG.of("slot", "i_tag"));
    assign o_index = $(TILE_TAG.of("key", "i_tag"));
//% for element = 0, elements - 1 do
    assign o_khat[$(element*KHAT_BITS) +: $(KHAT_BITS)] = $(whole)[$(element*KEY_BITS+KEY_BITS-KHAT_BITS) +: $(KHAT_BITS)];
//% end
//% if WORD_MEMORIES then
    wire                            unused = &{1'b0, rst, i_come};
    wire [$(KEY_ROOM_BITS-1):0]     room = $(TILE_TAG.of("room", "i_tag"));
//%   local words = d.key_rooms << INDEX_BITS + KEY_WORD_BITS
    sofa_ram #(.WIDTH($(PORT_BITS)), .DEPTH($(words)), .ABITS($(word_place_bits))) u_keys (
        .clk(clk), .i_we(i_word_valid), .i_waddr({room, o_index, i_word_index}), .i_wdata(i_word),
        .i_re(1'b1), .i_raddr(i_addr), .o_rdata(o_key));
//% elseif REGISTERED_LINKS then
    wire                            unused = i_come;
    sofa_beats #(
        .BEAT($(PORT_BITS)), .BEATS($(d.key_beats)), .HBITS($(KEY_WORD_BITS)), .DEPTH($(3 << INDEX_BITS)), .ABITS($(INDEX_BITS+2))
    ) u_keys (
        .clk(clk), .i_we(i_word_valid && !rst), .i_index(i_word_index), .i_waddr({o_slot, o_index}), .i_wdata(i_word),
        .i_raddr({i_read_slot, i_read_key}), .o_rdata(o_key));
//% else
    wire                            unused = rst;
    sofa_ram #(.WIDTH($(HEAD_DIM*KEY_BITS)), .DEPTH($(3 << INDEX_BITS)), .ABITS($(INDEX_BITS+2))) u_keys (
        .clk(clk), .i_we(i_come), .i_waddr({o_slot, o_index}), .i_wdata(i_row),
        .i_re(1'b1), .i_raddr({i_read_slot, i_read_key}), .o_rdata(o_key));
//% end
endmodule
`default_nettype wire
