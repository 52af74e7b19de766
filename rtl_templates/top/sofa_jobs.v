//% -- SPDX-License-Identifier: Apache-2.0
// The queue of jobs: a ring of descriptors in memory, of which those from JOBS_HEAD up to the one before JOBS_TAIL are to be run. Each is
// read (sofa_job_fetch), run, and reported: its STATUS is written into it (o_report to i_reported). Then JOBS_HEAD moves on.
// Two jobs are at hand: the oldest, and the one behind it, whose descriptor is read while the oldest runs. Control runs a session, from
//% local joined = JOBS > 1 and "; the job behind joins it (o_joining) if it may, when ranges and queries are free" or ", for each job"
// o_start to i_ended$(joined).
// A job that fails ends alone, unless its descriptor says that it stops the queue; what was begun of another one in the session is run
// again. An abort ends the oldest job and stops the queue.
// Every wait is bounded by the watchdog; when the bus does not answer, the queue stops with error 11 and the core is flushed.
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
    // descriptors
    output reg              o_oldest,        // which of the two is that of the oldest job
    output wire             o_word_valid,
    output reg              o_word_job,
    output wire [5:0]       o_word_index,
    output wire [31:0]      o_word,
    input  wire [$(WATCHDOG_BITS-1):0] i_watchdog,
    input  wire             i_notify,
    input  wire             i_stop,
    input  wire             i_alike,         // the job behind may join
    // the session
    output reg              o_start,
    output reg              o_joining,
    input  wire             i_runs,          // the engines run, and go on
    input  wire             i_may_join,      // those that begin with a job are free
    input  wire             i_answered,      // all rows of the oldest job are in memory
    input  wire             i_ended,         // pulse
    input  wire [7:0]       i_error,
    input  wire             i_failed,        // the job that the error ends
    input  wire             i_flush,
    input  wire             i_progress,
    output reg              o_lost,          // pulse: the bus does not answer
    output wire             o_fetches,       // a read is asked for or under way
    // memory
    output wire             o_job_ask,
    input  wire             i_job_asked,
    output wire [$(ADDRESS_BITS-1):0] o_job_addr,
    output wire [7:0]       o_job_len,
    input  wire             i_job_come,
    output wire             o_job_taken,
    input  wire [$(PORT_BITS-1):0] i_job_row,
    input  wire             i_job_error,
    output wire             o_report,
    output wire [$(ADDRESS_BITS-1):0] o_report_addr,
    output wire [31:0]      o_report_word,
    input  wire             i_reported,      // pulse
    input  wire             i_report_error
);
    localparam [2:0] REST = 3'd0, READ = 3'd1, RUN = 3'd2, REPORT = 3'd3, NEXT = 3'd4, END = 3'd5;
    reg  [2:0]       state;           // of the oldest job
    reg              held;            // the queue has stopped before its end
    reg              quit, aborted;   // it will; because of an abort
    reg              session, ended;  // one runs; it has ended and the engines are reset
    reg              fetching;
    // of each job at hand
    reg  [1:0]       here, bad;       // its descriptor; which came with an error of the bus
    reg  [1:0]       running, ran;     // the session; it has ended
    reg  [7:0]       error0, error1;
    wire             behind = !o_oldest;
    wire [7:0]       error = o_oldest ? error1 : error0;
    wire [1:0]       oldest_only = {o_oldest, behind}, behind_only = {behind, o_oldest};
    wire             fetched, fetch_bad, expired;
    wire .*;

    // ---- registers ----
    reg  [$(ADDRESS_BITS-1):0] base;
    reg  [$(index_bits-1):0] count, tail, head;
    reg  [$(index_bits-1):0] place;   // of the next descriptor that is read
//% for _, register in ipairs(job_registers()) do
    assign o_$(register.lower) = $(register.text);
//% end
    wire             resting = state == REST;
    wire             empties = resting && i_write && i_addr == $(register_word(register_named("JOBS_COUNT")));
    wire             moves = i_write && i_addr == $(register_word(register_named("JOBS_TAIL")));
    wire             legal = tail < count && $(range("base", JOB_BYTE_BITS - 1, 0)) == $(lit(JOB_BYTE_BITS, 0));
    wire             left = head != tail;
    assign o_more = left && !held;
    wire             take_up = resting && i_take_up && legal;
    wire             go_on = state == NEXT && left && legal && !quit;
    wire             quiet = !session && !fetching;          // the queue may end
    wire             silent = (state == READ || state == REPORT || state == NEXT) && expired;
    wire             halts = (resting && i_take_up && !legal) || silent || (state == NEXT && left && !go_on);
    wire             reported = state == REPORT && i_reported && !expired;
    wire             begin_fetch = take_up || (go_on && !here[behind] && !fetching) ||
        (state == RUN && i_runs && left && place != tail && legal && !quit && !fetching && !here[behind]);
    always @(posedge clk)
        if (rst) begin
            base <= $(ADDRESS_BITS)'d0;
            count <= $(index_bits)'d0;
            tail <= $(index_bits)'d0;
            head <= $(index_bits)'d0;
            place <= $(index_bits)'d0;
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
                if (reported)
                    head <= head + 1'b1 == count ? $(index_bits)'d0 : head + 1'b1;
            end
            if (begin_fetch)
                place <= place + 1'b1 == count ? $(index_bits)'d0 : place + 1'b1;
            else if (resting)
                place <= empties ? $(index_bits)'d0 : head;
            held <= !moves && !empties && (held || halts);
        end

    // ---- descriptors ----
