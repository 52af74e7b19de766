//% -- SPDX-License-Identifier: Apache-2.0
// Writes finished rows: address, one burst of $(d.output_beats) beat(s) a row, byte strobes on the tail.
//% local far = d.store_time > 1      -- the row is taken a cycle after it may be
//% built("store_time", d.far_reads == 1 and d.norm_units == 1 and 2 or 1)
// Rows of $(d.norm_units) queue(s), the lowest first. Latency $(latency("store", d.store_time)) cycle(s), throughput one beat a cycle. Handshake: valid/ready on all ports;
// write responses are always accepted and counted (o_idle: none outstanding). With i_halt no new row is taken.
//% local A, P, D, RB, NU, OB = cfg.memory.address_bits, cfg.memory.port_bits, cfg.head_dim, d.row_bits, d.norm_units, d.output_beats
//% local BYTES, BB = d.port_bytes, math.max(1, clog2(d.output_beats))
//% local direct = d.output_words == 1
//% local OUT = OB >= 8 and 3 or 16   -- four long rows are as many as any memory needs under way
//% local tail = D * 2 - (OB - 1) * BYTES     -- bytes of the last beat
`default_nettype none
module sofa_store (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_halt,
    output wire                 o_idle,
    output wire                 o_error,
    input  wire [$(2*A-1):0]    i_base,        // of the block in each bank
    input  wire [$(A-1):0]      i_stride,
    input  wire [$(NU-1):0]     i_row_valid,
    output wire [$(NU-1):0]     o_row_ready,
    input  wire [$(NU-1):0]     i_row_bank,
    input  wire [$(NU*RB-1):0]  i_row,
//% if direct then
    output wire                 o_read,        // word of the row being taken or taken last
    output wire [$(BB-1):0]     o_read_index,
    input  wire [$(P-1):0]      i_data,        // one cycle later
//% else
    input  wire [$(NU*D*16-1):0] i_data,
//% end
    output reg  [1:0]           o_stored,      // pulse: address of a row of the bank is taken
    output wire                 o_beat,
    output wire [$(clog2(BYTES+1)-1):0] o_bytes, // written with this beat
    // memory
    output reg                  o_req_valid,
    input  wire                 i_req_ready,
    output reg  [$(A-1):0]      o_req_addr,
    output wire [7:0]           o_req_len,
    output reg                  o_data_valid,
    input  wire                 i_data_ready,
    output wire [$(P-1):0]      o_data,
    output wire [$(BYTES-1):0]  o_strb,
    output wire                 o_last,
    input  wire                 i_resp_valid,
    input  wire                 i_resp_error
);
    // ---- choose a row: its address and beats ----
    wire                sent = o_data_valid && i_data_ready;
    wire                asked = !o_req_valid || i_req_ready;
    wire                done = !o_data_valid || (i_data_ready && o_last);
    reg  [$(OUT-1):0]   outstanding;
//% if far then
    reg                 take;
    always @(posedge clk) take <= |i_row_valid && asked && done && !i_halt && !outstanding[$(OUT-1)] && !take && !rst;
//% else
    wire                take = |i_row_valid && asked && done && !i_halt && !outstanding[$(OUT-1)];
//% end
    wire [$(NU-1):0]    lowest = i_row_valid & (~i_row_valid + $(NU)'d1);
    assign o_row_ready = lowest & {$(NU){take}};
//% local function choose(name, width)
//%   local t = {}
//%   for u = 0, NU - 1 do t[#t+1] = NU == 1 and name or "({" .. width .. "{lowest[" .. u .. "]}} & " .. name .. "[" .. (u*width) .. " +: " .. width .. "])" end
//%   return table.concat(t, " | ")
//% end
    wire                bank = |(lowest & i_row_bank);
    wire [$(RB-1):0]    row = $(choose("i_row", RB));
//% if far then
    reg  [$(A-1):0]     offset;        // a row offered stands since the cycle before it is taken
    always @(posedge clk) offset <= $(ext("row", RB, A)) * i_stride;
//% else
    wire [$(A-1):0]     offset = $(ext("row", RB, A)) * i_stride;
//% end
    wire [$(A-1):0]     base = bank ? i_base[$(2*A-1):$(A)] : i_base[$(A-1):0];
    reg  [$(BB-1):0]    beat;
    assign o_req_len = 8'd$(OB-1);
//% if direct then
    assign o_read = take || sent;
    assign o_read_index = take ? $(BB)'d0 : beat + 1'b1;
    assign o_data = i_data;
//% else
    wire [$(D*16-1):0]  data = $(choose("i_data", D*16));
    reg  [$(OB*P-1):0]  beats;
    assign o_data = beats[$(P-1):0];
    always @(posedge clk)
        if (take)
            beats <= $(OB*P > D*16 and "{" .. (OB*P-D*16) .. "'d0, data}" or "data");
//%   if OB > 1 then
        else if (sent)
            beats <= {$(P)'d0, beats[$(OB*P-1):$(P)]};
//%   end
//% end
    assign o_last = beat == $(BB)'d$(OB-1);
//% if tail < BYTES then
    assign o_strb = o_last ? {$(BYTES-tail)'d0, {$(tail){1'b1}}} : {$(BYTES){1'b1}};
//% else
    assign o_strb = {$(BYTES){1'b1}};
//% end
    assign o_beat = sent;
    assign o_bytes = o_last ? $(lit(clog2(BYTES+1), tail)) : $(lit(clog2(BYTES+1), BYTES));

    always @(posedge clk) begin
        if (take) begin
            o_req_addr <= base + offset;
            beat <= $(BB)'d0;
        end else if (sent) begin
            beat <= beat + 1'b1;
        end
        if (rst) begin
            o_req_valid <= 1'b0;
            o_data_valid <= 1'b0;
            o_stored <= 2'b00;
        end else begin
            o_stored <= {take && bank, take && !bank};
            if (take)
                o_req_valid <= 1'b1;
            else if (i_req_ready)
                o_req_valid <= 1'b0;
            if (take)
                o_data_valid <= 1'b1;
            else if (i_data_ready && o_last)
                o_data_valid <= 1'b0;
        end
    end

    // ---- responses ----
    always @(posedge clk)
        if (rst)
            outstanding <= $(OUT)'d0;
        else
            outstanding <= outstanding + {$(OUT-1)'d0, take} - {$(OUT-1)'d0, i_resp_valid};
    assign o_idle = $(far and "!take && " or "")!o_req_valid && !o_data_valid && outstanding == $(OUT)'d0;
    assign o_error = i_resp_valid && i_resp_error;
endmodule
`default_nettype wire
