// Takes the query rows of a job as they arrive: encodes them for prediction and writes them into the lanes, $(d.beats) chunk(s) a row on
// $(d.query_buses) bus(es). A block's rows alternate between two banks; o_ready tells that all rows of a bank's block are in place.
// Throughput: a row a cycle while a bus is free. Handshake: valid/ready. Codes equal sofa_encode_query().
//% local D, QW, N, B, LANES, LR, NB, QB, RB = cfg.head_dim, cfg.data.query_bits, cfg.attend.width, d.beats, cfg.attend.lanes, d.lane_rows, d.query_buses, cfg.query_block, d.row_bits
//% local BB, JB = clog2(B), clog2(LR)
//% local AB = 1 + JB + BB
//% local LB, UB = math.max(1, clog2(LANES)), math.max(1, clog2(NB))
`default_nettype none
module sofa_queries (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_start,
    input  wire [31:0]          i_rows,
    input  wire                 i_block_retired,
    input  wire                 i_row_valid,
    output wire                 o_row_ready,
    input  wire [$(D*QW-1):0]   i_row,
    output reg  [1:0]           o_ready,
    // codes
    output wire                 o_code_we,
    output reg  [$(RB):0]       o_code_row,      // {bank, row}
    output wire [$(D*4+3):0]    o_code,          // {exponent, codes}
    // lanes
    output wire [$(LANES-1):0]  o_query_we,
    output wire [$(NB*AB-1):0]  o_query_addr,
    output wire [$(NB*N*QW-1):0] o_query
);
    // ---- place of the row at hand ----
    reg  [31:0]     left;
    reg  [$(RB-1):0] row;
    reg             bank, retire_bank;
    reg  [$(LB-1):0] lane;
//% if JB > 0 then
    reg  [$(JB-1):0] lane_row;
//% end
    reg  [$(UB-1):0] bus;
    wire            take = i_row_valid && o_row_ready;
    wire            block_end = row == $(RB)'d$(QB-1) || left == 32'd1;
    wire            lane_end = lane == $(LB)'d$(LANES-1);
    always @(posedge clk)
        if (rst) begin
            left <= 32'd0;
            row <= $(RB)'d0;
            bank <= 1'b0;
            retire_bank <= 1'b0;
            lane <= $(LB)'d0;
//% if JB > 0 then
            lane_row <= $(JB)'d0;
//% end
            bus <= $(UB)'d0;
        end else begin
            if (i_start)
                left <= i_rows;
            else if (take)
                left <= left - 32'd1;
            if (i_block_retired)
                retire_bank <= !retire_bank;
            if (take) begin
                row <= block_end ? $(RB)'d0 : row + 1'b1;
                bank <= bank ^ block_end;
                lane <= block_end || lane_end ? $(LB)'d0 : lane + 1'b1;
                bus <= block_end || lane_end || bus == $(UB)'d$(NB-1) ? $(UB)'d0 : bus + 1'b1;
//% if JB > 0 then
                if (block_end)
                    lane_row <= $(JB)'d0;
                else if (lane_end)
                    lane_row <= lane_row + 1'b1;
//% end
            end
        end

    // ---- codes ----
    reg  [$(RB):0] row1;
    sofa_encode u_encode (
        .clk(clk), .rst(rst), .i_valid(take), .i_row(i_row),
        .o_valid(o_code_we), .o_codes(o_code[$(D*4-1):0]), .o_exponent(o_code[$(D*4+3):$(D*4)]));
    always @(posedge clk) begin
        row1 <= {bank, row};
        o_code_row <= row1;
    end

    // ---- buses ----
    reg  [$(NB-1):0] end_of_block;    // the row on the bus is its block's last
    wire [$(NB-1):0] last_beat, bus_bank;
//% local free = {}
//% for u = 0, NB - 1 do
    reg              busy_$(u), bank_$(u);
    reg  [$(LB-1):0] lane_$(u);
    reg  [$(B*N*QW-1):0] data_$(u);
//%   if JB > 0 then
    reg  [$(JB-1):0] lane_row_$(u);
//%   end
//%   if B > 1 then
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
            lane_$(u) <= lane;
            end_of_block[$(u)] <= block_end;
            data_$(u) <= $(ext("i_row", D*QW, B*N*QW));
//%   if JB > 0 then
            lane_row_$(u) <= lane_row;
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
    assign o_query_addr[$(u*AB) +: $(AB)] = {bank_$(u)$(JB > 0 and ", lane_row_" .. u or "")$(B > 1 and ", beat_" .. u or "")};
    assign o_query[$(u*N*QW) +: $(N*QW)] = data_$(u)[$(N*QW-1):0];
//%   free[#free+1] = "(bus == " .. UB .. "'d" .. u .. " && free_" .. u .. ")"
//% end
    assign o_row_ready = left != 32'd0 && ($(table.concat(free, " || ")));
//% for l = 0, LANES - 1 do
    assign o_query_we[$(l)] = busy_$(l % NB) && lane_$(l % NB) == $(LB)'d$(l);
//% end

    // ---- blocks in place; the encoder takes longer than a single beat ----
    reg  [1:0] placed1, placed2;
    wire [$(NB-1):0] placed = last_beat & end_of_block;
    always @(posedge clk)
        if (rst) begin
            o_ready <= 2'b00;
            placed1 <= 2'b00;
            placed2 <= 2'b00;
        end else begin
            placed1 <= {|(placed & bus_bank), |(placed & ~bus_bank)};
            placed2 <= placed1;
            o_ready <= (o_ready & ~{i_block_retired && retire_bank, i_block_retired && !retire_bank}) | placed2;
        end
endmodule
`default_nettype wire
