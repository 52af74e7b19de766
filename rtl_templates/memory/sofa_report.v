//% -- SPDX-License-Identifier: Apache-2.0
// Behind the writers of rows on the write channel: writes a word of 32 bits into a job's descriptor, a burst of $(d.word_beats) beat(s),
// when no row is to be written. Latency: none, for rows and for the word. Handshake: valid/ready on the channel; i_report and what comes
// with it stand until o_reported. i_req_job of a row's request comes back as o_resp_job.
//% local narrow, beat_bits = PORT_BITS < 32, math.max(1, clog2(d.word_beats))
//% local part = "i_report_word[beat * " .. PORT_BITS .. " +: " .. PORT_BITS .. "]"
//% local word = narrow and part or "{" .. PORT_BITS // 32 .. "{i_report_word}}"
//% local lane = narrow and 0 or register_named("STATUS").offset % PORT_BYTES     -- of the word in its beat
//% local strobes = lit(PORT_BYTES, (1 << math.min(4, PORT_BYTES)) - 1)
`default_nettype none
module sofa_report (
    input  wire             clk,
    input  wire             rst,             // of the engines: between sessions too
    input  wire             i_cold,
    input  wire             i_report,
    input  wire [$(ADDRESS_BITS-1):0] i_report_addr,
    input  wire [31:0]      i_report_word,
    output wire             o_reported,      // pulse
    output wire             o_report_error,
    // writers of rows
    input  wire             i_rows_idle,     // none is under way
    input  wire             i_rows_req_valid,
    output wire             o_rows_req_ready,
    input  wire [$(ADDRESS_BITS-1):0] i_rows_req_addr,
    input  wire [7:0]       i_rows_req_len,
    input  wire             i_req_job,
    input  wire             i_rows_data_valid,
    output wire             o_rows_data_ready,
    input  wire [$(PORT_BITS-1):0] i_rows_data,
    input  wire [$(PORT_BYTES-1):0] i_rows_strb,
    input  wire             i_rows_last,
    output wire             o_rows_resp_valid,
    output wire             o_rows_resp_error,
    output wire             o_resp_job,
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
    wire                    req_ready, data_ready, resp_valid, resp_error;
    wire                    last = beat == $(lit(beat_bits, d.word_beats - 1));
    always @(posedge clk)
        if (i_cold || !i_report || o_reported) begin
            asked <= 1'b0;
            sent <= 1'b0;
            beat <= $(lit(beat_bits, 0));
        end else begin
            asked <= asked || req_ready;
            sent <= sent || (data_ready && last);
            if (!sent && data_ready && !last)
                beat <= beat + $(lit(beat_bits, 1));
        end

    assign o_reported = i_report && resp_valid;
    assign o_report_error = o_reported && resp_error;

    // a session that ends while a row is on its way has given up the bus
    wire                    unused_idle;
    sofa_write_mux u_channel (
        .clk(clk), .rst(i_cold || (rst && !i_rows_idle)), .o_idle(unused_idle),
        .i_req_valid({i_report && !asked, i_rows_req_valid}), .o_req_ready({req_ready, o_rows_req_ready}),
        .i_req_addr({i_report_addr, i_rows_req_addr}), .i_req_len({8'd$(d.word_beats - 1), i_rows_req_len}), .i_req_job({1'b0, i_req_job}),
        .i_data_valid({i_report && !sent, i_rows_data_valid}), .o_data_ready({data_ready, o_rows_data_ready}),
        .i_data({$(word), i_rows_data}), .i_strb({$(strobes) << $(lane), i_rows_strb}), .i_last({last, i_rows_last}),
        .o_resp_valid({resp_valid, o_rows_resp_valid}), .o_resp_error({resp_error, o_rows_resp_error}), .o_resp_job(o_resp_job),
        .o_req_valid(o_wr_req_valid), .i_req_ready(i_wr_req_ready), .o_req_addr(o_wr_req_addr), .o_req_len(o_wr_req_len),
        .o_data_valid(o_wr_data_valid), .i_data_ready(i_wr_data_ready), .o_data(o_wr_data), .o_strb(o_wr_strb), .o_last(o_wr_last),
        .i_resp_valid(i_wr_resp_valid), .i_resp_error(i_wr_resp_error));
endmodule
`default_nettype wire
