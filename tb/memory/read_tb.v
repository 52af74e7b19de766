// SPDX-License-Identifier: Apache-2.0
//% local beat_by_beat = WORD_MEMORIES or REGISTERED_LINKS
//% local row_beats = math.max(d.query_beats, d.key_beats, d.value_beats, d.khat_beats, d.range_beats, d.rotary_beats)
//% local assembles = not REGISTERED_LINKS and not (WORD_MEMORIES and PORT_BITS < 64)
//% local held_beats = WORD_MEMORIES and d.range_beats or row_beats
//% local tags = 1 << d.read_tag_bits
// CLIENTS clients that ask at random, sofa_read, and a memory that takes requests and gives beats at random. What a beat is follows from
// its address, so that none may be lost, doubled or exchanged; grants, the order of rows, words, tags and beats, o_idle and requests that
// wait are watched in every cycle. Clients of STREAM take beat by beat (mode tokens), those of PROMPT every row at once (registered links).
// After HALT cycles the channel is halted until it is idle, reset, and used again. Prints "pass" or the first difference.
`default_nettype none
module read_tb #(
    parameter CLIENTS = 4,
    parameter CBITS = 2,
    parameter [CLIENTS-1:0] STREAM = 0,
    parameter [CLIENTS-1:0] PROMPT = 0,
    parameter REQUESTS = 1,
    parameter HALT = 1,
    parameter SEED = 1
);
    reg                 clk, rst, halt;
    integer             seed, now, client, beat, part;
    integer             granted, asked, given, done, rows, words;    // requests: taken of clients, by the memory, ...

    task fail(input [8*24-1:0] what);
        begin
            $display("%0s differs: cycle %0d, %0d granted, row %0d of %0d", what, now, granted, rows, REQUESTS);
            $finish;
        end
    endtask
    function chance(input integer of_ten);
        chance = $unsigned($random(seed)) % 10 < of_ten;
    endfunction
    // mostly busy, mostly idle or anything between, for a while
    function integer often(input integer which);
        often = now / 250 * (5 + 2 * which) % 4 * 3 + 1;
    endfunction
    function [$(PORT_BITS-1):0] data_of(input [$(ADDRESS_BITS-1):0] address, input integer number);
        reg [31:0] mixed;
        for (part = 0; part * 8 < $(PORT_BITS); part = part + 1) begin
            mixed = (address[15:0] * 37 + (address >> $(ADDRESS_BITS - 16)) * 11 + number * 1009 + part * 7919) * 32'h9E3779B1;
            data_of[part*8 +: 8] = mixed >> 20;
        end
    endfunction

    // ---- what has been granted, in order ----
    integer             owner [0:REQUESTS-1];
    reg                 job_of [0:REQUESTS-1];
    reg  [$(ADDRESS_BITS-1):0] address [0:REQUESTS-1];
    reg  [7:0]          length [0:REQUESTS-1];
    reg  [$(ROW_TAG_BITS-1):0] meta [0:REQUESTS-1];

    // ---- clients ----
    reg  [CLIENTS-1:0]  valid, row_ready, lowest;
    wire [CLIENTS-1:0]  ready;
    reg  [CLIENTS*$(ADDRESS_BITS)-1:0] addr;
    reg  [CLIENTS*8-1:0] len;
    reg  [CLIENTS*$(ROW_TAG_BITS)-1:0] tag;
    reg  [CLIENTS-1:0]  job;
    always @* begin
        lowest = valid & (~valid + 1);
    end
    task new_request(input integer from);
        begin
            addr[from*$(ADDRESS_BITS) +: $(ADDRESS_BITS)] <= {$random(seed), $random(seed)};
            job[from] <= $random(seed);
            tag[from*$(ROW_TAG_BITS) +: $(ROW_TAG_BITS)] <= {$random(seed), $random(seed)};
//% if not WORD_MEMORIES then
            len[from*8 +: 8] <= STREAM[from] && chance(3) ? $unsigned($random(seed)) % 256 : $unsigned($random(seed)) % $(row_beats);
//% end
        end
    endtask
    always @(posedge clk)
        for (client = 0; client < CLIENTS; client = client + 1)
            if (rst) begin
                valid[client] <= 1'b0;
                new_request(client);
            end else begin
                if (valid[client] && ready[client]) begin
                    owner[granted] = client;
                    address[granted] = addr[client*$(ADDRESS_BITS) +: $(ADDRESS_BITS)];
                    length[granted] = len[client*8 +: 8];
                    job_of[granted] = job[client];
                    meta[granted] = tag[client*$(ROW_TAG_BITS) +: $(ROW_TAG_BITS)];
                    granted <= granted + 1;
                end
                if (!valid[client] || ready[client]) begin
                    valid[client] <= granted + CLIENTS < REQUESTS && chance(often(0)) && chance(5);
                    new_request(client);
                end
                row_ready[client] <= PROMPT[client] || chance(often(1));
            end

    // ---- memory ----
    wire                req_valid, data_ready;
    reg                 req_ready, data_valid, data_error;
    wire [$(ADDRESS_BITS-1):0] req_addr;
    wire [7:0]          req_len;
    reg  [$(PORT_BITS-1):0] data;
    integer             due [0:REQUESTS-1], left;
    reg                 held;
    reg  [$(ADDRESS_BITS+7):0] offered;
    wire                take = data_valid && data_ready;
    always @(posedge clk)
        if (rst) begin
            req_ready <= 1'b0;
            data_valid <= 1'b0;
            held <= 1'b0;
            asked = granted;
            given = granted;
            left = 0;
        end else begin
            held <= req_valid && !req_ready;
            offered <= {req_addr, req_len};
            if (req_valid === 1'bx || (held && (!req_valid || offered !== {req_addr, req_len})))
                fail("waiting request");
            if (req_valid && req_ready) begin
                if (asked >= granted || req_addr !== address[asked] || req_len !== length[asked])
                    fail("request");
                due[asked] = now + 1 + $unsigned($random(seed)) % 20;
                asked = asked + 1;
            end
            req_ready <= chance(often(2));
            if (!data_valid || data_ready) begin
                data_valid <= 1'b0;
                data_error <= $random(seed);
                data <= {$(math.ceil(PORT_BITS / 32)){$random(seed)}};
                if (given < asked && due[given] <= now && chance(often(3))) begin
                    data_valid <= 1'b1;
                    data <= data_of(address[given], left);
                    left = left + 1;
                    if (left > length[given]) begin
                        given = given + 1;
                        left = 0;
                    end
                end
            end
        end

    wire                idle, error_job, beat_taken;
    wire [CLIENTS-1:0]  error;
    wire [CLIENTS-1:0]  beat_client, row_valid;
    wire [$(ROW_TAG_BITS-1):0] row_meta;
//% if assembles then
    wire [$(held_beats*PORT_BITS-1):0] row;
//% end
//% if beat_by_beat then
    wire [CLIENTS-1:0]  word_valid;
    wire [$(clog2(row_beats)-1):0] word_index;
    wire [$(PORT_BITS-1):0] word;
//% end
    sofa_read #(.CLIENTS(CLIENTS), .CBITS(CBITS)$(TOKENS and ", .STREAM(STREAM)" or REGISTERED_LINKS and ", .PROMPT(PROMPT)" or "")) dut (
        .clk(clk), .rst(rst), .i_halt(halt), .o_idle(idle), .o_error(error), .o_error_job(error_job), .o_beat(beat_taken), .o_beat_client(beat_client),
        .i_valid(valid), .o_ready(ready), .i_addr(addr), .i_len(len), .i_meta(tag), .i_job(job), .o_row_valid(row_valid), .i_row_ready(row_ready),
        .o_meta(row_meta),
//% if assembles then
        .o_row(row),
//% end
//% if beat_by_beat then
        .o_word_valid(word_valid), .o_word_index(word_index), .o_word(word),
//% end
        .o_req_valid(req_valid), .i_req_ready(req_ready), .o_req_addr(req_addr), .o_req_len(req_len), .i_data_valid(data_valid),
        .o_data_ready(data_ready), .i_data(data), .i_data_error(data_error));

    // ---- grants: the lowest client that asks, while there are tags and the request before is on its way ----
    integer             beats;                   // of the row that comes, taken
    reg                 was_halted;
    wire [31:0]         under_way = granted - done;
//% if REGISTERED_LINKS then
    reg  [CLIENTS-1:0]  grant;                   // of the next cycle
    always @(posedge clk) grant <= !rst && under_way < $(tags) && !halt && !req_valid && !ready ? lowest : {CLIENTS{1'b0}};
    wire                idle_expected = under_way == 0 && !ready;
//% else
    wire [CLIENTS-1:0]  grant = under_way < $(tags) && !halt && (!req_valid || req_ready) ? lowest : {CLIENTS{1'b0}};
    wire                idle_expected = under_way == 0;
//% end
    always @(posedge clk)
        if (rst) begin
            done <= granted;
            beats <= 0;
            was_halted <= 1'b0;
        end else begin
            if (ready !== grant)
                fail("grant");
            if (idle !== idle_expected)
                fail("o_idle");
            if (error !== (take && data_error ? {{(CLIENTS-1){1'b0}}, 1'b1} << owner[done] : {CLIENTS{1'b0}}))
                fail("o_error");
            if (|error && error_job !== ($(JOBS) > 1 && job_of[done]))
                fail("o_error_job");
            if (take && beats == length[done])
                done <= done + 1;
            if (take)
                beats <= beats == length[done] ? 0 : beats + 1;
            was_halted <= halt;
        end

    // ---- beats, counted for their clients ----
    integer             counted, counted_beats;
    always @(posedge clk)
        if (rst) begin
            counted = granted;
            counted_beats = 0;
        end else if (beat_taken) begin
            if (counted >= granted || !beat_client[owner[counted]] || beat_client & (beat_client - 1))
                fail("o_beat_client");
            counted_beats = counted_beats + 1;
            if (counted_beats > length[counted]) begin
                counted = counted + 1;
                counted_beats = 0;
            end
        end
//% if beat_by_beat then

    // ---- words: each once, in order ----
    integer             word_number;
    always @(posedge clk)
        if (rst) begin
            words = granted;
            word_number = 0;
        end else if (word_valid !== {CLIENTS{1'b0}}) begin
            if (words >= granted || word_valid !== {{CLIENTS-1{1'b0}}, 1'b1} << owner[words])
                fail("o_word_valid");
            if (word_index !== word_number[$(clog2(row_beats)-1):0] || word !== data_of(address[words], word_number))
                fail("word");
            word_number = word_number + 1;
            if (word_number > length[words]) begin
                words = words + 1;
                word_number = 0;
            end
        end
//% end

    // ---- rows, in the order of grants; a row stands from when its last beat has come until it is taken ----
    integer             row_beat;                // of a stream
//% if REGISTERED_LINKS then
    integer             complete;                // rows whose last beat has come and passed a register
    always @(posedge clk) complete <= rst ? granted : done;
    wire                here = rows < complete;
//% else
    wire                here = rows < done || (rows < granted && STREAM[owner[rows]] && row_beat < beats);
//% end
    task look_at_row;
        begin
            if (rows >= granted || row_valid !== {{CLIENTS-1{1'b0}}, 1'b1} << owner[rows])
                fail("o_row_valid");
            if (row_meta !== meta[rows])
                fail("o_meta");
//% if beat_by_beat then
            if (word_index !== length[rows][$(clog2(row_beats)-1):0] || word !== data_of(address[rows], length[rows]))
                fail("last word");
//% end
//% if assembles then
//%   if WORD_MEMORIES then
            if (length[rows] == 0 && row !== data_of(address[rows], 0))
                fail("o_row");
//%   else
            for (beat = 0; beat <= length[rows] && (beat == 0 || !STREAM[owner[rows]]); beat = beat + 1)
                if (row[beat*$(PORT_BITS) +: $(PORT_BITS)] !== data_of(address[rows], STREAM[owner[rows]] ? row_beat : beat))
                    fail("o_row");
//%   end
//% end
        end
    endtask
    always @(posedge clk)
        if (rst) begin
            rows <= granted;
            row_beat <= 0;
        end else begin
            if (^row_valid === 1'bx || |row_valid != (here && !was_halted))
                fail("o_row_valid");
            if (row_valid)
                look_at_row;
            if (row_valid & row_ready) begin
                row_beat <= STREAM[owner[rows]] && row_beat != length[rows] ? row_beat + 1 : 0;
                rows <= rows + !(STREAM[owner[rows]] && row_beat != length[rows]);
            end
        end

    integer             quiet;
    always @(posedge clk) begin
        now <= now + 1;
        quiet = granted + CLIENTS >= REQUESTS && rows == granted && valid == 0 ? quiet + 1 : 0;
        if (quiet > 100) begin
            if (!idle || counted != granted)
                fail("end");
            $display("pass");
            $finish;
        end
        if (now > 400 * REQUESTS + 100000) begin
            $display("hangs: %0d of %0d granted, %0d rows", granted, REQUESTS, rows);
            $finish;
        end
    end
    always #1 clk = !clk;
    initial begin
        seed = SEED;
        now = 0;
        granted = 0;
        quiet = 0;
        clk = 1'b0;
        rst = 1'b1;
        halt = 1'b0;
        for (client = 0; client < CLIENTS; client = client + 1)
            len[client*8 +: 8] = $unsigned($random(seed)) % 3 ? $unsigned($random(seed)) % $(row_beats) : 0;
        #20 rst <= 1'b0;
        #(2*HALT) halt <= 1'b1;
        #20;
        while (!idle)
            #2;
        #20 rst <= 1'b1;
        #20 halt <= 1'b0;
        #2 rst <= 1'b0;
    end
endmodule
`default_nettype wire
