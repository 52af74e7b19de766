//% -- SPDX-License-Identifier: Apache-2.0
//% if not WORD_MEMORIES then skip() end
// V rows in a memory of port words, from which the lane reads; entries carry {room, index} of their K row and the place of their V row.
// A row's place is requested again (o_v_space) when its key has entered: there are enough for the lane to be done with it first.
// Latency of a read: one cycle. In place of sofa_prefetch, sofa_follow and the slots of rows.
//% built("value_hold", 1)
`default_nettype none
module sofa_value_words (
    input  wire                  clk,
    input  wire                  rst,
    // V rows in issue order
    input  wire                  i_v_valid,
//% for _, port in ipairs(value_ports()) do
    input  wire $(width_of(port[2]))i_$(port[1]),
//% end
    output wire                  o_v_space,       // pulse: a row has left
    // keys
    input  wire                  i_load,
    input  wire                  i_load1,
    input  wire                  i_tile_end,      // pulse: the tile's last key has entered
    input  wire [$(INDEX_BITS-1):0]      i_index,         // of the key in its tile
    // entries
    input  wire [$(WINDOW-1):0]       i_entry_move,
    input  wire [$(WINDOW-1):0]       i_entry_load,
    input  wire [$(WINDOW*SLOT_BITS-1):0] i_slots,
    output wire [$(WINDOW*ENTRY_PLACE_BITS-1):0] o_entry_slot,
    input  wire [$(VALUE_PLACE_BITS+VALUE_WORD_BITS-1):0] i_value_addr,    // {row, word}
    output wire [$(PORT_BITS-1):0]       o_value
);
    reg  [$(KEY_ROOM_BITS-1):0] room;              // of the tile whose keys enter
    reg  [$(VALUE_PLACE_BITS-1):0] v_put, v_get;
    reg  [$(ENTRY_PLACE_BITS-1):0] place;
    always @(posedge clk) begin
        place <= {room, i_index, v_get};
        if (rst) begin
            room <= $(KEY_ROOM_BITS)'d0;
            v_put <= $(VALUE_PLACE_BITS)'d0;
            v_get <= $(VALUE_PLACE_BITS)'d0;
        end else begin
            if (i_tile_end)
                room <= $(next_of("room", KEY_ROOM_BITS, d.key_rooms));
            v_put <= v_put + $(ext("i_v_valid", 1, VALUE_PLACE_BITS));
            v_get <= v_get + $(ext("i_load", 1, VALUE_PLACE_BITS));
        end
    end
    sofa_entry_list #(.BITS($(ENTRY_PLACE_BITS))) u_places (
        .clk(clk), .i_load(i_entry_load), .i_move(i_entry_move), .i_word(place), .o_words(o_entry_slot));
    wire             unused_slots = &{1'b0, i_slots};
    assign o_v_space = i_load1;
    sofa_ram #(.WIDTH($(PORT_BITS)), .DEPTH($(d.value_rooms << VALUE_WORD_BITS)), .ABITS($(VALUE_PLACE_BITS+VALUE_WORD_BITS))) u_values (
        .clk(clk), .i_we(i_word_valid), .i_waddr({v_put, i_word_index}), .i_wdata(i_word), .i_re(1'b1), .i_raddr(i_value_addr),
        .o_rdata(o_value));
endmodule
`default_nettype wire
