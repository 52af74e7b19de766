// SPDX-License-Identifier: Apache-2.0
// A job in a simulator that starts from unknown values: memory that answers every request with random words, and a write channel that is
// always ready. Prints "good" when the job ends without error, all rows were written and every word of them is known.
// With HIDDEN defined the core is one of mode tokens, words of 8 units; generated K and V rows are written, too. With BY_MASS it selects by
// mass, nearest tile first.
`timescale 1ns/1ns
module unknowns_bench;
    localparam [9:0] CONTROL = 10'h00C, STATUS = 10'h010, IRQ_ENABLE = 10'h014, ROWS = 10'h020, KEYS = 10'h024, TILE = 10'h028,
                     KEPT = 10'h02C, FLAGS = 10'h030, RADIUS = 10'h038, SCALE_MANTISSA = 10'h040, SCALE_SHIFT = 10'h044,
                     O_BASE = 10'h068, Q_STRIDE = 10'h080, K_STRIDE = 10'h084, V_STRIDE = 10'h088, O_STRIDE = 10'h08C;
    localparam [9:0] MODE = 10'h034, X_STRIDE = 10'h0A8, HIDDEN_UNITS = 10'h0AC, HIDDEN_WORDS = 10'h0B0, KHAT_SHIFT = 10'h0B4,
                     K_SHIFT = 10'h0B8, V_SHIFT = 10'h0BC, GENERATED = 10'h1A0;
    localparam [9:0] ORDER = 10'h0D8, POLICY = 10'h0E0, MASS = 10'h0E4, OCTAVE_SHIFT = 10'h0E8;
    localparam ROW_COUNT = 20, LIMIT = 40000;

    reg          clk = 0, rst = 1;
    reg          enable = 0, write = 0;
    reg  [7:0]   address;
    reg  [31:0]  value;
    wire         answered, irq;
    wire [31:0]  got;
    wire         ask, take, put, last;
    wire [31:0]  ask_address, put_address;
    wire [7:0]   ask_length, put_length;
    wire         put_ask;
    wire [127:0] word;
    wire [15:0]  strobe;
    reg  [127:0] data;
    reg          stored = 0;
    integer      beats = 0, written = 0, unknown = 0, rows_written = ROW_COUNT, cycle;
    always #1 clk = ~clk;

    sofa_core core (
        .clk(clk), .rst(rst), .i_reg_enable(enable), .i_reg_write(write), .i_reg_addr(address), .i_reg_wdata(value),
        .o_reg_valid(answered), .o_reg_rdata(got), .o_irq(irq),
        .o_rd0_req_valid(ask), .i_rd0_req_ready(1'b1), .o_rd0_req_addr(ask_address), .o_rd0_req_len(ask_length),
        .i_rd0_data_valid(beats != 0), .o_rd0_data_ready(take), .i_rd0_data(data), .i_rd0_data_error(1'b0),
        .o_wr_req_valid(put_ask), .i_wr_req_ready(1'b1), .o_wr_req_addr(put_address), .o_wr_req_len(put_length),
        .o_wr_data_valid(put), .i_wr_data_ready(1'b1), .o_wr_data(word), .o_wr_strb(strobe), .o_wr_last(last),
        .i_wr_resp_valid(stored), .i_wr_resp_error(1'b0));

    always @(posedge clk) begin
        data <= {$random, $random, $random, $random};
        stored <= !rst && put && last;
        if (!rst) begin
            beats <= beats + (ask ? ask_length + 1 : 0) - (beats != 0 && take ? 1 : 0);
            if (put && (^word === 1'bx || ^put_address === 1'bx))
                unknown = unknown + 1;
            if (put && last)
                written = written + 1;
        end
    end

    task access(input [9:0] offset, input is_write, input [31:0] what);
        begin
            @(negedge clk) {enable, write, address, value} = {1'b1, is_write, offset[9:2], what};
            @(negedge clk) enable = 0;
            while (answered !== 1'b1)
                @(negedge clk);
        end
    endtask

    initial begin
        repeat (4) @(negedge clk);
        rst = 0;
        access(ROWS, 1, ROW_COUNT);
        access(KEYS, 1, 40);
        access(TILE, 1, 16);
        access(KEPT, 1, 4);
        access(FLAGS, 1, 1);
        access(RADIUS, 1, 1000);
        access(SCALE_MANTISSA, 1, 40000);
        access(SCALE_SHIFT, 1, 20);
        access(O_BASE, 1, 32'h10000);
        access(Q_STRIDE, 1, 64);
        access(K_STRIDE, 1, 64);
        access(V_STRIDE, 1, 64);
        access(O_STRIDE, 1, 64);
`ifdef HIDDEN
        access(MODE, 1, 1);
        access(X_STRIDE, 1, 256);
        access(HIDDEN_UNITS, 1, `HIDDEN);
        access(HIDDEN_WORDS, 1, (`HIDDEN + 7) / 8);
        access(KHAT_SHIFT, 1, 8);
        access(K_SHIFT, 1, 3);
        access(V_SHIFT, 1, 3);
`endif
`ifdef BY_MASS
        access(POLICY, 1, 1);
        access(MASS, 1, 120);
        access(OCTAVE_SHIFT, 1, 22);
        access(ORDER, 1, 1);
`endif
        access(IRQ_ENABLE, 1, 1);
        access(CONTROL, 1, 1);
        for (cycle = 0; cycle < LIMIT && irq !== 1'b1; cycle = cycle + 1)
            @(negedge clk);
`ifdef HIDDEN
        access(GENERATED, 0, 0);
        if (got === 32'd0)
            $display("no key was generated");
        rows_written = ROW_COUNT + 2 * got;
`endif
        access(STATUS, 0, 0);
        if (irq === 1'b1 && got === 32'd2 && written == rows_written && unknown == 0)
            $display("good");
        else
            $display("irq %b status %h, %0d of %0d rows, %0d unknown words", irq, got, written, rows_written, unknown);
        $finish;
    end
endmodule
