//% -- SPDX-License-Identifier: Apache-2.0
// Entries of the window carry the place of their rows in the ring, from which the lane reads. A key leaves the ring when it has entered.
// A variant of sofa_follow_slots.
//% built("value_hold", 1)
`default_nettype none
module sofa_follow_words (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  i_load,
    input  wire                  i_load1,         // one cycle later
    input  wire [$(WINDOW-1):0]       i_entry_move,
    input  wire [$(WINDOW-1):0]       i_entry_load,
    output wire [$(WINDOW*ENTRY_PLACE_BITS-1):0] o_entry_slot,
    output wire                  o_v_space        // pulse: rows have left the ring
);
    reg  [$(RING_BITS-1):0] head, place;
    always @(posedge clk) begin
        place <= head;
        if (rst)
            head <= $(RING_BITS)'d0;
        else
            head <= head + $(ext("i_load", 1, RING_BITS));
    end
    sofa_entry_list #(.BITS($(ENTRY_PLACE_BITS))) u_places (
        .clk(clk), .i_load(i_entry_load), .i_move(i_entry_move), .i_word(place), .o_words(o_entry_slot));
    assign o_v_space = i_load1;
endmodule
`default_nettype wire
