//% -- SPDX-License-Identifier: Apache-2.0
// Query rows on their way into a lane that puts their words together itself: a row's words come before i_take or with it, and go to the
// lane as they are. A row is in the lane with its last word; the next may be taken at once.
// o_placed: the last row of a block is in place, of the bank o_placed_bank. sofa_query_words and sofa_query_buses do it otherwise.
`default_nettype none
module sofa_query_links (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_take,
    input  wire                 i_block_end,     // with the last row of a block
    input  wire [$(LANE_PLACE_BITS-1):0] i_place,         // {row of the lane, bank}
    output wire                 o_lane_end,      // the next row goes to another row of the lane
    output wire                 o_free,          // the next row may be taken
    output wire                 o_placed,
    output wire                 o_placed_bank,
    input  wire                 i_word_valid,
    input  wire [$(QUERY_WORD_BITS-1):0] i_word_index,
    input  wire [$(PORT_BITS-1):0] i_word,
    output wire                 o_query_we,
    output wire [$(QUERY_PLACE_BITS-1):0] o_query_addr,
    output wire [$(PORT_BITS-1):0] o_query
);
    assign o_lane_end = 1'b1;
    assign o_free = 1'b1;
    assign o_query_we = i_word_valid;
    assign o_query_addr = {i_place, i_word_index};
    assign o_query = i_word;
$(travel({{"take", 1, 1, "i_take", reset = true}, {"end", 1, 1, "i_block_end"}, {"bank", 1, 1, "i_place[0]"}}))
    assign o_placed = take_1 && end_1;
    assign o_placed_bank = bank_1;
endmodule
`default_nettype wire
