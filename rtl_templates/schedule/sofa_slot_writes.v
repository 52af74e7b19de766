//% -- SPDX-License-Identifier: Apache-2.0
// The window's K and V rows on their way into the memories that each lane has of the window's slots (sofa_operands_copies).
// sofa_slot_registers has the same ports. Combinational, no handshake.
`default_nettype none
module sofa_slot_writes (
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
    output wire [$(KEY_BUS_BITS-1):0] o_keys,          // $(SLOT_KEY.names())
    output wire [$(VALUE_BUS_BITS-1):0] o_values
);
    assign o_keys = $(SLOT_KEY.pack{write = "i_load1", slot = "i_put_index", row = "i_k_row"});
    assign o_values = $(SLOT_VALUE.pack{write = "i_v_write", slot = "i_v_write_slot", row = "i_v_row"});
    wire             unused = &{1'b0, clk, rst, i_load, i_put, i_v_read, i_v_read_slot};
endmodule
`default_nettype wire
