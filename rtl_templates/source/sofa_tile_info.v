//% -- SPDX-License-Identifier: Apache-2.0
// What is known of the tiles in the machine, by tile slot: written when a slot is filled (i_fill), in the next cycle if units talk through
// registers; o_tile and o_seen (a visible key) tell it in the next cycle.
//% local early, late = {{"filled", 2, "i_slot"}}, {}
//% for _, field in ipairs(TILE_INFO) do table.insert(field.late and late or early, {field.name, field.bits, "i_" .. field.name}) end
`default_nettype none
module sofa_tile_info (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_fill,
    input  wire [1:0]       i_slot,
//% for _, field in ipairs(TILE_INFO) do
    input  wire $(width_of(field.bits))i_$(field.name),
    output reg  [$(TILE_SLOTS*field.bits-1):0] o_info_$(field.name),
//% end
    output reg              o_tile,          // pulse: the next slot is filled
    output reg              o_seen           // pulse: a tile with visible keys
);
$(staged(REGISTERED_LINKS, early))
$(staged(false, late))
    wire             write = $(REGISTERED_LINKS and "o_tile" or "i_fill");
    always @(posedge clk) begin
//% for slot = 0, TILE_SLOTS - 1 do
        if (write && filled == 2'd$(slot)) begin
//%   for _, field in ipairs(TILE_INFO) do
            $(nth("o_info_" .. field.name, slot, field.bits)) <= $(field.name);
//%   end
        end
//% end
        if (rst) begin
            o_tile <= 1'b0;
            o_seen <= 1'b0;
        end else begin
            o_tile <= i_fill;
            o_seen <= i_fill && i_seen;
        end
    end
endmodule
`default_nettype wire
