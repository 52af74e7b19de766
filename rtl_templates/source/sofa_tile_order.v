//% -- SPDX-License-Identifier: Apache-2.0
//% local position_bits = math.max(KEY_NUMBER_BITS, ROW_BITS + 1) + 1
// Tiles of a block in the order that the job asks for: 0 ascending; 1 from the block's last visible key down; 2 from the position of its
// last row down, then from the last visible key down. The base stays from block to block unless tiles ascend, and moves by a tile a cycle;
// so does the position, by KEYS. Equals sofa_tiles_of_block() and sofa_tile_number().
`default_nettype none
module sofa_tile_order (
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
    wire             ascending = i_order == 2'd0, by_own = i_order == 2'd2;
    wire [$(TILE_END_BITS-1):0] low = $(ext("i_block_low", KEY_NUMBER_BITS, TILE_END_BITS)),
        high = $(ext("i_block_high", KEY_NUMBER_BITS, TILE_END_BITS));
    wire [$(KEY_NUMBER_BITS-1):0] last_key = i_block_high - 1'b1;
    reg              opening;         // the block's first tile is sought

    // position of the block's last row, perhaps too large by some KEYS
    reg  [$(position_bits-1):0] position;
    wire             own_seen = position >= $(ext("i_block_low", KEY_NUMBER_BITS, position_bits)) &&
        position < $(ext("i_block_high", KEY_NUMBER_BITS, position_bits));
    assign o_finds = by_own;
    assign o_found = position < $(ext("i_keys", KEY_NUMBER_BITS, position_bits));
    always @(posedge clk)
        if (i_begin)
            position <= (i_block_first ? $(ext("i_own_offset", KEY_NUMBER_BITS, position_bits)) - 1'b1 : position) +
                $(ext("i_block_rows", ROW_BITS+1, position_bits));
        else if (i_find && !o_found)
            position <= position - $(ext("i_keys", KEY_NUMBER_BITS, position_bits));

    // the tile, and whether it has the block's first, last key
    reg  [$(TILE_END_BITS-1):0] base, tile_end, first_end;     // first_end: order 2, end of the block's first tile
    reg  [$(KEY_NUMBER_BITS-1):0] target;                        // a key of the tile that is sought
    reg              at_low, at_high;
    reg              wraps;                         // order 2: tiles above the first one are left
    reg              wrapped;                       // ... the tile is one of them
    reg              at_first;                      // ... it is the one above the first
    wire [$(TILE_END_BITS-1):0] target_wide = $(ext("target", KEY_NUMBER_BITS, TILE_END_BITS));
    wire             below = tile_end <= target_wide, above_it = base > target_wide;
    assign o_there = !below && !above_it;
    assign o_last = ascending ? at_high : wrapped ? at_first : at_low && !wraps;
    assign o_base = base;
    wire             next = i_next && !o_last;
    wire             up = (i_seek && below) || (next && ascending);
    wire             down = (i_seek && above_it) || (next && !ascending && !at_low);
    always @(posedge clk) begin
        if (i_begin && (ascending || i_block_first)) begin
            base <= $(TILE_END_BITS)'d0;
            tile_end <= tile_wide;
        end else if (up) begin
            base <= tile_end;
            tile_end <= tile_end + tile_wide;
        end else if (down) begin
            base <= base - tile_wide;
            tile_end <= base;
        end
        at_low <= base <= low;
        at_high <= tile_end >= high;
        at_first <= base == first_end;
        if (i_begin)
            target <= ascending ? i_block_low : last_key;
        else if (i_find && own_seen)
            target <= position[$(KEY_NUMBER_BITS-1):0];
        else if (i_next)
            target <= ascending ? tile_end[$(KEY_NUMBER_BITS-1):0] : at_low ? last_key : base[$(KEY_NUMBER_BITS-1):0] - 1'b1;
        if (i_begin)
            wrapped <= 1'b0;
        else if (i_next && at_low)
            wrapped <= 1'b1;
        if (i_begin)
            opening <= 1'b1;
        else if (i_seek && o_there) begin
            opening <= 1'b0;
            if (opening) begin
                first_end <= tile_end;
                wraps <= by_own && tile_end < high;
            end
        end
    end
endmodule
`default_nettype wire
