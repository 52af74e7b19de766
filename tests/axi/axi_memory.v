// SPDX-License-Identifier: Apache-2.0
// The channels of an AXI4 memory for tests/axi/top_bench.v, of random patience, with a referee of the protocol: offers stay until they
// are taken, full beats, INCR, no burst across 4 KB or out of the memory. The memory itself is the bench's.
`default_nettype none
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
