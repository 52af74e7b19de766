// SPDX-License-Identifier: Apache-2.0
// sofa_soc_read and sofa_soc_write on a memory that ends: bursts inside, over its end and behind it. A word is at hand LAG cycles
// after its grant. Prints "pass", or what went wrong.
`default_nettype none
module soc_bench #(
    parameter A = 32,
    parameter P = 16,
    parameter WB = 13,      // words of the memory: 2^WB
    parameter LOW = 1,      // P = 8 << LOW
    parameter LAG = 1,
    parameter REQUESTS = 150
);
    localparam S = P / 8;
    localparam [63:0] WORDS = 64'd1 << WB;
    reg     clk = 1'b0, rst = 1'b1;
    integer seed = 1, clocks = 0, k;
    always #5 clk = !clk;
    task fail(input [8*48-1:0] what);
        begin
            $display("%0s at clock %0d", what, clocks);
            $finish;
        end
    endtask
    function integer dice(input integer of);
        dice = $unsigned($random(seed)) % of;
    endfunction

    // near the end mostly; some have only bits above the memory
    reg [A-1:0] addr [0:REQUESTS];
    reg [7:0]   len [0:REQUESTS];
    reg [63:0]  word;
    initial
        for (k = 0; k <= REQUESTS; k = k + 1) begin
            len[k] = k % 3 ? dice(8) : dice(40);
            word = WORDS - dice(30) - (k % 4 == 1 ? len[k] : 0);
            if (k % 5 == 0) word = dice(1 << WB);
            if (k % 7 == 3 && A > LOW + WB) word = {63'd0, 1'b1} << (WB + dice(A - LOW - WB)) | dice(4);
            if (k % 8 == 6) word = WORDS - len[k] - 1;      // to the very end
            addr[k] = word << LOW;
        end
    function [P-1:0] content(input [63:0] at);
        content = {P/8{at[7:0] ^ 8'h3C}} ^ at[12:5];
    endfunction
    function inside(input [A-1:0] base, input integer beat);
        inside = ({{64-A{1'b0}}, base} >> LOW) + beat < WORDS;
    endfunction

    // ---- read ----
    integer           ask_n = 0, got_n = 0, beat = 0, pace = 1;
    reg               req = 1'b0, take = 1'b0, grant_dice = 1'b0;
    wire              req_ready, valid, error, ask;
    wire [P-1:0]      data;
    wire [WB-1:0]     at;
    wire [A-1:0]      req_addr;
    wire [7:0]        req_len;
    reg  [P-1:0]      late [0:3];
    wire              grant = ask && grant_dice;
    wire [63:0]       want_word = (addr[got_n] >> LOW) + beat;
    assign #1 req_addr = addr[ask_n];
    assign #1 req_len = len[ask_n];
    sofa_soc_read u_read (
        .clk(clk), .rst(rst), .i_req_valid(req), .o_req_ready(req_ready), .i_req_addr(req_addr), .i_req_len(req_len),
        .o_data_valid(valid), .i_data_ready(take), .o_data(data), .o_data_error(error),
        .o_ask(ask), .i_grant(grant), .o_addr(at), .i_rdata(late[LAG-1]));
    always @(posedge clk) if (!rst) begin
        late[0] <= grant ? content(at) : {P{1'bx}};
        late[1] <= late[0];
        late[2] <= late[1];
        grant_dice <= dice(3) != 0;
        if (dice(50) == 0) pace = 1 + dice(12);
        take <= dice(pace) == 0;
        if (req && req_ready) ask_n = ask_n + 1;
        req <= ask_n < REQUESTS && (req && !req_ready || dice(3) != 0);
        if (valid && take) begin
            if (got_n >= ask_n) fail("a beat that nobody asked for");
            if (error !== !inside(addr[got_n], beat)) fail("read: a wrong error");
            if (!error && data !== content(want_word)) fail("read: a wrong word");
            beat = beat == len[got_n] ? 0 : beat + 1;
            if (beat == 0) got_n = got_n + 1;
        end
    end

    // ---- write ----
    integer           put_n = 0, data_n = 0, w_beat = 0, answered = 0, stored = 0, owed = 0, i;
    reg               put = 1'b0, w_valid = 1'b0, w_dice = 1'b0, bad;
    wire              put_ready, w_ready, resp, resp_error, w_ask;
    wire [WB-1:0]     w_at;
    wire [S-1:0]      w_strb;
    wire [P-1:0]      w_word;
    wire [A-1:0]      put_addr;
    wire [P-1:0]      w_data;
    wire [S-1:0]      w_in_strb;
    wire              w_last;
    wire              w_grant = w_ask && w_dice;
    integer           in_n = 0, in_beat = 0;              // the beat that is written next, of those inside
    assign #1 put_addr = addr[put_n];
    assign #1 w_data = content((addr[data_n] >> LOW) + w_beat) ^ data_n;
    assign #1 w_in_strb = {S{1'b1}} >> (w_beat % S);
    assign #1 w_last = w_beat == len[data_n];
    sofa_soc_write u_write (
        .clk(clk), .rst(rst), .i_req_valid(put), .o_req_ready(put_ready), .i_req_addr(put_addr),
        .i_data_valid(w_valid), .o_data_ready(w_ready), .i_strb(w_in_strb), .i_last(w_last), .i_data(w_data), .o_data(w_word),
        .o_resp_valid(resp), .o_resp_error(resp_error), .o_ask(w_ask), .i_grant(w_grant), .o_addr(w_at), .o_strb(w_strb));
    always @(posedge clk) if (!rst) begin
        w_dice <= dice(3) != 0;
        if (w_grant && w_strb != {S{1'b0}}) begin         // beats beyond the memory write nothing
            while (in_n < REQUESTS && !inside(addr[in_n], in_beat)) begin
                in_beat = in_beat == len[in_n] ? 0 : in_beat + 1;
                if (in_beat == 0) in_n = in_n + 1;
            end
            if (w_at !== ((addr[in_n] >> LOW) + in_beat)) fail("write: a wrong address");
            if (w_word !== (content((addr[in_n] >> LOW) + in_beat) ^ in_n)) fail("write: a wrong word");
            if (w_strb !== ({S{1'b1}} >> (in_beat % S))) fail("write: wrong strobes");
            in_beat = in_beat == len[in_n] ? 0 : in_beat + 1;
            if (in_beat == 0) in_n = in_n + 1;
            stored = stored + 1;
        end
        if (put && put_ready) put_n = put_n + 1;
        put <= put_n < REQUESTS && (put && !put_ready || dice(3) != 0);
        if (w_valid && w_ready) begin
            owed = owed + (inside(addr[data_n], w_beat) ? 1 : 0);
            w_beat = w_beat == len[data_n] ? 0 : w_beat + 1;
            if (w_beat == 0) data_n = data_n + 1;
        end
        w_valid <= data_n < REQUESTS && data_n < put_n + (put ? 1 : 0) && (w_valid && !w_ready || dice(4) != 0);
        if (resp) begin
            bad = 1'b0;
            for (i = 0; i <= len[answered]; i = i + 1)
                bad = bad || !inside(addr[answered], i);
            if (resp_error !== bad) fail("write: a wrong response");
            answered = answered + 1;
        end
    end

    always @(posedge clk) begin
        clocks = clocks + 1;
        if (clocks == 5) rst <= 1'b0;
        if (clocks == 1000 * REQUESTS) fail("stuck");
        if (got_n == REQUESTS && answered == REQUESTS) begin
            if (stored !== owed || owed == 0) fail("write: beats are lost");
            $display("pass");
            $finish;
        end
    end
endmodule
`default_nettype wire
