// SPDX-License-Identifier: Apache-2.0
// Bench of sofa_registers in configuration small: prints "pass" or the first failures. Run by tests/test_regs.c.
`default_nettype none
`include "sofa_regs.vh"
module registers_bench;
    reg clk = 1'b0, rst = 1'b1;
    always #5 clk = !clk;

    reg enable = 1'b0, write = 1'b0, busy = 1'b0, done_set = 1'b0;
    reg [7:0] addr = 8'd0, error = 8'd0;
    reg [31:0] wdata = 32'd0;
    wire valid, irq, start, abort;
    wire [31:0] rdata, rows, q_base;
    reg inc_pairs = 1'b0;
    reg [4:0] inc_bytes = 5'd0;
    integer failures = 0, starts = 0, aborts = 0;

    sofa_registers u (
        .clk(clk), .rst(rst), .i_reg_enable(enable), .i_reg_write(write), .i_reg_addr(addr), .i_reg_wdata(wdata),
        .o_reg_valid(valid), .o_reg_rdata(rdata), .o_irq(irq), .o_start(start), .o_abort(abort), .i_busy(busy),
        .i_done_set(done_set), .i_error(error),
        .i_inc_predict_busy(1'b0), .i_inc_select_busy(1'b0), .i_inc_attend_busy(2'd0), .i_inc_predict_starved(1'b0),
        .i_inc_predict_blocked(1'b0), .i_inc_attend_starved(2'd0), .i_inc_pairs(inc_pairs), .i_inc_need_keys(1'b0),
        .i_inc_key_rows(1'b0), .i_inc_raises(1'b0), .i_inc_clipped(3'd0), .i_inc_empty_rows(5'd0), .i_inc_blocks(1'b0),
        .i_inc_tiles(1'b0), .i_inc_query_beats(2'd0), .i_inc_key_beats(2'd0), .i_inc_value_beats(2'd0),
        .i_inc_range_beats(2'd0), .i_inc_output_bytes(inc_bytes),
        .o_cfg_watchdog(), .o_cfg_rows(rows), .o_cfg_keys(), .o_cfg_tile(), .o_cfg_kept(), .o_cfg_flags(), .o_cfg_mode(),
        .o_cfg_radius(), .o_cfg_score_shift(), .o_cfg_scale_mantissa(), .o_cfg_scale_shift(), .o_cfg_q_base(q_base),
        .o_cfg_k_base(), .o_cfg_v_base(), .o_cfg_o_base(), .o_cfg_range_base(), .o_cfg_q_stride(), .o_cfg_k_stride(),
        .o_cfg_v_stride(), .o_cfg_o_stride());

    always @(negedge clk) begin
        starts = starts + (start ? 1 : 0);
        aborts = aborts + (abort ? 1 : 0);
    end

    reg [31:0] got;
    integer waited;
    task access(input is_write, input [31:0] offset, input [31:0] value);
        begin
            @(negedge clk) enable = 1'b1;
            write = is_write;
            addr = offset[9:2];
            wdata = value;
            @(negedge clk) enable = 1'b0;
            for (waited = 1; !valid && waited < 9; waited = waited + 1)
                @(negedge clk);
            got = rdata;
            if (waited != 2)
                fail("answer after two cycles", waited);
        end
    endtask
    task fail(input [32*8-1:0] what, input [31:0] value);
        begin
            failures = failures + 1;
            $display("%0s: %h", what, value);
        end
    endtask
    task expect_read(input [32*8-1:0] what, input [31:0] offset, input [31:0] value);
        begin
            access(1'b0, offset, 32'd0);
            if (got !== value)
                fail(what, got);
        end
    endtask
    task expect_value(input [32*8-1:0] what, input [31:0] value, input [31:0] want);
        if (value !== want)
            fail(what, value);
    endtask

    // reads the two halves while the counter passes 2^32, `offset` cycles apart
    task carry(input integer offset);
        reg [63:0] value;
        begin
            @(negedge clk);
            u.u_words.pairs_lo = 32'hFFFFFFF8;
            u.u_words.pairs_hi = 32'd7;
            inc_pairs = 1'b1;
            repeat (offset) @(negedge clk);
            access(1'b0, `SOFA_REG_PAIRS_LO, 32'd0);
            value[31:0] = got;
            access(1'b0, `SOFA_REG_PAIRS_HI, 32'd0);
            value[63:32] = got;
            inc_pairs = 1'b0;
            if ((value >= 64'h7FFFFFFF8 && value <= 64'h800000020) !== 1'b1)     // nor unknown
                fail("halves do not match", value[31:0]);
            repeat (4) @(negedge clk);
        end
    endtask

    integer i;
    initial begin
        repeat (2) @(negedge clk);
        rst = 1'b0;
        expect_read("id", `SOFA_REG_ID, `SOFA_REG_ID_VALUE);
        expect_read("hash", `SOFA_REG_CONFIG_HASH, `SOFA_REG_CONFIG_HASH_VALUE);
        expect_read("watchdog", `SOFA_REG_WATCHDOG, 32'h00100000);
        expect_read("idle", `SOFA_REG_STATUS, 32'd0);
        expect_read("counter after reset", `SOFA_REG_PAIRS_LO, 32'd0);
        expect_read("hole", 32'h3FC, 32'd0);
        access(1'b1, `SOFA_REG_ROWS, 32'hFFFFFFFF);
        expect_read("rows", `SOFA_REG_ROWS, 32'hFFFFFFFF);
        access(1'b1, `SOFA_REG_TILE, 32'hFFFFFFFF);
        expect_read("tile is narrow", `SOFA_REG_TILE, 32'h0000FFFF);
        access(1'b1, `SOFA_REG_Q_BASE_LO, 32'h12345670);
        expect_value("base", q_base, 32'h12345670);
        access(1'b1, `SOFA_REG_ID, 32'd0);
        expect_read("read only", `SOFA_REG_ID, `SOFA_REG_ID_VALUE);

        access(1'b1, `SOFA_REG_CONTROL, 32'd2);
        expect_value("abort while idle", aborts, 0);
        inc_bytes = 5'd16;
        repeat (5) @(negedge clk);
        inc_bytes = 5'd0;
        access(1'b1, `SOFA_REG_CONTROL, 32'd1);
        expect_value("start", starts, 1);
        expect_read("busy", `SOFA_REG_STATUS, 32'd1);
        expect_read("start clears", `SOFA_REG_OUTPUT_BYTES_LO, 32'd0);
        busy = 1'b1;
        repeat (10) @(negedge clk);
        busy = 1'b0;
        access(1'b1, `SOFA_REG_ROWS, 32'd5);
        expect_value("descriptor of a running job", rows, 32'hFFFFFFFF);
        access(1'b1, `SOFA_REG_IRQ_ENABLE, 32'd1);
        access(1'b1, `SOFA_REG_CONTROL, 32'd1);
        expect_value("start while busy", starts, 1);
        access(1'b1, `SOFA_REG_CONTROL, 32'd2);
        expect_value("abort", aborts, 1);
        inc_bytes = 5'd16;
        repeat (3) @(negedge clk);
        inc_bytes = 5'd0;
        done_set = 1'b1;
        error = 8'd10;
        @(negedge clk) done_set = 1'b0;
        repeat (2) @(negedge clk);
        expect_value("interrupt", {31'd0, irq}, 32'd1);
        expect_read("done", `SOFA_REG_STATUS, 32'h00000A02);
        expect_read("cycles", `SOFA_REG_CYCLES_LO, 32'd10);
        expect_read("bytes", `SOFA_REG_OUTPUT_BYTES_LO, 32'd48);
        access(1'b1, `SOFA_REG_CONTROL, 32'd4);
        expect_read("clear", `SOFA_REG_STATUS, 32'd0);
        expect_value("no interrupt", {31'd0, irq}, 32'd0);
        access(1'b1, `SOFA_REG_ROWS, 32'd6);
        expect_value("descriptor", rows, 32'd6);

        access(1'b1, `SOFA_REG_IRQ_ENABLE, 32'd0);
        access(1'b1, `SOFA_REG_CONTROL, 32'd1);
        expect_value("second start", starts, 2);
        error = 8'd3;
        @(negedge clk) done_set = 1'b1;
        @(negedge clk) done_set = 1'b0;
        repeat (2) @(negedge clk);
        expect_value("interrupt not enabled", {31'd0, irq}, 32'd0);
        expect_read("done without interrupt", `SOFA_REG_STATUS, 32'h00000302);
        access(1'b1, `SOFA_REG_CONTROL, 32'd1);
        expect_read("start clears done", `SOFA_REG_STATUS, 32'd1);
        @(negedge clk) done_set = 1'b1;
        @(negedge clk) done_set = 1'b0;
        access(1'b1, `SOFA_REG_CONTROL, 32'd4);
        for (i = 0; i < 16; i = i + 1)
            carry(i);
        if (failures == 0)
            $display("pass");
        $finish;
    end
endmodule
`default_nettype wire