//% local offset_bits = index_bits + JOB_BYTE_BITS
    wire [$(offset_bits-1):0] offset = {state == REPORT ? head : place, $(lit(JOB_BYTE_BITS, 0))};
    wire [$(ADDRESS_BITS-1):0] descriptor = base + $(ext("offset", offset_bits, ADDRESS_BITS));
    wire             unused_offset = &{1'b0, offset, i_wdata};
    sofa_job_fetch u_fetch (
        .i_begin(begin_fetch), .i_give_up(silent), .i_descriptor(descriptor), .o_end(fetched), .o_bad(fetch_bad), .*);
    assign o_report = state == REPORT;
    assign o_report_addr = descriptor + $(lit(ADDRESS_BITS, STATUS // PORT_BYTES * PORT_BYTES));
    assign o_report_word = {16'd0, error, 8'd$(1 << 1)};
    assign o_busy = state != REST;
    sofa_watchdog u_watchdog (
        .clk(clk), .i_watchdog(i_watchdog), .i_wait(state == READ || state == REPORT || state == NEXT), .i_again(1'b0),
        .o_expired(expired), .*);

    // ---- the session ----
    wire             begins = state == RUN && !ran[o_oldest] && !running[o_oldest] && !session && !fetching;
    wire             refused = begins && (bad[o_oldest] || quit || i_abort);
    wire             joins = state == RUN && i_runs && i_may_join && i_alike && running[o_oldest] && !ran[o_oldest] &&
        here[behind] && !bad[behind] && !running[behind] && !ran[behind] && !i_stop && !quit && !i_abort && !ended && !o_joining;
    // a job that fails may have its last rows answered while the bus is emptied
    wire             answered = state == RUN && i_runs && i_answered && &running && !ran[o_oldest];
    wire [1:0]       ends = {2{ended}} & running & ~ran & ({2{i_error == 8'd0}} | {i_failed, !i_failed}) & ~({2{answered}} & oldest_only);
    always @(posedge clk) begin
        if (ends[0] || (refused && !o_oldest))
            error0 <= refused ? (bad[0] ? 8'd8 : 8'd10) : i_error;
        else if (answered && !o_oldest)
            error0 <= 8'd0;
        if (ends[1] || (refused && o_oldest))
            error1 <= refused ? (bad[1] ? 8'd8 : 8'd10) : i_error;
        else if (answered && o_oldest)
            error1 <= 8'd0;
        if (begin_fetch)
            o_word_job <= !take_up && behind;
        if (rst || state == REST || silent) begin
            session <= 1'b0;
            ended <= 1'b0;
            fetching <= take_up && !rst;
            o_oldest <= 1'b0;
            here <= 2'b00;
            bad <= 2'b00;
            running <= 2'b00;
            ran <= 2'b00;
            o_start <= 1'b0;
            o_joining <= 1'b0;
        end else begin
            ended <= i_ended;
            session <= !ended && (session || (begins && !refused));
            o_start <= begins && !refused;
            o_joining <= joins;
            fetching <= begin_fetch || (fetching && !fetched);
            if (go_on)
                o_oldest <= behind;
            here <= (here | ({2{fetched}} & {o_word_job, !o_word_job})) & ~({2{reported}} & oldest_only);
            bad <= ((bad & ~({2{begin_fetch}} & behind_only)) | ({2{fetched && fetch_bad}} & {o_word_job, !o_word_job}));
            running <= (running | ({2{begins && !refused}} & oldest_only) | ({2{joins}} & behind_only)) & ~{2{ended}} &
                ~({2{reported}} & oldest_only);
            ran <= (ran | ends | ({2{answered || refused}} & oldest_only)) & ~({2{reported}} & oldest_only);
        end
    end

    // ---- the oldest job ----
    always @(posedge clk)
        if (rst) begin
            state <= REST;
            quit <= 1'b0;
            aborted <= 1'b0;
            o_done_set <= 1'b0;
            o_notice <= 1'b0;
            o_jobs_error <= 8'd0;
            o_lost <= 1'b0;
        end else begin
            o_done_set <= 1'b0;
            o_notice <= 1'b0;
            o_lost <= silent;
            quit <= state != REST && (quit || i_abort);
            aborted <= state != REST && (aborted || i_abort);
            case (state)
                REST: begin
                    o_jobs_error <= i_take_up && !legal ? 8'd14 : 8'd0;
                    if (i_take_up)
                        state <= legal ? READ : END;
                end
                READ: if (here[o_oldest])
                    state <= RUN;
                RUN: if (ran[o_oldest])
                    state <= REPORT;
                REPORT: if (i_report_error) begin
                    state <= NEXT;
                    quit <= 1'b1;
                    o_jobs_error <= 8'd9;
                end else if (i_reported) begin
                    state <= NEXT;
                    quit <= quit || i_abort || (error != 8'd0 && !bad[o_oldest] && i_stop);
                    o_notice <= i_notify;
                    if (error != 8'd0)
                        o_jobs_error <= error;
                end
                NEXT: if (go_on)
                    state <= here[behind] ? RUN : READ;
                else if (quiet) begin
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
            if (silent) begin
                state <= END;
                o_jobs_error <= 8'd11;
            end
        end

$(holds("jobs_end_in_turn", "!i_ended || session || state == REST"))
$(holds("jobs_one_session", "!o_start || (session && running[o_oldest])"))
endmodule
`default_nettype wire
