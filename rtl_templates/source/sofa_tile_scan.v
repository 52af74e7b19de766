//% -- SPDX-License-Identifier: Apache-2.0
//% local whole = WHOLE_TILES and ", or sofa_tile_whole" or ""
// Scans the rows of a block for what they see of a tile: a row a cycle, or the whole block at once where all rows are known to
// see all of it (no range table$(whole)). Holds the ranges of the two blocks in the machine. The keys and key groups that some
// row sees, and the groups' first and last row, stand when o_draining falls, until i_clear. Equals sofa_tile_see() of the model.
`default_nettype none
module sofa_tile_scan (
    input  wire             clk,
    input  wire             rst,
    // job
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(TILE_BITS-1):0] i_tile,
    input  wire             i_has_ranges,
    // block
    input  wire [$(ROW_BITS):0]   i_block_rows,
    input  wire             i_block_bank,
    // range memory
    input  wire             i_range_write,
    input  wire             i_range_bank,
    input  wire [$(ROW_BITS-1):0] i_range_row,
    input  wire [$(2*KEY_NUMBER_BITS-1):0] i_range,
    // scan
    input  wire [$(TILE_END_BITS-1):0] i_base,     // of the tile
    input  wire             i_new_block,
    input  wire             i_clear,         // forget what is seen
    input  wire             i_first,         // the first row is next
    input  wire             i_step,          // a row
    output wire             o_end,           // which is the last
    output wire             o_draining,
    output reg  [$(TILE_KEYS-1):0] o_mask,   // keys that some row sees
    output reg  [$(KEY_GROUPS-1):0] o_group_any,
    output reg  [$(KEY_GROUPS*ROW_BITS-1):0] o_group_from,
    output reg  [$(KEY_GROUPS*ROW_BITS-1):0] o_group_to
);
    reg  [$(ROW_BITS):0]   row;
    wire             whole;           // all rows see all of the tile
    wire             alike = !i_has_ranges || whole;
    assign o_end = row + 1'b1 == i_block_rows || alike;
    wire [$(2*KEY_NUMBER_BITS-1):0] range;
    sofa_ram #(.WIDTH($(2*KEY_NUMBER_BITS)), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_ranges (
        .clk(clk), .i_we(i_range_write), .i_waddr({i_range_bank, i_range_row}), .i_wdata(i_range),
        .i_re(1'b1), .i_raddr({i_block_bank, row[$(ROW_BITS-1):0]}), .o_rdata(range));

    // what the row sees of the tile: keys low .. high-1
    reg              seen_valid, scan_valid;
    reg  [$(ROW_BITS-1):0] seen_row, scan_row;
    reg  [$(TILE_BITS-1):0] low, high;
    wire [$(KEY_NUMBER_BITS-1):0] first = i_has_ranges ? range[$(KEY_NUMBER_BITS-1):0] : $(KEY_NUMBER_BITS)'d0;
    wire [$(KEY_NUMBER_BITS-1):0] visible = i_has_ranges ? range[$(2*KEY_NUMBER_BITS-1):$(KEY_NUMBER_BITS)] : i_keys;
    wire [$(TILE_END_BITS-1):0] tile_wide = $(ext("i_tile", TILE_BITS, TILE_END_BITS));
    wire [$(TILE_END_BITS-1):0] first_wide = $(ext("first", KEY_NUMBER_BITS, TILE_END_BITS));
    wire [$(TILE_END_BITS-1):0] visible_wide = $(ext("visible", KEY_NUMBER_BITS, TILE_END_BITS));
    wire [$(TILE_END_BITS-1):0] from_base = first_wide - i_base;
    wire [$(TILE_END_BITS-1):0] to_base = visible_wide - i_base;
    sofa_tile_whole u_whole (
        .i_row_valid(scan_valid), .i_first(first_wide), .i_visible(visible_wide), .i_tile(tile_wide), .i_scanned(i_step && o_end), .*);
//% if not WHOLE_TILES then
    assign whole = 1'b0;
    wire             unused_new = i_new_block;
//% end
    wire [$(TILE_BITS-1):0] from_clip = from_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : from_base > tile_wide ? i_tile :
        from_base[$(TILE_BITS-1):0];
    wire [$(TILE_BITS-1):0] to_clip = to_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : to_base > tile_wide ? i_tile :
        to_base[$(TILE_BITS-1):0];

    // keys and groups that the row sees; through registers when units talk through registers
    wire             some = seen_valid && low < high;
    wire [$(TILE_KEYS-1):0] key_seen;
    wire [$(KEY_GROUPS-1):0] group_seen;
//% for key = 0, TILE_KEYS - 1 do
    assign key_seen[$(key)] = some && low <= $(lit(TILE_BITS, key)) && high > $(lit(TILE_BITS, key));
//% end
//% for group = 0, KEY_GROUPS - 1 do
    assign group_seen[$(group)] = some && high > $(lit(TILE_BITS, group * PREDICT_KEYS)) &&
        {1'b0, low} < $(lit(TILE_BITS + 1, (group + 1) * PREDICT_KEYS));
//% end
//% local links = {{"sees_valid", 1, "seen_valid", reset = true}, {"sees_row", ROW_BITS, "seen_row"}, {"sees_key", TILE_KEYS, "key_seen"},
//%     {"sees_group", KEY_GROUPS, "group_seen", vector = true}}
$(staged(REGISTERED_LINKS, links))
//% built("scan_time", REGISTERED_LINKS and 4 or 3)
    assign o_draining = scan_valid || seen_valid || sees_valid;
    wire [$(ROW_BITS-1):0] to_row = alike ? i_block_rows[$(ROW_BITS-1):0] - 1'b1 : sees_row;
    integer group;
    always @(posedge clk) begin
        if (i_first)
            row <= $(ROW_BITS+1)'d0;
        if (i_step)
            row <= row + 1'b1;
        scan_row <= row[$(ROW_BITS-1):0];
        seen_row <= scan_row;
        low <= from_clip;
        high <= to_clip;
        if (i_clear) begin
            o_mask <= $(TILE_KEYS)'d0;
            o_group_any <= $(KEY_GROUPS)'d0;
        end else begin
            o_mask <= o_mask | sees_key;
            for (group = 0; group < $(KEY_GROUPS); group = group + 1)
                if (sees_group[group]) begin
                    o_group_any[group] <= 1'b1;
                    if (!o_group_any[group])
                        o_group_from[group*$(ROW_BITS) +: $(ROW_BITS)] <= sees_row;
                    o_group_to[group*$(ROW_BITS) +: $(ROW_BITS)] <= to_row;
                end
        end
        if (rst) begin
            scan_valid <= 1'b0;
            seen_valid <= 1'b0;
        end else begin
            scan_valid <= i_step;
            seen_valid <= scan_valid;
        end
    end
endmodule
`default_nettype wire
