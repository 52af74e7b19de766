//% -- SPDX-License-Identifier: Apache-2.0
// Whether all rows of a block see all keys of a tile. What they have in common is found while the block's first tile is scanned.
// Latency: $(latency("tile_whole", 1)) cycle from i_base to o_whole. Handshake: none. Equals struct sofa_block's all_low and all_high.
`default_nettype none
module sofa_tile_whole (
    input  wire             clk,
    input  wire             i_new_block,
    input  wire             i_scanned,       // pulse: the last row of a tile is read
    // ranges of the rows, as the tile is scanned
    input  wire             i_row_valid,
    input  wire [$(TILE_END_BITS-1):0] i_first,
    input  wire [$(TILE_END_BITS-1):0] i_visible,
    // tile
    input  wire [$(TILE_END_BITS-1):0] i_base,
    input  wire [$(TILE_END_BITS-1):0] i_tile,          // keys
    output reg              o_whole
);
    reg              some, known;     // rows have been read; all have
    reg  [$(TILE_END_BITS-1):0] first, visible;         // the largest, the smallest of them
    wire [$(TILE_END_BITS-1):0] beyond = i_base + i_tile;
    always @(posedge clk) begin
        if (i_new_block)
            some <= 1'b0;
        else if (i_row_valid)
            some <= 1'b1;
        if (i_row_valid && (!some || i_first > first))
            first <= i_first;
        if (i_row_valid && (!some || i_visible < visible))
            visible <= i_visible;
        if (i_new_block)
            known <= 1'b0;
        else if (i_scanned)
            known <= 1'b1;
        o_whole <= known && first <= i_base && visible >= beyond;
    end
endmodule
`default_nettype wire
