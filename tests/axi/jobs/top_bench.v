// SPDX-License-Identifier: Apache-2.0
// sofa_axi_top with a memory and a host that does what program.hex says: words of {operation, offset, value}. memory.hex holds the bytes
// of the memory, which begins at BASE; after.hex takes them at the end. Prints "pass", or what went wrong. With SECOND defined the core
// has two read channels.
`default_nettype none
module top_bench #(
    parameter A = 32,
    parameter P = 64,
    parameter SIZE = 65536,
    parameter [63:0] BASE = 64'd0,
    parameter STEPS = 100
);
    localparam S = P / 8;
    localparam [7:0] WRITE = 8'd0, EXPECT = 8'd1, INTERRUPT = 8'd2, PAUSE = 8'd3, FAULT_READ = 8'd4, FAULT_WRITE = 8'd5, PLACE = 8'd6;
    localparam LIMIT = 60000;        // cycles of a job
    reg     clk = 1'b0, rst = 1'b1;
    integer clocks = 0, step, seed = 5, k;
    always #5 clk = !clk;
    always @(posedge clk) clocks = clocks + 1;
    task fail(input [8*48-1:0] what);
        begin
            $display("%0s at clock %0d, step %0d", what, clocks, step);
            $finish;
        end
    endtask

    // ---- memory ----
    reg  [7:0]  memory [0:SIZE-1];
    reg  [71:0] script [0:STEPS-1];
    reg  [63:0] offset;
    function [7:0] read_byte(input [A-1:0] address);
        read_byte = memory[address - BASE[A-1:0]];
    endfunction
    task write_byte(input [A-1:0] address, input [7:0] value);
        memory[address - BASE[A-1:0]] = value;
    endtask
    function integer log2(input integer n);
        for (log2 = 0; (1 << log2) < n; log2 = log2 + 1) ;
    endfunction
    localparam [31:0] SIZE_BITS = log2(S);
    // {ID, size, burst, lock, cache, prot, qos}
    task check_burst(input [A-1:0] address, input [7:0] len, input [15:0] rest);
        begin
            if (^address === 1'bx || ^len === 1'bx)
                fail("a burst of unknown address or length");
            offset = address - BASE[A-1:0];
            if (address % S != 0)
                fail("a burst that is not aligned");
            if (address[11:0] + (len + 1) * S > 4096)
                fail("a burst across 4 KB");
            if (address < BASE[A-1:0] || offset + (len + 1) * S > SIZE)
                fail("a burst out of the memory");
            if (rest !== {1'b0, SIZE_BITS[2:0], 2'b01, 1'b0, 4'b0011, 3'b000, 2'b00})
                fail("a burst of a wrong kind");
        end
    endtask

    // ---- host ----
    reg  [9:0]   awaddr, araddr;
    reg  [31:0]  wdata;
    reg          awvalid = 1'b0, wvalid = 1'b0, arvalid = 1'b0, bready = 1'b0, rready = 1'b0;
    wire         awready, wready, bvalid, arready, rvalid, irq;
    wire [1:0]   bresp, rresp;
    wire [31:0]  rdata;
    task put(input [9:0] at, input [31:0] value);
        begin
            awaddr = at;
            wdata = value;
            {awvalid, wvalid} = 2'b11;
            while (awvalid || wvalid) begin
                @(posedge clk);
                k = {awvalid && awready, wvalid && wready};
                @(negedge clk);
                awvalid = awvalid && !k[1];
                wvalid = wvalid && !k[0];
            end
            bready = 1'b1;
            while (!bvalid) @(negedge clk);
            if (bresp !== 2'b00)
                fail("a register write is refused");
            @(negedge clk) bready = 1'b0;
        end
    endtask
    reg  [31:0]  got;
    task get(input [9:0] at);
        begin
            araddr = at;
            arvalid = 1'b1;
            while (!arready) @(negedge clk);
            @(negedge clk) arvalid = 1'b0;
            rready = 1'b1;
            while (!rvalid) @(negedge clk);
            got = rdata;
            if (rresp !== 2'b00)
                fail("a register read is refused");
            @(negedge clk) rready = 1'b0;
        end
    endtask

    // ---- the core ----
    wire         m0_awvalid, m0_awready, m0_wvalid, m0_wready, m0_wlast, m0_bvalid, m0_bready;
    wire [A-1:0] m0_awaddr;
    wire [7:0]   m0_awlen;
    wire [17:0]  m0_awrest;
    wire [P-1:0] m0_wdata;
    wire [S-1:0] m0_wstrb;
    wire [1:0]   m0_bresp;
    wire [1:0]   arv, arr, rv, rr, rl, reader_idle;
    wire [2*A-1:0] ara;
    wire [15:0]  arl;
    wire [35:0]  arrest;
    wire [2*P-1:0] rd;
    wire [3:0]   rs;
    wire         writer_idle;
    sofa_axi_top u_top (
        .aclk(clk), .aresetn(!rst), .irq(irq),
        .s_axi_awaddr(awaddr), .s_axi_awprot(3'd0), .s_axi_awvalid(awvalid), .s_axi_awready(awready), .s_axi_wdata(wdata),
        .s_axi_wstrb(4'hF), .s_axi_wvalid(wvalid), .s_axi_wready(wready), .s_axi_bresp(bresp), .s_axi_bvalid(bvalid),
        .s_axi_bready(bready), .s_axi_araddr(araddr), .s_axi_arprot(3'd0), .s_axi_arvalid(arvalid), .s_axi_arready(arready),
        .s_axi_rdata(rdata), .s_axi_rresp(rresp), .s_axi_rvalid(rvalid), .s_axi_rready(rready),
        .m0_axi_awid(m0_awrest[17]), .m0_axi_awaddr(m0_awaddr), .m0_axi_awlen(m0_awlen), .m0_axi_awsize(m0_awrest[16:14]),
        .m0_axi_awburst(m0_awrest[13:12]), .m0_axi_awlock(m0_awrest[11]), .m0_axi_awcache(m0_awrest[10:7]),
        .m0_axi_awprot(m0_awrest[6:4]), .m0_axi_awqos(m0_awrest[3:0]), .m0_axi_awvalid(m0_awvalid), .m0_axi_awready(m0_awready),
        .m0_axi_wdata(m0_wdata), .m0_axi_wstrb(m0_wstrb), .m0_axi_wlast(m0_wlast), .m0_axi_wvalid(m0_wvalid),
        .m0_axi_wready(m0_wready), .m0_axi_bid(1'b0), .m0_axi_bresp(m0_bresp), .m0_axi_bvalid(m0_bvalid), .m0_axi_bready(m0_bready),
`ifdef SECOND
        .m1_axi_arid(arrest[35]), .m1_axi_araddr(ara[A +: A]), .m1_axi_arlen(arl[15:8]), .m1_axi_arsize(arrest[34:32]),
        .m1_axi_arburst(arrest[31:30]), .m1_axi_arlock(arrest[29]), .m1_axi_arcache(arrest[28:25]), .m1_axi_arprot(arrest[24:22]),
        .m1_axi_arqos(arrest[21:18]), .m1_axi_arvalid(arv[1]), .m1_axi_arready(arr[1]), .m1_axi_rid(1'b0),
        .m1_axi_rdata(rd[P +: P]), .m1_axi_rresp(rs[3:2]), .m1_axi_rlast(rl[1]), .m1_axi_rvalid(rv[1]), .m1_axi_rready(rr[1]),
`endif
        .m0_axi_arid(arrest[17]), .m0_axi_araddr(ara[0 +: A]), .m0_axi_arlen(arl[7:0]), .m0_axi_arsize(arrest[16:14]),
        .m0_axi_arburst(arrest[13:12]), .m0_axi_arlock(arrest[11]), .m0_axi_arcache(arrest[10:7]), .m0_axi_arprot(arrest[6:4]),
        .m0_axi_arqos(arrest[3:0]), .m0_axi_arvalid(arv[0]), .m0_axi_arready(arr[0]), .m0_axi_rid(1'b0),
        .m0_axi_rdata(rd[0 +: P]), .m0_axi_rresp(rs[1:0]), .m0_axi_rlast(rl[0]), .m0_axi_rvalid(rv[0]), .m0_axi_rready(rr[0]));

    axi_writer #(.A(A), .P(P), .S(S)) u_writer (
        .clk(clk), .rst(rst), .awvalid(m0_awvalid), .awready(m0_awready), .awaddr(m0_awaddr), .awlen(m0_awlen), .awrest(m0_awrest[17:2]),
        .wvalid(m0_wvalid), .wready(m0_wready), .wdata(m0_wdata), .wstrb(m0_wstrb), .wlast(m0_wlast), .bvalid(m0_bvalid),
        .bready(m0_bready), .bresp(m0_bresp), .idle(writer_idle));
    axi_reader #(.A(A), .P(P), .S(S), .CHANNEL(0)) u_reader0 (
        .clk(clk), .rst(rst), .arvalid(arv[0]), .arready(arr[0]), .araddr(ara[0 +: A]), .arlen(arl[7:0]), .arrest(arrest[17:2]),
        .rvalid(rv[0]), .rready(rr[0]), .rdata(rd[0 +: P]), .rresp(rs[1:0]), .rlast(rl[0]), .idle(reader_idle[0]));
`ifdef SECOND
    axi_reader #(.A(A), .P(P), .S(S), .CHANNEL(1)) u_reader1 (
        .clk(clk), .rst(rst), .arvalid(arv[1]), .arready(arr[1]), .araddr(ara[A +: A]), .arlen(arl[15:8]), .arrest(arrest[35:20]),
        .rvalid(rv[1]), .rready(rr[1]), .rdata(rd[P +: P]), .rresp(rs[3:2]), .rlast(rl[1]), .idle(reader_idle[1]));
