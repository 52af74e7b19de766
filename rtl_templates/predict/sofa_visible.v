//% -- SPDX-License-Identifier: Apache-2.0
// What the row of a beat sees of a key group: keys o_low .. o_high - 1 of it, three cycles after issue.
// i_NAME_2 belongs to the beat issued two cycles ago. Latency: $(latency("visible", 3)) cycles from issue. Handshake: none.
`default_nettype none
module sofa_visible (
    input  wire               clk,
    input  wire               rst,
    input  wire               i_has_ranges,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_keys,
    input  wire [$(TILE_BITS-1):0] i_tile_keys,
    // ranges of the rows of two blocks
    input  wire               i_range_we,
    input  wire [$(ROW_BITS):0] i_range_row,
    input  wire [$(2*KEY_NUMBER_BITS-1):0] i_range,
    // beat
    input  wire               i_bank,
    input  wire [$(ROW_BITS-1):0] i_row,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_base,     // first key of the tile
    input  wire [$(TILE_BITS-1):0] i_group_key,      // of the group, in the tile
    input  wire               i_valid_2,
//% if ORDERS then
    input  wire               i_end_2,
    input  wire               i_final_2,             // of the row's beats of the group
    input  wire               i_bank_2,
    input  wire [$(ROW_BITS-1):0] i_row_2,
//% end
    output reg                o_sees,
    output reg                o_first,               // no group before it is seen
    output reg                o_last,                // none after it
    output reg                o_new,                 // the row's first tile of the block
    output reg  [$(KEY_COUNT_BITS-1):0] o_low,       // in the group
    output reg  [$(KEY_COUNT_BITS-1):0] o_high,
    output reg  [$(INDEX_BITS-1):0] o_key            // first of the group
);
    // ---- a cycle after issue: keys low .. high-1 of the tile are visible to the row ----
    wire [$(2*KEY_NUMBER_BITS-1):0] range;
    sofa_ram #(.WIDTH($(2*KEY_NUMBER_BITS)), .DEPTH($(2 << ROW_BITS)), .ABITS($(ROW_BITS+1))) u_ranges (
        .clk(clk), .i_we(i_range_we), .i_waddr(i_range_row), .i_wdata(i_range), .i_re(1'b1), .i_raddr({i_bank, i_row}), .o_rdata(range));
    reg  [$(KEY_NUMBER_BITS-1):0] base;
    reg  [$(TILE_BITS-1):0]   group_key1, group_key;
    always @(posedge clk) begin
        base <= i_base;
        group_key1 <= i_group_key;
        group_key <= group_key1;
    end
    wire [$(KEY_NUMBER_BITS-1):0] first_key = i_has_ranges ? range[$(KEY_NUMBER_BITS-1):0] : $(KEY_NUMBER_BITS)'d0;
    wire [$(KEY_NUMBER_BITS-1):0] visible = i_has_ranges ? range[$(2*KEY_NUMBER_BITS-1):$(KEY_NUMBER_BITS)] : i_keys;
//% local base_wide = ext("base", KEY_NUMBER_BITS, TILE_END_BITS)
    wire [$(TILE_END_BITS-1):0] from_base = $(ext("first_key", KEY_NUMBER_BITS, TILE_END_BITS)) - $(base_wide);
    wire [$(TILE_END_BITS-1):0] to_base = $(ext("visible", KEY_NUMBER_BITS, TILE_END_BITS)) - $(base_wide);
    wire [$(TILE_END_BITS-1):0] tile_wide = $(ext("i_tile_keys", TILE_BITS, TILE_END_BITS));
    reg  [$(TILE_BITS-1):0]   low, high;
    always @(posedge clk) begin
        low <= from_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : from_base > tile_wide ? i_tile_keys : from_base[$(TILE_BITS-1):0];
        high <= to_base[$(TILE_END_BITS-1)] ? $(TILE_BITS)'d0 : to_base > tile_wide ? i_tile_keys : to_base[$(TILE_BITS-1):0];
    end

    // ---- a cycle later: what of the group ----
    wire [$(TILE_BITS):0]     group_end = {1'b0, group_key} + $(TILE_BITS+1)'d$(PREDICT_KEYS);
    wire [$(TILE_BITS-1):0]   low_in = low - group_key;
    wire [$(TILE_BITS-1):0]   high_in = high - group_key;
    wire                      unused_in = &{1'b0, low_in, high_in};
    wire                      sees = low < high && {1'b0, low} < group_end && high > group_key;
    wire                      sees_last = {1'b0, high} <= group_end;
//% if ORDERS then
    // rows of the block that have had a tile; blocks stand in the banks in turn
    reg  [$(QUERY_BLOCK-1):0] met;
    reg                       met_bank;
    wire [$(QUERY_BLOCK-1):0] met_now = met & {$(QUERY_BLOCK){met_bank == i_bank_2}};
    wire                      is_new = !met_now[i_row_2];
    wire                      meets = i_valid_2 && sees && sees_last && i_final_2;
    always @(posedge clk)
        if (rst)
            met <= $(QUERY_BLOCK)'d0;
        else if (i_valid_2 || i_end_2) begin
            met_bank <= i_bank_2;
            met <= met_now | ($(ext("meets", 1, QUERY_BLOCK)) << i_row_2);
        end
//% else
    reg                       is_new;                // the row's first key is in the tile
    always @(posedge clk) is_new <= !from_base[$(TILE_END_BITS-1)];
    wire                      unused_rst = rst;
//% end
    always @(posedge clk) begin
        o_sees <= sees && i_valid_2;
        o_first <= low >= group_key;
        o_last <= sees_last;
        o_new <= is_new;
        o_low <= low <= group_key ? $(KEY_COUNT_BITS)'d0 : $(ext("low_in", TILE_BITS, KEY_COUNT_BITS));
        o_high <= {1'b0, high} >= group_end ? $(KEY_COUNT_BITS)'d$(PREDICT_KEYS) : $(ext("high_in", TILE_BITS, KEY_COUNT_BITS));
        o_key <= $(ext("group_key", TILE_BITS, INDEX_BITS));
    end
endmodule
`default_nettype wire
