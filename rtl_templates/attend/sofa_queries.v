//% -- SPDX-License-Identifier: Apache-2.0
// Takes the query rows of a job as they arrive: encodes them for prediction and writes them into the lanes, $(d.beats) chunk(s) a row on
// $(d.query_buses) bus(es). A block's rows alternate between two banks; o_ready tells that all rows of a bank's block are in place.
// Throughput: a row a cycle while a bus is free. Handshake: valid/ready. Codes equal sofa_encode_query().
//% local D, QW, N, B, LANES, LR, NB, QB, RB = cfg.head_dim, cfg.data.query_bits, cfg.attend.width, d.beats, cfg.attend.lanes, d.lane_rows, d.query_buses, cfg.query_block, d.row_bits
//% local BB, JB = clog2(B), clog2(LR)
//% local AB = 1 + JB + BB
//% -- narrow: a single lane; words of E elements
//% local narrow, P, QH = d.narrow == 1, cfg.memory.port_bits, clog2(d.query_beats)
//% local E = P // QW
//% local far = d.far_reads == 1
//% local words = narrow or far     -- a row comes word by word; a single lane
//% local LB, UB = math.max(1, clog2(LANES)), math.max(1, clog2(NB))
//% local RW = d.rows_bits
`default_nettype none
module sofa_queries (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_start,
    input  wire [$(RW-1):0]     i_rows,
    input  wire                 i_block_retired,
    input  wire                 i_row_valid,
    output wire                 o_row_ready,
//% if words then
    input  wire                 i_word_valid,
    input  wire [$(QH-1):0]     i_word_index,
    input  wire [$(P-1):0]      i_word,
//% else
    input  wire [$(D*QW-1):0]   i_row,
//% end
    output reg  [1:0]           o_ready,
    // codes
    output wire                 o_code_we,
//% if narrow then
    output wire [$(RB):0]       o_code_row,      // {bank, row}
    output wire [$(QH-1):0]     o_code_index,
    output wire [$(E*6-1):0]    o_code,          // {sign, not zero, place of the leading one} of each element of a word
    output reg                  o_exponent_we,
    output reg  [$(RB):0]       o_exponent_row,
    output reg  [3:0]           o_exponent,
//% else
    output reg  [$(RB):0]       o_code_row,      // {bank, row}
    output wire [$(D*4+3):0]    o_code,          // {exponent, codes}
//% end
    // lanes
    output wire [$(LANES-1):0]  o_query_we,
//% if words then
    output wire [$(JB+QH):0]    o_query_addr,    // {bank, row of the lane, word}
    output wire [$(P-1):0]      o_query
//% else
    output wire [$(NB*AB-1):0]  o_query_addr,
    output wire [$(NB*N*QW-1):0] o_query
//% end
);
    // ---- place of the row at hand ----
    reg  [$(RW-1):0]     left;
    reg                  more;        // left is not 0
    reg  [$(RB-1):0] row;
    reg             bank, retire_bank;
//% if not words then
    reg  [$(LB-1):0] lane;
    reg  [$(UB-1):0] bus;
//% end
//% if JB > 0 then
    reg  [$(JB-1):0] lane_row;
//% end
    wire            take = i_row_valid && o_row_ready;
    wire            block_end = row == $(RB)'d$(QB-1) || left == $(RW)'d1;
//% if not words then
    wire            lane_end = lane == $(LB)'d$(LANES-1);
//% end
    always @(posedge clk)
        if (rst) begin
            left <= $(RW)'d0;
            more <= 1'b0;
            row <= $(RB)'d0;
            bank <= 1'b0;
            retire_bank <= 1'b0;
//% if JB > 0 then
            lane_row <= $(JB)'d0;
//% end
//% if not words then
            lane <= $(LB)'d0;
            bus <= $(UB)'d0;
//% end
        end else begin
            if (i_start) begin
                left <= i_rows;
                more <= 1'b1;
            end else if (take) begin
                left <= left - $(RW)'d1;
                more <= left != $(RW)'d1;
            end
            if (i_block_retired)
                retire_bank <= !retire_bank;
            if (take) begin
                row <= block_end ? $(RB)'d0 : row + 1'b1;
                bank <= bank ^ block_end;
//% if not words then
                lane <= block_end || lane_end ? $(LB)'d0 : lane + 1'b1;
                bus <= block_end || lane_end || bus == $(UB)'d$(NB-1) ? $(UB)'d0 : bus + 1'b1;
//% end
//% if JB > 0 then
                if (block_end)
                    lane_row <= $(JB)'d0;
                else$(words and "" or " if (lane_end)")
                    lane_row <= lane_row + 1'b1;
//% end
            end
        end

//% if words then
    // ---- words, a cycle before their row or in the same: to the lane as they are$(narrow and ", to prediction as signs and leading ones" or "") ----
    wire [$(JB):0]   place = $(JB > 0 and "{bank, lane_row}" or "bank");
    assign o_query_we = i_word_valid;
    assign o_query_addr = {place, i_word_index};
    assign o_query = i_word;
//% end
//% if narrow then
    assign o_code_we = i_word_valid;
    assign o_code_row = {bank, row};
    assign o_code_index = i_word_index;
    function [3:0] leading(input [$(QW-1):0] x);
        integer b;
        begin
            leading = 4'd0;
            for (b = 0; b < $(QW); b = b + 1)
                if (x[b])
                    leading = b[3:0];
        end
    endfunction
    reg  [$(QW-1):0] ones, any;        // or-ed magnitudes: of the row so far, of the word
//%   for i = 0, E - 1 do
//%     local hi, lo = i*QW + QW - 1, i*QW
    wire [$(QW-1):0] magnitude_$(i) = i_word[$(hi)] ? -i_word[$(hi):$(lo)] : i_word[$(hi):$(lo)];
    assign o_code[$(i*6) +: 6] = {i_word[$(hi)], magnitude_$(i) != $(QW)'d0, leading(magnitude_$(i))};
//%   end
    always @* begin
        any = $(QW)'d0;
//%   for i = 0, E - 1 do
        any = any | magnitude_$(i);
//%   end
    end
    reg              taken;
    reg  [$(RB):0]   taken_row;
    always @(posedge clk) begin
        if (i_word_valid)
            ones <= any | (i_word_index == $(QH)'d0 ? $(QW)'d0 : ones);
        taken_row <= {bank, row};
        o_exponent_row <= taken_row;
        taken <= take && !rst;
        o_exponent_we <= taken && !rst;
        o_exponent <= leading(ones);
    end
    reg [$(BB-1):0] beat;
    reg             busy, end_of_block, bus_bank;
    wire            last_beat = busy && beat == $(BB)'d$(B-1);
    wire            placed = last_beat && end_of_block;
    always @(posedge clk) begin
        beat <= take ? $(BB)'d0 : beat + 1'b1;
        if (take) begin
            end_of_block <= block_end;
            bus_bank <= bank;
        end
        busy <= !rst && (take || (busy && !last_beat));
    end
    assign o_row_ready = more && (!busy || last_beat);
//% else
    // ---- codes ----
    reg  [$(RB):0] row1;
    sofa_encode u_encode (
        .clk(clk), .rst(rst), .i_valid(take), $(far and ".i_word_valid(i_word_valid), .i_word_index(i_word_index), .i_word(i_word)" or ".i_row(i_row)"),
        .o_valid(o_code_we), .o_codes(o_code[$(D*4-1):0]), .o_exponent(o_code[$(D*4+3):$(D*4)]));
    always @(posedge clk) begin
        if (take)
            row1 <= {bank, row};
        o_code_row <= row1;
    end

//% if far then
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
    reg  [$(NB-1):0] end_of_block;    // the row on the bus is its block's last
    wire [$(NB-1):0] last_beat, bus_bank;
//% local free = {}
//% for u = 0, NB - 1 do
    reg              busy_$(u), bank_$(u);
//%   if B > 1 then
    reg  [$(LB-1):0] lane_$(u);
    reg  [$(B*N*QW-1):0] data_$(u);
//%     if JB > 0 then
    reg  [$(JB-1):0] lane_row_$(u);
//%     end
    reg  [$(BB-1):0] beat_$(u);
    assign last_beat[$(u)] = busy_$(u) && beat_$(u) == $(BB)'d$(B-1);
//%   else
    assign last_beat[$(u)] = busy_$(u);
//%   end
    assign bus_bank[$(u)] = bank_$(u);
    wire             free_$(u) = !busy_$(u) || last_beat[$(u)];
    wire             load_$(u) = take && bus == $(UB)'d$(u);
    always @(posedge clk) begin
        if (load_$(u)) begin
            bank_$(u) <= bank;
            end_of_block[$(u)] <= block_end;
//%   if B > 1 then
            lane_$(u) <= lane;
            data_$(u) <= $(ext("i_row", D*QW, B*N*QW));
//%     if JB > 0 then
            lane_row_$(u) <= lane_row;
//%     end
//%   end
        end$(B > 1 and " else" or "")
//%   if B > 1 then
            data_$(u) <= {$(N*QW)'d0, data_$(u)[$(B*N*QW-1):$(N*QW)]};
        if (load_$(u))
            beat_$(u) <= $(BB)'d0;
        else
            beat_$(u) <= beat_$(u) + 1'b1;
//%   end
        if (rst)
            busy_$(u) <= 1'b0;
        else
            busy_$(u) <= load_$(u) || (busy_$(u) && !last_beat[$(u)]);
    end
//%   if B > 1 then
    assign o_query_addr[$(u*AB) +: $(AB)] = {bank_$(u)$(JB > 0 and ", lane_row_" .. u or ""), beat_$(u)};
    assign o_query[$(u*N*QW) +: $(N*QW)] = data_$(u)[$(N*QW-1):0];
//%   else
    assign o_query_addr = {bank$(JB > 0 and ", lane_row" or "")};
    assign o_query = $(ext("i_row", D*QW, N*QW));
//%   end
//%   free[#free+1] = "(bus == " .. UB .. "'d" .. u .. " && free_" .. u .. ")"
//% end
    assign o_row_ready = more && ($(table.concat(free, " || ")));
//% for l = 0, LANES - 1 do
    assign o_query_we[$(l)] = $(B > 1 and "busy_" .. l % NB .. " && lane_" .. l % NB or "take && lane") == $(LB)'d$(l);
//% end
//% end

//% end
    // ---- blocks in place: the lanes' last beat, and the cycles that the encoder takes longer ----
//% local PT = d.placed_time
    reg  [$(2*PT-1):0] placed_at;
//% if not narrow then
    wire [$(NB-1):0] placed = last_beat & end_of_block;
//% end
    always @(posedge clk)
        if (rst) begin
            o_ready <= 2'b00;
            placed_at <= $(2*PT)'d0;
        end else begin
            placed_at <= {placed_at[$(2*PT-3):0], |(placed & bus_bank), |(placed & ~bus_bank)};
            o_ready <= (o_ready & ~{i_block_retired && retire_bank, i_block_retired && !retire_bank}) | placed_at[$(2*PT-1):$(2*PT-2)];
        end
endmodule
`default_nettype wire
