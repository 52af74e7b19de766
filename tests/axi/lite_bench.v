// SPDX-License-Identifier: Apache-2.0
// sofa_axi_lite between a host of random patience and registers that answer after two cycles: every word arrives where it should, partial
// writes are refused, reads and writes take turns, answers stay until they are taken. Prints "pass", or what went wrong.
`default_nettype none
module lite_bench #(
    parameter ACCESSES = 400
);
    reg         clk = 1'b0, rst = 1'b1;
    integer     seed = 1, clocks = 0;
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

    // ---- what the host sends ----
    reg  [9:0]  w_addr [0:ACCESSES], r_addr [0:ACCESSES];
    reg  [31:0] w_data [0:ACCESSES];
    reg  [3:0]  w_strb [0:ACCESSES];
    integer     k, aw = 0, w = 0, b = 0, ar = 0, r = 0, patience = 1;
    initial
        for (k = 0; k <= ACCESSES; k = k + 1) begin
            w_addr[k] = $random(seed);
            r_addr[k] = $random(seed);
            w_data[k] = $random(seed);
            w_strb[k] = dice(3) ? 4'b1111 : $random(seed);
        end
    function partial(input integer n);
        partial = w_strb[n] != 4'b1111 && w_strb[n] != 4'b0000;
    endfunction

    reg         awvalid = 1'b0, wvalid = 1'b0, arvalid = 1'b0, bready = 1'b0, rready = 1'b0;
    wire        awready, wready, arready, bvalid, rvalid, reg_enable, reg_write;
    wire [1:0]  bresp;
    wire [31:0] rdata, reg_wdata;
    wire [7:0]  reg_addr;
    reg         valid1 = 1'b0, valid2 = 1'b0;
    reg  [31:0] word1, word2;
    wire [9:0]  awaddr, araddr;
    wire [31:0] wdata;
    wire [3:0]  wstrb;
    assign #1 awaddr = awvalid ? w_addr[aw] : 10'bx;
    assign #1 wdata = wvalid ? w_data[w] : 32'bx;
    assign #1 wstrb = wvalid ? w_strb[w] : 4'bx;
    assign #1 araddr = arvalid ? r_addr[ar] : 10'bx;
    sofa_axi_lite u (
        .clk(clk), .rst(rst), .i_awvalid(awvalid), .o_awready(awready), .i_awaddr(awaddr), .i_wvalid(wvalid), .o_wready(wready),
        .i_wdata(wdata), .i_wstrb(wstrb), .o_bvalid(bvalid), .i_bready(bready), .o_bresp(bresp), .i_arvalid(arvalid),
        .o_arready(arready), .i_araddr(araddr), .o_rvalid(rvalid), .i_rready(rready), .o_rdata(rdata),
        .o_reg_enable(reg_enable), .o_reg_write(reg_write), .o_reg_addr(reg_addr), .o_reg_wdata(reg_wdata),
        .i_reg_valid(valid2), .i_reg_rdata(word2));

    // ---- registers ----
    integer     writes = 0, reads = 0, write_wait = 0, read_wait = 0;
    function [31:0] content(input [7:0] at, input integer n);
        content = {at, 24'h5A3C00} ^ n * 77;
    endfunction
    always @(posedge clk) if (!rst) begin
        valid1 <= reg_enable;
        valid2 <= valid1;
        word1 <= content(reg_addr, reads);
        word2 <= valid1 ? word1 : 32'bx;
        if (reg_enable && (valid1 || valid2))
            fail("an access before the answer of the last one");
        if (reg_enable && reg_write) begin
            while (writes < ACCESSES && w_strb[writes] != 4'b1111)
                writes = writes + 1;
            if (writes >= aw || writes >= w || reg_addr !== w_addr[writes][9:2] || reg_wdata !== w_data[writes])
                fail("a wrong write");
            writes = writes + 1;
            read_wait = read_wait + 1;
            write_wait = 0;
        end
        if (reg_enable && !reg_write) begin
            if (reads >= ar || reg_addr !== r_addr[reads][9:2])
                fail("a wrong read");
            reads = reads + 1;
            write_wait = write_wait + 1;
            read_wait = 0;
        end
        // who has waited since before the last access comes next, unless an answer is still to be taken
        if (reads == ar || rvalid) read_wait = 0;
        if (writes == aw || writes == w || bvalid) write_wait = 0;
        if (read_wait > 2 || write_wait > 2)
            fail("reads and writes do not take turns");
    end

    // ---- the host ----
    reg         b_held = 1'b0, r_held = 1'b0;
    reg  [1:0]  bresp_held;
    reg  [31:0] rdata_held;
    always @(posedge clk) if (!rst) begin
        if (b_held && (!bvalid || bresp !== bresp_held) || r_held && (!rvalid || rdata !== rdata_held))
            fail("an answer changed before it was taken");
        b_held = bvalid && !bready;
        r_held = rvalid && !rready;
        bresp_held = bresp;
        rdata_held = rdata;
        if (bvalid === 1'bx || rvalid === 1'bx || awready === 1'bx || wready === 1'bx || arready === 1'bx)
            fail("an unknown handshake");
        if (bvalid && bready) begin
            if (b >= aw || b >= w)
                fail("an answer that nobody waits for");
            if (bresp !== {partial(b), 1'b0})
                fail("a wrong answer to a write");
            if (w_strb[b] == 4'b1111 && writes <= b)
                fail("a write is answered before it is done");
            b = b + 1;
        end
        if (rvalid && rready) begin
            if (r >= ar || rdata !== content(r_addr[r][9:2], r))
                fail("a wrong answer to a read");
            r = r + 1;
        end
        if (awvalid && awready) aw = aw + 1;
        if (wvalid && wready) w = w + 1;
        if (arvalid && arready) ar = ar + 1;
        if (dice(100) == 0)
            patience = 1 + dice(4) * dice(4);
        awvalid <= aw < ACCESSES && (awvalid && !awready || dice(patience) == 0);
        wvalid <= w < ACCESSES && (wvalid && !wready || dice(patience) == 0);
        arvalid <= ar < ACCESSES && (arvalid && !arready || dice(patience) == 0);
        bready <= dice(patience) == 0;
        rready <= dice(patience) == 0;
    end

    always @(posedge clk) begin
        clocks = clocks + 1;
        if (clocks == 5)
            rst <= 1'b0;
        if (clocks == 200 * ACCESSES)
            fail("stuck");
        if (b == ACCESSES && r == ACCESSES) begin
            while (writes < ACCESSES && w_strb[writes] != 4'b1111)
                writes = writes + 1;
            if (writes != ACCESSES || reads != ACCESSES)
                fail("an access is lost");
            $display("pass");
            $finish;
        end
    end
endmodule
`default_nettype wire
