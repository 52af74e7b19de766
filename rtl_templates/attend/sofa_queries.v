//% -- SPDX-License-Identifier: Apache-2.0
// Takes the query rows of a job as they arrive: encodes them for prediction and writes them into the lanes, $(BEATS) chunk(s) a row on
// $(QUERY_BUSES) bus(es). A block's rows alternate between two banks; o_ready tells that all rows of a bank's block are in place.
// Throughput: a row a cycle while a bus is free. Handshake: valid/ready. Codes equal sofa_encode_query().
`default_nettype none
module sofa_queries (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_start,
    input  wire [$(ROWS_BITS-1):0]     i_rows,
    input  wire                 i_block_retired,
    output wire                 o_idle,
    input  wire                 i_row_valid,
    output wire                 o_row_ready,
//% if QUERY_IN_WORDS then
    input  wire                 i_word_valid,
    input  wire [$(QUERY_WORD_BITS-1):0]     i_word_index,
    input  wire [$(PORT_BITS-1):0]      i_word,
//% else
    input  wire [$(HEAD_DIM*QUERY_BITS-1):0]   i_row,
//% end
    output reg  [1:0]           o_ready,
    // codes
    output wire                 o_code_we,
    output wire [$(ROW_BITS):0]       o_code_row,      // {bank, row}
//% if WORD_MEMORIES then
    output wire [$(QUERY_WORD_BITS-1):0]     o_code_index,
    output wire [$(PORT_BITS//QUERY_BITS*6-1):0]    o_code,          // {sign, not zero, place of the leading one} of each element of a word
    output wire                 o_exponent_we,
    output wire [$(ROW_BITS):0]       o_exponent_row,
    output wire [3:0]           o_exponent,
//% else
    output wire [$(HEAD_DIM*4+3):0]    o_code,          // {exponent, codes}
//% end
    // lanes
    output wire [$(LANES-1):0]  o_query_we,
    output wire [$(QUERY_BUSES*QUERY_PLACE_BITS-1):0]  o_query_addr,    // {row of the lane, bank, chunk or word}
    output wire [$(QUERY_BUSES*LANE_QUERY_BITS-1):0] o_query
);
//% local lane_row_bits = math.max(1, LANE_ROW_BITS)
    // ---- place of the row at hand ----
    reg  [$(ROWS_BITS-1):0]     left;
    reg                  more;        // left is not 0
    reg  [$(ROW_BITS-1):0] row;
    reg             bank, retire_bank;
    reg  [$(lane_row_bits-1):0] lane_row;
    wire            take = i_row_valid && o_row_ready;
    wire            block_end = row == $(ROW_BITS)'d$(QUERY_BLOCK-1) || left == $(ROWS_BITS)'d1;
    wire [$(ROW_BITS):0] number = {bank, row};
    wire [$(LANE_PLACE_BITS-1):0] place = $(join(LANE_ROW_BITS > 0 and "lane_row" or "", "bank"));
    wire            unused_lane_row = &{1'b0, lane_row};
    wire [$(QUERY_BUSES-1):0] placed, placed_bank;
    wire .*;
    always @(posedge clk)
        if (rst) begin
            left <= $(ROWS_BITS)'d0;
            more <= 1'b0;
            row <= $(ROW_BITS)'d0;
            bank <= 1'b0;
            retire_bank <= 1'b0;
            lane_row <= $(lane_row_bits)'d0;
        end else begin
            if (i_start) begin
                left <= i_rows;
                more <= 1'b1;
            end else if (take) begin
                left <= left - $(ROWS_BITS)'d1;
                more <= left != $(ROWS_BITS)'d1;
            end
            if (i_block_retired)
                retire_bank <= !retire_bank;
            if (take) begin
                row <= block_end ? $(ROW_BITS)'d0 : row + 1'b1;
                bank <= bank ^ block_end;
                if (block_end)
                    lane_row <= $(lane_row_bits)'d0;
                else if (lane_end)
                    lane_row <= lane_row + 1'b1;
            end
        end
    assign o_row_ready = more && free;
    assign o_idle = !more;

    // ---- into the lanes ----
    sofa_query_$(QUERY_WAY) u_way (.*);

//% if not WORD_MEMORIES then
    // ---- codes ----
    reg  [$(ROW_BITS):0] encoded, code_row;
    sofa_encode u_encode (
        .i_valid(take), .o_valid(o_code_we), .o_codes(o_code[$(HEAD_DIM*4-1):0]), .o_exponent(o_code[$(HEAD_DIM*4+3):$(HEAD_DIM*4)]), .*);
    always @(posedge clk) begin
        if (take)
            encoded <= number;
        code_row <= encoded;
    end
    assign o_code_row = code_row;

//% end
    // ---- blocks in place: the lanes' last beat, and the cycles that the encoder takes longer ----
//% local placed_time = d.placed_time
    reg  [$(2*placed_time-1):0] placed_at;
    always @(posedge clk)
        if (rst) begin
            o_ready <= 2'b00;
            placed_at <= $(2*placed_time)'d0;
        end else begin
            placed_at <= {placed_at[$(2*placed_time-3):0], |(placed & placed_bank), |(placed & ~placed_bank)};
            o_ready <= (o_ready & ~{i_block_retired && retire_bank, i_block_retired && !retire_bank}) |
                placed_at[$(2*placed_time-1):$(2*placed_time-2)];
        end
endmodule
`default_nettype wire
