// SPDX-License-Identifier: Apache-2.0
// Plays stimulus.hex into sofa_select, a word a cycle, and compares every cycle with expected.hex; tests/test_select_rtl.c
// writes both. Prints "pass" or the first difference.
`default_nettype none
module select_tb #(
    parameter CYCLES = 1,
    parameter RB = 1,  // row
    parameter EN = 1,  // entries of a beat
    parameter SB = 1,  // score
    parameter CB = 1,  // counts
    parameter BC = 1,  // keys
    parameter QB = 1,  // rows
    parameter GROUPED = 0, // a tile has several key groups
    parameter KEPT = 1,
    parameter CARRY = 0
);
    localparam IN = 5 + RB + SB + EN;
    localparam OUT = 1 + RB + CB + BC;
    reg [IN-1:0]  stimulus [0:CYCLES-1];
    reg [OUT-1:0] expected [0:CYCLES-1];
    reg           clk, rst;
    reg [IN-1:0]  in;
    wire          valid;
    wire [OUT-2:0] out;
    integer       cycle;

    sofa_select dut (
        .clk(clk), .rst(rst), .i_valid(in[IN-1]), .i_first(in[IN-2]), .i_last(in[IN-3]), .i_new_block(in[IN-4]),
        .i_radius_on(in[IN-5]), .i_row(in[EN+SB +: RB]), .i_radius_row(in[EN +: SB]), .i_entries(in[EN-1:0]),
        .i_kept(KEPT[CB-1:0]), .i_carry(CARRY[0]),
        .o_valid(valid), .o_row(out[CB+BC +: RB]), .o_clipped(out[BC +: CB]), .o_need(out[BC-1:0])
    );

    task step;
        begin
            #1 clk = 1'b1;
            #1 clk = 1'b0;
        end
    endtask

    // What memories hold at power-up must not matter; but Icarus would carry its X through comparisons that a valid bit
    // decides.
    integer word, part;
    reg [128*40-1:0] noise;
    task make_noise;
        for (part = 0; part < 160; part = part + 1)
            noise[part*32 +: 32] = $random;
    endtask
    initial begin
        for (word = 0; word < QB; word = word + 1) begin
            make_noise;
            dut.maxima.word[word] = noise;
        end
        dut.maxima.o_rdata = noise;
    end
    generate
        if (GROUPED) begin : grouped
            integer at;
            initial begin
                for (at = 0; at < QB; at = at + 1) begin
                    make_noise;
                    dut.kept.word[at] = noise;
                end
                dut.kept.o_rdata = noise;
            end
        end
    endgenerate

    initial begin
        $readmemh("stimulus.hex", stimulus);
        $readmemh("expected.hex", expected);
        clk = 1'b0;
        rst = 1'b1;
        in = {IN{1'b1}}; // reset wins over i_valid
        for (cycle = 0; cycle < 4; cycle = cycle + 1)
            step;
        rst = 1'b0;
        for (cycle = 0; cycle < CYCLES; cycle = cycle + 1) begin
            in = stimulus[cycle];
            #1;
            if (valid !== expected[cycle][OUT-1] || (valid && out !== expected[cycle][OUT-2:0])) begin
                $display("cycle %0d: {row, clipped, need} = %b %h, want %b %h", cycle, valid, out,
                         expected[cycle][OUT-1], expected[cycle][OUT-2:0]);
                $finish;
            end
            step;
        end
        $display("pass");
        $finish;
    end
endmodule
`default_nettype wire
