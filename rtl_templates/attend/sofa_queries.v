//% -- SPDX-License-Identifier: Apache-2.0
// Takes the query rows of a job as they arrive: encodes them for prediction and writes them into the lanes, $(BEATS) chunk(s) a row on
// $(QUERY_BUSES) bus(es). A block's rows alternate between two banks; o_ready tells that all rows of a bank's block are in place.
// Throughput: a row a cycle while a bus is free. Handshake: valid/ready. Codes equal sofa_encode_query().
//% -- WORD_MEMORIES: a single lane; words of word_elements elements
//% local word_elements = PORT_BITS // QUERY_BITS
//% local lane_bits, bus_bits = math.max(1, clog2(LANES)), math.max(1, clog2(QUERY_BUSES))
`default_nettype none
module sofa_queries (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_start,
    input  wire [$(ROWS_BITS-1):0]     i_rows,
    input  wire                 i_block_retired,
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
//% if WORD_MEMORIES then
    output wire [$(ROW_BITS):0]       o_code_row,      // {bank, row}
    output wire [$(QUERY_WORD_BITS-1):0]     o_code_index,
    output wire [$(word_elements*6-1):0]    o_code,          // {sign, not zero, place of the leading one} of each element of a word
    output reg                  o_exponent_we,
    output reg  [$(ROW_BITS):0]       o_exponent_row,
    output reg  [3:0]           o_exponent,
//% else
    output reg  [$(ROW_BITS):0]       o_code_row,      // {bank, row}
    output wire [$(HEAD_DIM*4+3):0]    o_code,          // {exponent, codes}
//% end
    // lanes
    output wire [$(LANES-1):0]  o_query_we,
//% if QUERY_IN_WORDS then
    output wire [$(LANE_ROW_BITS+QUERY_WORD_BITS):0]    o_query_addr,    // {bank, row of the lane, word}
    output wire [$(PORT_BITS-1):0]      o_query
//% else
    output wire [$(QUERY_BUSES*CHUNK_PLACE_BITS-1):0]  o_query_addr,
    output wire [$(QUERY_BUSES*WIDTH*QUERY_BITS-1):0] o_query
//% end
);
    // ---- place of the row at hand ----
    reg  [$(ROWS_BITS-1):0]     left;
    reg                  more;        // left is not 0
    reg  [$(ROW_BITS-1):0] row;
    reg             bank, retire_bank;
//% if not QUERY_IN_WORDS then
    reg  [$(lane_bits-1):0] lane;
    reg  [$(bus_bits-1):0] bus;
//% end
//% if LANE_ROW_BITS > 0 then
    reg  [$(LANE_ROW_BITS-1):0] lane_row;
//% end
    wire            take = i_row_valid && o_row_ready;
    wire            block_end = row == $(ROW_BITS)'d$(QUERY_BLOCK-1) || left == $(ROWS_BITS)'d1;
//% if not QUERY_IN_WORDS then
    wire            lane_end = lane == $(lane_bits)'d$(LANES-1);
//% end
    always @(posedge clk)
        if (rst) begin
            left <= $(ROWS_BITS)'d0;
            more <= 1'b0;
            row <= $(ROW_BITS)'d0;
            bank <= 1'b0;
            retire_bank <= 1'b0;
//% if LANE_ROW_BITS > 0 then
            lane_row <= $(LANE_ROW_BITS)'d0;
//% end
//% if not QUERY_IN_WORDS then
            lane <= $(lane_bits)'d0;
            bus <= $(bus_bits)'d0;
//% end
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
//% if not QUERY_IN_WORDS then
                lane <= block_end || lane_end ? $(lane_bits)'d0 : lane + 1'b1;
                bus <= block_end || lane_end || bus == $(bus_bits)'d$(QUERY_BUSES-1) ? $(bus_bits)'d0 : bus + 1'b1;
//% end
//% if LANE_ROW_BITS > 0 then
                if (block_end)
                    lane_row <= $(LANE_ROW_BITS)'d0;
                else$(QUERY_IN_WORDS and "" or " if (lane_end)")
                    lane_row <= lane_row + 1'b1;
//% end
            end
        end

//% if QUERY_IN_WORDS then
    // ---- words, a cycle before their row or in the same: to the lane as they
    // are$(WORD_MEMORIES and ", to prediction as signs and leading ones" or "") ----
    wire [$(LANE_ROW_BITS):0]   place = $(LANE_ROW_BITS > 0 and "{bank, lane_row}" or "bank");
    assign o_query_we = i_word_valid;
    assign o_query_addr = {place, i_word_index};
    assign o_query = i_word;
//% end
//% if WORD_MEMORIES then
    assign o_code_we = i_word_valid;
    assign o_code_row = {bank, row};
    assign o_code_index = i_word_index;
    function [3:0] leading(input [$(QUERY_BITS-1):0] x);
        integer b;
        begin
            leading = 4'd0;
            for (b = 0; b < $(QUERY_BITS); b = b + 1)
                if (x[b])
                    leading = b[3:0];
        end
    endfunction
    reg  [$(QUERY_BITS-1):0] ones, any;        // or-ed magnitudes: of the row so far, of the word
//%   for i = 0, word_elements - 1 do
//%     local high_bit, low_bit = i*QUERY_BITS + QUERY_BITS - 1, i*QUERY_BITS
    wire [$(QUERY_BITS-1):0] magnitude_$(i) = i_word[$(high_bit)] ? -i_word[$(high_bit):$(low_bit)] : i_word[$(high_bit):$(low_bit)];
    assign o_code[$(i*6) +: 6] = {i_word[$(high_bit)], magnitude_$(i) != $(QUERY_BITS)'d0, leading(magnitude_$(i))};
//%   end
//%   -- what fills a row's last word up is not of the row
//%   local last_elements = (HEAD_DIM - 1) % word_elements + 1
//%   if last_elements < word_elements then
    wire last_word = i_word_index == $(lit(QUERY_WORD_BITS, d.query_beats - 1));
//%   end
    always @* begin
        any = $(QUERY_BITS)'d0;
//%   for i = 0, word_elements - 1 do
        any = any | $(i < last_elements and "magnitude_" .. i or "(magnitude_" .. i .. " & {" .. QUERY_BITS .. "{!last_word}})");
//%   end
    end
    reg              taken;
    reg  [$(ROW_BITS):0]   taken_row;
    always @(posedge clk) begin
        if (i_word_valid)
            ones <= any | (i_word_index == $(QUERY_WORD_BITS)'d0 ? $(QUERY_BITS)'d0 : ones);
        taken_row <= {bank, row};
        o_exponent_row <= taken_row;
        taken <= take && !rst;
        o_exponent_we <= taken && !rst;
        o_exponent <= leading(ones);
    end
    reg [$(BEAT_BITS-1):0] beat;
    reg             busy, end_of_block, bus_bank;
    wire            last_beat = busy && beat == $(BEAT_BITS)'d$(BEATS-1);
    wire            placed = last_beat && end_of_block;
    always @(posedge clk) begin
        beat <= take ? $(BEAT_BITS)'d0 : beat + 1'b1;
        if (take) begin
            end_of_block <= block_end;
            bus_bank <= bank;
        end
        busy <= !rst && (take || (busy && !last_beat));
    end
    assign o_row_ready = more && (!busy || last_beat);
//% else
    // ---- codes ----
    reg  [$(ROW_BITS):0] row1;
    sofa_encode u_encode (
        .clk(clk), .rst(rst), .i_valid(take),
            $(REGISTERED_LINKS and ".i_word_valid(i_word_valid), .i_word_index(i_word_index), .i_word(i_word)" or ".i_row(i_row)"),
        .o_valid(o_code_we), .o_codes(o_code[$(HEAD_DIM*4-1):0]), .o_exponent(o_code[$(HEAD_DIM*4+3):$(HEAD_DIM*4)]));
    always @(posedge clk) begin
        if (take)
            row1 <= {bank, row};
        o_code_row <= row1;
    end

//% if REGISTERED_LINKS then
    // ---- a row is in the lane with its last word ----
    reg              end_of_block, last_beat, bus_bank;
    always @(posedge clk) begin
        end_of_block <= block_end;
        bus_bank <= bank;
        last_beat <= take && !rst;
    end
    assign o_row_ready = more;
//% else
    // ---- buses ----
    reg  [$(QUERY_BUSES-1):0] end_of_block;    // the row on the bus is its block's last
    wire [$(QUERY_BUSES-1):0] last_beat, bus_bank;
//% local free = {}
//% for u = 0, QUERY_BUSES - 1 do
    reg              busy_$(u), bank_$(u);
//%   if BEATS > 1 then
    reg  [$(lane_bits-1):0] lane_$(u);
    reg  [$(BEATS*WIDTH*QUERY_BITS-1):0] data_$(u);
//%     if LANE_ROW_BITS > 0 then
    reg  [$(LANE_ROW_BITS-1):0] lane_row_$(u);
//%     end
    reg  [$(BEAT_BITS-1):0] beat_$(u);
    assign last_beat[$(u)] = busy_$(u) && beat_$(u) == $(BEAT_BITS)'d$(BEATS-1);
//%   else
    assign last_beat[$(u)] = busy_$(u);
//%   end
    assign bus_bank[$(u)] = bank_$(u);
    wire             free_$(u) = !busy_$(u) || last_beat[$(u)];
    wire             load_$(u) = take && bus == $(bus_bits)'d$(u);
    always @(posedge clk) begin
        if (load_$(u)) begin
            bank_$(u) <= bank;
            end_of_block[$(u)] <= block_end;
//%   if BEATS > 1 then
            lane_$(u) <= lane;
            data_$(u) <= $(ext("i_row", HEAD_DIM*QUERY_BITS, BEATS*WIDTH*QUERY_BITS));
//%     if LANE_ROW_BITS > 0 then
            lane_row_$(u) <= lane_row;
//%     end
//%   end
        end$(BEATS > 1 and " else" or "")
//%   if BEATS > 1 then
            data_$(u) <= {$(WIDTH*QUERY_BITS)'d0, data_$(u)[$(BEATS*WIDTH*QUERY_BITS-1):$(WIDTH*QUERY_BITS)]};
        if (load_$(u))
            beat_$(u) <= $(BEAT_BITS)'d0;
        else
            beat_$(u) <= beat_$(u) + 1'b1;
//%   end
        if (rst)
            busy_$(u) <= 1'b0;
        else
            busy_$(u) <= load_$(u) || (busy_$(u) && !last_beat[$(u)]);
    end
//%   if BEATS > 1 then
    assign o_query_addr[$(u*CHUNK_PLACE_BITS) +: $(CHUNK_PLACE_BITS)] =
        {bank_$(u)$(LANE_ROW_BITS > 0 and ", lane_row_" .. u or ""), beat_$(u)};
    assign o_query[$(u*WIDTH*QUERY_BITS) +: $(WIDTH*QUERY_BITS)] = data_$(u)[$(WIDTH*QUERY_BITS-1):0];
//%   else
    assign o_query_addr = {bank$(LANE_ROW_BITS > 0 and ", lane_row" or "")};
    assign o_query = $(ext("i_row", HEAD_DIM*QUERY_BITS, WIDTH*QUERY_BITS));
//%   end
//%   free[#free+1] = "(bus == " .. bus_bits .. "'d" .. u .. " && free_" .. u .. ")"
//% end
    assign o_row_ready = more && ($(table.concat(free, " || ")));
//% for l = 0, LANES - 1 do
    assign o_query_we[$(l)] = $(BEATS > 1 and "busy_" .. l % QUERY_BUSES .. " && lane_" .. l % QUERY_BUSES or "take && lane") ==
        $(lane_bits)'d$(l);
//% end
//% end

//% end
    // ---- blocks in place: the lanes' last beat, and the cycles that the encoder takes longer ----
//% local placed_time = d.placed_time
    reg  [$(2*placed_time-1):0] placed_at;
//% if not WORD_MEMORIES then
    wire [$(QUERY_BUSES-1):0] placed = last_beat & end_of_block;
//% end
    always @(posedge clk)
        if (rst) begin
            o_ready <= 2'b00;
            placed_at <= $(2*placed_time)'d0;
        end else begin
            placed_at <= {placed_at[$(2*placed_time-3):0], |(placed & bus_bank), |(placed & ~bus_bank)};
            o_ready <= (o_ready & ~{i_block_retired && retire_bank, i_block_retired && !retire_bank}) |
                placed_at[$(2*placed_time-1):$(2*placed_time-2)];
        end
endmodule
`default_nettype wire
