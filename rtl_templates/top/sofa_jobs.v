//% -- SPDX-License-Identifier: Apache-2.0
// The queue of jobs: a ring of descriptors in memory, of which those from JOBS_HEAD up to the one before JOBS_TAIL are to be run. Each is
// read (sofa_job_fetch), run (o_start to i_ended), and reported: its STATUS is written into it (o_report to i_reported). Then JOBS_HEAD
// moves on. A job that fails ends alone, unless its descriptor says that it stops the queue; an abort ends the job and stops the queue.
// Latency: $(d.fetch_time) cycles to read a descriptor and $(d.report_time) to report a job, from ideal memory. Every wait is bounded by
// the watchdog; when the bus does not answer, the queue stops with error 11 and the core is flushed.
//% local WATCHDOG_BITS, index_bits, STATUS = d.watchdog_bits, JOB_INDEX_BITS, register_named("STATUS").offset
`default_nettype none
module sofa_jobs (
    input  wire             clk,
    input  wire             rst,
    // registers: an access, one cycle old
    input  wire             i_write,
    input  wire [7:0]       i_addr,
    input  wire [31:0]      i_wdata,
//% for _, register in ipairs(job_registers()) do
    output wire $(width_of(register.bits)) o_$(register.lower),
//% end
    // control
    output wire             o_more,          // jobs are to be run
    input  wire             i_take_up,       // pulse: run them
    input  wire             i_abort,
    output wire             o_busy,
    output reg              o_done_set,      // pulse: the queue has ended
    output reg              o_notice,        // pulse: a job has that says so
    output reg  [7:0]       o_jobs_error,    // with these two: of the last job that failed, or of the queue
    // descriptor
    output wire             o_word_valid,
    output wire [5:0]       o_word_index,
    output wire [31:0]      o_word,
    input  wire [$(WATCHDOG_BITS-1):0] i_watchdog,
    input  wire             i_notify,
    input  wire             i_stop,
    // the job
    output reg              o_start,
    input  wire             i_ended,         // pulse
    input  wire [7:0]       i_error,
    output reg              o_lost,          // pulse: the bus does not answer
    // memory
    output wire             o_job_ask,
    input  wire             i_job_asked,
    output wire [$(ADDRESS_BITS-1):0] o_job_addr,
    output wire [7:0]       o_job_len,
    input  wire             i_job_come,
    output wire             o_job_taken,
    input  wire [$(PORT_BITS-1):0] i_job_row,
    input  wire             i_read_error,
    output wire             o_report,
    output wire [$(ADDRESS_BITS-1):0] o_report_addr,
    output wire [31:0]      o_report_word,
    input  wire             i_reported,      // pulse
    input  wire             i_write_error
);
//% built("queue_end_time", 1)      -- END
    localparam [2:0] REST = 3'd0, READ = 3'd1, RUN = 3'd2, REPORT = 3'd3, NEXT = 3'd4, END = 3'd5;
    reg  [2:0]       state;
    reg              held;            // the queue has stopped before its end
    reg              quit, aborted;   // it will; because of an abort
    reg  [7:0]       error;           // of the job
    reg              ended;           // the engines are reset by now
    wire             fetched, fetch_bad, expired;
    wire .*;

    // ---- registers ----
    reg  [$(ADDRESS_BITS-1):0] base;
    reg  [$(index_bits-1):0] count, tail, head;
//% for _, register in ipairs(job_registers()) do
    assign o_$(register.lower) = $(register.text);
//% end
    wire             resting = state == REST;
    wire             empties = resting && i_write && i_addr == $(register_word(register_named("JOBS_COUNT")));
    wire             moves = i_write && i_addr == $(register_word(register_named("JOBS_TAIL")));
    wire             legal = tail < count && $(range("base", JOB_BYTE_BITS - 1, 0)) == $(lit(JOB_BYTE_BITS, 0));
    wire             left = head != tail;
    assign o_more = left && !held;
    wire             begin_job = (resting && i_take_up && legal) || (state == NEXT && left && legal && !quit);
    wire             silent = (state == READ || state == REPORT) && expired;
    wire             halts = (resting && i_take_up && !legal) || silent || (state == NEXT && left && !begin_job);
    always @(posedge clk)
        if (rst) begin
            base <= $(ADDRESS_BITS)'d0;
            count <= $(index_bits)'d0;
            tail <= $(index_bits)'d0;
            head <= $(index_bits)'d0;
            held <= 1'b0;
        end else begin
//% for _, register in ipairs(job_base_registers()) do
            if (resting && i_write && i_addr == $(register.word))
                $(register.text) <= $(ext("i_wdata", 32, register.bits));
//% end
            if (empties) begin
                count <= i_wdata[$(index_bits-1):0];
                tail <= $(index_bits)'d0;
                head <= $(index_bits)'d0;
            end else begin
                if (moves)
                    tail <= i_wdata[$(index_bits-1):0];
                if (state == REPORT && i_reported && !expired)
                    head <= head + 1'b1 == count ? $(index_bits)'d0 : head + 1'b1;
            end
            held <= !moves && !empties && (held || halts);
        end

    // ---- the descriptor at hand ----
//% local offset_bits = index_bits + JOB_BYTE_BITS
    wire [$(offset_bits-1):0] offset = {head, $(lit(JOB_BYTE_BITS, 0))};
    wire [$(ADDRESS_BITS-1):0] descriptor = base + $(ext("offset", offset_bits, ADDRESS_BITS));
    wire             unused_offset = &{1'b0, offset, i_wdata};
    sofa_job_fetch u_fetch (
        .i_begin(begin_job), .i_give_up(expired), .i_descriptor(descriptor), .o_end(fetched), .o_bad(fetch_bad), .*);
    assign o_report = state == REPORT;
    assign o_report_addr = descriptor + $(lit(ADDRESS_BITS, STATUS // PORT_BYTES * PORT_BYTES));
    assign o_report_word = {16'd0, error, 8'd$(1 << 1)};
    assign o_busy = state != REST;
    sofa_watchdog u_watchdog (
        .clk(clk), .i_watchdog(i_watchdog), .i_wait(state == READ || state == REPORT), .i_again(1'b0),
        .i_progress(i_job_come || i_job_asked), .o_expired(expired));

    always @(posedge clk)
        if (rst) begin
            state <= REST;
            quit <= 1'b0;
            aborted <= 1'b0;
            error <= 8'd0;
            ended <= 1'b0;
            o_done_set <= 1'b0;
            o_notice <= 1'b0;
            o_jobs_error <= 8'd0;
            o_start <= 1'b0;
            o_lost <= 1'b0;
        end else begin
            o_done_set <= 1'b0;
            o_notice <= 1'b0;
            o_start <= 1'b0;
            o_lost <= 1'b0;
            quit <= state != REST && (quit || i_abort);
            aborted <= state != REST && (aborted || i_abort);
            ended <= i_ended;
            case (state)
                REST: begin
                    o_jobs_error <= i_take_up && !legal ? 8'd14 : 8'd0;
                    if (i_take_up)
                        state <= legal ? READ : END;
                end
                READ: if (expired) begin
                    state <= END;
                    o_jobs_error <= 8'd11;
                    o_lost <= 1'b1;
                end else if (fetched) begin
                    state <= fetch_bad || quit || i_abort ? REPORT : RUN;
                    error <= fetch_bad ? 8'd8 : 8'd10;
                    o_start <= !(fetch_bad || quit || i_abort);
                end
                RUN: if (ended) begin
                    state <= REPORT;
                    error <= i_error;
                end
                REPORT: if (expired) begin
                    state <= END;
                    o_jobs_error <= 8'd11;
                    o_lost <= 1'b1;
                end else if (i_write_error) begin
                    state <= NEXT;
                    quit <= 1'b1;
                    o_jobs_error <= 8'd9;
                end else if (i_reported) begin
                    state <= NEXT;
                    quit <= quit || i_abort || (error != 8'd0 && !fetch_bad && i_stop);
                    o_notice <= i_notify;
                    if (error != 8'd0)
                        o_jobs_error <= error;
                end
                NEXT: if (begin_job)
                    state <= READ;
                else begin
                    state <= END;
                    if (left && aborted)
                        o_jobs_error <= 8'd10;      // it may have come between two jobs
                    else if (left && !quit)
                        o_jobs_error <= 8'd14;
                end
                END: begin
                    state <= REST;
                    o_done_set <= 1'b1;
                end
                default: state <= REST;
            endcase
        end

$(holds("jobs_end_in_turn", "!i_ended || state == RUN || state == REST"))
endmodule
`default_nettype wire
