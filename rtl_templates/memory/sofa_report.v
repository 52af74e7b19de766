//% -- SPDX-License-Identifier: Apache-2.0
// Behind the writers of rows on the write channel: writes a word of 32 bits into a job's descriptor while they rest (i_report).
// Latency: $(latency("report", d.report_time)) cycles from i_report to o_reported with ideal memory; none for rows. Handshake: valid/ready
// on the channel; i_report and what comes with it stand until o_reported.
//% built("report_time", d.word_beats + 11)
//% local narrow, beat_bits = PORT_BITS < 32, math.max(1, clog2(d.word_beats))
//% local part = "i_report_word[beat * " .. PORT_BITS .. " +: " .. PORT_BITS .. "]"
//% local word = narrow and part or "{" .. PORT_BITS // 32 .. "{i_report_word}}"
//% local lane = narrow and 0 or register_named("STATUS").offset % PORT_BYTES     -- of the word in its beat
//% local strobes = lit(PORT_BYTES, (1 << math.min(4, PORT_BYTES)) - 1)
`default_nettype none
module sofa_report (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_report,
    input  wire [$(ADDRESS_BITS-1):0] i_report_addr,
    input  wire [31:0]      i_report_word,
    output wire             o_reported,      // pulse
    output wire             o_report_error,
    // writers of rows
    input  wire             i_rows_req_valid,
    output wire             o_rows_req_ready,
    input  wire [$(ADDRESS_BITS-1):0] i_rows_req_addr,
    input  wire [7:0]       i_rows_req_len,
    input  wire             i_rows_data_valid,
    output wire             o_rows_data_ready,
    input  wire [$(PORT_BITS-1):0] i_rows_data,
    input  wire [$(PORT_BYTES-1):0] i_rows_strb,
    input  wire             i_rows_last,
    output wire             o_rows_resp_valid,
    output wire             o_rows_resp_error,
    // write channel
    output wire             o_wr_req_valid,
    input  wire             i_wr_req_ready,
    output wire [$(ADDRESS_BITS-1):0] o_wr_req_addr,
    output wire [7:0]       o_wr_req_len,
    output wire             o_wr_data_valid,
    input  wire             i_wr_data_ready,
    output wire [$(PORT_BITS-1):0] o_wr_data,
    output wire [$(PORT_BYTES-1):0] o_wr_strb,
    output wire             o_wr_last,
    input  wire             i_wr_resp_valid,
    input  wire             i_wr_resp_error
);
    reg                     asked, sent;
    reg  [$(beat_bits-1):0] beat;
    wire                    last = beat == $(lit(beat_bits, d.word_beats - 1));
    always @(posedge clk)
        if (rst || !i_report || o_reported) begin
            asked <= 1'b0;
            sent <= 1'b0;
            beat <= $(lit(beat_bits, 0));
        end else begin
            asked <= asked || i_wr_req_ready;
            sent <= sent || (i_wr_data_ready && last);
            if (!sent && i_wr_data_ready && !last)
                beat <= beat + $(lit(beat_bits, 1));
        end

    assign o_wr_req_valid = i_report ? !asked : i_rows_req_valid;
    assign o_wr_req_addr = i_report ? i_report_addr : i_rows_req_addr;
    assign o_wr_req_len = i_report ? 8'd$(d.word_beats - 1) : i_rows_req_len;
    assign o_wr_data_valid = i_report ? !sent : i_rows_data_valid;
    assign o_wr_data = i_report ? $(word) : i_rows_data;
    assign o_wr_strb = i_report ? $(strobes) << $(lane) : i_rows_strb;
    assign o_wr_last = i_report ? last : i_rows_last;
    assign o_reported = i_report && i_wr_resp_valid;
    assign o_report_error = o_reported && i_wr_resp_error;
    assign o_rows_req_ready = i_wr_req_ready && !i_report;
    assign o_rows_data_ready = i_wr_data_ready && !i_report;
    assign o_rows_resp_valid = i_wr_resp_valid && !i_report;
    assign o_rows_resp_error = i_wr_resp_error;

$(holds("report_alone", "!i_report || !(i_rows_req_valid || i_rows_data_valid)"))
endmodule
`default_nettype wire
