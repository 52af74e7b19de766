// SPDX-License-Identifier: Apache-2.0
//% local A, P, D, DC, IB, KB, PF = cfg.memory.address_bits, cfg.memory.port_bits, cfg.head_dim, cfg.predict.dims, d.index_bits, d.key_number_bits, cfg.memory.prefetch
//% local KW, VW, CW, BC = cfg.data.key_bits, cfg.data.value_bits, d.slice_words, cfg.tile.keys
//% local PB, WB, TAB, ROW = math.max(1, clog2(PF)), clog2(CW + 1), math.max(1, clog2(BC * CW)), D * math.max(KW, VW)
//% local KEY, STREAM = IB + PB + KB + 2, d.hidden_slices > 1
// Plays keys.hex into sofa_kvgen beside a memory of weights (image.hex) and tokens (x.hex), and compares all rows with rows.hex and
// tags.hex {is_v, place, key}; tests/test_kvgen_rtl.c writes them. Key k of the tokens stands in tile slot k / $(BC) at k mod $(BC).
// STALL 0: memory with latency 8 that never waits; 1: everything waits at random. Prints "pass", busy cycles and cycles from the first
// to the last, or the first difference.
`default_nettype none
module kvgen_tb #(
    parameter SLICES = 1,
    parameter WORDS = 1,       // of a token
    parameter WORDS_LAST = 1,  // of its last slice
    parameter LEN_LAST = 0,
    parameter K_SHIFT = 0,
    parameter V_SHIFT = 0,
    parameter [$(A-1):0] BASE = 0,        // of the weights
    parameter [$(A-1):0] X_BASE = 0,
    parameter [$(A-1):0] X_STRIDE = 0,
    parameter BEATS = 1,       // of the image
    parameter READS = 1,       // beats that must be read
    parameter FETCHES = 0,     // X requests that must be made
    parameter TOKENS = 1,
    parameter ENTRIES = 1,
    parameter ROWS = 1,
    parameter STALL = 0,
    parameter SEED = 1
);
    reg  [$(DC*8-1):0]  x [0:TOKENS*WORDS-1];
    reg  [$(KEY):0]     entry [0:ENTRIES-1];
    reg  [$(ROW-1):0]   row [0:ROWS-1];
    reg  [$(PB+KB):0]   tag [0:ROWS-1];
    reg                 clk, rst, start;
    integer             seed, now, rows, written;   // rows: to the ring; written: to the write-back

    task fail(input [8*24-1:0] what);
        begin
            $display("%0s differs: cycle %0d, row %0d of %0d", what, now, rows, ROWS);
            $finish;
        end
    endtask
    function chance(input integer of_ten);
        chance = STALL == 0 || $unsigned($random(seed)) % 10 < of_ten;
    endfunction

    // ---- tiles: the first before the keys ----
    reg                 tokens_come;
    wire                settled;
    always @(posedge clk)
        tokens_come <= !rst && (now == 10 || (now > 10 && now % 200 == 0));

    // ---- keys ----
    reg                 key_valid;
    wire                key_ready;
    integer             entries;
    wire [$(KEY):0]     key = key_valid ? entry[entries] : {$(KEY+1){1'bx}};
    always @(posedge clk)
        if (rst) begin
            key_valid <= 1'b0;
            entries <= 0;
        end else if (!key_valid || key_ready) begin
            key_valid <= now > 12 && entries + (key_valid ? 1 : 0) < ENTRIES && chance(4);
            entries <= entries + (key_valid ? 1 : 0);
        end

    // ---- weights ----
    wire                req_valid, req_ready, beat_valid, beat_ready, bad_request;
    wire [$(A-1):0]     req_addr;
    wire [7:0]          req_len;
    wire [$(P-1):0]     beat;
    wire [31:0]         reads;
    burst_memory #(.BASE(BASE), .BEATS(BEATS), .STALL(STALL), .SEED(SEED + 1)) u_memory (
        .clk(clk), .rst(rst), .i_req_valid(req_valid), .o_req_ready(req_ready), .i_req_addr(req_addr), .i_req_len(req_len),
        .o_beat_valid(beat_valid), .i_beat_ready(beat_ready), .o_beat(beat), .o_bad(bad_request), .o_reads(reads));

    // ---- tokens in the tile ----
    wire [1:0]          token_slot;
    wire [$(TAB-1):0]   token_addr;
    reg  [$(DC*8-1):0]  token;
    integer             token_key;
    always @(posedge clk) begin
        token_key = token_slot * $(BC) + token_addr / $(CW);
        token <= token_key < TOKENS && token_addr % $(CW) < WORDS ? x[token_key*WORDS + token_addr % $(CW)] : {$(DC*8){1'bx}};
    end
//% if STREAM then

    // ---- tokens in memory ----
    wire                x_valid, x_final;
    reg                 x_ready, x_word_valid, x_word_last;
    wire [$(A-1):0]     x_addr;
    wire [7:0]          x_len;
    reg  [$(DC*8-1):0]  x_word;
    integer             x_from [0:7], x_left [0:7], x_due [0:7];
    integer             fetches, fetched, x_key, x_at, x_words;
    always @(posedge clk)
        if (rst) begin
            x_ready <= 1'b0;
            x_word_valid <= 1'b0;
            fetches = 0;
            fetched = 0;
        end else begin
            if (x_valid && x_ready) begin
                x_key = (x_addr - X_BASE) / X_STRIDE;
                x_at = (x_addr - X_BASE) % X_STRIDE;
                x_words = x_final ? WORDS_LAST : $(CW);
                if (x_key >= TOKENS || x_at % $(CW*DC) != 0 || x_at / $(DC) + x_words > WORDS || x_final != (x_at / $(CW*DC) == SLICES - 1)
                    || x_len != (x_final ? LEN_LAST : $(d.slice_beats - 1)) || fetches - fetched >= 8)
                    fail("token request");
                x_from[fetches % 8] = x_key * WORDS + x_at / $(DC);
                x_left[fetches % 8] = x_words;
                x_due[fetches % 8] = now + 8;
                fetches = fetches + 1;
            end
            x_ready <= chance(5);
            x_word_valid <= 1'b0;
            x_word_last <= 1'bx;
            x_word <= {$(DC*8){1'bx}};
            if (fetches != fetched && x_due[fetched % 8] <= now && chance(7)) begin
                x_word_valid <= 1'b1;
                x_word_last <= x_left[fetched % 8] == 1;
                x_word <= x[x_from[fetched % 8]];
                x_from[fetched % 8] = x_from[fetched % 8] + 1;
                x_left[fetched % 8] = x_left[fetched % 8] - 1;
                if (x_left[fetched % 8] == 0)
                    fetched = fetched + 1;
            end
        end
//% end

    wire                k_valid, v_valid, wr_valid, wr_is_v, busy, starved, blocked;
    reg                 wr_ready;
    wire [$(PB-1):0]    k_ring, v_ring;
    wire [$(PB-1):0]    row_ring = v_valid ? v_ring : k_ring;
    wire [$(D*KW-1):0]  k_row;
    wire [$(D*VW-1):0]  v_row;
    wire [$(KB-1):0]    wr_key;
    wire [$(ROW-1):0]   wr_row;
    sofa_kvgen dut (
        .clk(clk), .rst(rst), .i_start(start), .i_slices(SLICES[15:0]), .i_words_last(WORDS_LAST[$(WB-1):0]), .i_k_shift(K_SHIFT[4:0]),
        .i_v_shift(V_SHIFT[4:0]), .i_weight_base(BASE),
//% if STREAM then
        .i_x_base(X_BASE), .i_x_stride(X_STRIDE), .i_len_last(LEN_LAST[7:0]), .o_x_valid(x_valid), .i_x_ready(x_ready),
        .o_x_addr(x_addr), .o_x_len(x_len), .o_x_final(x_final), .i_x_word_valid(x_word_valid), .i_x_word(x_word), .i_x_word_last(x_word_last),
//% end
        .i_tokens_come(tokens_come), .o_settled(settled), .i_key_valid(key_valid), .o_key_ready(key_ready), .i_key(key), .o_req_valid(req_valid), .i_req_ready(req_ready), .o_req_addr(req_addr),
        .o_req_len(req_len), .i_beat_valid(beat_valid), .o_beat_ready(beat_ready), .i_beat(beat), .o_token_slot(token_slot),
        .o_token_addr(token_addr), .i_token(token), .o_k_valid(k_valid), .o_v_valid(v_valid), .o_k_ring(k_ring), .o_v_ring(v_ring), .o_k_row(k_row),
        .o_v_row(v_row), .o_wr_valid(wr_valid), .i_wr_ready(wr_ready), .o_wr_is_v(wr_is_v), .o_wr_key(wr_key), .o_wr_row(wr_row),
        .o_busy(busy), .o_starved(starved), .o_blocked(blocked));

    // ---- rows: to the ring, and to the write-back; what waits may not change ----
    integer             busy_from, busy_to, busy_cycles, last;
    reg                 held;
    reg  [$(ROW+KB):0]  offered;
    always @(posedge clk)
        if (rst) begin
            wr_ready <= 1'b0;
            rows = 0;
            written = 0;
            busy_cycles = 0;
            held <= 1'b0;
            last = 0;
        end else begin
            wr_ready <= STALL == 0 || (now / 512 % 2 == 0 ? chance(7) : chance(1));
            if (^{k_valid, v_valid, wr_valid, req_valid, busy, starved, blocked, key_ready, beat_ready} === 1'bx || busy + starved + blocked > 1)
                fail("control");
            if (k_valid || v_valid) begin
                if (rows == ROWS || {v_valid, row_ring} !== tag[rows][$(PB+KB):$(KB)] || k_valid == v_valid)
                    fail("place");
                if (k_valid ? k_row !== row[rows][$(D*KW-1):0] : v_row !== row[rows][$(D*VW-1):0])
                    fail("row");
                rows = rows + 1;
                last = now;
            end
            if (wr_valid && wr_ready) begin
                if (written == ROWS || {wr_is_v, wr_key} !== {tag[written][$(PB+KB)], tag[written][$(KB-1):0]} || wr_row !== row[written])
                    fail("written row");
                written = written + 1;
            end
            held <= wr_valid && !wr_ready;
            offered <= {wr_is_v, wr_key, wr_row};
            if (held && (!wr_valid || offered !== {wr_is_v, wr_key, wr_row}))
                fail("waiting row");
            if (bad_request)
                fail("request");
            if (busy) begin
                if (busy_cycles == 0)
                    busy_from = now;
                busy_to = now;
                busy_cycles = busy_cycles + 1;
            end
            if (rows == ROWS && written == ROWS && now > last + 300) begin
                if (settled !== 1'b1)
                    fail("o_settled");
                if (reads != READS || entries != ENTRIES$(STREAM and " || fetches != FETCHES" or ""))
                    $display("%0d beats read of %0d, %0d entries taken of %0d%0s", reads, READS, entries, ENTRIES, "$(STREAM and ", other X requests" or "")");
                else
                    $display("pass %0d %0d", busy_cycles, busy_to - busy_from + 1);
                $finish;
            end
            if (now > 2000000) begin
                $display("hangs: %0d rows of %0d, %0d written", rows, ROWS, written);
                $finish;
            end
        end

    always @(posedge clk)
        now <= now + 1;
    always #1 clk = !clk;
    initial begin
        $readmemh("x.hex", x);
        $readmemh("keys.hex", entry);
        $readmemh("rows.hex", row);
        $readmemh("tags.hex", tag);
        seed = SEED;
        now = 0;
        clk = 1'b0;
        rst = 1'b1;
        start = 1'b0;
        #8 rst = 1'b0;
        start <= 1'b1;
        #2 start <= 1'b0;
    end
endmodule
`default_nettype wire
