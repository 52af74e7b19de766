//% -- SPDX-License-Identifier: Apache-2.0
// The window's K and V rows in memories, read by the single lane: a whole row two cycles after its slot's number.
//% local memory_parts = math.ceil(WIDTH / 8)
`default_nettype none
module sofa_slot_memories (
    input  wire                  clk,
    input  wire                  rst,
    // K and V rows of keys that enter
    input  wire                  i_load,
    input  wire                  i_load1,
    input  wire [$(WINDOW-1):0]       i_put,           // slot of K, one-hot, and its number
    input  wire [$(SLOT_BITS-1):0]      i_put_index,
    input  wire [$(HEAD_DIM*KEY_BITS-1):0] i_k_row,
    input  wire                  i_v_read,        // a V row is read, into this slot
    input  wire [$(SLOT_BITS-1):0]      i_v_read_slot,
    input  wire                  i_v_write,       // in the cycle after
    input  wire [$(SLOT_BITS-1):0]      i_v_write_slot,
    input  wire [$(HEAD_DIM*VALUE_BITS-1):0] i_v_row,
    // lanes
    input  wire [$(SLOT_BITS-1):0]      i_key_slot,
    output wire [$(WIDTH*KEY_BITS-1):0] o_key,
    input  wire [$(SLOT_BITS-1):0]      i_value_slot,
    output wire [$(WIDTH*VALUE_BITS-1):0] o_value
);
    wire             unused_late = &{1'b0, i_load1, i_put, i_v_write, i_v_write_slot};
    sofa_spread #(.WIDTH($(WIDTH*KEY_BITS)), .PARTS($(memory_parts)), .DEPTH($(WINDOW)), .ABITS($(SLOT_BITS))) u_key_slots (
        .clk(clk), .i_we(i_load && !rst), .i_waddr(i_put_index), .i_wdata($(ext("i_k_row", HEAD_DIM*KEY_BITS, WIDTH*KEY_BITS))),
        .i_raddr(i_key_slot), .o_rdata(o_key));
    sofa_spread #(.WIDTH($(WIDTH*VALUE_BITS)), .PARTS($(memory_parts)), .DEPTH($(WINDOW)), .ABITS($(SLOT_BITS))) u_value_slots (
        .clk(clk), .i_we(i_v_read && !rst), .i_waddr(i_v_read_slot),
        .i_wdata($(ext("i_v_row", HEAD_DIM*VALUE_BITS, WIDTH*VALUE_BITS))),
        .i_raddr(i_value_slot), .o_rdata(o_value));
endmodule
`default_nettype wire
