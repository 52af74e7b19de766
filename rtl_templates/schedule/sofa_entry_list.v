//% -- SPDX-License-Identifier: Apache-2.0
// A value for each entry of the window, by age: entry i_load takes i_word, entries i_move take what the one behind them has.
// Latency: one cycle.
`default_nettype none
module sofa_entry_list #(
    parameter BITS = 4
) (
    input  wire                  clk,
    input  wire [$(WINDOW-1):0]       i_load,
    input  wire [$(WINDOW-1):0]       i_move,
    input  wire [BITS-1:0]       i_word,
    output reg  [$(WINDOW)*BITS-1:0] o_words
);
    // what would move into the last entry is nothing
    wire [$(WINDOW+1)*BITS-1:0] behind = {{BITS{1'b0}}, o_words};
    integer entry;
    always @(posedge clk)
        for (entry = 0; entry < $(WINDOW); entry = entry + 1)
            if (i_load[entry])
                o_words[entry*BITS +: BITS] <= i_word;
            else if (i_move[entry])
                o_words[entry*BITS +: BITS] <= behind[(entry+1)*BITS +: BITS];
endmodule
`default_nettype wire
