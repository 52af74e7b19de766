//% -- SPDX-License-Identifier: Apache-2.0
// Parts of query rows that come word by word: i_valid is in the cycle of a row's last word or later, before the next row's first.
// Combinational. A variant of sofa_encode_steps.
`default_nettype none
module sofa_encode_words (
    input  wire                clk,
    input  wire                rst,
    input  wire                i_valid,
    input  wire                i_word_valid,
    input  wire [$(QUERY_WORD_BITS-1):0]    i_word_index,
    input  wire [$(ENCODE_WIDTH*QUERY_BITS-1):0]  i_word,
    output wire [$(ENCODE_WIDTH*QUERY_BITS-1):0] o_part,   // elements of this step
    output wire                o_last,   // the row's last ones
    output reg                 o_begun,  // a cycle later: not its first ones
    output reg                 o_here    // a cycle later: there were any
);
    assign o_part = i_word;
    assign o_last = i_valid;
    wire               unused = rst;
    always @(posedge clk) begin
        o_begun <= i_word_index != $(QUERY_WORD_BITS)'d0;
        o_here <= i_word_valid;
    end
endmodule
`default_nettype wire
