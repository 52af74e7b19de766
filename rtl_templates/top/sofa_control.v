//% -- SPDX-License-Identifier: Apache-2.0
// Runs a session, of a job and of those of a queue that join it: checks the job's descriptor before any memory is touched, starts the
// engines, and ends the session when all rows are in memory or for an error, which fails one of the jobs (o_failed). Then the bus is
// emptied (o_halt: no new requests, what arrives is dropped, a begun row is written to its end) and the engines are reset (o_flush), so
// that the next job finds them as after reset.
// The watchdog bounds every wait: WATCHDOG cycles without progress end the oldest job, and as many again the emptying of the bus.
//% local WATCHDOG_BITS = d.watchdog_bits
`default_nettype none
module sofa_control (
    input  wire             clk,
    input  wire             rst,
    input  wire             i_start,
    input  wire             i_abort,
    input  wire             i_oldest,         // number of the oldest job
    input  wire             i_joining,
    input  wire [$(JOBS*ROWS_BITS-1):0] i_jobs_rows,
    // descriptor of the oldest job
    input  wire [$(ROWS_BITS-1):0] i_rows,
    input  wire [31:0]      i_keys,
    input  wire [15:0]      i_tile,
//% if RANK then
    input  wire [15:0]      i_kept,
    input  wire [7:0]       i_score_shift,
//% end
    input  wire [7:0]       i_mode,
    input  wire [1:0]       i_order,
    input  wire             i_scale_normal,   // top bit of the mantissa
    input  wire [7:0]       i_scale_shift,
    input  wire [$(WATCHDOG_BITS-1):0] i_watchdog,
//% if TOKENS then
    input  wire             i_hidden_legal,
    input  wire             i_settled,        // no weights are left to read
//% end
//% if PORT_BYTE_BITS > 0 then
    input  wire [$(PORT_BYTE_BITS-1):0] i_low,           // low bits of bases and strides, or-ed
//% end
    // engines
    output reg              o_start,
    output reg              o_halt,
    output reg              o_flush,
    input  wire             i_progress,
    input  wire [$(JOBS-1):0] i_row_answered, // of the jobs
    input  wire             i_bus_idle,
    input  wire             i_fetches,        // a descriptor is being read
    // errors and the jobs that they fail
    input  wire             i_range_error,
    input  wire             i_range_job,
    input  wire             i_read_error,
    input  wire             i_read_job,
    input  wire             i_write_error,
    input  wire             i_write_job,
    // status
    output wire             o_busy,
    output wire             o_runs,           // the engines run, and go on
    output wire             o_answered,       // all rows of the oldest job are in memory
    output reg              o_done_set,
    output reg  [7:0]       o_error,
    output reg              o_failed
);
//% built("start_time", 3)      -- CHECK, JUDGE, o_start
//% built("end_time", 1)        -- FLUSH
    localparam [2:0] IDLE = 3'd0, CHECK = 3'd1, JUDGE = 3'd2, RUN = 3'd3, HALT = 3'd4, FLUSH = 3'd5;
    reg  [2:0]  state;
    reg  [7:0]  refusal;
    reg         bad_scale, bad_tile, bad_keys, bad_rows$(RANK and ", bad_kept" or "");
    wire        none_left;
    sofa_rows_left u_rows_left (.i_begin(state == CHECK), .*);

    wire        expired;
    reg         read_error, write_error, range_error;
    reg         read_job, write_job, range_job;
    wire        of_error = read_error ? read_job : write_error ? write_job : range_error ? range_job : i_oldest;
    wire        unused_of_error = of_error;
    wire        complete = state == RUN && none_left && i_bus_idle && !i_fetches && !i_joining$(TOKENS and " && i_settled" or "");
    wire        stop = state == RUN && (read_error || write_error || range_error || i_abort || expired);

    sofa_watchdog u_watchdog (
        .clk(clk), .i_watchdog(i_watchdog), .i_wait(state == RUN || state == HALT), .i_again(stop), .i_progress(i_progress),
        .o_expired(expired));

    assign o_busy = state != IDLE;
    assign o_runs = state == RUN && !o_start && !complete && !stop;

    always @(posedge clk) begin
        // the descriptor has stood still since before i_start
        bad_scale <= $(RANK and "i_score_shift > 8'd15 || " or "")!i_scale_normal || i_scale_shift > 8'd63;
//% if RANK then
        bad_kept <= i_kept == 16'd0 || i_kept > 16'd$(cfg.tile.kept_max) || i_kept > i_tile;
//% end
        bad_tile <= i_tile == 16'd0 || i_tile > 16'd$(cfg.tile.keys);
        bad_keys <= i_keys == 32'd0 || i_keys > 32'd$(cfg.keys_max);
        bad_rows <= i_rows == $(ROWS_BITS)'d0;
        if (state == CHECK) begin
            refusal <= 8'd0;
            if (bad_scale)
                refusal <= 8'd12;
//% if TOKENS then
            if (!i_hidden_legal)
                refusal <= 8'd13;
//% end
            if (i_mode != 8'd$(TOKENS and 1 or 0) || &i_order)
                refusal <= 8'd6;
//% if PORT_BYTE_BITS > 0 then
            if (i_low != $(PORT_BYTE_BITS)'d0)
                refusal <= 8'd5;
//% end
//% if RANK then
            if (bad_kept)
                refusal <= 8'd4;
//% end
            if (bad_tile)
                refusal <= 8'd3;
            if (bad_keys)
                refusal <= 8'd2;
            if (bad_rows)
                refusal <= 8'd1;
            if (i_abort)
                refusal <= 8'd10;
        end

        read_error <= i_read_error;
        write_error <= i_write_error;
        range_error <= i_range_error;
        read_job <= i_read_job;
        write_job <= i_write_job;
        range_job <= i_range_job;
        if (state == CHECK)
            o_failed <= i_oldest;
        else if (stop)
            o_failed <= $(JOBS > 1 and "of_error" or "i_oldest");

        if (rst) begin
            state <= IDLE;
            o_start <= 1'b0;
            o_halt <= 1'b1;
            o_flush <= 1'b1;
            o_done_set <= 1'b0;
            o_error <= 8'd0;
        end else begin
            o_start <= 1'b0;
            o_halt <= 1'b0;           // else in HALT, FLUSH and with o_flush
            o_flush <= 1'b0;
            o_done_set <= 1'b0;
            case (state)
                IDLE: if (i_start) begin
                    state <= CHECK;
//% if COPIED_REGISTERS then    -- engines see o_flush a cycle later
                    o_flush <= 1'b1;      // the lanes' phase starts with the job
//% end
                    o_error <= 8'd0;
                end
                CHECK: begin
                    o_halt <= 1'b1;
//% if not COPIED_REGISTERS then
                    o_flush <= 1'b1;      // the lanes' phase starts with the job
//% end
                    state <= JUDGE;
                end
                JUDGE: begin
                    o_error <= i_abort ? 8'd10 : refusal;
                    o_start <= refusal == 8'd0 && !i_abort;
                    o_halt <= refusal != 8'd0 || i_abort;
                    state <= refusal == 8'd0 && !i_abort ? RUN : FLUSH;
                end
                RUN: begin
                    if (read_error)
                        o_error <= 8'd8;
                    else if (write_error)
                        o_error <= 8'd9;
                    else if (range_error)
                        o_error <= 8'd7;
                    else if (i_abort)
                        o_error <= 8'd10;
                    else if (expired)
                        o_error <= 8'd11;
                    if (stop)
                        state <= HALT;
                    else if (complete)
                        state <= FLUSH;
                    o_halt <= stop || complete;
                end
                HALT: begin
                    o_halt <= 1'b1;
                    if (i_bus_idle || expired) begin
                        state <= FLUSH;
                        if (!i_bus_idle)
                            o_error <= 8'd11;
                    end
                end
                FLUSH: begin
                    o_halt <= 1'b1;
                    o_flush <= 1'b1;
                    o_done_set <= 1'b1;
                    state <= IDLE;
                end
                default: state <= IDLE;
            endcase
        end
    end
endmodule
`default_nettype wire
