// SPDX-License-Identifier: Apache-2.0
// sofa_axi_read and sofa_axi_write between a native requester and an AXI memory, both of random patience. Every beat's data
// tell its address; some 64-byte lines answer with an error. Prints "pass", or what went wrong.
`default_nettype none
module adapter_bench #(
    parameter A = 32,
    parameter P = 64,
    parameter LOW = 3,
    parameter REQUESTS = 120
);
    localparam S = P / 8;
    localparam QUEUE = 1024;
    reg clk = 1'b0, rst = 1'b1;
    integer seed = 1, clocks = 0, asked = 0, answered = 0, read = 0;
    always #5 clk = !clk;

    task fail(input [8*40-1:0] what);
        begin
            $display("%0s at cycle %0d", what, clocks);
            $finish;
        end
    endtask
    function [P-1:0] content(input [A-1:0] address);
        content = {P/32{address[31:0] ^ 32'h5A0F_3C99}};
    endfunction
    function [S-1:0] strobes(input [A-1:0] address);
        strobes = {S{1'b1}} >> address[LOW +: 2];
    endfunction
    function bad(input [A-1:0] address);
        bad = address[11:6] == 6'd63 || address[9:6] == 4'd5;
    endfunction
    function integer dice(input integer of);
        dice = $unsigned($random(seed)) % of;
    endfunction

    // ---- the same requests go to both ----
    reg  [A-1:0] addr [0:QUEUE-1];
    reg  [7:0]   len [0:QUEUE-1];
    integer i;
    initial
        for (i = 0; i < QUEUE; i = i + 1) begin
            addr[i] = (dice(1 << 20) << LOW) & 32'h7FFF_FFFF;
            len[i] = i % 3 == 0 ? 8'd0 : i % 3 == 1 ? dice(16) : dice(256);
            if (i % 2)      // ends about at a boundary
                addr[i] = {addr[i][A-1:13], 13'h1000} - (len[i] + 2 - dice(4)) * S;
        end

    integer      r_req = 0, w_req = 0, w_beat = 0;
    wire [A-1:0] w_now = addr[w_req] + w_beat * S;

    // what follows from counters reaches the adapters after the edge
    wire [A-1:0] r_addr, w_addr;
    wire [7:0]   r_len, w_len;
    wire [P-1:0] w_data;
    wire [S-1:0] w_strb;
    assign #1 r_addr = addr[r_req];
    assign #1 r_len = len[r_req];
    assign #1 w_addr = addr[asked];
    assign #1 w_len = len[asked];
    assign #1 w_data = content(w_now);
    assign #1 w_strb = strobes(w_now);

    // ---- read ----
    reg          rq_valid = 1'b0, rd_ready = 1'b0, arready = 1'b0, rvalid = 1'b0;
    wire         rq_ready, rd_valid, rd_error, arvalid, rready;
    wire [P-1:0] rd_data;
    wire [A-1:0] araddr;
    wire [7:0]   arlen;
    reg  [P-1:0] rdata;
    reg  [1:0]   rresp;
    integer      r_beat = 0;
    sofa_axi_read u_read (
        .clk(clk), .rst(rst), .i_req_valid(rq_valid), .o_req_ready(rq_ready), .i_req_addr(r_addr), .i_req_len(r_len),
        .o_data_valid(rd_valid), .i_data_ready(rd_ready), .o_data(rd_data), .o_data_error(rd_error),
        .o_arvalid(arvalid), .i_arready(arready), .o_araddr(araddr), .o_arlen(arlen),
        .i_rvalid(rvalid), .o_rready(rready), .i_rdata(rdata), .i_rresp(rresp));

    reg  [A-1:0] ar_addr [0:QUEUE-1];
    reg  [7:0]   ar_len [0:QUEUE-1];
    integer      ar_in = 0, ar_out = 0, ar_beat = 0;
    wire [A-1:0] r_expect = addr[read] + r_beat * S;
    wire [A-1:0] r_now = ar_addr[ar_out % QUEUE] + ar_beat * S;
    always @(posedge clk) if (!rst) begin
        // requester
        if (rq_valid && rq_ready)
            r_req = r_req + 1;
        rq_valid <= r_req < REQUESTS && (rq_valid && !rq_ready || dice(3) != 0);
        rd_ready <= dice(4) != 0;
        if (rd_valid && rd_ready) begin
            if (rd_data !== content(r_expect) || rd_error !== bad(r_expect))
                fail("read: wrong beat");
            r_beat = r_beat == len[read] ? 0 : r_beat + 1;
            if (r_beat == 0)
                read = read + 1;
        end
        // memory
        arready <= dice(3) == 0;
        if (arvalid && arready) begin
            if (araddr[11:0] + (arlen + 1) * S > 4096 || araddr[LOW-1:0] != 0)
                fail("read: burst across 4 KB");
            ar_addr[ar_in % QUEUE] = araddr;
            ar_len[ar_in % QUEUE] = arlen;
            ar_in = ar_in + 1;
        end
        if (!rvalid || rready) begin
            rvalid <= ar_in != ar_out && dice(5) != 0;
            rdata <= {P{1'bx}};
        end
    end
    // a beat is chosen when it is offered
    reg offered = 1'b0;
    always @(negedge clk) begin
        if (rvalid && !offered) begin
            rdata = content(r_now);
            rresp = {bad(r_now), r_now[10]};    // OKAY and EXOKAY are good
            ar_beat = ar_beat == ar_len[ar_out % QUEUE] ? 0 : ar_beat + 1;
            if (ar_beat == 0)
                ar_out = ar_out + 1;
        end
        offered = rvalid && !rready;
    end

    // ---- write ----
    reg          wq_valid = 1'b0, wd_valid = 1'b0, awready = 1'b0, wready = 1'b0, bvalid = 1'b0;
    reg  [1:0]   bresp;
    wire         wq_ready, wd_ready, resp_valid, resp_error, awvalid, wvalid, wlast, bready;
    wire [A-1:0] awaddr;
    wire [7:0]   awlen;
    wire [P-1:0] wdata;
    wire [S-1:0] wstrb;
    sofa_axi_write u_write (
        .clk(clk), .rst(rst), .i_req_valid(wq_valid), .o_req_ready(wq_ready), .i_req_addr(w_addr), .i_req_len(w_len),
        .i_data_valid(wd_valid), .o_data_ready(wd_ready), .i_data(w_data), .i_strb(w_strb),
        .o_resp_valid(resp_valid), .o_resp_error(resp_error),
        .o_awvalid(awvalid), .i_awready(awready), .o_awaddr(awaddr), .o_awlen(awlen),
        .o_wvalid(wvalid), .i_wready(wready), .o_wdata(wdata), .o_wstrb(wstrb), .o_wlast(wlast),
        .i_bvalid(bvalid), .o_bready(bready), .i_bresp(bresp));

    reg  [A-1:0] aw_addr [0:QUEUE-1];
    reg  [7:0]   aw_len [0:QUEUE-1];
    integer      aw_in = 0, w_out = 0, b_out = 0, beat = 0, k;
    reg          any_bad;
    wire         withheld = clocks % 8000 < 4000;     // more bursts are offered meanwhile than may be under way
    wire [A-1:0] at = aw_addr[w_out % QUEUE] + beat * S;
    always @(posedge clk) if (!rst) begin
        if (wq_valid && wq_ready)
            asked = asked + 1;
        wq_valid <= asked < REQUESTS && (wq_valid && !wq_ready || dice(3) != 0);
        if (wd_valid && wd_ready) begin
            w_beat = w_beat == len[w_req] ? 0 : w_beat + 1;
            if (w_beat == 0)
                w_req = w_req + 1;
        end
        wd_valid <= w_req < REQUESTS && w_req <= asked && (wd_valid && !wd_ready || dice(4) != 0);
        if (resp_valid) begin
            any_bad = 1'b0;
            for (k = 0; k <= len[answered]; k = k + 1)
                any_bad = any_bad || bad(addr[answered] + k * S);
            if (resp_error !== any_bad)
                fail("write: wrong response");
            answered = answered + 1;
        end
        // memory
        awready <= dice(3) == 0;
        if (awvalid && awready) begin
            if (awaddr[11:0] + (awlen + 1) * S > 4096 || awaddr[LOW-1:0] != 0)
                fail("write: burst across 4 KB");
            aw_addr[aw_in % QUEUE] = awaddr;
            aw_len[aw_in % QUEUE] = awlen;
            aw_in = aw_in + 1;
        end
        wready <= aw_in != w_out && dice(4) != 0;
        if (wvalid && wready) begin
            if (aw_in == w_out)
                wready <= 1'b0;
            if (wdata !== content(at) || wstrb !== strobes(at))
                fail("write: wrong beat");
            if (wlast !== (beat == aw_len[w_out % QUEUE]))
                fail("write: wrong last");
            beat = wlast ? 0 : beat + 1;
            if (wlast) begin
                w_out = w_out + 1;
                wready <= 1'b0;
            end
        end
        if (bvalid && bready)
            b_out = b_out + 1;
        if (!bvalid || bready) begin
            any_bad = 1'b0;
            for (k = 0; k <= aw_len[b_out % QUEUE]; k = k + 1)
                any_bad = any_bad || bad(aw_addr[b_out % QUEUE] + k * S);
            bvalid <= b_out < w_out && dice(3) == 0 && !withheld;
            bresp <= {any_bad, aw_addr[b_out % QUEUE][7]};
        end
    end

    always @(posedge clk) begin
        clocks = clocks + 1;
        if (clocks == 5)
            rst <= 1'b0;
        if (clocks == 2000 * REQUESTS)
            fail("stuck");
        if (read == REQUESTS && answered == REQUESTS) begin
            if (ar_in <= REQUESTS || ar_in != aw_in)
                fail("nothing was cut");
            $display("pass");
            $finish;
        end
    end
endmodule
`default_nettype wire
