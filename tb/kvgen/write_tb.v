// SPDX-License-Identifier: Apache-2.0
//% local A, P, D, KB, PF, BYTES = cfg.memory.address_bits, cfg.memory.port_bits, cfg.head_dim, d.key_number_bits, cfg.memory.prefetch, d.port_bytes
//% local KW, VW, PB, OB = cfg.data.key_bits, cfg.data.value_bits, math.max(1, clog2(PF)), d.output_beats
//% local ROW, NBY = D * math.max(KW, VW), clog2(d.port_bytes + 1)
// Two writers on one channel: sofa_write_back with the rows of rows.hex and tags.hex {is_v, place, key}, and one that behaves like
// sofa_store, BURSTS bursts whose data follow from their numbers, both through sofa_write_mux. Every burst is recorded and compared:
// address, length, data, strobes, order, and that its response goes to its writer. STALL 0: the channel never waits; 1: it does, at
// random. HALT: nothing new from that cycle on (0: never). Prints "pass", beats and cycles from the first to the last, or what differs.
`default_nettype none
module write_tb #(
    parameter ROWS = 1,
    parameter BURSTS = 1,
    parameter [$(A-1):0] K_BASE = 0,
    parameter [$(A-1):0] V_BASE = 0,
    parameter [$(A-1):0] O_BASE = 0,
    parameter [$(A-1):0] K_STRIDE = 0,
    parameter [$(A-1):0] V_STRIDE = 0,
    parameter STALL = 0,
    parameter HALT = 0,
    parameter SEED = 1
);
    localparam MOST = 4096, BEATS = 65536;
    reg  [$(ROW-1):0]   row [0:ROWS-1];
    reg  [$(PB+KB):0]   tag [0:ROWS-1];
    reg                 clk, rst;
    integer             seed, now;
    wire                halt = HALT != 0 && now >= HALT;
    function chance(input integer of_ten);
        chance = STALL == 0 || $unsigned($random(seed)) % 10 < of_ten;
    endfunction

    // ---- writer 0 ----
    reg                 store_req, store_data_valid;
    integer             store_burst, store_beat;
    wire [1:0]          req_ready, data_ready, resp_valid, resp_error;
    wire                resp_job;
    wire [$(A-1):0]     store_addr = O_BASE + store_burst * $(OB * BYTES);
    wire                store_last = store_beat == $(OB - 1);
    wire                store_done = (!store_req || req_ready[0]) && (!store_data_valid || (data_ready[0] && store_last));
    wire [$(P-1):0]     store_data = {$((P+31)//32){store_burst[15:0], store_beat[15:0]}};
    always @(posedge clk)
        if (rst) begin
            store_req <= 1'b0;
            store_data_valid <= 1'b0;
            store_burst <= -1;
            store_beat <= 0;
        end else begin
            if (data_ready[0] && store_data_valid)
                store_beat <= store_beat + 1;
            if (store_done && !halt && store_burst + 1 < BURSTS && chance(3)) begin
                store_req <= 1'b1;
                store_data_valid <= 1'b1;
                store_burst <= store_burst + 1;
                store_beat <= 0;
            end else begin
                store_req <= store_req && !req_ready[0];
                store_data_valid <= store_data_valid && !(data_ready[0] && store_last);
            end
        end

    // ---- writer 1 ----
    reg                 row_valid;
    integer             rows;
    wire                row_ready, back_idle, back_error, back_beat, back_req, back_data_valid, back_last, mux_idle;
    wire [$(NBY-1):0]   back_bytes;
    wire [$(A-1):0]     back_addr;
    wire [7:0]          back_len;
    wire [$(P-1):0]     back_data;
    wire [$(BYTES-1):0] back_strb;
    wire [$(PB+KB):0]   row_tag = row_valid ? tag[rows] : {$(PB+KB+1){1'bx}};
    always @(posedge clk)
        if (rst) begin
            row_valid <= 1'b0;
            rows <= 0;
        end else if (!row_valid || row_ready) begin
            row_valid <= rows + (row_valid ? 1 : 0) < ROWS && chance(3);
            rows <= rows + (row_valid ? 1 : 0);
        end
    sofa_write_back dut (
        .clk(clk), .rst(rst), .i_halt(halt), .o_idle(back_idle), .o_error(back_error), .i_k_base(K_BASE), .i_k_stride(K_STRIDE),
        .i_v_base(V_BASE), .i_v_stride(V_STRIDE), .i_row_valid(row_valid), .o_row_ready(row_ready), .i_row_is_v(row_tag[$(PB+KB)]),
        .i_row_key(row_tag[$(KB-1):0]), .i_row(row[rows]), .o_beat(back_beat), .o_bytes(back_bytes), .o_req_valid(back_req),
        .i_req_ready(req_ready[1]), .o_req_addr(back_addr), .o_req_len(back_len), .o_data_valid(back_data_valid),
        .i_data_ready(data_ready[1]), .o_data(back_data), .o_strb(back_strb), .o_last(back_last), .i_resp_valid(resp_valid[1]),
        .i_resp_error(resp_error[1]));

    // ---- the channel ----
    wire                wr_req, wr_data_valid, wr_last;
    reg                 wr_req_ready, wr_data_ready, wr_resp, wr_resp_error;
    wire [$(A-1):0]     wr_addr;
    wire [7:0]          wr_len;
    wire [$(P-1):0]     wr_data;
    wire [$(BYTES-1):0] wr_strb;
    sofa_write_mux mux (
        .clk(clk), .rst(rst), .o_idle(mux_idle), .i_req_valid({back_req, store_req}), .o_req_ready(req_ready),
        .i_req_addr({back_addr, store_addr}), .i_req_len({back_len, 8'd$(OB - 1)}), .i_req_job(2'b01), .i_data_valid({back_data_valid, store_data_valid}),
        .o_data_ready(data_ready), .i_data({back_data, store_data}), .i_strb({back_strb, {$(BYTES){1'b1}}}), .i_last({back_last, store_last}),
        .o_resp_valid(resp_valid), .o_resp_error(resp_error), .o_resp_job(resp_job), .o_req_valid(wr_req), .i_req_ready(wr_req_ready),
        .o_req_addr(wr_addr),
        .o_req_len(wr_len), .o_data_valid(wr_data_valid), .i_data_ready(wr_data_ready), .o_data(wr_data), .o_strb(wr_strb), .o_last(wr_last),
        .i_resp_valid(wr_resp), .i_resp_error(wr_resp_error));

    reg  [$(A-1):0]     addr [0:MOST-1];
    reg  [7:0]          len [0:MOST-1];
    integer             due [0:MOST-1];
    reg  [$(P-1):0]     data [0:BEATS-1];
    reg  [$(BYTES-1):0] strb [0:BEATS-1];
    reg                 last [0:BEATS-1];
    integer             asked, sent, beats, answered, from, to, bytes, quiet;
    reg                 req_held, data_held;
    reg  [$(A+7):0]     req_offered;
    reg  [$(P+BYTES):0] data_offered;
    task fail(input [8*24-1:0] what);
        begin
            $display("%0s differs: cycle %0d, %0d requests, %0d bursts, %0d rows", what, now, asked, sent, rows);
            $finish;
        end
    endtask
    always @(posedge clk)
        if (rst) begin
            {wr_req_ready, wr_data_ready, wr_resp, wr_resp_error, req_held, data_held} <= 6'd0;
            asked = 0;
            sent = 0;
            beats = 0;
            answered = 0;
            bytes = 0;
            quiet = 0;
        end else begin
            if (^{wr_req, wr_data_valid, resp_valid, req_ready, data_ready, back_idle, mux_idle, row_ready} === 1'bx)
                fail("control");
            if ((req_held && (!wr_req || req_offered !== {wr_addr, wr_len})) || (data_held && (!wr_data_valid || data_offered !== {wr_data, wr_strb, wr_last})))
                fail("what waits");
            req_held <= wr_req && !wr_req_ready;
            req_offered <= {wr_addr, wr_len};
            data_held <= wr_data_valid && !wr_data_ready;
            data_offered <= {wr_data, wr_strb, wr_last};
            if (wr_req && wr_req_ready) begin
                addr[asked] = wr_addr;
                len[asked] = wr_len;
                asked = asked + 1;
            end
            if (wr_data_valid && wr_data_ready) begin
                if (beats == 0)
                    from = now;
                to = now;
                data[beats] = wr_data;
                strb[beats] = wr_strb;
                last[beats] = wr_last;
                beats = beats + 1;
                if (wr_last) begin
                    due[sent] = now + 8;
                    sent = sent + 1;
                end
            end
            if (back_beat)
                bytes = bytes + back_bytes;
            if (halt && row_valid && row_ready)
                fail("row after the halt");
            wr_req_ready <= chance(4);
            wr_data_ready <= chance(6);
            // of the response that stands now, then the next one
            if (wr_resp && resp_valid !== (addr[answered-1] >= O_BASE ? 2'b01 : 2'b10))
                fail("owner of a response");
            if (back_error !== (wr_resp && wr_resp_error && addr[answered-1] < O_BASE) || (!wr_resp && resp_valid !== 2'b00))
                fail("response");
            wr_resp <= 1'b0;
            if (wr_resp && resp_job !== resp_valid[0])
                fail("o_resp_job");
            wr_resp_error <= $random(seed);
            if (answered < asked && answered < sent && due[answered] <= now && (STALL == 0 || (now / 256 % 2 == 0 && chance(3)))) begin
                wr_resp <= 1'b1;
                answered = answered + 1;
            end
            quiet = back_idle && mux_idle && !store_req && !store_data_valid && !wr_resp
                    && (halt || (store_burst == BURSTS - 1 && rows == ROWS)) ? quiet + 1 : 0;
            if (quiet == 40)
                check;
            if (now > 1000000)
                fail("end");
        end

    // ---- afterwards: each writer's bursts in order ----
    integer             n, b, at, stores, backs, want_len, want_bytes, i, back_total;
    reg  [$(A-1):0]     want_addr;
    reg  [$(P-1):0]     mask, want;
    reg  [$(ROW+P-1):0] shifted;
    reg  [$(BYTES-1):0] want_strb;
    reg                 is_v;
    task check;
        begin
            at = 0;
            stores = 0;
            backs = 0;
            back_total = 0;
            if (asked != sent || answered != sent)
                fail("number of bursts");
            for (n = 0; n < sent; n = n + 1) begin
                is_v = tag[backs < ROWS ? backs : 0][$(PB+KB)];
                if (addr[n] >= O_BASE) begin
                    want_addr = O_BASE + stores * $(OB * BYTES);
                    want_len = $(OB - 1);
                end else begin
                    want_addr = (is_v ? V_BASE : K_BASE) + tag[backs][$(KB-1):0] * (is_v ? V_STRIDE : K_STRIDE);
                    want_len = is_v ? $(d.value_beats - 1) : $(d.key_beats - 1);
                end
                if (addr[n] !== want_addr || len[n] != want_len)
                    fail("request");
                for (b = 0; b <= want_len; b = b + 1) begin
                    if (addr[n] >= O_BASE) begin
                        want = {$((P+31)//32){stores[15:0], b[15:0]}};
                        want_strb = {$(BYTES){1'b1}};
                    end else begin
                        shifted = row[backs] >> (b * $(P));
                        want = shifted[$(P-1):0];
                        want_bytes = (is_v ? $(D*VW//8) : $(D*KW//8)) - b * $(BYTES);
                        back_total = back_total + (want_bytes < $(BYTES) ? want_bytes : $(BYTES));
                        for (i = 0; i < $(BYTES); i = i + 1)
                            want_strb[i] = i < want_bytes;
                    end
                    for (i = 0; i < $(BYTES); i = i + 1)
                        mask[i*8 +: 8] = {8{want_strb[i]}};
                    if (((data[at] ^ want) & mask) !== {$(P){1'b0}} || strb[at] !== want_strb || last[at] !== (b == want_len))
                        fail("data");
                    at = at + 1;
                end
                if (addr[n] >= O_BASE)
                    stores = stores + 1;
                else
                    backs = backs + 1;
            end
            if (at != beats || bytes != back_total || backs != rows || (!halt && (stores != BURSTS || backs != ROWS)))
                fail("sum");
            $display("pass %0d %0d", beats, to - from + 1);
            $finish;
        end
    endtask

    always @(posedge clk)
        now <= now + 1;
    always #1 clk = !clk;
    initial begin
        $readmemh("rows.hex", row);
        $readmemh("tags.hex", tag);
        seed = SEED;
        now = 0;
        clk = 1'b0;
        rst = 1'b1;
        #8 rst = 1'b0;
    end
endmodule
`default_nettype wire
