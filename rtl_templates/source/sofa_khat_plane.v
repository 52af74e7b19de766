//% -- SPDX-License-Identifier: Apache-2.0
//% local rate = LOAD_KEYS > 1 and "two neighbours" or "a key"
// Takes rows of $(KHAT_KEYS) packed keys apart: the K^ of those that some row of the block sees go to prediction, in order.
// $(d.khat_rows) rows wait here, and no more are asked for, so that the channel is free for others.
// Latency: $(latency("khat_plane", d.queue_time)) cycles from a row to its first key; throughput $(rate) a cycle.
// Handshake: none, every row is taken. A variant of sofa_khat_rows.
//% local queue = parameters("WIDTH", TILE_TAG.bits + KHAT_ROW_BITS, "DEPTH", d.khat_rows, "ABITS", clog2(d.khat_rows))
`default_nettype none
module sofa_khat_plane (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     i_come,
    input  wire [$(TILE_TAG.bits-1):0] i_tag,
    input  wire [$(KHAT_ROW_BITS-1):0]  i_row,
    output wire                     o_row_free,     // pulse: a row has been taken apart
    // to prediction
    output wire                     o_valid,
    output wire [1:0]               o_slot,
    output wire [$(INDEX_BITS-1):0] o_index,
    output wire                     o_both,         // and the key after it
    output wire                     o_last,         // of its tile
    output wire [$(LOAD_KEYS*HEAD_DIM*KHAT_BITS-1):0] o_khat
);
    wire [$(TILE_TAG.bits-1):0] tag;
    wire [$(KHAT_ROW_BITS-1):0] row;
    sofa_queue #($(queue)) u_rows (
        .clk(clk), .rst(rst), .i_valid(i_come), .i_data({i_tag, i_row}), .o_valid(o_valid), .i_ready(o_row_free), .o_data({tag, row}));

    // the first visible key of the row that has not left$(LOAD_KEYS > 1 and ", and its neighbour" or "")
    reg  [$(KHAT_KEYS-1):0]     gone;
    wire [$(KHAT_KEYS-1):0]     left = $(TILE_TAG.of("visible", "tag")) & ~gone;
    wire [$(KHAT_KEYS-1):0]     others = left & (left - $(lit(KHAT_KEYS, 1)));
    wire [$(KHAT_KEYS-1):0]     here = left & ~others;
    wire [$(KHAT_KEYS-1):0]     next = $(LOAD_KEYS > 1 and "others & (here << 1)" or lit(KHAT_KEYS, 0));
    wire [$(KHAT_KEYS-1):0]     rest = others & ~next;
    wire                        last = rest == $(lit(KHAT_KEYS, 0));
    assign o_row_free = o_valid && last;
    always @(posedge clk)
        if (rst || o_row_free)
            gone <= $(lit(KHAT_KEYS, 0));
        else if (o_valid)
            gone <= gone | here | next;
    reg  [$(INDEX_BITS-1):0]    place;
    reg  [$(LOAD_KEYS*HEAD_DIM*KHAT_BITS-1):0] khat;
    integer key;
    always @* begin
        place = $(lit(INDEX_BITS, 0));
        khat = $(lit(LOAD_KEYS * HEAD_DIM * KHAT_BITS, 0));
        for (key = 0; key < $(KHAT_KEYS); key = key + 1) begin
            place = place | (key[$(INDEX_BITS-1):0] & {$(INDEX_BITS){here[key]}});
//% for index = 0, LOAD_KEYS - 1 do
//%   local of_row = "row[key*" .. d.khat_unit .. " +: " .. HEAD_DIM*KHAT_BITS .. "]"
//%   local out = nth("khat", index, HEAD_DIM*KHAT_BITS)
            $(out) = $(out) | ($(of_row) & {$(HEAD_DIM*KHAT_BITS){$(index == 0 and "here" or "next")[key]}});
//% end
        end
    end
    wire                        unused_padding = &{1'b0, row};
    assign o_both = |next;
    assign o_slot = $(TILE_TAG.of("slot", "tag"));
    assign o_index = $(TILE_TAG.of("key", "tag")) + place;
    assign o_last = $(TILE_TAG.of("last", "tag")) && last;
    assign o_khat = khat;

$(holds("plane_row_seen", "!i_come || " .. TILE_TAG.of("visible", "i_tag") .. " != " .. lit(KHAT_KEYS, 0)))
endmodule
`default_nettype wire
