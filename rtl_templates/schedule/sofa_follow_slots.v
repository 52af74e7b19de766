//% -- SPDX-License-Identifier: Apache-2.0
//% local time = d.value_hold - 1
// The V side of the window behind its K side: the V row of a key that enters (i_load) is read from the ring $(time) cycles later
// (o_v_read), and written into the key's slot in the cycle after (o_v_write), when its place is free again.
`default_nettype none
module sofa_follow_slots (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_load,
    input  wire [$(SLOT_BITS-1):0]      i_load_index,    // its slot, one cycle later
    input  wire [$(WINDOW*SLOT_BITS-1):0] i_slots,
    output wire [$(WINDOW*SLOT_BITS-1):0] o_entry_slot,    // entries are told by their slots
    output wire                  o_v_read,
    output wire [$(SLOT_BITS-1):0]      o_v_read_slot,
    output reg                   o_v_write,
    output wire [$(SLOT_BITS-1):0]      o_v_write_slot,
    output wire                  o_v_space        // pulse: rows have left the ring
);
$(travel({{"follow", 1, time, "i_load", reset = true}, {"follow_slot", SLOT_BITS, time, "i_load_index"}}))
    assign o_entry_slot = i_slots;
    assign o_v_read = follow_$(time);
    assign o_v_read_slot = follow_slot_$(time-1);
    assign o_v_write_slot = follow_slot_$(time);
    assign o_v_space = o_v_write;
    always @(posedge clk)
        o_v_write <= o_v_read && !rst;
endmodule
`default_nettype wire
