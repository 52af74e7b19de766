//% -- SPDX-License-Identifier: Apache-2.0
//% if WORD_MEMORIES then skip() end
//% local time = d.value_hold - 1
// The V side of the window behind its K side: the V row of a key that enters (i_load) is read from the prefetch buffer $(time) cycles later
// (o_v_read), and written into the key's slot in the cycle after (o_v_write), when its place is free again.
`default_nettype none
module sofa_follow (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_load,
    input  wire [$(SLOT_BITS-1):0]      i_load_index,    // its slot, one cycle later
    input  wire [$(WINDOW*SLOT_BITS-1):0] i_slots,
    output wire [$(WINDOW*SLOT_BITS-1):0] o_entry_slot,    // entries are told by their slots
    output wire                  o_v_read,
    output wire [$(VALUE_PLACE_BITS-1):0] o_v_get,         // its place, and that of the next cycle
    output wire [$(VALUE_PLACE_BITS-1):0] o_v_get_next,
    output wire [$(SLOT_BITS-1):0]      o_v_read_slot,
    output reg                   o_v_write,
    output wire [$(SLOT_BITS-1):0]      o_v_write_slot,
    output wire                  o_v_space        // pulse: a row has left the prefetch buffer
);
$(travel({{"follow", 1, time, "i_load", reset = true}, {"follow_slot", SLOT_BITS, time, "i_load_index"}}))
    reg  [$(VALUE_PLACE_BITS-1):0] v_get;
    assign o_entry_slot = i_slots;
    assign o_v_read = follow_$(time);
    assign o_v_read_slot = follow_slot_$(time-1);
    assign o_v_write_slot = follow_slot_$(time);
    assign o_v_space = o_v_write;
    assign o_v_get = v_get;
    assign o_v_get_next = rst ? $(VALUE_PLACE_BITS)'d0 : !o_v_read ? v_get : $(next_of("v_get", VALUE_PLACE_BITS, PREFETCH));
    always @(posedge clk) begin
        v_get <= o_v_get_next;
        o_v_write <= o_v_read && !rst;
    end
endmodule
`default_nettype wire
