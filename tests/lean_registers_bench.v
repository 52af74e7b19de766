// SPDX-License-Identifier: Apache-2.0
// Bench of sofa_registers without counters, in configuration small: of every value of one or two bits the engines get the value, or what
// they take for it where it does not fit; the host reads what it wrote. Prints "pass" or the failures. Run by tests/test_regs.c.
`default_nettype none
`include "sofa_regs.vh"
module lean_registers_bench;
    parameter KEYS_MAX = 0, TILE_MAX = 0, KEPT_MAX = 0, ROWS_BITS = 0, WATCHDOG_BITS = 0, RADIUS_BITS = 0;
    reg clk = 1'b0, rst = 1'b1;
    always #5 clk = !clk;

    reg enable = 1'b0, write = 1'b0;
    reg [7:0] addr = 8'd0;
    reg [31:0] wdata = 32'd0;
    wire valid;
    wire [31:0] rdata, keys, radius, own_offset;
    wire [15:0] tile, kept;
    wire [7:0] score_shift, scale_shift;
    wire [ROWS_BITS-1:0] rows;
    wire [WATCHDOG_BITS-1:0] watchdog;
    integer failures = 0;

    sofa_registers u (
        .clk(clk), .rst(rst), .i_reg_enable(enable), .i_reg_write(write), .i_reg_addr(addr), .i_reg_wdata(wdata),
        .o_reg_valid(valid), .o_reg_rdata(rdata), .i_busy(1'b0), .i_done_set(1'b0), .i_error(8'd0),
        .o_cfg_rows(rows), .o_cfg_keys(keys), .o_cfg_tile(tile), .o_cfg_kept(kept), .o_cfg_own_offset(own_offset),
        .o_cfg_radius(radius), .o_cfg_score_shift(score_shift), .o_cfg_scale_shift(scale_shift), .o_cfg_watchdog(watchdog));

    task access(input is_write, input [31:0] offset, input [31:0] value);
        begin
            @(negedge clk) enable = 1'b1;
            write = is_write;
            addr = offset[9:2];
            wdata = value;
            @(negedge clk) enable = 1'b0;
            while (!valid) @(negedge clk);
        end
    endtask
    task expect(input [16*8-1:0] what, input [31:0] value, input good);
        if (good !== 1'b1) begin
            failures = failures + 1;
            $display("%0s: %h", what, value);
        end
    endtask
    // written, and read back
    task set(input [16*8-1:0] what, input [31:0] offset, input [31:0] value, input [31:0] mask);
        begin
            access(1'b1, offset, value);
            access(1'b0, offset, 32'd0);
            expect(what, value, rdata === (value & mask));
        end
    endtask
    // what is not legal does not become legal
    function exact_or_refused(input [31:0] value, input [31:0] got, input [31:0] most);
        exact_or_refused = got === value || (value > most && got === 32'd0);
    endfunction

    integer high, low;
    reg [31:0] value;
    reg [31:0] ones;
    initial begin
        repeat (2) @(negedge clk);
        rst = 1'b0;
        for (high = 0; high < 32; high = high + 1)
            for (low = 0; low <= high; low = low + 1) begin
                value = (32'd1 << high) | (32'd1 << low);
                set("ROWS", `SOFA_REG_ROWS, value, 32'hFFFFFFFF);
                expect("rows", value, exact_or_refused(value, {{(32-ROWS_BITS){1'b0}}, rows}, {ROWS_BITS{1'b1}}));
                set("KEYS", `SOFA_REG_KEYS, value, 32'hFFFFFFFF);
                expect("keys", value, exact_or_refused(value, keys, KEYS_MAX));
                set("OWN_OFFSET", `SOFA_REG_OWN_OFFSET, value, 32'hFFFFFFFF);
                expect("own offset", value, exact_or_refused(value, own_offset, KEYS_MAX));
                set("TILE", `SOFA_REG_TILE, value, 32'h0000FFFF);
                expect("tile", value, exact_or_refused(value & 32'h0000FFFF, {16'd0, tile}, TILE_MAX));
                set("KEPT", `SOFA_REG_KEPT, value, 32'h0000FFFF);
                expect("kept", value, exact_or_refused(value & 32'h0000FFFF, {16'd0, kept}, KEPT_MAX));
                set("SCORE_SHIFT", `SOFA_REG_SCORE_SHIFT, value, 32'h000000FF);
                expect("score shift", value, value[7:0] > 8'd15 ? score_shift > 8'd15 : score_shift === value[7:0]);
                set("SCALE_SHIFT", `SOFA_REG_SCALE_SHIFT, value, 32'h000000FF);
                expect("scale shift", value, value[7:0] > 8'd63 ? scale_shift > 8'd63 : scale_shift === value[7:0]);
                set("WATCHDOG", `SOFA_REG_WATCHDOG, value, 32'hFFFFFFFF);
                ones = {WATCHDOG_BITS{1'b1}};
                expect("watchdog", value, {{(32-WATCHDOG_BITS){1'b0}}, watchdog} === (value > ones ? ones : value));
                set("RADIUS", `SOFA_REG_RADIUS, value, 32'hFFFFFFFF);
                ones = {RADIUS_BITS{1'b1}};
                expect("radius", value, radius === (value > ones ? ones : value));
            end
        set("RADIUS", `SOFA_REG_RADIUS, 32'hFFFFFFFF, 32'hFFFFFFFF);
        expect("no radius", radius, radius === 32'hFFFFFFFF);
        if (failures == 0)
            $display("pass");
        $finish;
    end
endmodule
`default_nettype wire
