//% -- SPDX-License-Identifier: Apache-2.0
// Counts the rows of the two blocks in the machine that are still to be stored. A block has retired (o_retired, in order) when the last
// address of its rows has been taken; its bank is free then.
`default_nettype none
module sofa_blocks (
    input  wire           clk,
    input  wire           rst,
    input  wire           i_open,
    input  wire           i_open_bank,
    input  wire [$(ROW_BITS):0] i_open_count,
    input  wire [1:0]     i_stored,
    output reg            o_retired
);
    reg  [$(ROW_BITS):0] left0, left1;
    reg  [1:0]     open;
    reg            oldest;
    wire           empty = oldest ? left1 == $(ROW_BITS+1)'d0 : left0 == $(ROW_BITS+1)'d0;
    wire           retire = (oldest ? open[1] : open[0]) && empty;

    always @(posedge clk)
        if (rst) begin
            left0 <= $(ROW_BITS+1)'d0;
            left1 <= $(ROW_BITS+1)'d0;
            open <= 2'b00;
            oldest <= 1'b0;
            o_retired <= 1'b0;
        end else begin
            left0 <= i_open && !i_open_bank ? i_open_count : left0 - $(ext("i_stored[0]", 1, ROW_BITS+1));
            left1 <= i_open && i_open_bank ? i_open_count : left1 - $(ext("i_stored[1]", 1, ROW_BITS+1));
            open <= (open | {i_open && i_open_bank, i_open && !i_open_bank}) & ~{retire && oldest, retire && !oldest};
            oldest <= oldest ^ retire;
            o_retired <= retire;
        end

$(holds("blocks_bank_free", "!i_open || !(i_open_bank ? open[1] : open[0])"))
$(holds("blocks_row_owed", "!(i_stored[0] && ~|left0) && !(i_stored[1] && ~|left1)"))
endmodule
`default_nettype wire
