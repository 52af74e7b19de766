//% -- SPDX-License-Identifier: Apache-2.0
// Tiles of a block in ascending order, a tile a cycle: sofa_tile_order for cores that know no other. Equals sofa_tile_number().
`default_nettype none
module sofa_tile_ascending (
    input  wire             clk,
    // job
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(TILE_BITS-1):0] i_tile,
    input  wire [1:0]       i_order,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_own_offset,
    // block
    input  wire             i_begin,        // its tiles are asked for, from the next cycle on
    input  wire             i_block_first,  // of its job
    input  wire [$(ROW_BITS):0]   i_block_rows,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_block_low,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_block_high,
    output wire             o_finds,        // the first tile is to be found before it is sought
    input  wire             i_find,
    output wire             o_found,
    // tile
    input  wire             i_seek,
    output wire             o_there,        // o_base is that of the tile that is sought
    input  wire             i_next,         // on to the one after it
    output wire             o_last,         // of the block; counts from the cycle after o_there on
    output wire [$(TILE_END_BITS-1):0] o_base
);
    wire [$(TILE_END_BITS-1):0] tile_wide = $(ext("i_tile", TILE_BITS, TILE_END_BITS));
    reg  [$(TILE_END_BITS-1):0] base, next_base, after_base;   // of this tile and the two behind it
    reg              last_tile;                     // the block's keys end at or before next_base
    reg              reached;                       // they begin before it
    assign o_finds = 1'b0;
    assign o_found = 1'b1;
    assign o_there = last_tile || reached;
    assign o_last = last_tile;
    assign o_base = base;
    always @(posedge clk)
        if (i_begin) begin
            base <= $(TILE_END_BITS)'d0;
            next_base <= tile_wide;
            after_base <= {tile_wide[$(TILE_END_BITS-2):0], 1'b0};
            last_tile <= tile_wide >= $(ext("i_block_high", KEY_NUMBER_BITS, TILE_END_BITS));
            reached <= tile_wide > $(ext("i_block_low", KEY_NUMBER_BITS, TILE_END_BITS));
        end else if ((i_seek && !o_there) || i_next) begin
            base <= next_base;
            next_base <= after_base;
            after_base <= after_base + tile_wide;
            last_tile <= after_base >= $(ext("i_block_high", KEY_NUMBER_BITS, TILE_END_BITS));
            reached <= after_base > $(ext("i_block_low", KEY_NUMBER_BITS, TILE_END_BITS));
        end
    wire             unused = &{1'b0, i_keys, i_order, i_own_offset, i_block_first, i_block_rows, i_find};
endmodule
`default_nettype wire
