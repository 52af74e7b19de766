//% -- SPDX-License-Identifier: Apache-2.0
// Takes rows of $(KHAT_KEYS) packed keys apart: the K^ of those that some row of the block sees go to prediction, in order.
// Latency: $(latency("khat_plane", 1)) cycle from a row to its first key; throughput a key a cycle. Handshake: valid/ready on rows, none on
// keys. A variant of sofa_khat_rows.
`default_nettype none
module sofa_khat_plane (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     i_come,
    output wire                     o_taken,
    input  wire [$(TILE_TAG.bits-1):0] i_tag,
    input  wire [$(KHAT_ROW_BITS-1):0]  i_row,
    // to prediction
    output wire                     o_valid,
    output wire [1:0]               o_slot,
    output wire [$(INDEX_BITS-1):0] o_index,
    output wire                     o_last,         // of its tile
    output wire [$(HEAD_DIM*KHAT_BITS-1):0] o_khat
);
    reg  [$(KHAT_KEYS-1):0]     left;           // keys of the row that are still to go
    reg  [$(TILE_TAG.bits-1):0] tag;
    reg  [$(KHAT_KEYS*HEAD_DIM*KHAT_BITS-1):0] keys;
    wire [$(KHAT_KEYS-1):0]     rest = left & (left - $(lit(KHAT_KEYS, 1)));
    wire [$(KHAT_KEYS-1):0]     here = left & ~rest;
    reg  [$(INDEX_BITS-1):0]    place;
    reg  [$(HEAD_DIM*KHAT_BITS-1):0] khat;
    integer key;
    always @* begin
        place = $(lit(INDEX_BITS, 0));
        khat = $(lit(HEAD_DIM * KHAT_BITS, 0));
        for (key = 0; key < $(KHAT_KEYS); key = key + 1) begin
            place = place | (key[$(INDEX_BITS-1):0] & {$(INDEX_BITS){here[key]}});
            khat = khat | (keys[key*$(HEAD_DIM*KHAT_BITS) +: $(HEAD_DIM*KHAT_BITS)] & {$(HEAD_DIM*KHAT_BITS){here[key]}});
        end
    end
    wire                        unused_tag = &{1'b0, tag};
    assign o_taken = rest == $(lit(KHAT_KEYS, 0));
    assign o_valid = left != $(lit(KHAT_KEYS, 0));
    assign o_slot = $(TILE_TAG.of("slot", "tag"));
    assign o_index = $(TILE_TAG.of("key", "tag")) + place;
    assign o_last = $(TILE_TAG.of("last", "tag")) && o_taken;
    assign o_khat = khat;
//% for number = 0, KHAT_KEYS - 1 do
//%   local unused_bits = d.khat_unit - HEAD_DIM * KHAT_BITS
//%   if unused_bits > 0 then
    wire             unused_padding_$(number) = &{1'b0, i_row[$(number * d.khat_unit + HEAD_DIM * KHAT_BITS) +: $(unused_bits)]};
//%   end
//% end
    always @(posedge clk) begin
        if (o_taken) begin
            tag <= i_tag;
//% for number = 0, KHAT_KEYS - 1 do
            keys[$(number * HEAD_DIM * KHAT_BITS) +: $(HEAD_DIM * KHAT_BITS)] <= i_row[$(number * d.khat_unit) +: $(HEAD_DIM * KHAT_BITS)];
//% end
        end
        if (rst)
            left <= $(lit(KHAT_KEYS, 0));
        else if (o_taken)
            left <= $(TILE_TAG.of("visible", "i_tag")) & {$(KHAT_KEYS){i_come}};
        else
            left <= rest;
    end

$(holds("plane_row_seen", "!i_come || " .. TILE_TAG.of("visible", "i_tag") .. " != " .. lit(KHAT_KEYS, 0)))
endmodule
`default_nettype wire
