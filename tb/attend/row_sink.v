// SPDX-License-Identifier: Apache-2.0
// A store that takes the rows of a normalisation unit with random pauses, and reads the words of the row that it took last in random order,
// some of them again. o_done: o_data is a whole row.
`default_nettype none
module row_sink #(
    parameter SEED = 1
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_row_valid,
    output reg                  o_row_ready,
    input  wire                 i_row_bank,
    input  wire [$(ROW_BITS-1):0] i_row,
//% if OUTPUT_WORDS then
    output wire                 o_read,          // only of a row that has been taken
    output reg  [$(NORM_WORD_BITS-1):0] o_read_index,
//% end
    input  wire [$(NORM_DATA_BITS-1):0] i_data,
    output wire                 o_idle,          // every row that has been taken is done
    output reg                  o_done,
    output reg                  o_bank,
    output reg  [$(ROW_BITS-1):0] o_row,
    output reg  [$(HEAD_DIM*16-1):0] o_data
);
    integer             seed, now;
    wire                popped = i_row_valid && o_row_ready;
    initial seed = SEED;
    // mostly ready, mostly not or anything between, for a while
    function chance(input integer of_ten);
        chance = $unsigned($random(seed)) % 10 < of_ten;
    endfunction
    wire [31:0]         often = now / 300 * 7 % 4 * 3 + 1;
    always @(posedge clk) begin
        now <= rst ? 0 : now + 1;
        if (popped) begin
            o_bank <= i_row_bank;
            o_row <= i_row;
        end
    end
//% if OUTPUT_WORDS then
    reg                 asks, taken, whole, read; // whole: the row that was taken last
    reg  [$(NORM_WORD_BITS-1):0] index;
    reg  [$(NORM_WORDS-1):0] seen;               // words
    assign o_read = asks && (popped || taken);
    assign o_idle = whole;
    always @(posedge clk) begin
        if (read) begin
            o_data[index*$(PORT_BITS) +: $(PORT_BITS)] <= i_data;
            seen[index] = 1'b1;
        end
        o_done <= !rst && !whole && &seen;
        if (rst || (!whole && &seen))
            whole <= 1'b1;
        taken <= !rst && (taken || popped);
        if (popped) begin
            whole <= 1'b0;
            seen = $(NORM_WORDS)'d0;
        end
        read <= o_read && !rst;
        index <= o_read_index;
        asks <= chance(7);
        o_read_index <= $unsigned($random(seed)) % $(NORM_WORDS);
        o_row_ready <= whole && !popped && chance(often);
    end
//% else
    assign o_idle = 1'b1;
    always @(posedge clk) begin
        o_done <= popped && !rst;
        o_data <= i_data;
        o_row_ready <= chance(often);
    end
//% end
endmodule
`default_nettype wire
