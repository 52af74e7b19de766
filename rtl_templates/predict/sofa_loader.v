//% -- SPDX-License-Identifier: Apache-2.0
// Walks the passes of the tiles in order (tile, key group, dimension slice) and loads the K^ slice of each into the shadow operands of
// the array, $(LOAD_KEYS) key(s) a cycle, while the pass before is running. A pass waits until the keys of its group have arrived.
// o_pass_* describes the loaded pass until i_pass_taken. A tile without visible keys is a pass without beats (o_pass_none).
`default_nettype none
module sofa_loader (
    input  wire               clk,
    input  wire               rst,
    // tile slots, filled in order 0, 1, 2, 0 ...
    input  wire               i_tile,
    input  wire [$(TILE_SLOTS*KEY_NUMBER_BITS-1):0] i_info_base,
    input  wire [$(TILE_SLOTS-1):0] i_info_bank,
    input  wire [$(TILE_SLOTS-1):0] i_info_seen,
    input  wire [$(TILE_SLOTS*KEY_GROUPS-1):0]  i_info_group_any,
    input  wire [$(TILE_SLOTS*KEY_GROUPS*ROW_BITS-1):0] i_info_group_from,
    input  wire [$(TILE_SLOTS*KEY_GROUPS*ROW_BITS-1):0] i_info_group_to,
    // arrival of keys
    input  wire               i_key_valid,
    input  wire [1:0]         i_key_slot,
    input  wire [$(INDEX_BITS-1):0]   i_key,
    input  wire               i_key_last,
    // reads of the K^ memory: data one cycle later, into columns $(LOAD_KEYS) * o_column + n of the shadow
    output wire [1:0]         o_read_slot,
    output wire [$(INDEX_BITS-1):0]   o_read_key,
    output wire [$(DIM_SLICE_BITS-1):0]   o_read_slice,
    output wire               o_read,
    output wire [$(COLUMN_BITS-1):0]   o_column,
    // pass
    output reg                o_pass_valid,
    input  wire               i_pass_taken,
    output reg                o_pass_none,
    output reg                o_pass_bank,
    output reg  [$(KEY_NUMBER_BITS-1):0] o_pass_base,    // first key of its tile
    output reg  [$(KEY_GROUP_BITS-1):0]   o_pass_group,
    output reg  [$(ROW_BITS-1):0]   o_pass_from,     // first and last row that sees the group
    output reg  [$(ROW_BITS-1):0]   o_pass_to,
    output reg  [$(DIM_SLICE_BITS-1):0]   o_pass_slice,
    output reg                o_pass_first,    // of the tile
    output reg                o_pass_last,
    output wire               o_waiting,       // for keys
    output wire               o_loaded,        // pulse: all passes of a tile have been loaded; its slot
    output wire [1:0]         o_loaded_slot
);
//% -- first key of a group; what the size of a group is taken times to find the key after it
//% local function first_key(group)
//%   local size = lit(INDEX_BITS, PREDICT_KEYS % (1 << INDEX_BITS))
//%   return KEY_GROUPS > 1 and ext(group, KEY_GROUP_BITS, INDEX_BITS) .. " * " .. size or lit(INDEX_BITS, 0)
//% end
//% local past_group = KEY_GROUPS > 1 and "(" .. ext("lowest", KEY_GROUP_BITS, INDEX_BITS+1) .. " + 1'b1) * " or ""
    localparam [2:0] TILE = 3'd0, GROUP = 3'd1, WAIT = 3'd2, KEYS = 3'd3, POST = 3'd4;
    reg  [2:0]        state;
    reg  [1:0]        tiles;          // filled and not finished
    reg  [1:0]        slot;
    reg  [$(KEY_GROUPS-1):0]   todo;           // groups of the tile, the present one included
    reg               first;
    reg  [$(KEY_GROUP_BITS-1):0]  group;
    reg  [$(DIM_SLICE_BITS-1):0]  slice;
    reg  [$(COLUMN_BITS-1):0]  column;
    reg  [$(INDEX_BITS-1):0]  key;
    wire              post = state == POST && (!o_pass_valid || i_pass_taken);
    wire              last_slice = slice == $(DIM_SLICE_BITS)'d$(DIM_SLICES-1);
    wire [$(KEY_GROUPS-1):0]   rest = todo & (todo - $(KEY_GROUPS)'d1);
    wire              none = !($(pick("i_info_seen", 1, TILE_SLOTS, "slot", 2)));
    wire [$(KEY_GROUPS*ROW_BITS-1):0] slot_from = $(pick("i_info_group_from", KEY_GROUPS*ROW_BITS, TILE_SLOTS, "slot", 2));
    wire [$(KEY_GROUPS*ROW_BITS-1):0] slot_to = $(pick("i_info_group_to", KEY_GROUPS*ROW_BITS, TILE_SLOTS, "slot", 2));
    wire              last_pass = none || (last_slice && rest == $(KEY_GROUPS)'d0);
    wire              finish = post && last_pass;

    reg  [$(KEY_GROUP_BITS-1):0]  lowest;
    integer place;
    always @* begin
        lowest = $(KEY_GROUP_BITS)'d0;
        for (place = $(KEY_GROUPS-1); place >= 0; place = place - 1)
            if (todo[place])
                lowest = place[$(KEY_GROUP_BITS-1):0];
    end

    reg  [$(INDEX_BITS):0]    beyond;         // the group's keys
    wire              here;
    sofa_arrival u_arrival (.i_filling(i_tile), .o_here(here), .*);

    assign o_read = state == KEYS;
    assign o_read_slot = slot;
    assign o_read_key = key;
    assign o_read_slice = slice;
    assign o_column = column;
    assign o_waiting = state == WAIT && !here;
    assign o_loaded = finish;
    assign o_loaded_slot = slot;

    always @(posedge clk) begin
        case (state)
            TILE: begin
                todo <= $(pick("i_info_group_any", KEY_GROUPS, TILE_SLOTS, "slot", 2));
                first <= 1'b1;
                slice <= $(DIM_SLICE_BITS)'d0;
            end
            GROUP: begin
                group <= lowest;
                key <= $(first_key("lowest"));
                beyond <= $(past_group)$(lit(INDEX_BITS+1, PREDICT_KEYS));
                column <= $(COLUMN_BITS)'d0;
            end
            KEYS: begin
                key <= key + $(lit(INDEX_BITS, LOAD_KEYS));
                column <= $(next_of("column", COLUMN_BITS, PREDICT_KEYS // LOAD_KEYS));
            end
            POST: if (post) begin
                key <= $(first_key("group"));
                first <= 1'b0;
                slice <= last_slice ? $(DIM_SLICE_BITS)'d0 : slice + 1'b1;
                if (last_slice)
                    todo <= rest;
            end
            default: ;
        endcase
        if (post) begin
            o_pass_none <= none;
            o_pass_bank <= $(pick("i_info_bank", 1, TILE_SLOTS, "slot", 2));
            o_pass_base <= $(pick("i_info_base", KEY_NUMBER_BITS, TILE_SLOTS, "slot", 2));
            o_pass_group <= group;
            o_pass_from <= $(selected("slot_from", "group", ROW_BITS, KEY_GROUPS));
            o_pass_to <= $(selected("slot_to", "group", ROW_BITS, KEY_GROUPS));
            o_pass_slice <= slice;
            o_pass_first <= first;
            o_pass_last <= last_pass;
        end
        if (rst) begin
            state <= TILE;
            tiles <= 2'd0;
            slot <= 2'd0;
            o_pass_valid <= 1'b0;
        end else begin
            case (state)
                TILE: if (tiles != 2'd0)
                    state <= none ? POST : GROUP;
                GROUP: state <= WAIT;
                // the shadow is free once the pass before has been taken
                WAIT: if (here && (!o_pass_valid || i_pass_taken))
                    state <= KEYS;
                KEYS: if (column == $(COLUMN_BITS)'d$(PREDICT_KEYS//LOAD_KEYS-1))
                    state <= POST;
                POST: if (post)
                    state <= last_pass ? TILE : last_slice ? GROUP : WAIT;
                default: state <= TILE;
            endcase
            tiles <= tiles + {1'b0, i_tile} - {1'b0, finish};
            if (finish)
                slot <= $(next_slot("slot"));
            o_pass_valid <= post || (o_pass_valid && !i_pass_taken);
        end
    end
endmodule
`default_nettype wire
