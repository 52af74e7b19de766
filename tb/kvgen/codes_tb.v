// SPDX-License-Identifier: Apache-2.0
//% local A, P, D, DC, CW, HALVES = cfg.memory.address_bits, cfg.memory.port_bits, cfg.head_dim, cfg.predict.dims, d.slice_words, math.min(2, d.hidden_slices)
//% local WB, KAB = clog2(CW + 1), math.max(1, clog2(CW * D))
// Reads every word of sofa_codes and its flags, slice by slice, RUNS times, and compares with codes.hex and flags.hex;
// tests/test_kvgen_rtl.c writes them. Some slices are read late. Prints "pass" or the first difference.
`default_nettype none
module codes_tb #(
    parameter SLICES = 1,
    parameter WORDS = 1,
    parameter WORDS_LAST = 1,
    parameter [$(A-1):0] BASE = 0,
    parameter BEATS = 1,
    parameter RUNS = 1,
    parameter STALL = 0,
    parameter SEED = 1
);
    reg  [$(DC*4-1):0]  code [0:WORDS*$(D)-1];
    reg  [$(D-1):0]     flag [0:WORDS-1];
    reg                 clk, rst, start, demand, release_it, half;
    reg  [$(KAB-1):0]   raddr;
    reg  [$(WB-1):0]    flag_word;
    wire [$(DC*4-1):0]  rdata;
    wire [$(D-1):0]     flags;
    wire [$(HALVES-1):0] loaded;
    integer             seed, now, demands, run, slice, at, first, words, wait_for;

    wire                req_valid, req_ready, beat_valid, beat_ready, bad_request;
    wire [$(A-1):0]     req_addr;
    wire [7:0]          req_len;
    wire [$(P-1):0]     beat;
    wire [31:0]         reads;
    burst_memory #(.BASE(BASE), .BEATS(BEATS), .STALL(STALL), .SEED(SEED + 1)) u_memory (
        .clk(clk), .rst(rst), .i_req_valid(req_valid), .o_req_ready(req_ready), .i_req_addr(req_addr), .i_req_len(req_len),
        .o_beat_valid(beat_valid), .i_beat_ready(beat_ready), .o_beat(beat), .o_bad(bad_request), .o_reads(reads));
    sofa_codes dut (
        .clk(clk), .rst(rst), .i_start(start), .i_base(BASE), .i_slices(SLICES[15:0]), .i_words_last(WORDS_LAST[$(WB-1):0]), .i_demand(demand),
        .o_req_valid(req_valid), .i_req_ready(req_ready), .o_req_addr(req_addr), .o_req_len(req_len), .i_beat_valid(beat_valid),
        .o_beat_ready(beat_ready), .i_beat(beat), .o_loaded(loaded),
//% if HALVES > 1 then
        .i_release(release_it), .i_half(half), .i_flag_half(half),
//% end
        .i_raddr(raddr), .o_rdata(rdata), .i_flag_word(flag_word), .o_flags(flags));

    // no more than three runs are wanted at a time
    always @(negedge clk) begin
        now = now + 1;
        demand = !rst && demands < RUNS && demands - run < 3 && now > 8 && (STALL == 0 || $unsigned($random(seed)) % 50 == 0);
        demands = demands + demand;
        if (bad_request) begin
            $display("bad request before cycle %0d", now);
            $finish;
        end
        if (now > 4000000) begin
            $display("hangs: run %0d, slice %0d", run, slice);
            $finish;
        end
    end

    task check_word;
        begin
            raddr = at;
            flag_word = at / $(D);
            @(posedge clk);
            @(negedge clk);
            if (rdata !== code[first*$(D) + at] || flags !== flag[first + at/$(D)]) begin
                $display("run %0d slice %0d word %0d column %0d: %h %b, want %h %b", run, slice, at / $(D), at % $(D), rdata, flags,
                         code[first*$(D) + at], flag[first + at/$(D)]);
                $finish;
            end
        end
    endtask

    always #1 clk = !clk;
    initial begin
        $readmemh("codes.hex", code);
        $readmemh("flags.hex", flag);
        seed = SEED;
        now = 0;
        demands = 0;
        run = 0;
        clk = 1'b0;
        rst = 1'b1;
        start = 1'b0;
        demand = 1'b0;
        release_it = 1'b0;
        half = 1'b0;
        raddr = 0;
        flag_word = 0;
        #8 rst = 1'b0;
        start = 1'b1;
        #2 start = 1'b0;
        for (run = 0; run < RUNS; run = run + 1)
            for (slice = 0; slice < SLICES; slice = slice + 1) begin
                first = slice * $(CW);
                words = slice == SLICES - 1 ? WORDS_LAST : $(CW);
                while ((loaded >> half & 1'b1) !== 1'b1)
                    @(negedge clk);
                wait_for = $unsigned($random(seed)) % 4 == 0 ? $unsigned($random(seed)) % (4 * words * $(D)) : 0;
                repeat (wait_for)
                    @(negedge clk);
                for (at = 0; at < words * $(D); at = at + 1)
                    check_word;
                if (SLICES > 1) begin
                    release_it = 1'b1;
                    @(negedge clk);
                    release_it = 1'b0;
                    half = !half;
                end
            end
        repeat (600)
            @(negedge clk);
        if (reads != (SLICES > 1 ? RUNS : 1) * BEATS)
            $display("%0d beats read, %0d runs of %0d", reads, RUNS, BEATS);
        else
            $display("pass");
        $finish;
    end
endmodule
`default_nettype wire