`else
    assign reader_idle[1] = 1'b1;
`endif

    // the rest of QoS: 0 as well
    always @(posedge clk) if (!rst && (m0_awvalid && m0_awrest[1:0] !== 2'b00 || arv[0] && arrest[1:0] !== 2'b00))
        fail("a burst of a wrong kind");

    task wait_interrupt;
        begin
            for (k = 0; irq !== 1'b1; k = k + 1) begin
                if (k == LIMIT)
                    fail("no interrupt");
                @(negedge clk);
            end
            for (k = 0; k < 50; k = k + 1) begin
                if (!writer_idle || reader_idle !== 2'b11)
                    fail("the bus is used after the end of the job");
                @(negedge clk);
            end
        end
    endtask

    initial begin
        $readmemh("memory.hex", memory);
        $readmemh("program.hex", script);
        repeat (4) @(negedge clk);
        rst = 1'b0;
        for (step = 0; step < STEPS; step = step + 1)
            case (script[step][71:64])
                WRITE: put(script[step][41:32], script[step][31:0]);
                EXPECT: begin
                    get(script[step][41:32]);
                    if (got !== script[step][31:0]) begin
                        $display("register 0x%h is 0x%h, want 0x%h", script[step][41:32], got, script[step][31:0]);
                        fail("a wrong register");
                    end
                end
                INTERRUPT: wait_interrupt;
                PAUSE: repeat (script[step][31:0]) @(negedge clk);
                FAULT_READ: u_reader0.fault = script[step][31:0];
                FAULT_WRITE: u_writer.fault = script[step][31:0];
                PLACE: memory[script[step][63:32]] = script[step][7:0];
                default: fail("an unknown operation");
            endcase
        $writememh("after.hex", memory);
        $display("pass");
        $finish;
    end
endmodule

// The channels of an AXI4 memory, of random patience, with a referee of the protocol: offers stay until they are taken, full beats, INCR,
// no burst across 4 KB or out of the memory. The memory itself is the bench's.
module axi_reader #(
    parameter A = 32,
    parameter P = 64,
    parameter S = 8,
    parameter CHANNEL = 0
) (
    input  wire         clk,
    input  wire         rst,
    input  wire         arvalid,
    output reg          arready,
    input  wire [A-1:0] araddr,
    input  wire [7:0]   arlen,
    input  wire [15:0]  arrest,     // ID, size, burst, lock, cache, prot, qos
    output reg          rvalid,
    input  wire         rready,
    output reg  [P-1:0] rdata,
    output reg  [1:0]   rresp,
    output wire         rlast,
    output wire         idle
);
    localparam QUEUE = 256;
    reg  [A-1:0] addr [0:QUEUE-1];
    reg  [7:0]   len [0:QUEUE-1];
    integer      in = 0, out = 0, beat = 0, seed = 7 + CHANNEL, fault = 0, bursts = 0, pace = 2, k;
    reg          held = 1'b0;
    reg  [A+23:0] offer;
    reg  [A-1:0] at;
    assign idle = in == out && !arvalid;
    assign rlast = beat == len[out % QUEUE];
    function integer dice(input integer of);
        dice = $unsigned($random(seed)) % of;
    endfunction
    always @(posedge clk) if (rst) begin
        arready <= 1'b0;
        rvalid <= 1'b0;
        held = 1'b0;
    end else begin
        if (arvalid === 1'bx || rready === 1'bx)
            top_bench.fail("read: an unknown handshake");
        if (held && (!arvalid || offer !== {araddr, arlen, arrest}))
            top_bench.fail("read: an offer changed before it was taken");
        held = arvalid && !arready;
        offer = {araddr, arlen, arrest};
        if (arvalid && arready) begin
            top_bench.check_burst(araddr, arlen, arrest);
            if (in - out >= 64)
                top_bench.fail("read: too many bursts outstanding");
            addr[in % QUEUE] = araddr;
            len[in % QUEUE] = arlen;
            in = in + 1;
        end
        if (rvalid && rready) begin
            beat = rlast ? 0 : beat + 1;
            if (beat == 0) begin
                out = out + 1;
                if (fault > 0) fault = fault - 1;
            end
        end
        if (dice(64) == 0)
            pace = 1 + dice(4);
        arready <= dice(pace) == 0;
        if (!rvalid || rready) begin
            rvalid <= in != out && dice(pace) == 0;
            at = addr[out % QUEUE] + beat * S;
            for (k = 0; k < S; k = k + 1)
                rdata[8*k +: 8] <= top_bench.read_byte(at + k);
            rresp <= fault == 1 ? {1'b1, out % 2 == 0} : 2'b00;
        end
    end
endmodule

module axi_writer #(
    parameter A = 32,
    parameter P = 64,
    parameter S = 8
) (
    input  wire         clk,
    input  wire         rst,
    input  wire         awvalid,
    output reg          awready,
    input  wire [A-1:0] awaddr,
    input  wire [7:0]   awlen,
    input  wire [15:0]  awrest,
    input  wire         wvalid,
    output reg          wready,
    input  wire [P-1:0] wdata,
    input  wire [S-1:0] wstrb,
    input  wire         wlast,
    output reg          bvalid,
    input  wire         bready,
    output reg  [1:0]   bresp,
    output wire         idle
);
    localparam QUEUE = 256;
    reg  [A-1:0] addr [0:QUEUE-1];
    reg  [7:0]   len [0:QUEUE-1];
    integer      in = 0, out = 0, answered = 0, beat = 0, seed = 99, fault = 0, pace = 2, k;
    reg          aw_held = 1'b0, w_held = 1'b0;
    reg  [A+23:0] offer;
    reg  [P+S:0] beat_offer;
    assign idle = in == answered && !awvalid && !wvalid;
    function integer dice(input integer of);
        dice = $unsigned($random(seed)) % of;
    endfunction
    always @(posedge clk) if (rst) begin
        awready <= 1'b0;
        wready <= 1'b0;
        bvalid <= 1'b0;
        {aw_held, w_held} = 2'b00;
    end else begin
        if (awvalid === 1'bx || wvalid === 1'bx || bready === 1'bx)
            top_bench.fail("write: an unknown handshake");
        if (aw_held && (!awvalid || offer !== {awaddr, awlen, awrest}) || w_held && (!wvalid || beat_offer !== {wdata, wstrb, wlast}))
            top_bench.fail("write: an offer changed before it was taken");
        aw_held = awvalid && !awready;
        offer = {awaddr, awlen, awrest};
        w_held = wvalid && !wready;
        beat_offer = {wdata, wstrb, wlast};
        if (awvalid && awready) begin
            top_bench.check_burst(awaddr, awlen, awrest);
            if (in - answered >= 16)
                top_bench.fail("write: too many bursts outstanding");
            addr[in % QUEUE] = awaddr;
            len[in % QUEUE] = awlen;
            in = in + 1;
        end
        if (wvalid && wready) begin
            if (out >= in)
                top_bench.fail("write: data without a burst");
            if (wlast !== (beat == len[out % QUEUE]))
                top_bench.fail("write: a wrong last");
            for (k = 0; k < S; k = k + 1)
                if (wstrb[k])
                    top_bench.write_byte(addr[out % QUEUE] + beat * S + k, wdata[8*k +: 8]);
            beat = wlast ? 0 : beat + 1;
            if (beat == 0)
                out = out + 1;
        end
        if (bvalid && bready) begin
            answered = answered + 1;
            if (fault > 0) fault = fault - 1;
        end
        if (dice(64) == 0)
            pace = 1 + dice(4);
        awready <= dice(pace) == 0;
        wready <= in > out && dice(pace) == 0;      // never before its burst
        if (!bvalid || bready) begin
            bvalid <= out > answered && dice(2 * pace) == 0;
            bresp <= fault == 1 ? {1'b1, answered % 2 == 0} : 2'b00;
        end
    end
endmodule
`default_nettype wire
