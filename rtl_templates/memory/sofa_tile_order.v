//% -- SPDX-License-Identifier: Apache-2.0
//% if d.orders == 0 then skip() end
//% local A, KB, RB, TB = cfg.memory.address_bits, d.key_bits, d.row_bits, d.tile_bits
//% local WB = math.max(KB, TB) + 1   -- holds a tile's end, which may lie past keys_max
//% local bases = cfg.mode == "tokens" and {"x"} or d.narrow == 1 and {} or {"k", "v"}
//% local PB = math.max(KB, RB + 1) + 1
// Tiles of a block in the order that the job asks for: 0 ascending; 1 from the block's last visible key down; 2 from the position of its last
// row down, then from the last visible key down. The base stays from block to block unless tiles ascend, and moves by a tile a cycle;
// so does the position, by KEYS. Equals sofa_tiles_of_block() and sofa_tile_number().
`default_nettype none
module sofa_tile_order (
    input  wire             clk,
    input  wire             rst,
    // job
//% if #bases > 0 then
    input  wire             i_start,
//% end
    input  wire [$(KB-1):0] i_keys,
    input  wire [$(TB-1):0] i_tile,
    input  wire [1:0]       i_order,
    input  wire [$(KB-1):0] i_own_offset,
//% for _, n in ipairs(bases) do
    input  wire [$(A-1):0]  i_$(n)_base,
    input  wire [$(A-1):0]  i_$(n)_stride,
//% end
    // block
    input  wire             i_begin,        // its tiles are asked for, from the next cycle on
    input  wire [$(RB):0]   i_block_rows,
    input  wire [$(KB-1):0] i_block_low,
    input  wire [$(KB-1):0] i_block_high,
    output wire             o_finds,        // the first tile is to be found before it is sought
    input  wire             i_find,
    output wire             o_found,
    // tile
    input  wire             i_seek,
    output wire             o_there,        // o_base is that of the tile that is sought
    input  wire             i_next,         // on to the one after it
    output wire             o_last,         // of the block; counts from the cycle after o_there on
//% for _, n in ipairs(bases) do
    output reg  [$(A-1):0]  o_$(n)_base,
//% end
    output wire [$(WB-1):0] o_base
);
//% if #bases > 0 then
    // tile strides, from the start pulse
    wire [$(A-1):0] tile_keys = $(ext("i_tile", TB, A));
//%   for _, n in ipairs(bases) do
    reg  [$(A-1):0] $(n)_tile_stride;
//%   end
    always @(posedge clk)
        if (i_start) begin
//%   for _, n in ipairs(bases) do
            $(n)_tile_stride <= tile_keys * i_$(n)_stride;
//%   end
        end
//% end
    wire [$(WB-1):0] tile_wide = $(ext("i_tile", TB, WB));
    wire             ascending = i_order == 2'd0, by_own = i_order == 2'd2;
    wire [$(WB-1):0] low = $(ext("i_block_low", KB, WB)), high = $(ext("i_block_high", KB, WB));
    wire [$(KB-1):0] last_key = i_block_high - 1'b1;
    reg              begun;           // a block of the job has been
    reg              opening;         // the block's first tile is sought

    // position of the block's last row, perhaps too large by some KEYS
    reg  [$(PB-1):0] position;
    wire             own_seen = position >= $(ext("i_block_low", KB, PB)) && position < $(ext("i_block_high", KB, PB));
    assign o_finds = by_own;
    assign o_found = position < $(ext("i_keys", KB, PB));
    always @(posedge clk)
        if (i_begin)
            position <= (begun ? position : $(ext("i_own_offset", KB, PB)) - 1'b1) + $(ext("i_block_rows", RB+1, PB));
        else if (i_find && !o_found)
            position <= position - $(ext("i_keys", KB, PB));

    // the tile, and whether it has the block's first, last key
    reg  [$(WB-1):0] base, tile_end, first_end;     // first_end: order 2, end of the block's first tile
    reg  [$(KB-1):0] target;                        // a key of the tile that is sought
    reg              at_low, at_high;
    reg              wraps;                         // order 2: tiles above the first one are left
    reg              wrapped;                       // ... the tile is one of them
    reg              at_first;                      // ... it is the one above the first
    wire [$(WB-1):0] target_wide = $(ext("target", KB, WB));
    wire             below = tile_end <= target_wide, above_it = base > target_wide;
    assign o_there = !below && !above_it;
    assign o_last = ascending ? at_high : wrapped ? at_first : at_low && !wraps;
    assign o_base = base;
    wire             next = i_next && !o_last;
    wire             up = (i_seek && below) || (next && ascending);
    wire             down = (i_seek && above_it) || (next && !ascending && !at_low);
    always @(posedge clk) begin
        if (i_begin && (ascending || !begun)) begin
            base <= $(WB)'d0;
            tile_end <= tile_wide;
//% for _, n in ipairs(bases) do
            o_$(n)_base <= i_$(n)_base;
//% end
        end else if (up) begin
            base <= tile_end;
            tile_end <= tile_end + tile_wide;
//% for _, n in ipairs(bases) do
            o_$(n)_base <= o_$(n)_base + $(n)_tile_stride;
//% end
        end else if (down) begin
            base <= base - tile_wide;
            tile_end <= base;
//% for _, n in ipairs(bases) do
            o_$(n)_base <= o_$(n)_base - $(n)_tile_stride;
//% end
        end
        at_low <= base <= low;
        at_high <= tile_end >= high;
        at_first <= base == first_end;
        if (i_begin)
            target <= ascending ? i_block_low : last_key;
        else if (i_find && own_seen)
            target <= position[$(KB-1):0];
        else if (i_next)
            target <= ascending ? tile_end[$(KB-1):0] : at_low ? last_key : base[$(KB-1):0] - 1'b1;
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
        begun <= !rst && (begun || i_begin);
    end
endmodule
`default_nettype wire
