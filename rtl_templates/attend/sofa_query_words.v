//% -- SPDX-License-Identifier: Apache-2.0
// Query rows on their way into a lane that keeps them in memories of port words: a row's words come a cycle before i_take or with it, and
// go to the lane as they are, to prediction as signs and leading ones, then the exponent of the row. A row is taken every $(BEATS) cycles
// at most. o_placed: the last row of a block is in place, of the bank o_placed_bank. sofa_query_links and sofa_query_buses do it
// otherwise. Codes and exponent equal sofa_encode_query().
//% local word_elements = PORT_BITS // QUERY_BITS
`default_nettype none
module sofa_query_words (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_take,
    input  wire                 i_block_end,     // with the last row of a block
    input  wire [$(ROW_BITS):0] i_number,        // {bank, row}
    input  wire [$(LANE_PLACE_BITS-1):0] i_place,         // {row of the lane, bank}
    output wire                 o_lane_end,      // the next row goes to another row of the lane
    output wire                 o_free,          // the next row may be taken
    output wire                 o_placed,
    output wire                 o_placed_bank,
    input  wire                 i_word_valid,
    input  wire [$(QUERY_WORD_BITS-1):0] i_word_index,
    input  wire [$(PORT_BITS-1):0] i_word,
    output wire                 o_code_we,
    output wire [$(ROW_BITS):0] o_code_row,
    output wire [$(QUERY_WORD_BITS-1):0] o_code_index,
    output wire [$(word_elements*6-1):0] o_code,
    output reg                  o_exponent_we,
    output reg  [$(ROW_BITS):0] o_exponent_row,
    output reg  [3:0]           o_exponent,
    output wire                 o_query_we,
    output wire [$(QUERY_PLACE_BITS-1):0] o_query_addr,
    output wire [$(PORT_BITS-1):0] o_query
);
    assign o_lane_end = 1'b1;
    assign o_query_we = i_word_valid;
    assign o_query_addr = {i_place, i_word_index};
    assign o_query = i_word;
    assign o_code_we = i_word_valid;
    assign o_code_row = i_number;
    assign o_code_index = i_word_index;

    // ---- codes, and the exponent of the row ----
    function [3:0] leading(input [$(QUERY_BITS-1):0] magnitude);
        integer place;
        begin
            leading = 4'd0;
            for (place = 0; place < $(QUERY_BITS); place = place + 1)
                if (magnitude[place])
                    leading = place[3:0];
        end
    endfunction
    reg  [$(QUERY_BITS-1):0] ones, any;        // or-ed magnitudes: of the row so far, of the word
    // what fills a row's last word up is not of the row
//% local last_elements = (HEAD_DIM - 1) % word_elements + 1
    wire last_word = i_word_index == $(lit(QUERY_WORD_BITS, d.query_beats - 1));
    wire unused_last_word = &{1'b0, last_word};
//% for element = 0, word_elements - 1 do
//%   local high_bit, low_bit = element*QUERY_BITS + QUERY_BITS - 1, element*QUERY_BITS
    wire [$(QUERY_BITS-1):0] magnitude_$(element) = i_word[$(high_bit)] ? -i_word[$(high_bit):$(low_bit)] : i_word[$(high_bit):$(low_bit)];
    assign $(nth("o_code", element, 6)) = {i_word[$(high_bit)], magnitude_$(element) != $(QUERY_BITS)'d0, leading(magnitude_$(element))};
//% end
    always @* begin
        any = $(QUERY_BITS)'d0;
//% for element = 0, word_elements - 1 do
//%   local whole = "magnitude_" .. element
        any = any | $(element < last_elements and whole or "(" .. whole .. " & {" .. QUERY_BITS .. "{!last_word}})");
//% end
    end
    reg              taken;
    reg  [$(ROW_BITS):0]   taken_row;
    always @(posedge clk) begin
        if (i_word_valid)
            ones <= any | (i_word_index == $(QUERY_WORD_BITS)'d0 ? $(QUERY_BITS)'d0 : ones);
        taken_row <= i_number;
        o_exponent_row <= taken_row;
        taken <= i_take && !rst;
        o_exponent_we <= taken && !rst;
        o_exponent <= leading(ones);
    end

    // ---- a lane takes as long as the row has chunks ----
    reg [$(BEAT_BITS-1):0] beat;
    reg             busy, end_of_block, bank;
    wire            last_beat = busy && beat == $(BEAT_BITS)'d$(BEATS-1);
    always @(posedge clk) begin
        beat <= i_take ? $(BEAT_BITS)'d0 : beat + 1'b1;
        if (i_take) begin
            end_of_block <= i_block_end;
            bank <= i_number[$(ROW_BITS)];
        end
        busy <= !rst && (i_take || (busy && !last_beat));
    end
    assign o_free = !busy || last_beat;
    assign o_placed = last_beat && end_of_block;
    assign o_placed_bank = bank;
endmodule
`default_nettype wire
