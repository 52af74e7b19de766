//% -- SPDX-License-Identifier: Apache-2.0
// Writes finished rows: address, one burst of $(d.output_beats) beat(s) a row, byte strobes on the tail.
//% local takes_late = d.store_time > 1      -- the row is taken a cycle after it may be
//% built("store_time", REGISTERED_LINKS and NORM_UNITS == 1 and 2 or 1)
// Rows of $(NORM_UNITS) queue(s), the lowest first. Latency $(latency("store", d.store_time)) cycle(s), throughput one beat a cycle.
// Handshake: valid/ready on all ports; write responses are always accepted and counted (o_idle: none outstanding). With i_halt no new row
// is taken.
//% local output_beats = d.output_beats
//% local output_beat_bits = math.max(1, clog2(d.output_beats))
//% local reads_words = d.output_words == 1
//% local outstanding_bits = output_beats >= 8 and 3 or 16   -- four long rows are as many as any memory needs under way
//% local tail = HEAD_DIM * 2 - (output_beats - 1) * PORT_BYTES     -- bytes of the last beat
`default_nettype none
module sofa_store (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 i_halt,
    output wire                 o_idle,
    output wire                 o_error,
    input  wire [$(2*ADDRESS_BITS-1):0]    i_base,        // of the block in each bank
    input  wire [1:0]           i_bank_jobs,
    input  wire [$(ADDRESS_BITS-1):0]      i_stride,
    input  wire [$(NORM_UNITS-1):0]     i_row_valid,
    output wire [$(NORM_UNITS-1):0]     o_row_ready,
    input  wire [$(NORM_UNITS-1):0]     i_row_bank,
    input  wire [$(NORM_UNITS*ROW_BITS-1):0]  i_row,
//% if reads_words then
    output wire                 o_read,        // word of the row being taken or taken last
    output wire [$(output_beat_bits-1):0]     o_read_index,
    input  wire [$(PORT_BITS-1):0]      i_data,        // one cycle later
//% else
    input  wire [$(NORM_UNITS*HEAD_DIM*16-1):0] i_data,
//% end
    output reg  [1:0]           o_stored,      // pulse: address of a row of the bank is taken
    output wire                 o_beat,
    output wire [$(clog2(PORT_BYTES+1)-1):0] o_bytes, // written with this beat
    // memory
    output reg                  o_req_valid,
    input  wire                 i_req_ready,
    output reg  [$(ADDRESS_BITS-1):0]      o_req_addr,
    output reg                  o_req_job,     // whose row it is
    output wire [7:0]           o_req_len,
    output reg                  o_data_valid,
    input  wire                 i_data_ready,
    output wire [$(PORT_BITS-1):0]      o_data,
    output wire [$(PORT_BYTES-1):0]  o_strb,
    output wire                 o_last,
    input  wire                 i_resp_valid,
    input  wire                 i_resp_error
);
    // ---- choose a row: its address and beats ----
    wire                sent = o_data_valid && i_data_ready;
    wire                asked = !o_req_valid || i_req_ready;
    wire                done = !o_data_valid || (i_data_ready && o_last);
    reg  [$(outstanding_bits-1):0]   outstanding;
//% if takes_late then
    reg                 take;
    always @(posedge clk) take <= |i_row_valid && asked && done && !i_halt && !outstanding[$(outstanding_bits-1)] && !take && !rst;
//% else
    wire                take = |i_row_valid && asked && done && !i_halt && !outstanding[$(outstanding_bits-1)];
//% end
    wire [$(NORM_UNITS-1):0]    lowest = $(lowest_of("i_row_valid", NORM_UNITS));
    assign o_row_ready = lowest & {$(NORM_UNITS){take}};
//% local function choose(name, width)
//%   local terms = {}
//%   for unit = 0, NORM_UNITS - 1 do terms[#terms+1] = NORM_UNITS == 1 and name
//%       or "({" .. width .. "{lowest[" .. unit .. "]}} & " .. name .. "[" .. (unit*width) .. " +: " .. width .. "])" end
//%   return table.concat(terms, " | ")
//% end
    wire                bank = |(lowest & i_row_bank);
    wire [$(ROW_BITS-1):0]    row = $(choose("i_row", ROW_BITS));
//% if takes_late then
    reg  [$(ADDRESS_BITS-1):0]     offset;        // a row offered stands since the cycle before it is taken
    always @(posedge clk) offset <= $(ext("row", ROW_BITS, ADDRESS_BITS)) * i_stride;
//% else
    wire [$(ADDRESS_BITS-1):0]     offset = $(ext("row", ROW_BITS, ADDRESS_BITS)) * i_stride;
//% end
    wire [$(ADDRESS_BITS-1):0]     base = bank ? i_base[$(2*ADDRESS_BITS-1):$(ADDRESS_BITS)] : i_base[$(ADDRESS_BITS-1):0];
    reg  [$(output_beat_bits-1):0]    beat;
    assign o_req_len = 8'd$(output_beats-1);
//% if reads_words then
    assign o_read = take || sent;
    assign o_read_index = take ? $(output_beat_bits)'d0 : beat + 1'b1;
    assign o_data = i_data;
//% else
    wire [$(HEAD_DIM*16-1):0]  data = $(choose("i_data", HEAD_DIM*16));
    reg  [$(output_beats*PORT_BITS-1):0]  beats;
    assign o_data = beats[$(PORT_BITS-1):0];
    always @(posedge clk)
        if (take)
            beats <= $(output_beats*PORT_BITS > HEAD_DIM*16 and "{" .. (output_beats*PORT_BITS-HEAD_DIM*16) .. "'d0, data}" or "data");
//%   if output_beats > 1 then
        else if (sent)
            beats <= {$(PORT_BITS)'d0, beats[$(output_beats*PORT_BITS-1):$(PORT_BITS)]};
//%   end
//% end
    assign o_last = beat == $(output_beat_bits)'d$(output_beats-1);
//% if tail < PORT_BYTES then
    assign o_strb = o_last ? {$(PORT_BYTES-tail)'d0, {$(tail){1'b1}}} : {$(PORT_BYTES){1'b1}};
//% else
    assign o_strb = {$(PORT_BYTES){1'b1}};
//% end
    assign o_beat = sent;
    assign o_bytes = o_last ? $(lit(clog2(PORT_BYTES+1), tail)) : $(lit(clog2(PORT_BYTES+1), PORT_BYTES));

    always @(posedge clk) begin
        if (take) begin
            o_req_addr <= base + offset;
            o_req_job <= bank ? i_bank_jobs[1] : i_bank_jobs[0];
            beat <= $(output_beat_bits)'d0;
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
            outstanding <= $(outstanding_bits)'d0;
        else
            outstanding <= outstanding + {$(outstanding_bits-1)'d0, take} - {$(outstanding_bits-1)'d0, i_resp_valid};
    assign o_idle = $(takes_late and "!take && " or "")!o_req_valid && !o_data_valid && outstanding == $(outstanding_bits)'d0;
    assign o_error = i_resp_valid && i_resp_error;

$(holds("store_take_one", at_most_one("o_row_ready")))
$(holds("store_take_offered", "~|(o_row_ready & ~i_row_valid)"))
$(stands("store_request_stands", "o_req_valid", "i_req_ready", "o_req_addr", ADDRESS_BITS))
$(stands("store_data_stands", "o_data_valid", "i_data_ready", "{o_data, o_strb, o_last}", PORT_BITS + PORT_BYTES + 1))
$(ever("take", "take"))
$(holds("store_answer_due", "!i_resp_valid || !take_ever || outstanding != " .. lit(outstanding_bits, 0)))
endmodule
`default_nettype wire
