//% -- SPDX-License-Identifier: Apache-2.0
// The write channel: rows of O$(TOKENS and ", and generated rows of K and V that come back for later blocks" or "").
// A job's rows of O stand in memory one after another; i_open begins a block in a bank.
// Latency, throughput, handshake: sofa_store$(TOKENS and ", sofa_write_back, sofa_write_mux" or "").
`default_nettype none
module sofa_writes (
    input  wire              clk,
    input  wire              rst,
    input  wire              i_halt,
    output wire              o_idle,
    output wire              o_error,
    output wire              o_beat,
    // finished rows
    input  wire              i_begin,        // a session
    input  wire              i_oldest,       // with this job
    input  wire              i_open,
    input  wire              i_open_bank,
    input  wire [1:0]        i_bank_jobs,
    input  wire [$(JOBS*ADDRESS_BITS-1):0] i_o_base,        // of each job
    input  wire [$(ADDRESS_BITS-1):0] i_o_stride,
    input  wire [$(NORM_UNITS-1):0] i_done_valid,
    output wire [$(NORM_UNITS-1):0] o_done_ready,
    input  wire [$(NORM_UNITS-1):0] i_done_bank,
    input  wire [$(NORM_UNITS*ROW_BITS-1):0] i_done_row,
//% if OUTPUT_WORDS then
    output wire              o_done_read,
    output wire [$(clog2(NORM_WORDS)-1):0] o_done_read_index,
    input  wire [$(PORT_BITS-1):0] i_done_data,
//% else
    input  wire [$(NORM_UNITS*HEAD_DIM*16-1):0] i_done_data,
//% end
    output wire [1:0]        o_row_stored,
    output wire [$(JOBS-1):0] o_row_answered, // of the jobs
    output wire              o_write_job,    // whose row the error came for
    output wire [$(clog2(PORT_BYTES+1)-1):0] o_inc_output_bytes,
//% if TOKENS then
    // generated rows
    input  wire [$(ADDRESS_BITS-1):0] i_k_base,
    input  wire [$(ADDRESS_BITS-1):0] i_k_stride,
    input  wire [$(ADDRESS_BITS-1):0] i_v_base,
    input  wire [$(ADDRESS_BITS-1):0] i_v_stride,
    input  wire              i_back_valid,
    output wire              o_back_ready,
    input  wire              i_back_is_v,
    input  wire [$(KEY_NUMBER_BITS-1):0] i_back_key,
    input  wire [$(GENERATED_ROW_BITS-1):0] i_back_row,
    output wire              o_row_written,
    output wire [$(clog2(PORT_BYTES+1)-1):0] o_inc_cache_bytes,
//% end
//% if JOB_QUEUE then
    // a job's status; rows go first
    input  wire              i_cold,         // reset, but for that between sessions
    input  wire              i_report,
    input  wire [$(ADDRESS_BITS-1):0] i_report_addr,
    input  wire [31:0]       i_report_word,
    output wire              o_reported,
    output wire              o_report_error,
//% end
    // memory
    output wire              o_wr_req_valid,
    input  wire              i_wr_req_ready,
    output wire [$(ADDRESS_BITS-1):0] o_wr_req_addr,
    output wire [7:0]        o_wr_req_len,
    output wire              o_wr_data_valid,
    input  wire              i_wr_data_ready,
    output wire [$(PORT_BITS-1):0] o_wr_data,
    output wire [$(PORT_BYTES-1):0] o_wr_strb,
    output wire              o_wr_last,
    input  wire              i_wr_resp_valid,
    input  wire              i_wr_resp_error
);
    wire .*;

    // address of the two blocks in the machine
    reg  [$(ADDRESS_BITS-1):0] block_base, bank_base0, bank_base1;
    reg  [$(ADDRESS_BITS-1):0] block_span;
    reg              job;              // of the block that was opened last
    wire             opened = i_open_bank ? i_bank_jobs[1] : i_bank_jobs[0];
    wire [$(ADDRESS_BITS-1):0] job_base = $(of_job("i_o_base", ADDRESS_BITS, "opened"));
    wire [$(ADDRESS_BITS-1):0] opened_base = $(JOBS > 1 and "opened != job ? job_base : " or "")block_base;
    wire             unused_job = &{1'b0, job, opened, job_base};
    always @(posedge clk) begin
        block_span <= i_o_stride * $(ADDRESS_BITS)'d$(QUERY_BLOCK);
        if (i_begin) begin
            block_base <= $(of_job("i_o_base", ADDRESS_BITS, "i_oldest"));
            job <= i_oldest;
        end else if (i_open) begin
            block_base <= opened_base + block_span;
            job <= opened;
        end
        if (i_open && !i_open_bank)
            bank_base0 <= opened_base;
        if (i_open && i_open_bank)
            bank_base1 <= opened_base;
    end

//% -- what the writers of rows drive and are answered by: the channel, or the multiplexer with that of a job's status; what the store
//% -- does: that with generated rows, or the same
//% local out, back = JOB_QUEUE and "rows_" or "o_wr_", JOB_QUEUE and "rows_" or "i_wr_"
//% local driven, answered = TOKENS and "store_" or out, TOKENS and "store_" or back
    sofa_report u_report (.i_rows_idle(o_idle), .*);
    assign o_write_job = $(JOB_QUEUE and "resp_job" or "1'b0");
    wire unused_writer = &{1'b0, req_job};
//% if TOKENS then
    wire store_req_ready, store_data_ready, store_resp_valid, store_resp_error;
    wire back_req_ready, back_data_ready, back_resp_valid, back_resp_error;
    wire unused_mux_job;
//% end
    wire answer = $(answered)resp_valid;
    assign o_row_answered = $(JOBS > 1 and "{answer && resp_job, answer && !resp_job}" or "answer");
    sofa_store u_store (
        .o_idle(store_idle), .o_error(store_error), .i_base({bank_base1, bank_base0}), .i_stride(i_o_stride),
        .i_row_valid(i_done_valid), .o_row_ready(o_done_ready), .i_row_bank(i_done_bank), .i_row(i_done_row), .i_data(i_done_data),
        .o_req_job(req_job),
        .o_read(o_done_read), .o_read_index(o_done_read_index), .o_stored(o_row_stored), .o_beat(store_beat), .o_bytes(store_bytes),
        .o_req_valid($(driven)req_valid), .i_req_ready($(answered)req_ready), .o_req_addr($(driven)req_addr),
        .o_req_len($(driven)req_len), .o_data_valid($(driven)data_valid), .i_data_ready($(answered)data_ready),
        .o_data($(driven)data), .o_strb($(driven)strb), .o_last($(driven)last),
        .i_resp_valid($(answered)resp_valid), .i_resp_error($(answered)resp_error), .*);
    assign o_inc_output_bytes = store_beat ? store_bytes : $(lit(clog2(PORT_BYTES+1), 0));
//% if TOKENS then
    assign o_inc_cache_bytes = back_beat ? back_bytes : $(lit(clog2(PORT_BYTES+1), 0));
    assign o_row_written = back_resp_valid;
    assign o_error = store_error || back_error;
    assign o_idle = store_idle && back_idle && mux_idle;
    assign o_beat = store_beat || back_beat;
    sofa_write_back u_write_back (
        .o_idle(back_idle), .o_error(back_error), .i_row_valid(i_back_valid), .o_row_ready(o_back_ready), .i_row_is_v(i_back_is_v),
        .i_row_key(i_back_key), .i_row(i_back_row), .o_beat(back_beat), .o_bytes(back_bytes),
        .o_req_valid(back_req_valid), .i_req_ready(back_req_ready), .o_req_addr(back_req_addr), .o_req_len(back_req_len),
        .o_data_valid(back_data_valid), .i_data_ready(back_data_ready), .o_data(back_data), .o_strb(back_strb), .o_last(back_last),
        .i_resp_valid(back_resp_valid), .i_resp_error(back_resp_error), .*);
    sofa_write_mux u_write_mux (
        .o_idle(mux_idle), .i_req_job(2'd0), .o_resp_job(unused_mux_job),
        .i_req_valid({back_req_valid, store_req_valid}), .o_req_ready({back_req_ready, store_req_ready}),
        .i_req_addr({back_req_addr, store_req_addr}), .i_req_len({back_req_len, store_req_len}),
        .i_data_valid({back_data_valid, store_data_valid}), .o_data_ready({back_data_ready, store_data_ready}),
        .i_data({back_data, store_data}), .i_strb({back_strb, store_strb}), .i_last({back_last, store_last}),
        .o_resp_valid({back_resp_valid, store_resp_valid}), .o_resp_error({back_resp_error, store_resp_error}),
        .o_req_valid($(out)req_valid), .i_req_ready($(back)req_ready), .o_req_addr($(out)req_addr), .o_req_len($(out)req_len),
        .o_data_valid($(out)data_valid), .i_data_ready($(back)data_ready), .o_data($(out)data), .o_strb($(out)strb),
        .o_last($(out)last), .i_resp_valid($(back)resp_valid), .i_resp_error($(back)resp_error), .*);
//% else
    assign o_error = store_error;
    assign o_idle = store_idle;
    assign o_beat = store_beat;
//% end

endmodule
`default_nettype wire
